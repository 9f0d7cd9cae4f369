from __future__ import annotations

import av
import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from audiokit.audio.changing.downmix import Mixdown, downmix_gains, downmixed
from audiokit.audio.clip import Clip

LAYOUTS = ["mono", "stereo", "2.1", "3.0", "4.0", "quad", "5.0", "5.1", "5.1(side)", "6.1", "7.1", "7.1(wide)", "22.2"]
STEREO = ("FL", "FR")


def positions(layout: str) -> tuple[str, ...]:
    return tuple(channel.name for channel in av.AudioLayout(layout).channels)


def alone(samples: np.ndarray, *cuts: int) -> int | None:
    mixdown = Mixdown(downmix_gains([""] * samples.shape[1]))
    for block in np.split(samples, cuts):
        mixdown.add(Clip(block, 24_000))
    return mixdown.alone()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_the_same_in_all_channels_keeps_its_level(layout: str) -> None:
    gains = downmix_gains(positions(layout))
    clip = Clip(tone(peak=1.0, channels=len(gains)), 24_000)

    assert sum(gains) == pytest.approx(1)
    assert min(gains) >= 0
    assert_allclose(downmixed(clip, gains).samples, clip.samples[:, :1], atol=1e-6)


def test_of_two_channels_each_is_halved() -> None:
    assert downmix_gains(STEREO) == (0.5, 0.5)


def test_of_a_film_the_centre_counts_most_and_the_low_effects_not_at_all() -> None:
    gains = dict(zip(positions("5.1"), downmix_gains(positions("5.1")), strict=True))

    assert gains["LFE"] == 0
    assert gains["FC"] / gains["FL"] == pytest.approx(np.sqrt(2), rel=1e-4)
    assert gains["FL"] / gains["BL"] == pytest.approx(np.sqrt(2), rel=1e-4)


@pytest.mark.parametrize("channels", [("LFE",), ("LFE", "LFE2"), ("", ""), ("USR0", "NONE", "TBC")])
def test_positions_that_say_nothing_count_the_same(channels: tuple[str, ...]) -> None:
    assert set(downmix_gains(channels)) == {1 / len(channels)}


def test_one_channel_is_left_untouched() -> None:
    clip = Clip(tone(), 24_000)

    assert downmixed(clip, (1.0,)) is clip


@pytest.mark.parametrize("share", [0.99, 0.9])
def test_of_channels_that_cancel_each_other_the_stronger_is_left(share: float) -> None:
    one = noise()

    assert alone(np.hstack([one, -share * one])) == 0
    assert alone(np.hstack([-share * one, one])) == 1


@pytest.mark.parametrize(
    "samples",
    [
        noise(),
        noise(channels=2),
        noise(channels=8),
        tone(channels=2),
        silence(channels=2),
        np.hstack([noise(), silence()]),
        np.hstack([noise(), -0.5 * noise()]),
    ],
    ids=["one", "two", "eight", "same", "silence", "one side", "half upside down"],
)
def test_other_channels_are_mixed(samples: np.ndarray) -> None:
    assert alone(samples) is None


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 24_000), max_size=5))
def test_it_does_not_matter_how_the_sound_is_cut(cuts: list[int]) -> None:
    assert alone(np.hstack([noise(), -noise()]), *sorted(cuts)) == 0
