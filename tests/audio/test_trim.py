from __future__ import annotations

import numpy as np
import pytest
from clips import noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from real import real_file
from talks import activity_from, activity_of, long_talk, talk
from words import known_words, n_wrong

from audiokit.audio.changing.timemap import TimeMap
from audiokit.audio.changing.trim import apply, keep_plan
from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import LEAD_S, TAIL_S
from audiokit.audio.resample import resample
from audiokit.offline.engine import Engine

RATE = 16_000
MARGINS_S = LEAD_S + TAIL_S


def flags(text: str) -> np.ndarray:
    """Ten windows a character, ``#`` is speech."""
    return np.repeat([character == "#" for character in text], 10)


def seconds(time_map: TimeMap) -> list[float]:
    return [edge / time_map.sample_rate_hz for span in time_map.spans for edge in span]


def applied(samples: np.ndarray, time_map: TimeMap, cuts: tuple[int, ...] = ()) -> np.ndarray:
    blocks = [Clip(block, time_map.sample_rate_hz) for block in np.split(samples, cuts)]
    return np.concatenate([clip.samples for clip in apply(blocks, time_map)])


def test_the_ends_are_cut_but_for_a_little_quiet() -> None:
    plan = keep_plan(activity_from(flags("..........####..........")), max_pause_s=None)

    assert seconds(plan) == pytest.approx([1 - LEAD_S, 1.4 + TAIL_S])
    assert plan.removed_s == pytest.approx(2.4 - 0.4 - MARGINS_S)


def test_the_ends_may_be_left_alone() -> None:
    plan = keep_plan(activity_from(flags("..........####..........")), ends=False, max_pause_s=0.6)

    assert seconds(plan) == [0, 2.4]


@pytest.mark.parametrize("max_pause_s", [0.5, 0.6, 1.0])
def test_a_long_pause_keeps_its_beginning_and_its_end(max_pause_s: float) -> None:
    plan = keep_plan(activity_from(flags("##....................##")), max_pause_s=max_pause_s)

    _, cut_s, resumed_s, _ = seconds(plan)
    assert (cut_s - 0.2) + (2.2 - resumed_s) == pytest.approx(max_pause_s)
    assert cut_s - 0.2 >= TAIL_S
    assert 2.2 - resumed_s >= LEAD_S


def test_of_a_pause_the_margins_stay_however_short_it_is_wanted() -> None:
    plan = keep_plan(activity_from(flags("##....................##")), max_pause_s=0)

    assert plan.duration_s == pytest.approx(0.4 + MARGINS_S)


def test_a_pause_that_is_short_enough_stays() -> None:
    assert seconds(keep_plan(activity_from(flags("##......##")), max_pause_s=0.6)) == [0, 1]
    assert seconds(keep_plan(activity_from(flags("##.......................##")), max_pause_s=None)) == [0, 2.7]


def test_where_nothing_may_be_speech_everything_is_kept() -> None:
    assert seconds(keep_plan(activity_from(flags("......")), max_pause_s=0.6)) == [0, 0.6]
    assert keep_plan(activity_from(flags("")), max_pause_s=0.6).spans == ()


@pytest.mark.parametrize("seed", range(5))
def test_no_window_of_speech_is_ever_removed_and_no_long_pause_stays(seed: int) -> None:
    activity = long_talk(seed)
    rate = activity.sample_rate_hz

    plan = keep_plan(activity, max_pause_s=0.6)

    is_kept = np.zeros(activity.n_frames // 50, np.bool_)  # each 50th frame is looked at
    for start, end in plan.spans:
        is_kept[-(-start // 50) : -(-end // 50)] = True
    of_window = np.arange(len(is_kept)) * 50 * 100 // rate
    assert is_kept[activity.is_speech[of_window]].all()
    spoken = np.flatnonzero(activity.is_speech[of_window][is_kept])
    assert np.diff(spoken).max() * 50 / rate <= 0.6 + 0.02
    assert plan.duration_s < activity.duration_s


@st.composite
def cases(draw: st.DrawFn) -> tuple[TimeMap, tuple[int, ...], int]:
    n_frames = draw(st.integers(1, 6_000))
    edges = sorted(draw(st.sets(st.integers(0, n_frames), max_size=8)))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    cuts = tuple(sorted(draw(st.lists(st.integers(0, n_frames), max_size=8))))
    time_map = TimeMap(spans=spans, n_original_frames=n_frames, sample_rate_hz=draw(st.sampled_from([8_000, 11_025])))
    return time_map, cuts, draw(st.integers(1, 2))


@settings(deadline=None)
@given(cases())
def test_what_is_kept_has_the_length_and_the_places_of_the_map_however_it_comes(
    case: tuple[TimeMap, tuple[int, ...], int],
) -> None:
    time_map, cuts, n_channels = case
    samples = np.repeat(np.arange(time_map.n_original_frames, dtype=np.float32)[:, None], n_channels, axis=1)
    if not time_map.spans:
        assert list(apply([Clip(samples, time_map.sample_rate_hz)], time_map)) == []
        return

    kept = applied(samples, time_map, cuts)

    assert kept.shape == (time_map.n_frames, n_channels)
    assert_array_equal(kept, applied(samples, time_map))
    n_fade, at = round(0.005 * time_map.sample_rate_hz), 0
    for start, end in time_map.spans:
        inside = slice(min(n_fade, end - start), max(0, end - start - n_fade))
        assert_array_equal(kept[at : at + end - start, 0][inside], np.arange(start, end)[inside])
        at += end - start


def test_a_joint_makes_no_click() -> None:
    samples = tone(440, seconds=2, rate=RATE, peak=0.8)
    time_map = TimeMap(spans=((3_000, 9_013), (15_573, 29_000)), n_original_frames=32_000, sample_rate_hz=RATE)

    kept = applied(samples, time_map)

    cut_hard = np.abs(np.diff(np.concatenate([samples[3_000:9_013], samples[15_573:29_000]]), axis=0)).max()
    steepest = np.abs(np.diff(samples, axis=0)).max()
    assert cut_hard > 3 * steepest
    assert np.abs(np.diff(kept, axis=0)).max() < 1.5 * steepest
    assert np.abs(kept[[0, -1]]).max() < 0.02


def test_a_joint_changes_neither_an_offset_nor_the_noise_of_the_room() -> None:
    time_map = TimeMap(spans=((0, 8_000), (16_000, 24_000)), n_original_frames=24_000, sample_rate_hz=RATE)
    hiss = noise(seconds=1.5, rate=RATE, rms=0.01)

    assert_allclose(applied(np.full((24_000, 1), 0.3, np.float32), time_map), 0.3, rtol=1e-6)
    assert applied(hiss, time_map)[8_000:8_080].std() == pytest.approx(0.01, rel=0.35)


def test_what_is_whole_comes_through_untouched() -> None:
    samples = noise(seconds=1, rate=RATE, channels=2)

    assert_array_equal(applied(samples, TimeMap.of_everything(RATE, RATE), (100, 5_000)), samples)


@pytest.mark.parametrize(("n_frames", "rate", "reason"), [(900, 8_000, "ends after 900"), (1_000, 16_000, "8000 Hz")])
def test_other_sound_than_that_of_the_map_is_refused(n_frames: int, rate: int, reason: str) -> None:
    samples = np.zeros((n_frames, 1), np.float32)
    time_map = TimeMap.of_everything(1_000, 8_000)

    with pytest.raises(ValueError, match=reason):
        list(apply([Clip(samples, rate)], time_map))


def test_pauses_of_made_up_talk_are_shorter_and_its_speech_is_the_same() -> None:
    samples = talk([(1, 3), (5, 8)], seconds=10)
    plan = keep_plan(activity_of(samples), max_pause_s=0.6)

    kept = applied(samples, plan)

    assert plan.removed_s == pytest.approx(10 - 5.6 - MARGINS_S, abs=0.25)
    assert_array_equal(kept[round(plan.to_prepared_s(1.5) * RATE) :][:RATE], samples[round(1.5 * RATE) :][:RATE])
    assert len(activity_of(kept).segments(min_pause_s=0.7)) == 1


@pytest.mark.real
def test_prepared_speech_is_recognised_as_well_as_before() -> None:
    names = [f"speech/cmusphinx__pocketsphinx/test__data__cards__00{number}.wav" for number in (1, 2, 5)]
    said = [word for name in names for word in known_words(name)]
    parts = list[np.ndarray]()
    for name in names:
        parts += [resample(decode(real_file(name).read_bytes()).mono(), RATE).samples, np.zeros((3 * RATE, 1))]
    hiss = noise(seconds=sum(map(len, parts)) / RATE, rate=RATE, rms=5e-4)
    before = Clip((np.concatenate(parts) + hiss).astype(np.float32), RATE)
    plan = keep_plan(activity_of(before.samples), max_pause_s=0.6)
    after = Clip(applied(before.samples, plan), RATE)

    with Engine() as engine:
        if not engine.capabilities().can_hear:
            pytest.skip(" ".join(engine.capabilities().why_not))
        n_wrong_before, n_wrong_after = (n_wrong(said, engine.hear(clip).text.split()) for clip in (before, after))

    assert plan.removed_s > 6
    assert n_wrong_after <= n_wrong_before <= 0.25 * len(said)
