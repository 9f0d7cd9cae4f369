"""How high a voice is and how loud, every 10 ms. For one voice at a time; what it means is said elsewhere.

Pitch is the fundamental frequency (f0), found by autocorrelation (:mod:`audiokit.audio.voice.periods`) with the costs
and thresholds of Praat's "To Pitch (ac)". Sound is looked at up to 8 kHz: in hiss above 4 kHz periods are harder to
find, and where it is not heard up to 7 % more of a noisy recording seems voiced than Praat says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.voice.intensity import STEPS_PER_WINDOW, moments_of
from audiokit.audio.voice.melody import NEVER, PRAATS_COSTS, Costs, best_path
from audiokit.audio.voice.periods import N_CANDIDATES, Floats, Periods, Search, searched
from audiokit.audio.voice.windowing import windowed

__all__ = [
    "CEILING_HZ",
    "FLOOR_HZ",
    "QUIETEST_DBFS",
    "WINDOW_S",
    "Floats",
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
_HOP = round(_RATE_HZ * WINDOW_S)
_LOUD_BINS = slice(4, 244)  # 62 to 3800 Hz

_PITCH = Search(rate_hz=_RATE_HZ, least_hz=31.25, floor_hz=FLOOR_HZ, ceiling_hz=CEILING_HZ, n_fft=1_024, finer=3)
"""At once or twice the rate, peaks between two lags look too low."""
_WIDE = Search(rate_hz=_RATE_HZ, least_hz=0.0, floor_hz=30.0, ceiling_hz=450.0, n_fft=2_048, finer=1)
"""With it de Jong & Wempe (2009) ask whether a syllable has a voice: in windows of 100 ms, every 20 ms."""
_SPAN = _WIDE.span + _HOP


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """What was heard; window ``i`` is centred on ``(i + 0.5) / 100`` s.

    ``levels_dbfs`` is the RMS from 62 to 3800 Hz against a full-scale square, of shape (n_windows,), never below -120.
    ``moments`` are the mean and the mean square of each fifth of the 10 ms, of shape (n_windows, 5, 2). ``periods`` are
    those of the 46 ms around, from 65 to 500 Hz; ``wide`` those of the 100 ms around the middle of each two windows,
    from 30 to 450 Hz.
    """

    levels_dbfs: Floats
    moments: Floats
    periods: Periods
    wide: Periods

    def __len__(self) -> int:
        return len(self.levels_dbfs)

    def __getitem__(self, windows: slice) -> Windows:
        return Windows(
            levels_dbfs=self.levels_dbfs[windows],
            moments=self.moments[windows],
            periods=self.periods[windows],
            wide=self.wide[windows],
        )

    @staticmethod
    def joined(pieces: Iterable[Windows]) -> Windows:
        """Return the windows of all pieces in a row; there may be none."""
        heard = list(pieces)
        return Windows(
            levels_dbfs=np.concatenate([np.zeros(0, np.float32), *(piece.levels_dbfs for piece in heard)]),
            moments=np.concatenate(
                [np.zeros((0, STEPS_PER_WINDOW, 2), np.float32), *(piece.moments for piece in heard)]
            ),
            periods=Periods.joined(piece.periods for piece in heard),
            wide=Periods.joined(piece.wide for piece in heard),
        )


def listen(blocks: Iterable[Clip]) -> Windows:
    """Return what is heard in mono sound that comes in blocks of one rate; 132 bytes for each 10 ms are kept."""
    return Windows.joined(listening(blocks))


def listening(blocks: Iterable[Clip]) -> Iterator[Windows]:
    """Yield the same five seconds at a time, while the sound goes by."""
    for spans in windowed(blocks, _RATE_HZ, _SPAN):
        yield _analysed(spans)


def contour(
    periods: Periods,
    unvoiced: Floats,
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
    *,
    costs: Costs = PRAATS_COSTS,
) -> Floats:
    """Return the pitch of each window in Hz, NaN where there is no voice: the cheapest way through the candidates.

    ``unvoiced`` is how strong the case for no voice is, of shape (n_windows,).
    """
    usable = (periods.candidates_hz >= floor_hz) & (periods.candidates_hz <= ceiling_hz)
    strengths = np.where(usable & (periods.strengths > 0), periods.strengths, np.float32(NEVER))
    path = best_path(np.log2(periods.candidates_hz), strengths, unvoiced, costs)
    chosen = np.take_along_axis(periods.candidates_hz, np.minimum(path, N_CANDIDATES - 1)[:, None], axis=1)[:, 0]
    return np.where(path < N_CANDIDATES, chosen, np.float32(np.nan))


def _analysed(spans: Samples) -> Windows:
    n = len(spans)
    spectra, periods = searched(_middle(spans, _PITCH.span), _PITCH)
    _, wide = searched(spans[::2, _HOP:], _WIDE)
    loud = spectra[:, _LOUD_BINS].sum(axis=1)
    return Windows(
        levels_dbfs=10 * np.log10(loud + np.float32(10 ** (QUIETEST_DBFS / 10))),
        moments=moments_of(_middle(spans, _HOP)),
        periods=periods,
        wide=wide[np.arange(n) // 2],
    )


def _middle(spans: Samples, n_samples: int) -> Samples:
    first = (spans.shape[1] - n_samples) // 2
    return spans[:, first : first + n_samples]
