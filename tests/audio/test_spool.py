from __future__ import annotations

import numpy as np
import pytest
from clips import noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from made_recordings import joined
from numpy.testing import assert_allclose, assert_array_equal

from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip

RATE = 8_000


def filled(samples: np.ndarray, rate: int = RATE) -> Spool:
    spool = Spool(rate)
    for block in np.array_split(samples, 3):
        spool.add(Clip(block, rate))
    return spool


@pytest.mark.parametrize("seconds", [0.001, 1, 100], ids=["a moment", "in memory", "in a file"])
def test_what_was_put_aside_comes_again_as_often_as_one_likes(seconds: float) -> None:
    samples = noise(seconds=seconds, rate=RATE)
    spool = filled(samples)

    first, second = joined(spool.blocks()), joined(spool.blocks())
    spool.close()

    assert spool.duration_s == seconds
    assert_allclose(first, samples, atol=0.5 / 32_768)
    assert_array_equal(first, second)


@settings(max_examples=50, deadline=None)
@given(edges=st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)).map(sorted))
def test_any_part_can_be_read(edges: list[int]) -> None:
    start, end = edges
    spool = filled(noise(seconds=5, rate=RATE))

    part, whole = [*spool.blocks(start, end)], joined(spool.blocks())
    spool.close()

    assert sum(block.n_frames for block in part) == end - start
    assert not part or np.array_equal(joined(part), whole[start:end])


def test_two_who_read_at_once_do_not_disturb_each_other() -> None:
    spool = filled(noise(seconds=10, rate=RATE))

    pairs = list(zip(spool.blocks(), spool.blocks(), strict=True))
    spool.close()

    assert len(pairs) == 5
    for one, other in pairs:
        assert_array_equal(one.samples, other.samples)


def test_nothing_is_put_aside_and_nothing_comes() -> None:
    spool = Spool(RATE)

    assert (spool.n_frames, spool.duration_s, [*spool.blocks()]) == (0, 0, [])
    spool.close()


def test_what_is_beyond_full_scale_is_clipped() -> None:
    spool = filled(tone(rate=RATE, peak=2.0))

    samples = joined(spool.blocks())
    spool.close()

    assert (samples.min(), samples.max()) == (-1, 32_767 / 32_768)


def test_a_spool_that_is_closed_is_gone() -> None:
    spool = filled(noise(rate=RATE))
    spool.close()

    with pytest.raises(ValueError, match="closed"):
        next(spool.blocks())
