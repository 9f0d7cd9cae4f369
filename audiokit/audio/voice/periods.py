"""How sound repeats itself: the periods that each of many windows may have, and how well each explains it.

By autocorrelation after Boersma (1993), "Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 97-110.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["N_CANDIDATES", "Floats", "Periods", "Search", "searched"]

Floats = npt.NDArray[np.float32]

N_CANDIDATES = 5
_OCTAVE_COST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Periods:
    """What each window may repeat itself as.

    ``peaks`` is the largest sample near the middle of each, tapered, of shape (n_windows,). ``candidates_hz`` are the
    pitches that it may have, and ``strengths`` how well each explains it (1 is a perfect period), both of shape
    (n_windows, 5); a strength below 0 is none.
    """

    peaks: Floats
    candidates_hz: Floats
    strengths: Floats

    def __len__(self) -> int:
        return len(self.peaks)

    def __getitem__(self, windows: slice | npt.NDArray[np.intp]) -> Periods:
        return Periods(
            peaks=self.peaks[windows], candidates_hz=self.candidates_hz[windows], strengths=self.strengths[windows]
        )

    @staticmethod
    def joined(pieces: Iterable[Periods]) -> Periods:
        """Return the windows of all pieces in a row; there may be none."""
        found = [_NOTHING, *pieces]
        return Periods(
            peaks=np.concatenate([piece.peaks for piece in found]),
            candidates_hz=np.concatenate([piece.candidates_hz for piece in found]),
            strengths=np.concatenate([piece.strengths for piece in found]),
        )


_NOTHING = Periods(
    peaks=np.zeros(0, np.float32),
    candidates_hz=np.ones((0, N_CANDIDATES), np.float32),
    strengths=np.ones((0, N_CANDIDATES), np.float32),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where periods are looked for: in windows of three of the longest, as a Hann window needs.

    ``n_fft`` is so large that a window and the longest lag fit in, and no more than the ends of its taper wrap around.
    Lags are read at ``finer`` times the rate of the sound. Of what is in a window, nothing below ``least_hz`` counts.
    """

    rate_hz: int
    least_hz: float
    floor_hz: float
    ceiling_hz: float
    n_fft: int
    finer: int

    @property
    def span(self) -> int:
        """How many samples a window has; an even number."""
        return int(3 * self.rate_hz / self.floor_hz) // 2 * 2

    @property
    def lags(self) -> npt.NDArray[np.intp]:
        """The lags, at ``finer`` times the rate."""
        rate_hz = self.rate_hz * self.finer
        return np.arange(int(rate_hz / self.ceiling_hz), int(rate_hz / self.floor_hz) + 2)

    def middle(self, n_periods: int) -> slice:
        """Return where in a window so many of the longest periods lie, in its middle."""
        n = n_periods * int(self.rate_hz / self.floor_hz)
        return slice((self.span - n) // 2, (self.span + n) // 2)


def searched(spans: Samples, search: Search) -> tuple[Floats, Periods]:
    """Return the power spectrum of each window, of shape (n_windows, span), once tapered, and what periods it has.

    Summed, a spectrum is the mean square of its window.
    """
    taper, of_full_scale = _taper(search.span, search.n_fft)
    tapered = (spans - spans[:, search.middle(2)].mean(axis=1, keepdims=True)) * taper
    spectra = _power_spectra(tapered, search.n_fft) * of_full_scale
    spectra[:, : round(search.least_hz * search.n_fft / search.rate_hz)] = 0
    candidates_hz, strengths = _candidates(_autocorrelations(spectra, search), search)
    peaks = np.abs(tapered[:, search.middle(1)]).max(axis=1)
    return spectra, Periods(peaks=peaks, candidates_hz=candidates_hz, strengths=strengths)


@cache
def _taper(span: int, n_fft: int) -> tuple[Floats, np.float32]:
    taper = np.hanning(span + 2)[1:-1]
    return taper.astype(np.float32), np.float32(2 / (n_fft * float(np.square(taper).sum())))


def _power_spectra(sound: Samples, n_fft: int) -> Floats:
    spectra = np.fft.rfft(sound, n_fft)
    return np.asarray(spectra.real**2 + spectra.imag**2, np.float32)


def _autocorrelations(powers: Floats, search: Search) -> Floats:
    """Return the normalised autocorrelation, from one lag before the first to one after the last.

    It is the cosine transform of the power spectrum, of which only these lags are needed. The taper's own is divided
    out, so that a perfect period reaches 1 at any lag: that is what Boersma found.
    """
    cosines, of_taper = _transform(search)
    correlations = powers @ cosines
    return np.asarray(correlations[:, 1:] / (np.maximum(correlations[:, :1], 1e-20) * of_taper), np.float32)


@cache
def _transform(search: Search) -> tuple[Floats, Floats]:
    """Return what a power spectrum is multiplied with, for its autocorrelation at 0 and these lags, and the taper's."""
    lags = np.arange(search.lags[0] - 1, search.lags[-1] + 2)
    bins = np.arange(search.n_fft // 2 + 1)
    angles = 2 * np.pi * np.outer(bins, np.append(0, lags)) / (search.n_fft * search.finer)
    cosines = np.where(bins == 0, 1, 2)[:, None] * np.cos(angles) / (search.n_fft * search.finer)
    of_taper = _power_spectra(_taper(search.span, search.n_fft)[0], search.n_fft).astype(np.float64) @ cosines
    return cosines.astype(np.float32), (of_taper[1:] / of_taper[0]).astype(np.float32)


def _candidates(correlations: Floats, search: Search) -> tuple[Floats, Floats]:
    """Return the five best peaks of each autocorrelation, read between the lags by a parabola, in Hz, with strengths.

    Short lags are favoured by 0.01 an octave: a period is as good at twice its length. What reaches beyond 1, between
    two lags, is mirrored there.
    """
    rate_hz, lags = search.rate_hz * search.finer, search.lags
    before, here, after = correlations[:, :-2], correlations[:, 1:-1], correlations[:, 2:]
    favour = -_OCTAVE_COST * np.log2(lags * search.floor_hz / rate_hz).astype(np.float32)
    heights = np.where((here > before) & (here >= after), here + favour, np.float32(-1))
    best = _highest(heights)
    y0, y1, y2, height = (np.take_along_axis(values, best, axis=1) for values in (before, here, after, heights))
    shift = np.clip((y0 - y2) / (2 * np.minimum(y0 - 2 * y1 + y2, -1e-9)), -0.5, 0.5)
    hz = (rate_hz / (lags[best] + shift)).astype(np.float32)
    peaks = np.maximum(y1 - (y0 - y2) * shift / 4, 1e-9)
    strengths = np.minimum(peaks, 1 / peaks) - _OCTAVE_COST * np.log2(np.float32(search.ceiling_hz) / hz)
    return hz, np.where(height > 0, strengths, np.float32(-1)).astype(np.float32)


def _highest(heights: Floats) -> npt.NDArray[np.intp]:
    """Return where the five highest of each row are; five searches take a third of the time of one that sorts."""
    left, rows = heights.copy(), np.arange(len(heights))
    best = np.empty((len(heights), N_CANDIDATES), np.intp)
    for column in best.T:
        column[:] = left.argmax(axis=1)
        left[rows, column] = -2
    return best
