"""Where a row of figures changes for good: steps that last, found in spite of outliers. Of meaning it knows nothing.

The row is cut where that explains most for a fixed price a cut (optimal partitioning, Jackson et al. 2005, IEEE Signal
Processing Letters 12, 105-108), after a running median of three has taken out what stands alone; such a median leaves
every step where it is. How much figures vary by themselves is told by the differences of neighbours, which hardly know
of steps (von Neumann 1941, Annals of Mathematical Statistics 12, 367-395), in a robust form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    if len(row) < 2 * SHORTEST_RUN:
        return ()
    spread = _spread(row, trust)
    cuts = _cuts(_without_outliers(row) / spread)
    for index, cut in enumerate(cuts):
        start, *_, end = [0, *cuts, len(row)][index : index + 3]
        cuts[index] = _moved(row, start, cut, end)
    while cuts and min(worths := _worths(row, cuts, spread, least)) < 1:
        del cuts[worths.index(min(worths))]
    medians = _medians(row, cuts)
    return tuple(Change(*found, spread) for found in zip(cuts, medians, medians[1:], strict=False))


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
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (row, row**2))
    costs, came_from = np.full(n + 1, np.inf), np.zeros(n + 1, np.intp)
    costs[0] = -price
    for end in range(SHORTEST_RUN, n + 1):
        starts = np.arange(end - SHORTEST_RUN + 1)
        of_run = squares[end] - squares[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        totals = costs[starts] + of_run + price
        came_from[end] = totals.argmin()
        costs[end] = totals[came_from[end]]
    cuts, at = list[int](), int(came_from[n])
    while at:
        cuts.append(at)
        at = int(came_from[at])
    return cuts[::-1]


def _moved(row: _Floats, start: int, cut: int, end: int) -> int:
    """Return the best place near a cut in what was not smoothed: where the distances from both medians are least."""
    before, after = np.median(row[start:cut]), np.median(row[cut:end])
    places = range(max(start + SHORTEST_RUN, cut - _REACH), min(end - SHORTEST_RUN, cut + _REACH) + 1)
    left_over = {
        place: np.abs(row[start:place] - before).sum() + np.abs(row[place:end] - after).sum() for place in places
    }
    return min(left_over, key=lambda place: (left_over[place], abs(place - cut)))


def _medians(row: _Floats, cuts: Sequence[int]) -> list[float]:
    return [float(np.median(run)) for run in np.split(row, list(cuts))]


def _worths(row: _Floats, cuts: Sequence[int], spread: float, least: float) -> list[float]:
    """Return how large each step is, as a multiple of the least that counts, is seen, and is no chance."""
    medians, runs = _medians(row, cuts), np.split(row, list(cuts))
    left_over = np.concatenate([np.abs(run - median) for run, median in zip(runs, medians, strict=True)])
    within = max(spread, _MEAN_TO_SD * float(left_over.sum()) / max(1, len(row) - len(runs)))
    chance = within * (_CHANCE + _CHANCE_OF_MANY * np.log(len(row))) ** 0.5
    return [
        abs(after - before) / max(least, _LEAST_SPREADS * spread, chance * (1 / n + 1 / m) ** 0.5)
        for before, after, n, m in zip(medians, medians[1:], map(len, runs), map(len, runs[1:]), strict=False)
    ]
