from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.changing.timemap import TimeMap

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
THREE_HOURS_S = 3 * 3600


@st.composite
def maps(draw: st.DrawFn) -> TimeMap:
    rate = draw(RATES)
    n_frames = draw(st.integers(2, THREE_HOURS_S * rate))
    edges = sorted(draw(st.sets(st.integers(0, n_frames), min_size=2, max_size=30)))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    return TimeMap(spans=spans, n_original_frames=n_frames, sample_rate_hz=rate)


@given(maps())
def test_durations_add_up(time_map: TimeMap) -> None:
    kept = sum(end - start for start, end in time_map.spans)

    assert time_map.n_frames == kept
    assert time_map.duration_s == kept / time_map.sample_rate_hz
    assert time_map.duration_s + time_map.removed_s == pytest.approx(
        time_map.n_original_frames / time_map.sample_rate_hz
    )


@given(maps(), st.data())
def test_every_kept_frame_comes_back_to_itself(time_map: TimeMap, data: st.DataObject) -> None:
    start, end = data.draw(st.sampled_from(time_map.spans))
    frame = data.draw(st.integers(start, end - 1) | st.sampled_from([start, end - 1]))

    prepared_s = time_map.to_prepared_s(frame / time_map.sample_rate_hz)

    before = sum(b - a for a, b in time_map.spans if b <= frame)
    assert prepared_s == (before + frame - start) / time_map.sample_rate_hz
    assert time_map.to_original_s(prepared_s) == frame / time_map.sample_rate_hz


@given(maps(), st.data())
def test_every_kept_instant_comes_back_to_within_a_frame(time_map: TimeMap, data: st.DataObject) -> None:
    rate = time_map.sample_rate_hz
    start, end = data.draw(st.sampled_from(time_map.spans))
    original_s = data.draw(st.floats(start / rate, (end - 0.01) / rate))

    assert time_map.to_original_s(time_map.to_prepared_s(original_s)) == pytest.approx(original_s, abs=1 / rate)


@given(maps(), st.lists(st.floats(-10, THREE_HOURS_S + 10), min_size=2))
def test_time_never_runs_backwards(time_map: TimeMap, instants: list[float]) -> None:
    for there in (time_map.to_prepared_s, time_map.to_original_s):
        assert all(before <= after for before, after in pairwise(map(there, sorted(instants))))


@given(maps(), st.floats(-10, THREE_HOURS_S + 10))
def test_no_instant_leaves_the_recording(time_map: TimeMap, instant_s: float) -> None:
    assert 0 <= time_map.to_prepared_s(instant_s) <= time_map.duration_s
    original_s = time_map.to_original_s(instant_s)
    assert any(a - 1e-3 <= original_s * time_map.sample_rate_hz <= b + 1e-3 for a, b in time_map.spans)


def test_what_was_removed_has_gone_to_the_joint() -> None:
    time_map = TimeMap(spans=((10, 30), (50, 80)), n_original_frames=100, sample_rate_hz=10)

    assert [time_map.to_prepared_s(s) for s in (0, 1, 2, 3, 4, 4.9, 5, 6, 8, 9)] == [0, 0, 1, 2, 2, 2, 2, 3, 5, 5]
    assert [time_map.to_original_s(s) for s in (-1, 0, 1.9, 2, 3, 5, 6)] == [1, 1, 2.9, 5, 6, 8, 8]


def test_everything_may_be_kept_and_nothing_too() -> None:
    everything = TimeMap.of_everything(480, 48_000)
    nothing = TimeMap(spans=(), n_original_frames=480, sample_rate_hz=48_000)

    assert (everything.duration_s, everything.removed_s, everything.to_original_s(0.005)) == (0.01, 0, 0.005)
    assert (nothing.duration_s, nothing.removed_s, nothing.to_original_s(1), nothing.to_prepared_s(1)) == (
        0,
        0.01,
        0,
        0,
    )
    assert TimeMap.of_everything(0, 48_000).spans == ()


@pytest.mark.parametrize("spans", [((5, 5),), ((5, 3),), ((0, 11),), ((-1, 3),), ((0, 5), (4, 6)), ((5, 6), (0, 2))])
def test_spans_that_make_no_sense_are_refused(spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="in order"):
        TimeMap(spans=spans, n_original_frames=10, sample_rate_hz=10)


def test_maps_are_values() -> None:
    one, other = (TimeMap(spans=((0, 5),), n_original_frames=9, sample_rate_hz=10) for _ in range(2))

    assert one == other
    assert hash(one) == hash(other)
