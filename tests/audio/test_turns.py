from __future__ import annotations

import numpy as np
import pytest

from audiokit.audio.voice.periods import Periods
from audiokit.audio.voice.pitch import Windows
from audiokit.audio.voice.turns import joined, turns_of


def windows(pitch_hz: float, n: int, *, level_dbfs: float = -20.0) -> Windows:
    """A clear voice of one pitch, and no other that it could be."""
    periods = Periods(
        peaks=np.full(n, 2 * 10 ** (level_dbfs / 20), np.float32),
        candidates_hz=np.full((n, 5), pitch_hz, np.float32),
        strengths=np.tile(np.array([0.9, -1, -1, -1, -1], np.float32), (n, 1)),
    )
    return Windows(
        levels_dbfs=np.full(n, level_dbfs, np.float32),
        moments=np.zeros((n, 5, 2), np.float32),
        periods=periods,
        wide=periods,
    )


@pytest.mark.parametrize(("squeak_hz", "is_mine"), [(70, False), (90, True), (250, True), (450, False)])
def test_what_is_too_far_from_a_voice_is_not_its_pitch(squeak_hz: float, is_mine: bool) -> None:
    _, squeak = turns_of([windows(130, 200), windows(squeak_hz, 30)])

    assert squeak.is_voiced.all()
    assert np.isnan(squeak.pitch_hz).tolist() == [not is_mine] * 30


def test_a_few_windows_of_voice_are_too_little_to_know_where_it_is_at_home() -> None:
    (turn,) = turns_of([windows(450, 9)])

    assert turn.is_voiced.all()


def test_segments_are_judged_by_one_measure() -> None:
    loud, quiet = turns_of([windows(130, 200), windows(130, 200, level_dbfs=-46)])

    assert loud.is_speech.all()
    assert not quiet.is_speech.any()
    assert quiet.is_voiced.all()  # as a word dies away
    assert (loud.n_speaking, quiet.n_speaking, joined([loud, quiet]).n_speaking) == (200, 0, 200)
