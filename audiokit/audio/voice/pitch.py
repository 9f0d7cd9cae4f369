"""How high a voice is and how loud, every 10 ms. For one voice at a time; what it means is said elsewhere.

Pitch is the fundamental frequency (f0), found by autocorrelation after Boersma (1993), "Accurate short-term analysis of
the fundamental frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 97-110, with the
costs and thresholds of Praat's "To Pitch (ac)". Sound is looked at up to 8 kHz: in hiss above 4 kHz periods are harder
to find, and where it is not heard up to 7 % more of a noisy recording seems voiced than Praat says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.voice.melody import NEVER, best_path
from audiokit.audio.voice.windowing import windowed

__all__ = [
    "CEILING_HZ",
    "FLOOR_HZ",
    "QUIETEST_DBFS",
    "WINDOW_S",
    "Windows",
    "contour",
    "listen",
    "listening",
]

FLOOR_HZ, CEILING_HZ = 65.0, 500.0
"""Where pitch is looked for: from low men's voices, whose creak lies lower and has no steady period, to children's.
500 Hz is Praat's standard too; only shouting goes beyond it, and every octave more is one more to err by."""
WINDOW_S = 0.01
QUIETEST_DBFS = -120.0

_RATE_HZ = 16_000
_SPAN = 738  # 46 ms: three periods of the lowest pitch, as a Hann window needs
_FFT = 1_024  # the span and its largest lag fit in, so that nothing wraps around
_FINER = 3  # lags are read at three times the rate; at once or twice it, peaks between two lags look too low
_PERIOD = int(_RATE_HZ / FLOOR_HZ)
_TWO_PERIODS = slice(_SPAN // 2 - _PERIOD, _SPAN // 2 + _PERIOD)
_ONE_PERIOD = slice((_SPAN - _PERIOD) // 2, (_SPAN + _PERIOD) // 2)
_LAGS = np.arange(int(_RATE_HZ * _FINER / CEILING_HZ), int(_RATE_HZ * _FINER / FLOOR_HZ) + 2)
_FIRST_BIN = 2  # below 31 Hz nothing counts
_LOUD_BINS = slice(4, 244)  # 62 to 3800 Hz

_N_CANDIDATES = 5
_OCTAVE_COST = 0.01

Floats = npt.NDArray[np.float32]
_TAPER: Floats = np.hanning(_SPAN + 2)[1:-1].astype(np.float32)
_OF_FULL_SCALE = np.float32(2 / (_FFT * float(np.square(_TAPER).sum())))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """What was heard; window ``i`` is centred on ``(i + 0.5) / 100`` s.

    ``levels_dbfs`` is the RMS from 62 to 3800 Hz against a full-scale square, of shape (n_windows,), never below -120;
    ``powers`` is the mean square of all from 62 Hz to 8 kHz, and ``peaks`` the largest sample near the middle, tapered.
    ``candidates_hz`` are the pitches that a window may have, and ``strengths`` how well each explains it (1 is a
    perfect period), both of shape (n_windows, 5); a strength below 0 is none.
    """

    levels_dbfs: Floats
    powers: Floats
    peaks: Floats
    candidates_hz: Floats
    strengths: Floats

    def __getitem__(self, windows: slice) -> Windows:
        return Windows(
            levels_dbfs=self.levels_dbfs[windows],
            powers=self.powers[windows],
            peaks=self.peaks[windows],
            candidates_hz=self.candidates_hz[windows],
            strengths=self.strengths[windows],
        )

    @staticmethod
    def joined(pieces: Iterable[Windows]) -> Windows:
        """Return the windows of all pieces in a row; there may be none."""
        heard = [_NOTHING, *pieces]
        return Windows(
            levels_dbfs=np.concatenate([piece.levels_dbfs for piece in heard]),
            powers=np.concatenate([piece.powers for piece in heard]),
            peaks=np.concatenate([piece.peaks for piece in heard]),
            candidates_hz=np.concatenate([piece.candidates_hz for piece in heard]),
            strengths=np.concatenate([piece.strengths for piece in heard]),
        )


_NOTHING = Windows(
    levels_dbfs=np.zeros(0, np.float32),
    powers=np.zeros(0, np.float32),
    peaks=np.zeros(0, np.float32),
    candidates_hz=np.ones((0, _N_CANDIDATES), np.float32),
    strengths=np.ones((0, _N_CANDIDATES), np.float32),
)


def listen(blocks: Iterable[Clip]) -> Windows:
    """Return what is heard in mono sound that comes in blocks of one rate; 52 bytes for each 10 ms are kept."""
    return Windows.joined(listening(blocks))


def listening(blocks: Iterable[Clip]) -> Iterator[Windows]:
    """Yield the same five seconds at a time, while the sound goes by."""
    for spans in windowed(blocks, _RATE_HZ, _SPAN):
        yield _analysed(spans)


def contour(windows: Windows, unvoiced: Floats, floor_hz: float = FLOOR_HZ, ceiling_hz: float = CEILING_HZ) -> Floats:
    """Return the pitch of each window in Hz, NaN where there is no voice: the cheapest way through the candidates.

    ``unvoiced`` is how strong the case for no voice is, of shape (n_windows,). Jumps cost 0.35 per octave, each change
    between voiced and unvoiced 0.14.
    """
    usable = (windows.candidates_hz >= floor_hz) & (windows.candidates_hz <= ceiling_hz)
    strengths = np.where(usable & (windows.strengths > 0), windows.strengths, np.float32(NEVER))
    path = best_path(np.log2(windows.candidates_hz), strengths, unvoiced)
    chosen = np.take_along_axis(windows.candidates_hz, np.minimum(path, _N_CANDIDATES - 1)[:, None], axis=1)[:, 0]
    return np.where(path < _N_CANDIDATES, chosen, np.float32(np.nan))


def _analysed(spans: Samples) -> Windows:
    tapered = (spans - spans[:, _TWO_PERIODS].mean(axis=1, keepdims=True)) * _TAPER
    spectra = _power_spectra(tapered)
    spectra[:, :_FIRST_BIN] = 0
    powers, loud = (
        spectra[:, bins].sum(axis=1) * _OF_FULL_SCALE for bins in (slice(_LOUD_BINS.start, None), _LOUD_BINS)
    )
    candidates_hz, strengths = _candidates(_autocorrelations(spectra))
    return Windows(
        levels_dbfs=10 * np.log10(loud + np.float32(10 ** (QUIETEST_DBFS / 10))),
        powers=powers,
        peaks=np.abs(tapered[:, _ONE_PERIOD]).max(axis=1),
        candidates_hz=candidates_hz,
        strengths=strengths,
    )


def _power_spectra(sound: Samples) -> Floats:
    spectra = np.fft.rfft(sound, _FFT)
    return np.asarray(spectra.real**2 + spectra.imag**2, np.float32)


def _autocorrelations(powers: Floats) -> Floats:
    """Return the normalised autocorrelation, from one lag before the first to one after the last.

    It is the cosine transform of the power spectrum, of which only these lags are needed. The taper's own is divided
    out, so that a perfect period reaches 1 at any lag: that is what Boersma found.
    """
    cosines, of_taper = _transform()
    correlations = powers @ cosines
    return np.asarray(correlations[:, 1:] / (np.maximum(correlations[:, :1], 1e-20) * of_taper), np.float32)


@cache
def _transform() -> tuple[Floats, Floats]:
    """Return what a power spectrum is multiplied with, for its autocorrelation at 0 and these lags, and the taper's."""
    lags = np.arange(_LAGS[0] - 1, _LAGS[-1] + 2)
    bins = np.arange(_FFT // 2 + 1)
    angles = 2 * np.pi * np.outer(bins, np.append(0, lags)) / (_FFT * _FINER)
    cosines = np.where(bins == 0, 1, 2)[:, None] * np.cos(angles) / (_FFT * _FINER)
    of_taper = _power_spectra(_TAPER).astype(np.float64) @ cosines
    return cosines.astype(np.float32), (of_taper[1:] / of_taper[0]).astype(np.float32)


def _candidates(correlations: Floats) -> tuple[Floats, Floats]:
    """Return the five best peaks of each autocorrelation, read between the lags by a parabola, in Hz, with strengths.

    Short lags are favoured by 0.01 an octave: a period is as good at twice its length. What reaches beyond 1, between
    two lags, is mirrored there.
    """
    before, here, after = correlations[:, :-2], correlations[:, 1:-1], correlations[:, 2:]
    favour = -_OCTAVE_COST * np.log2(_LAGS * FLOOR_HZ / (_RATE_HZ * _FINER)).astype(np.float32)
    heights = np.where((here > before) & (here >= after), here + favour, np.float32(-1))
    best = _highest(heights)
    y0, y1, y2, height = (np.take_along_axis(values, best, axis=1) for values in (before, here, after, heights))
    shift = np.clip((y0 - y2) / (2 * np.minimum(y0 - 2 * y1 + y2, -1e-9)), -0.5, 0.5)
    hz = (_RATE_HZ * _FINER / (_LAGS[best] + shift)).astype(np.float32)
    peaks = np.maximum(y1 - (y0 - y2) * shift / 4, 1e-9)
    strengths = np.minimum(peaks, 1 / peaks) - _OCTAVE_COST * np.log2(np.float32(CEILING_HZ) / hz)
    return hz, np.where(height > 0, strengths, np.float32(-1)).astype(np.float32)


def _highest(heights: Floats) -> npt.NDArray[np.intp]:
    """Return where the five highest of each row are; five searches take a third of the time of one that sorts."""
    left, rows = heights.copy(), np.arange(len(heights))
    best = np.empty((len(heights), _N_CANDIDATES), np.intp)
    for column in best.T:
        column[:] = left.argmax(axis=1)
        left[rows, column] = -2
    return best
