from __future__ import annotations

import weakref
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_recordings import joined
from numpy.testing import assert_array_equal

from audiokit.audio.changing.parts import in_parts
from audiokit.audio.changing.split import Part
from audiokit.audio.clip import Clip

RATE = 8_000
N_FRAMES = 1_000
SOUND = np.arange(N_FRAMES, dtype=np.float32)[:, None]
EDGES = st.integers(0, N_FRAMES)


def part(start: int, end: int, rate: int = RATE) -> Part:
    return Part(start_frame=start, end_frame=end, sample_rate_hz=rate)


def blocks(*cuts: int, rate: int = RATE) -> list[Clip]:
    return [Clip(block, rate) for block in np.split(SOUND, cuts)]


@st.composite
def in_order(draw: st.DrawFn) -> list[Part]:
    """Parts that go forward: they may overlap, even over several, touch, or leave something out."""
    starts = sorted(draw(st.lists(st.integers(0, N_FRAMES - 1), min_size=1, max_size=6)))
    ends = sorted(draw(st.integers(start + 1, N_FRAMES)) for start in starts)
    return [part(start, end) for start, end in zip(starts, ends, strict=True)]


@settings(max_examples=300, deadline=None)
@given(parts=in_order(), cuts=st.lists(EDGES, max_size=12))
def test_the_parts_are_slices_however_the_sound_is_cut(parts: list[Part], cuts: list[int]) -> None:
    pieces = [joined(piece) for piece in in_parts(blocks(*sorted(cuts)), parts)]

    assert len(pieces) == len(parts)
    for piece, wanted in zip(pieces, parts, strict=True):
        assert_array_equal(piece, SOUND[wanted.start_frame : wanted.end_frame])


@settings(max_examples=50, deadline=None)
@given(edges=st.lists(st.integers(1, N_FRAMES - 1), max_size=5, unique=True).map(sorted), cuts=st.lists(EDGES))
def test_parts_that_touch_give_the_whole_again(edges: list[int], cuts: list[int]) -> None:
    parts = [part(start, end) for start, end in pairwise([0, *edges, N_FRAMES])]

    pieces = in_parts(blocks(*sorted(cuts)), parts)

    assert_array_equal(np.concatenate([joined(piece) for piece in pieces]), SOUND)


def test_channels_stay() -> None:
    stereo = [Clip(np.repeat(block.samples, 2, axis=1), RATE) for block in blocks(300)]

    first, second = (joined(piece) for piece in in_parts(stereo, [part(0, 500), part(400, 1_000)]))

    assert_array_equal(first, np.repeat(SOUND[:500], 2, axis=1))
    assert_array_equal(second, np.repeat(SOUND[400:], 2, axis=1))


def test_no_more_is_asked_for_than_the_parts_need() -> None:
    def endless() -> Iterator[Clip]:
        yield from blocks(500)
        raise AssertionError("nobody needs this")

    assert [len(joined(piece)) for piece in in_parts(endless(), [part(0, 400), part(350, 1_000)])] == [400, 650]


def test_what_no_part_needs_any_more_is_let_go_of() -> None:
    seen = list[weakref.ref[np.ndarray]]()

    def coming() -> Iterator[Clip]:
        for start in range(0, N_FRAMES, 10):
            samples = SOUND[start : start + 10].copy()
            seen.append(weakref.ref(samples))
            yield Clip(samples, RATE)

    held = list[int]()
    for piece in in_parts(coming(), [part(0, 500), part(480, 1_000)]):
        for _ in piece:
            held.append(sum(one() is not None for one in seen))

    assert max(held) <= 5


@pytest.mark.parametrize(
    ("sound", "parts", "sentence"),
    [
        (blocks(), [part(0, N_FRAMES + 1)], "ends at frame 1000"),
        ([], [part(0, 1)], "ends at frame 0"),
        (blocks(rate=16_000), [part(0, 10)], "16000 Hz"),
    ],
)
def test_sound_that_is_not_that_of_the_parts_is_refused(sound: list[Clip], parts: list[Part], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        [joined(piece) for piece in in_parts(sound, parts)]


def test_no_parts_are_no_sound() -> None:
    assert [*in_parts(blocks(), [])] == []
