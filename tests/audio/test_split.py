from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from clips import noise
from hypothesis import example, given, settings
from hypothesis import strategies as st
from real import real_file
from talks import activity_from, activity_of, long_talk

from audiokit.audio.changing.split import Part, cut_points
from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.resample import resample

RATE = 16_000


def with_pauses(*pauses_s: tuple[float, float], seconds: float = 100) -> Activity:
    is_speech = np.ones(round(seconds * 100), np.bool_)
    for start_s, end_s in pauses_s:
        is_speech[round(start_s * 100) : round(end_s * 100)] = False
    return activity_from(is_speech)


def only_cut(activity: Activity, max_part_s: float = 60) -> Part:
    first, _ = cut_points(activity, max_part_s=max_part_s)
    return first


def assert_covers(activity: Activity, parts: tuple[Part, ...], max_part_s: float, overlap_s: float = 0) -> None:
    """The parts are in order, fit, and leave nothing out; all but the first share what was asked for."""
    rate = activity.sample_rate_hz
    assert (parts[0].start_frame, parts[-1].end_frame) == (0, activity.n_frames)
    assert (parts[0].n_overlap_frames, parts[0].starts_in_speech, parts[-1].ends_in_speech) == (0, False, False)
    for part, following in pairwise(parts):
        assert following.start_frame + following.n_overlap_frames == part.end_frame
        assert following.n_overlap_frames == round(overlap_s * rate)
        assert following.starts_in_speech == part.ends_in_speech
        assert 0.8 * max_part_s - 1 / rate <= part.duration_s
    for part in parts:
        assert part.sample_rate_hz == rate
        assert 0 < part.duration_s <= max_part_s
        assert abs(part.start_s * rate - part.start_frame) < 1e-3
        assert abs(part.end_s * rate - part.end_frame) < 1e-3


def window_of(frame: int, rate: int) -> int:
    """Return the last window of 10 ms that begins at this frame or before it; windows begin at whole frames."""
    return (frame * 100 + 99) // rate


def assert_cut_in_pauses(activity: Activity, parts: tuple[Part, ...], max_part_s: float) -> None:
    """Nothing is cut in speech where there is a pause in the last fifth of the room, and what is cut says so."""
    rate, room = activity.sample_rate_hz, int(max_part_s * activity.sample_rate_hz)
    for part in parts[:-1]:
        earliest, latest = part.start_frame + room - room // 5, part.start_frame + room
        windows = activity.is_speech[window_of(earliest, rate) : window_of(latest - 1, rate) + 1]
        is_cut_in_speech = bool(activity.is_speech[window_of(part.end_frame, rate)])
        assert is_cut_in_speech == part.ends_in_speech == bool(windows.all())


@pytest.mark.parametrize("seed", range(50))
def test_long_recordings_are_never_cut_in_speech_where_there_is_a_pause(seed: int) -> None:
    activity = long_talk(seed)
    max_part_s = float(np.random.default_rng(seed).choice([20, 60, 240, 600, 1_400]))

    parts = cut_points(activity, max_part_s=max_part_s)

    assert_covers(activity, parts, max_part_s)
    assert_cut_in_pauses(activity, parts, max_part_s)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 700), max_size=40),
    st.sampled_from([8_000, 11_025, 22_050, 44_100]),
    st.integers(0, 79),  # of 80: a window more would be missing whole
    st.floats(1, 60),
    st.floats(0, 0.5),
)
@example([1, 1, 117, 320, 21], 11_025, 0, 1.0, 0.0)  # a pause ends within the frame that the last fifth begins with
def test_parts_cover_any_recording_and_are_cut_in_its_pauses(
    lengths: list[int], rate: int, n_missing: int, max_part_s: float, overlap: float
) -> None:
    is_speech = np.repeat(np.arange(len(lengths)) % 2 == 0, lengths)
    activity = activity_from(is_speech, n_frames=max(0, len(is_speech) * rate // 100 - n_missing), rate=rate)

    parts = cut_points(activity, max_part_s=max_part_s, overlap_s=overlap * max_part_s)

    if not lengths:
        assert parts == ()
        return
    assert_covers(activity, parts, max_part_s, overlap * max_part_s)
    assert_cut_in_pauses(activity, parts, max_part_s)


def test_what_is_short_enough_is_one_part() -> None:
    activity = with_pauses(seconds=60)

    assert cut_points(activity, max_part_s=60) == (Part(start_frame=0, end_frame=60 * RATE, sample_rate_hz=RATE),)


def test_of_two_pauses_the_longer_is_cut_in_its_middle() -> None:
    assert only_cut(with_pauses((50, 50.9), (55, 55.3))).end_s == 50.45


def test_a_pause_before_the_last_fifth_is_left_alone() -> None:
    assert only_cut(with_pauses((30, 40), (55, 55.1))).end_s == 55.05


def test_a_pause_that_only_reaches_into_the_last_fifth_is_cut_where_speech_is_farthest() -> None:
    assert only_cut(with_pauses((40, 48.4))).end_s == 48
    assert only_cut(with_pauses((59, 90))).end_s == 60


def test_of_a_long_pause_that_just_begins_less_is_had_than_of_a_short_one() -> None:
    assert only_cut(with_pauses((50, 50.4), (59.9, 90))).end_s == 50.2


def test_without_a_pause_the_quietest_moment_is_cut_and_the_parts_say_so() -> None:
    activity = with_pauses()
    activity.levels_dbfs[:] = -20
    activity.levels_dbfs[5_003] = -60  # one window alone is a gap between two sounds
    activity.levels_dbfs[5_500:5_503] = -40

    first, second = cut_points(activity, max_part_s=60)

    assert first.end_s == pytest.approx(55.015)
    assert (first.ends_in_speech, second.starts_in_speech) == (True, True)


@pytest.mark.parametrize("pause_s", [(40, 48), (60, 70)])
def test_a_pause_that_only_touches_the_last_fifth_is_not_in_it(pause_s: tuple[float, float]) -> None:
    assert only_cut(with_pauses(pause_s)).ends_in_speech


def test_parts_may_overlap() -> None:
    first, second = cut_points(with_pauses((55, 56)), max_part_s=60, overlap_s=2)

    assert (first.start_s, first.end_s) == (0, 55.5)
    assert (second.start_s, second.end_s, second.n_overlap_frames) == (53.5, 100, 2 * RATE)


@pytest.mark.parametrize(("max_part_s", "overlap_s"), [(0.9, 0), (60, 31), (60, -1)])
def test_parts_that_cannot_be_are_refused(max_part_s: float, overlap_s: float) -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        cut_points(with_pauses(), max_part_s=max_part_s, overlap_s=overlap_s)


@pytest.mark.real
def test_real_speech_is_cut_between_its_phrases() -> None:
    names = [
        f"speech/cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0{n}.wav"
        for n in (870, 880, 890, 920)
    ]
    speech = np.concatenate([resample(decode(real_file(name).read_bytes()).mono(), RATE).samples for name in names])
    activity = activity_of(np.concatenate([speech + noise(seconds=len(speech) / RATE, rate=RATE, rms=1e-4)] * 28))

    parts = cut_points(activity, max_part_s=25)

    assert_covers(activity, parts, 25)
    assert_cut_in_pauses(activity, parts, 25)
    assert len(parts) > 20
    cuts = [part.end_frame * 100 // RATE for part in parts[:-1]]
    around_dbfs = [activity.levels_dbfs[cut - 2 : cut + 3].max() for cut in cuts]
    assert max(around_dbfs) < np.percentile(activity.levels_dbfs, 90) - 12
