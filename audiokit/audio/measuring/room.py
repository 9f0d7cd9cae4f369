"""A person's room while nobody speaks: how loud it is, what hums in it, and whether a recording holds more than that.

What the thresholds rest on (2026-11): in three seconds and in the half minute after them, white noise and fans that
swell by 8 dB reach, for 0.1 s in a band, levels at most 2.2 dB apart; in 90 real recordings speech stands 30 dB or more
above what is always there in its best band, and of 199 pieces of three seconds none passes for a room.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.bands import BAND_RATE_HZ, N_BANDS, BandMeter, Rises
from audiokit.audio.measuring.clipping import ClippingMeter
from audiokit.audio.resample import resample
from audiokit.errors import ClipTooShort, Distorted, InputError, NothingHeard

__all__ = ["MIN_CALIBRATION_S", "Room", "calibrate"]

MIN_CALIBRATION_S = 2.0
"""Less than this of a room says too little of it."""

_ABOVE_DB = 4.0
_MOVING_DB = 20.0  # what moves that much is no steady noise, whatever the room was like when it was measured
_SPOKEN_DB = 12.0  # a fan that swells by 8 dB reaches 9, speech 30
_LIVE_DBFS = -110.0  # where only the last of 16 bits moves, and seldom, it is louder
_QUIETEST_DBFS = -95.0  # below, a browser's noise suppression comes and goes by any number of decibels
_CLIPPED_RATIO = 0.001
_MAINS_HZ = (50.0, 60.0)
_HARMONICS = (1, 2, 3, 4, 5, 6)
_HUM_DB = 12.0  # above what is beside it, twice at least: white noise reaches that nowhere in a thousand trials
_BESIDE_HZ = 8.0
_FEWEST_HARMONICS = 2

_Powers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a microphone hears while nobody speaks.

    ``noise_dbfs`` is the level from 200 to 3400 Hz. ``bands_dbfs`` are, in six bands of the same range, the levels that
    the noise itself reaches for 0.1 s. ``hum_hz`` is 50 or 60 where the mains can be heard, and ``hum_dbfs`` how loud;
    None where they cannot. When it was measured is for whoever keeps it.
    """

    noise_dbfs: float
    bands_dbfs: tuple[float, ...]
    hum_hz: float | None = None
    hum_dbfs: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values, to be kept as JSON."""
        return asdict(self) | {"bands_dbfs": list(self.bands_dbfs)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what :meth:`to_json` gave.

        Raises:
            ValueError: these are not a room's values.
        """
        try:
            bands_dbfs = tuple(float(band) for band in kept["bands_dbfs"])
            hum = {name: float(kept[name]) for name in ("hum_hz", "hum_dbfs") if kept.get(name) is not None}
            room = cls(noise_dbfs=float(kept["noise_dbfs"]), bands_dbfs=bands_dbfs, **hum)
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are not a room's values: {error}") from error
        if len(bands_dbfs) != N_BANDS or not all(map(math.isfinite, (room.noise_dbfs, *bands_dbfs, *hum.values()))):
            raise ValueError(f"a room has {N_BANDS} bands, each with a level")
        return room

    def explains(self, heard: Rises) -> bool:
        """Tell whether all that was heard may be this room's own noise. Unsure means no.

        It is if no band comes 4 dB above the room for 0.1 s. What moves by 20 dB, or is that much quieter at times, is
        something else all the same: then the room, or the microphone, is not the one that was measured.
        """
        if heard.noise_floor_dbfs < self.noise_dbfs - _MOVING_DB:
            return False
        levels = zip(heard.loudest_dbfs, heard.floors_dbfs, self.bands_dbfs, strict=True)
        return all(loud < room + _ABOVE_DB and loud < floor + _MOVING_DB for loud, floor, room in levels)


def calibrate(clip: Clip) -> Room:
    """Return what the room is like, from about three seconds in which nobody speaks.

    Raises:
        ClipTooShort: less than two seconds of it are sound.
        NothingHeard: the microphone gives nothing at all.
        Distorted: it is too loud for the microphone.
        InputError: somebody spoke, or something else came and went.
    """
    clip = _awake(clip.mono())
    if clip.duration_s < MIN_CALIBRATION_S:
        raise ClipTooShort(duration_s=clip.duration_s, min_duration_s=MIN_CALIBRATION_S)
    narrow = resample(clip, BAND_RATE_HZ)
    meter = BandMeter()
    meter.add(narrow.samples)
    heard = meter.result()
    _refuse_useless(clip, heard)
    hum_hz, hum_dbfs = _hum(narrow.samples[:, 0])
    return Room(
        noise_dbfs=round(heard.noise_floor_dbfs, 1), bands_dbfs=heard.loudest_dbfs, hum_hz=hum_hz, hum_dbfs=hum_dbfs
    )


def _awake(clip: Clip) -> Clip:
    """Leave out the digital silence before a microphone wakes; one that never does is left as it is."""
    live = np.flatnonzero(clip.samples)
    return Clip(clip.samples[live[0] :], clip.sample_rate_hz) if len(live) else clip


def _refuse_useless(clip: Clip, heard: Rises) -> None:
    clipping = ClippingMeter(clip.sample_rate_hz, clip.n_channels)
    clipping.add(clip.samples)
    if clipping.ratio >= _CLIPPED_RATIO:
        raise Distorted(
            "The microphone is too loud: even the room is distorted. "
            "Lower its level in the system's settings, and measure the room again."
        )
    if heard.noise_floor_dbfs < _LIVE_DBFS:
        raise NothingHeard(
            "The microphone gives no sound at all, not even a room's. "
            "Check that the right one is chosen and not muted, and measure the room again."
        )
    if any(
        loud > max(floor, _QUIETEST_DBFS) + _SPOKEN_DB
        for loud, floor in zip(heard.loudest_dbfs, heard.floors_dbfs, strict=True)
    ):
        raise InputError("Somebody spoke, or something made a noise. Be quiet for three seconds, and measure again.")


def _hum(sound: npt.NDArray[np.float32]) -> tuple[float | None, float | None]:
    """Return the mains' frequency and the level of its harmonics together, or nothing."""
    taper = np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(sound * taper)) ** 2 * (2 / (len(sound) * np.square(taper).sum()))
    bin_hz = BAND_RATE_HZ / len(sound)
    found = [(hz, _harmonics(spectrum, hz, bin_hz)) for hz in _MAINS_HZ]
    hz, powers = max(found, key=lambda each: sum(each[1]))
    if len(powers) < _FEWEST_HARMONICS:
        return None, None
    return hz, round(10 * math.log10(sum(powers)), 1)


def _harmonics(spectrum: _Powers, mains_hz: float, bin_hz: float) -> list[float]:
    """Return the powers of the harmonics that stand out; a line is three bins wide, and the mains may be 0.2 % off."""
    beside, line = round(_BESIDE_HZ / bin_hz), 3
    powers = list[float]()
    for harmonic in _HARMONICS:
        middle = round(mains_hz * harmonic / bin_hz)
        around = spectrum[middle - beside : middle + beside + 1]
        noise = float(np.median(around))
        at = middle - line + int(np.argmax(spectrum[middle - line : middle + line + 1]))
        if spectrum[at] > 0 and spectrum[at] > noise * 10 ** (_HUM_DB / 10):
            powers.append(float(spectrum[at - 1 : at + 2].sum()))
    return powers
