from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.voice.melody import NEVER, best_path

STRENGTHS = st.sampled_from([NEVER, 0.05, 0.15, 0.3, 0.45, 0.5, 0.7, 0.95])
SILENCES = st.sampled_from([0.45, 0.6, 1.2, -NEVER])
WINDOWS = st.tuples(st.tuples(STRENGTHS, STRENGTHS), st.tuples(st.floats(6, 9), st.floats(6, 9)), SILENCES)


def worth(
    path: tuple[int, ...] | npt.NDArray[np.intp],
    octaves: npt.NDArray[np.float32],
    strengths: npt.NDArray[np.float32],
    unvoiced: npt.NDArray[np.float32],
) -> float:
    """What a way is worth by Boersma's rule, where 2 is no voice."""
    total = sum(float(unvoiced[i]) if state == 2 else float(strengths[i, state]) for i, state in enumerate(path))
    for i, (before, after) in enumerate(pairwise(path)):
        if (before == 2) != (after == 2):
            total -= 0.14
        elif before != 2:
            total -= 0.35 * abs(float(octaves[i, before]) - float(octaves[i + 1, after]))
    return total


@given(st.lists(WINDOWS, max_size=6))
def test_no_other_way_is_worth_more(windows: list[tuple[tuple[float, float], tuple[float, float], float]]) -> None:
    strengths, octaves = (
        np.array([window[index] for window in windows], np.float32).reshape(-1, 2) for index in range(2)
    )

    unvoiced = np.array([window[2] for window in windows], np.float32)

    path = best_path(octaves, strengths, unvoiced)

    best = max(worth(way, octaves, strengths, unvoiced) for way in product(range(3), repeat=len(windows)))
    assert worth(path, octaves, strengths, unvoiced) == pytest.approx(best, abs=1e-3)
