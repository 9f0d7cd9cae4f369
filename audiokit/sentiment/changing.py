"""Where a row of figures changes for good: steps that last, found in spite of outliers. Of meaning it knows nothing.

The row is cut where that explains most for a fixed price a cut (optimal partitioning, Jackson et al. 2005, IEEE Signal
Processing Letters 12, 105-108), after a running median of three has taken out what stands alone; such a median leaves
every step where it is. How much figures vary by themselves is told by the differences of neighbours, which hardly know
of steps (von Neumann 1941, Annals of Mathematical Statistics 12, 367-395), in a robust form.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["SHORTEST_RUN", "Change", "changes"]

SHORTEST_RUN = 3
"""So many figures in a row are the least that something lasts."""

_MAD_TO_SD = 1.4826
_PRICE, _PRICE_OF_MANY, _FEW = 9.0, 2.0, 14.0
_LEAST_SPREADS = 2.0
_MEAN_TO_SD = 1.2533  # of a normal distribution
_CHANCE, _CHANCE_OF_MANY = 15.0, 2.0
_REACH = 2

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """Figure ``index`` is the first after the change; ``before`` and ``after`` are medians of what lasts."""

    index: int
    before: float
    after: float
    spread: float

    @property
    def amount(self) -> float:
        """How much more it is than before."""
        return self.after - self.before


def changes(figures: Sequence[float], *, least: float, trust: float) -> tuple[Change, ...]:
    """Return where figures, in order, change by ``least`` or more and stay so, in order.

    ``trust`` is how far two figures of the same may lie apart: a row that varies less is taken to vary so much. Fewer
    than six figures are too few to tell.
    """
    row = np.asarray(figures, np.float64)
    return () if len(row) < 2 * SHORTEST_RUN else _changes(row.tobytes(), least, trust)


@lru_cache(maxsize=128)
def _changes(figures: bytes, least: float, trust: float) -> tuple[Change, ...]:
    """Return the same; remembered, since of all rows of a recording a person's correction changes one or two."""
    row = np.frombuffer(figures, np.float64)
    spread = _spread(row, trust)
    cuts = _cuts(_without_outliers(row) / spread)
    for index, cut in enumerate(cuts):
        start, *_, end = [0, *cuts, len(row)][index : index + 3]
        cuts[index] = _moved(row, start, cut, end)
    runs = [_Run.of(run) for run in np.split(row, cuts)]
    while len(runs) > 1:
        worths = _worths(runs, spread, least)
        if worths[weakest := int(worths.argmin())] >= 1:
            break
        runs[weakest : weakest + 2] = [_Run.of(np.concatenate([run.figures for run in runs[weakest : weakest + 2]]))]
    starts = itertools.accumulate(len(run.figures) for run in runs)
    return tuple(
        Change(start, before.median, after.median, spread)
        for start, (before, after) in zip(starts, itertools.pairwise(runs), strict=False)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Figures in a row, their median, and how far they lie from it in all."""

    figures: _Floats
    median: float
    left_over: float

    @classmethod
    def of(cls, figures: _Floats) -> _Run:
        median = _median(figures)
        return cls(figures, median, float(np.abs(figures - median).sum()))


def _spread(row: _Floats, trust: float) -> float:
    """Return how much neighbours vary, as a standard deviation; of few figures it is known badly, and taken larger."""
    differences = np.abs(np.diff(row)) / np.sqrt(2)
    return max(trust, _MAD_TO_SD * float(np.median(differences)) * (1 + _FEW / len(row) ** 2))


def _without_outliers(row: _Floats) -> _Floats:
    padded = np.concatenate([row[:1], row, row[-1:]])
    ends = np.median(row[:3]), np.median(row[-3:])
    found: _Floats = np.median(np.lib.stride_tricks.sliding_window_view(padded, 3), axis=1)
    found[0], found[-1] = ends
    return found


def _cuts(row: _Floats) -> list[int]:
    """Return the cuts into runs with the least sum of squares around their means, plus the price of each cut."""
    n = len(row)
    price = _PRICE + _PRICE_OF_MANY * np.log(n)
    sums, lengths = np.concatenate([[0.0], np.cumsum(row)]), np.arange(n, 0, -1.0)
    costs, came_from = np.full(n + 1, np.inf), np.zeros(n + 1, np.intp)  # less the squares up to there, which stay
    costs[0] = -price
    for end in range(SHORTEST_RUN, n + 1):
        n_starts = end - SHORTEST_RUN + 1
        of_run = sums[end] - sums[:n_starts]
        totals = costs[:n_starts] - of_run * of_run / lengths[n - end : n - end + n_starts]
        came_from[end] = totals.argmin()
        costs[end] = totals[came_from[end]] + price
    cuts, at = list[int](), int(came_from[n])
    while at:
        cuts.append(at)
        at = int(came_from[at])
    return cuts[::-1]


def _moved(row: _Floats, start: int, cut: int, end: int) -> int:
    """Return the best place near a cut in what was not smoothed: where the distances from both medians are least."""
    before, after = _median(row[start:cut]), _median(row[cut:end])
    places = range(max(start + SHORTEST_RUN, cut - _REACH), min(end - SHORTEST_RUN, cut + _REACH) + 1)
    left_over = {
        place: np.abs(row[start:place] - before).sum() + np.abs(row[place:end] - after).sum() for place in places
    }
    return min(left_over, key=lambda place: (left_over[place], abs(place - cut)))


def _median(figures: _Floats) -> float:
    """Return what ``np.median`` does; of a few figures in a tenth of its time."""
    ordered, middle = np.sort(figures), len(figures) // 2
    return float(ordered[middle] if len(figures) % 2 else (ordered[middle - 1] + ordered[middle]) / 2)


def _worths(runs: Sequence[_Run], spread: float, least: float) -> _Floats:
    """Return how large each step is, as a multiple of the least that counts, is seen, and is no chance."""
    medians, lengths = np.array([run.median for run in runs]), np.array([len(run.figures) for run in runs])
    n, left_over = int(lengths.sum()), sum(run.left_over for run in runs)
    within = max(spread, _MEAN_TO_SD * left_over / max(1, n - len(runs)))
    chances = within * (_CHANCE + _CHANCE_OF_MANY * np.log(n)) ** 0.5 * (1 / lengths[:-1] + 1 / lengths[1:]) ** 0.5
    worths: _Floats = np.abs(np.diff(medians)) / np.maximum(max(least, _LEAST_SPREADS * spread), chances)
    return worths
