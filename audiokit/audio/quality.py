"""Whether a recording can be used: how loud, how clipped, and whether anybody spoke. Unsure means yes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.resample import resample
from audiokit.errors import ClipTooShort, NothingHeard

__all__ = ["Quality", "measure", "refuse_unusable"]

_CEILING = 32_767 / 32_768  # the largest PCM16 sample
_CLIPPED_RATIO = 0.005
_QUIET_PEAK_DBFS = -35.0

# Speech is looked for at 8 kHz, in 30 ms windows every 10 ms, in six bands of the telephone's 200 to 3400 Hz.
_RATE_HZ = 8_000
_WINDOW_FRAMES = 240
_HOP_FRAMES = 80
_BLOCK_WINDOWS = 6_000
_BAND_BINS = np.round(np.array([200, 500, 900, 1400, 2000, 2700, 3400]) * _WINDOW_FRAMES / _RATE_HZ).astype(np.intp)
# Over 70 ms, white noise stays within 5.5 dB of its tenth percentile in every band for an hour; speech only as loud as
# the white noise around it rises by 15 dB for a tenth of a second at least (90 real recordings; measured 2026-11).
_SMOOTHED_WINDOWS = 5
_FLOOR_PERCENTILE = 10
_RISE_DB = 6.0
_LIVE_DBFS = -95.0  # below: digital silence, as before a microphone wakes; it says nothing about the noise
_AUDIBLE_DBFS = -80.0
_MIN_SPEECH_S = 0.1

_Powers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What can be said about a recording without understanding it. Levels are ``-inf`` for digital silence.

    ``rms_dbfs`` is against a full-scale square. ``clipped_ratio`` is the share of samples that stand in a row at the
    ceiling. ``speech_ratio`` is the share of windows that rise above the noise. ``noise_floor_dbfs`` is the level of
    the quietest tenth, from 200 to 3400 Hz.
    """

    duration_s: float
    peak_dbfs: float
    rms_dbfs: float
    clipped_ratio: float
    speech_ratio: float
    noise_floor_dbfs: float

    @property
    def has_speech(self) -> bool:
        """Whether something rises above the noise for long enough to be a word."""
        return self.speech_ratio * self.duration_s >= _MIN_SPEECH_S

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on what would make the next recording better."""
        sentences = []
        if self.clipped_ratio >= _CLIPPED_RATIO:
            sentences.append(
                f"This recording is distorted: {self.clipped_ratio:.1%} of it is clipped. "
                "Move the microphone away a little."
            )
        if self.peak_dbfs < _QUIET_PEAK_DBFS:
            sentences.append("This recording is very quiet. Move closer to the microphone, or turn it up.")
        return tuple(sentences)


def measure(clip: Clip) -> Quality:
    """Return what the clip is like; every channel is listened to on its own."""
    powers = _smoothed(_band_powers(resample(clip, _RATE_HZ)))
    levels_dbfs = _dbfs(powers.sum(axis=2))
    return Quality(
        duration_s=clip.duration_s,
        peak_dbfs=float(_dbfs(_peak(clip.samples) ** 2)),
        rms_dbfs=float(_dbfs(_mean_square(clip.samples))),
        clipped_ratio=_clipped_ratio(clip.samples),
        speech_ratio=float(_rises(powers, levels_dbfs).mean()),
        noise_floor_dbfs=float(_dbfs(np.percentile(powers.sum(axis=2).mean(axis=1), _FLOOR_PERCENTILE))),
    )


def refuse_unusable(clip: Clip, *, min_duration_s: float = 0.4) -> Quality:
    """Return the clip's quality, unless there is nothing in it worth sending.

    Digital silence, hum and steady noise are refused. Whoever spoke is never refused, and neither are sounds that come
    and go: telling those from speech is the model's work.

    Raises:
        ClipTooShort: it lasts less than ``min_duration_s``.
        NothingHeard: nothing in it rises above the noise.
    """
    if clip.duration_s < min_duration_s:
        raise ClipTooShort(duration_s=clip.duration_s, min_duration_s=min_duration_s)
    quality = measure(clip)
    if not quality.has_speech:
        raise NothingHeard(
            "Nothing was heard in this recording, so nothing was sent. "
            "Check that the right microphone is chosen and not muted, then record again.",
            duration_s=quality.duration_s,
            peak_dbfs=quality.peak_dbfs,
        )
    return quality


def _dbfs(power: npt.ArrayLike) -> _Powers:
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(power), np.float64)


def _peak(samples: Samples) -> float:
    return float(max(samples.max(), -samples.min())) if samples.size else 0.0


def _mean_square(samples: Samples) -> float:
    return float(np.einsum("ij,ij->", samples, samples, dtype=np.float64)) / max(samples.size, 1)


def _clipped_ratio(samples: Samples) -> float:
    """Return the share of samples at the ceiling whose neighbour is there too; one alone is only a peak."""
    at_ceiling = (samples >= _CEILING) | (samples <= -_CEILING)
    beside = np.zeros_like(at_ceiling)
    beside[1:] = at_ceiling[:-1]
    beside[:-1] |= at_ceiling[1:]
    return float(np.count_nonzero(at_ceiling & beside)) / max(samples.size, 1)


def _band_powers(clip: Clip) -> _Powers:
    """Return mean squares of shape (n_windows, n_channels, n_bands); one window at least."""
    samples = clip.samples
    if clip.n_frames < _WINDOW_FRAMES:
        samples = np.pad(samples, ((0, _WINDOW_FRAMES - clip.n_frames), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW_FRAMES, axis=0)[::_HOP_FRAMES]
    return np.concatenate(list(_blocks_of_powers(windows)))


def _blocks_of_powers(windows: Samples) -> Iterator[_Powers]:
    """Go through the windows a minute at a time, so that hours need no more memory than their result."""
    taper = np.hanning(_WINDOW_FRAMES).astype(np.float32)
    scale = 2 / (_WINDOW_FRAMES * float(np.square(taper).sum()))  # Parseval: a sine of peak 1 comes out as 0.5
    for start in range(0, len(windows), _BLOCK_WINDOWS):
        spectrum = np.fft.rfft(windows[start : start + _BLOCK_WINDOWS] * taper)[..., : _BAND_BINS[-1]]
        bins = spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
        yield np.add.reduceat(bins, _BAND_BINS[:-1], axis=2) * scale


def _smoothed(powers: _Powers) -> _Powers:
    n_windows = min(_SMOOTHED_WINDOWS, len(powers))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(powers, n_windows, axis=0).mean(axis=-1))


def _rises(powers: _Powers, levels_dbfs: _Powers) -> npt.NDArray[np.bool_]:
    """Return, for each window, whether in any channel and band it rises above what is always there."""
    rises = np.zeros(len(powers), np.bool_)
    for channel in range(powers.shape[1]):
        live = levels_dbfs[:, channel] > _LIVE_DBFS
        if live.any():
            floor = np.percentile(powers[live, channel], _FLOOR_PERCENTILE, axis=0)
            louder = powers[:, channel] > floor * 10 ** (_RISE_DB / 10)
            rises |= louder.any(axis=1) & (levels_dbfs[:, channel] > _AUDIBLE_DBFS)
    return rises
