from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.voice.baseline import Baseline, Differences, Usual, against, baseline
from audiokit.audio.voice.prosody import Prosody

PLAIN = Prosody(
    duration_s=12.0,
    speaking_s=10.0,
    voiced_ratio=0.7,
    pitch_hz=200.0,
    pitch_range_semitones=8.0,
    level_dbfs=-25.0,
    level_range_db=15.0,
    n_syllables=40,
    speaking_rate_per_s=4.0,
    articulation_rate_per_s=5.0,
    n_pauses=4,
    mean_pause_s=0.5,
    pause_ratio=0.2,
)
MUTE = Prosody(
    duration_s=1.0,
    speaking_s=0.0,
    voiced_ratio=None,
    pitch_hz=None,
    pitch_range_semitones=None,
    level_dbfs=None,
    level_range_db=None,
    n_syllables=None,
    speaking_rate_per_s=None,
    articulation_rate_per_s=None,
    n_pauses=0,
    mean_pause_s=None,
    pause_ratio=None,
)
FIVE = [replace(PLAIN, pitch_hz=200 * 2 ** (semitones / 12)) for semitones in (-2, -1, 0, 1, 2)]
USUAL = baseline([PLAIN] * 5)


def amounts(differences: Differences) -> dict[str, float | None]:
    found = {field.name: getattr(differences, field.name) for field in fields(differences)}
    return {name: difference and difference.amount for name, difference in found.items()}


def test_each_figure_differs_in_its_own_unit() -> None:
    other = replace(
        PLAIN,
        pitch_hz=200 * 2 ** (3 / 12),
        pitch_range_semitones=10.0,
        level_dbfs=-21.0,
        level_range_db=12.0,
        speaking_rate_per_s=5.0,
        articulation_rate_per_s=4.5,
        pause_ratio=0.35,
        voiced_ratio=0.6,
    )

    assert amounts(against(other, USUAL)) == pytest.approx(
        {
            "pitch_semitones": 3,
            "pitch_range_semitones": 2,
            "level_db": 4,
            "level_range_db": -3,
            "speaking_rate_percent": 25,
            "articulation_rate_percent": -10,
            "pause_points": 15,
            "voiced_points": -10,
        }
    )


@pytest.mark.parametrize("pitch_hz", [80.0, 200.0, 400.0])
def test_a_semitone_is_as_large_for_any_voice(pitch_hz: float) -> None:
    usual = baseline([replace(PLAIN, pitch_hz=pitch_hz)])

    difference = against(replace(PLAIN, pitch_hz=1.5 * pitch_hz), usual).pitch_semitones

    assert difference is not None
    assert difference.amount == pytest.approx(7.02, abs=0.001)


def test_z_is_in_units_of_how_much_the_speaker_usually_varies() -> None:
    difference = against(FIVE[-1], baseline(FIVE)).pitch_semitones

    assert difference is not None
    assert difference.amount == pytest.approx(2)
    assert difference.z == pytest.approx(2 / 1.4826)


def test_of_a_speaker_who_never_varies_z_stays_within_what_can_be_measured() -> None:
    differences = against(replace(PLAIN, pitch_hz=202.0, speaking_rate_per_s=4.1), USUAL)

    assert differences.pitch_semitones is not None
    assert differences.pitch_semitones.z == pytest.approx(12 * math.log2(1.01) / 0.1)
    assert differences.speaking_rate_percent is not None
    assert differences.speaking_rate_percent.z == pytest.approx(2.5 / 5)


def test_with_few_segments_there_is_a_difference_but_no_z() -> None:
    difference = against(FIVE[0], baseline(FIVE[:4])).pitch_semitones

    assert difference is not None
    assert difference.amount == pytest.approx(-1.5)
    assert difference.z is None


def test_what_is_not_known_makes_no_difference() -> None:
    nothing = Differences(**dict.fromkeys(field.name for field in fields(Differences)))

    assert against(MUTE, USUAL) == nothing
    assert against(PLAIN, baseline([MUTE])) == nothing
    assert against(PLAIN, baseline([])) == nothing


def test_segments_without_a_figure_do_not_count_for_it() -> None:
    usual = baseline([*FIVE, *[replace(MUTE, speaking_s=99.0)] * 9])

    assert usual.pitch_semitones == baseline(FIVE).pitch_semitones
    assert usual.pitch_semitones is not None
    assert usual.pitch_semitones.n == 5


def test_a_figure_that_is_usually_zero_has_no_percentage() -> None:
    silent = replace(PLAIN, speaking_rate_per_s=0.0)

    assert against(PLAIN, baseline([silent])).speaking_rate_percent is None


def test_one_shout_moves_neither_the_median_nor_the_spread() -> None:
    shouted = replace(PLAIN, pitch_hz=480.0)

    usual = baseline([*FIVE, *FIVE, shouted]).pitch_semitones

    assert usual is not None
    assert usual.median == pytest.approx(12 * math.log2(200))
    assert usual.mad == pytest.approx(1)


def test_long_segments_weigh_more_unless_told_otherwise() -> None:
    long, short = replace(PLAIN, speaking_s=60.0), replace(PLAIN, speaking_s=1.0, level_dbfs=-10.0)

    assert baseline([long, short, short]).level_dbfs == Usual(median=-25, mad=0, n=1.067)
    assert baseline([long, short, short], [1, 1, 1]).level_dbfs == Usual(median=-10, mad=0, n=3)
    assert baseline([long, short, short], [1, 0, 0]).level_dbfs == Usual(median=-25, mad=0, n=1)


def test_one_long_segment_among_short_ones_is_too_little_for_a_z() -> None:
    shares = [replace(PLAIN, speaking_s=1.0, level_dbfs=-25.0 + i) for i in range(9)]
    difference = against(shares[4], baseline([*shares, replace(PLAIN, speaking_s=600.0)])).level_db

    assert difference is not None
    assert difference.amount == 4
    assert difference.z is None


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="each segment needs one weight"):
        baseline([PLAIN, PLAIN], weights)


@given(st.lists(st.tuples(st.integers(-60, 0), st.integers(1, 9)), min_size=1, max_size=30))
def test_a_weight_is_the_same_as_so_many_segments(levels_and_weights: list[tuple[int, int]]) -> None:
    weighted = [replace(PLAIN, level_dbfs=float(level)) for level, _ in levels_and_weights]
    repeated = [float(level) for level, weight in levels_and_weights for _ in range(weight)]

    usual = baseline(weighted, [weight for _, weight in levels_and_weights]).level_dbfs

    assert usual is not None
    assert usual.median == np.median(repeated)
    assert usual.mad == np.median(np.abs(np.array(repeated) - usual.median))


def test_a_baseline_has_every_figure_of_its_segments() -> None:
    assert all(isinstance(getattr(USUAL, field.name), Usual) for field in fields(Baseline))
