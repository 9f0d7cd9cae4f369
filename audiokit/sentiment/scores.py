"""How well a reading tells what was acted: confusion matrices, and areas under the curve. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Area", "Matrix", "area", "matrix"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """How often each row was taken for each column."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area under the ROC curve: how often a figure of the one kind is above one of the other; 0.5 is chance.

    ``n_yes`` and ``n_no`` are the figures that it rests on, of those that should be high and low. None without both.
    """

    value: float | None
    n_yes: int
    n_no: int


def matrix(pairs: Iterable[tuple[str, str]], rows: Sequence[str], columns: Sequence[str]) -> Matrix:
    """Count pairs of what is true and what it was taken for; rows of which there is nothing are left out."""
    counted = Counter(pairs)
    there = tuple(row for row in rows if any(counted[row, column] for column in columns))
    counts = tuple(tuple(counted[row, column] for column in columns) for row in there)
    return Matrix(rows=there, columns=tuple(columns), counts=counts)


def area(figures: Iterable[tuple[float | None, bool | None]]) -> Area:
    """Return it for figures and whether each should be high; what has no figure, or is neither, does not count.

    Ties count half (Mann-Whitney).
    """
    known = [(figure, is_high) for figure, is_high in figures if figure is not None and is_high is not None]
    high = np.array([figure for figure, is_high in known if is_high], np.float64)
    low = np.sort(np.array([figure for figure, is_high in known if not is_high], np.float64))
    if not (len(high) and len(low)):
        return Area(value=None, n_yes=len(high), n_no=len(low))
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return Area(value=float(below.mean() / (2 * len(low))), n_yes=len(high), n_no=len(low))
