"""A recording heard once from beginning to end: decoded, mixed down, resampled, measured on the way, and put aside.

What is made of it afterwards (:mod:`audiokit.audio.prepare`, :mod:`audiokit.audio.fit`) reads what was put aside, and
never decodes again. Memory stays flat: some 130 kB for each minute are all that the measures keep.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from audiokit.audio.activity import Activity, ActivityMeter
from audiokit.audio.bands import BAND_RATE_HZ, BandMeter, Rises
from audiokit.audio.clip import Clip
from audiokit.audio.downmix import downmix_gains, downmixed
from audiokit.audio.loudness import Loudness, LoudnessMeter
from audiokit.audio.peaks import PeaksMeter, Waveform
from audiokit.audio.quality import MIN_SPEECH_S, n_clipped, peak
from audiokit.audio.reading import MAX_SIZE_BYTES, Recording, Source, damaged, open_recording
from audiokit.audio.resample import Resampler
from audiokit.audio.sniff import Container
from audiokit.audio.spectrum import SpectrumMeter
from audiokit.audio.spool import Spool
from audiokit.errors import ClipTooLong

__all__ = ["MAX_DURATION_S", "Measures", "Origin", "Track", "listen"]

MAX_DURATION_S = 4 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a recording was when it came. ``declared_s`` is what its container said, None if nothing."""

    container: Container
    codec: str
    sample_rate_hz: int
    n_channels: int
    size_bytes: int
    declared_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What can be said of a recording without understanding it. Levels are ``-inf`` for digital silence.

    ``peak_dbfs`` and ``clipped_ratio`` (the share of samples that stand in a row at the ceiling) are of the recording
    as it came, in any channel; all else, ``loudness`` too, is of one channel at the working rate. ``snr_db`` and
    ``bandwidth_hz`` (up to where the mean spectrum of what is loud stays within 65 dB of its top) are None where they
    cannot be told. ``dc_offset`` is the mean, of full scale. ``active_ratio`` is the share of time that trimming would
    not touch, ``heard_ratio`` the share that rises above what is always there: with none of it, nobody spoke.
    """

    duration_s: float
    peak_dbfs: float
    loudness: Loudness
    clipped_ratio: float
    noise_floor_dbfs: float
    snr_db: float | None
    active_ratio: float
    heard_ratio: float
    bandwidth_hz: float | None
    dc_offset: float

    @property
    def has_speech(self) -> bool:
        """Whether something rises above the noise for long enough to be a word."""
        return self.heard_ratio * self.duration_s >= MIN_SPEECH_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A recording that was heard: its sound, one channel at the working rate, put aside, and all that was measured.

    Close it, or use it in a ``with``.
    """

    origin: Origin
    measures: Measures
    activity: Activity
    waveform: Waveform
    spool: Spool = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()

    @property
    def sample_rate_hz(self) -> int:
        """The working rate."""
        return self.spool.sample_rate_hz

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.spool.n_frames / self.spool.sample_rate_hz


def listen(
    source: Source,
    *,
    sample_rate_hz: int = 24_000,
    max_duration_s: float = MAX_DURATION_S,
    max_size_bytes: int = MAX_SIZE_BYTES,
) -> Generator[float, None, Track]:
    """Hear a recording: yield now and then how many seconds were heard, and return all that is known of it.

    Whoever stops asking stops the work. For the result alone there is :func:`audiokit.audio.steps.done`.

    Raises:
        UnreadableAudio: there is no sound in it that can be decoded.
        FileTooLarge: more bytes than ``max_size_bytes``.
        ClipTooLong: more sound than ``max_duration_s``; no more than that is decoded.
    """
    with open_recording(source, max_size_bytes=max_size_bytes) as recording:
        hearing = _Hearing(recording, sample_rate_hz)
        try:
            yield from hearing.go(max_duration_s)
            return hearing.result()
        except BaseException:
            hearing.spool.close()
            raise


class _Given:
    """What is measured of a recording's own samples, every channel on its own: what mixing down would hide."""

    def __init__(self, first: Clip, channels: tuple[str, ...]) -> None:
        n_channels = first.n_channels
        self.sample_rate_hz, self.n_channels = first.sample_rate_hz, n_channels
        self.gains = downmix_gains(channels if len(channels) == n_channels else ("",) * n_channels)
        self.peak, self.n_frames, self._n_clipped = 0.0, 0, 0
        self._bands, self._to_bands = BandMeter(n_channels), Resampler(self.sample_rate_hz, BAND_RATE_HZ, n_channels)

    def add(self, block: Clip) -> None:
        """Look at what comes next."""
        self.n_frames += block.n_frames
        self.peak = max(self.peak, peak(block.samples))
        self._n_clipped += n_clipped(block.samples)
        self._bands.add(self._to_bands.add(block).samples)

    @property
    def heard_s(self) -> float:
        """How long it has lasted so far."""
        return self.n_frames / self.sample_rate_hz

    @property
    def clipped_ratio(self) -> float:
        """The share of samples that stand in a row at the ceiling."""
        return self._n_clipped / (self.n_frames * self.n_channels)

    def rises(self) -> Rises:
        """Return what rises above what is always there, at the end."""
        self._bands.add(self._to_bands.rest().samples)
        return self._bands.result()


class _Hearing:
    """All meters, and one block after the other through them."""

    def __init__(self, recording: Recording, sample_rate_hz: int) -> None:
        self.recording, self.spool, self._sum = recording, Spool(sample_rate_hz), 0.0
        self._given: _Given | None = None
        self._loudness, self._activity = LoudnessMeter(sample_rate_hz, 1), ActivityMeter(sample_rate_hz)
        self._peaks, self._spectrum = PeaksMeter(sample_rate_hz), SpectrumMeter(sample_rate_hz)

    def go(self, max_duration_s: float) -> Iterator[float]:
        """Hear everything, unless it is too long; yield how many seconds were heard so far."""
        to_working: Resampler | None = None
        for block in self.recording.blocks():
            given = self._given = self._given or _Given(block, self.recording.channels)
            to_working = to_working or Resampler(block.sample_rate_hz, self.spool.sample_rate_hz)
            given.add(block)
            if given.heard_s > max_duration_s:
                duration_s = max(self.recording.declared_s or 0.0, given.heard_s)
                raise ClipTooLong(duration_s=duration_s, max_duration_s=max_duration_s)
            self._hear(to_working.add(downmixed(block, given.gains)))
            yield given.heard_s
        if to_working is not None:
            self._hear(to_working.rest())

    def result(self) -> Track:
        """Return what was heard."""
        if self._given is None or not self.spool.n_frames:
            raise damaged(self.recording.container, "no frames")
        activity = self._activity.result()
        return Track(
            origin=Origin(
                container=self.recording.container,
                codec=self.recording.codec,
                sample_rate_hz=self._given.sample_rate_hz,
                n_channels=self._given.n_channels,
                size_bytes=self.recording.size_bytes,
                declared_s=self.recording.declared_s,
            ),
            measures=self._measures(self._given, activity),
            activity=activity,
            waveform=self._peaks.result(),
            spool=self.spool,
        )

    def _hear(self, block: Clip) -> None:
        if not block.n_frames:
            return
        self.spool.add(block)
        self._sum += float(block.samples.sum(dtype=np.float64))
        for meter in (self._loudness, self._activity, self._peaks, self._spectrum):
            meter.add(block.samples)

    def _measures(self, given: _Given, activity: Activity) -> Measures:
        return Measures(
            duration_s=self.spool.n_frames / self.spool.sample_rate_hz,
            peak_dbfs=20 * math.log10(given.peak) if given.peak else -math.inf,
            loudness=self._loudness.result(),
            clipped_ratio=given.clipped_ratio,
            noise_floor_dbfs=activity.noise_floor_dbfs,
            snr_db=activity.snr_db,
            active_ratio=activity.speech_ratio,
            heard_ratio=given.rises().ratio,
            bandwidth_hz=self._spectrum.bandwidth_hz(),
            dc_offset=self._sum / self.spool.n_frames,
        )
