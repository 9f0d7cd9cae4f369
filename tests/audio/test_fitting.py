from __future__ import annotations

import numpy as np

from audiokit.audio.voice.fitting import Costs, Part, Pause, Sound, fitted


def lasting(expected: int, longest: int = 30) -> Costs:
    return np.asarray(np.square(np.log(np.arange(1, longest + 1) / expected)), np.float32)


def totals_of(heard: str) -> dict[str, Costs]:
    """Each kind costs nothing where it is heard, and 1 a step elsewhere."""
    signs = np.array(list(heard))
    return {kind: np.append(0, np.cumsum(signs != kind)).astype(np.float32) for kind in "ab-"}


def test_sounds_begin_where_they_are_heard() -> None:
    parts: list[Part] = [Pause("-", 0, 0), Sound("a", lasting(3)), Sound("b", lasting(3)), Pause("-", 0, 0)]

    starts = fitted(parts, totals_of("--aaaabb---"), np.array([0, 3, 6, 11]), half_band=20)

    assert starts is not None
    assert starts.tolist() == [0, 2, 6, 8, 11]


def test_a_pause_may_last_longer_than_the_band_is_wide() -> None:
    heard = "aaa" + "-" * 500 + "bbb"
    parts: list[Part] = [Sound("a", lasting(3)), Pause("-", 0, 0), Sound("b", lasting(3))]

    starts = fitted(parts, totals_of(heard), np.array([3, 503, 506]), half_band=10)

    assert starts is not None
    assert starts.tolist() == [0, 3, 503, 506]


def test_a_dear_pause_is_left_out_where_it_is_not_heard() -> None:
    parts: list[Part] = [Sound("a", lasting(3)), Pause("-", 2.5, 0), Sound("b", lasting(3))]

    starts = fitted(parts, totals_of("aaa-bbb"), np.array([3, 3, 7]), half_band=10)

    assert starts is not None
    assert starts[1] == starts[2]


def test_what_has_no_room_does_not_fit() -> None:
    parts: list[Part] = [Sound("a", lasting(1, longest=2)) for _ in range(3)]

    assert fitted(parts, totals_of("aa"), np.array([1, 2, 2]), half_band=5) is None
    assert fitted(parts, totals_of("aaaaaaa"), np.array([2, 4, 7]), half_band=5) is None
