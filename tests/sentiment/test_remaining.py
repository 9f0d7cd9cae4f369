from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audiokit.sentiment.kept import Batch, Options, Progress, RecordingHeading
from audiokit.sentiment.remaining import seconds_left
from audiokit.usage.purse import Money

AT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def batch(*recordings: tuple[Progress, float | None]) -> Batch:
    """Recordings r0, r1, ... of those lengths."""
    headings = tuple(
        RecordingHeading(
            id=f"r{number}",
            batch_id="b1",
            name="A call.wav",
            state=state,
            trouble=None,
            duration_s=duration_s,
            n_speakers=1,
            n_segments=0,
            n_contrasts=0,
            strip=(),
            turning_point=None,
            spent_nanousd=0,
            created_at=AT,
        )
        for number, (state, duration_s) in enumerate(recordings)
    )
    return Batch(
        id="b1",
        person_id="local",
        title="",
        options=Options(),
        money=Money(),
        recordings=headings,
        created_at=AT,
        updated_at=AT,
    )


DONE, READING, WAITING = Progress.DONE, Progress.READING, Progress.WAITING


def test_what_is_left_takes_as_long_as_what_is_done_took() -> None:
    one_by_one = batch((DONE, 100.0), (WAITING, 300.0), (WAITING, 200.0))

    assert seconds_left(one_by_one, {"r1", "r2"}, {"r0": 20.0}) == pytest.approx(100)
    assert seconds_left(one_by_one, {"r2"}, {"r0": 20.0}) == pytest.approx(40)


def test_recordings_that_are_worked_on_at_once_are_half_done_and_share_the_time() -> None:
    at_once = batch((DONE, 100.0), (READING, 100.0), (READING, 100.0), (WAITING, 100.0))

    assert seconds_left(at_once, {"r1", "r2", "r3"}, {"r0": 50.0}) == pytest.approx(0.5 * 200 / 2)


def test_one_that_was_paused_for_a_night_changes_nothing() -> None:
    with_a_night = batch((DONE, 100.0), (DONE, 100.0), (DONE, 100.0), (WAITING, 100.0))

    assert seconds_left(with_a_night, {"r3"}, {"r0": 19.0, "r1": 20.0, "r2": 30_000.0}) == pytest.approx(20)


@pytest.mark.parametrize(
    ("given", "took_s"),
    [
        (batch((READING, 100.0), (WAITING, 100.0)), {}),
        (batch((DONE, 100.0), (WAITING, None)), {"r0": 10.0}),
        (batch((DONE, 100.0), (WAITING, 100.0)), {"r0": 0.0}),
    ],
    ids=["nothing is done", "a length is not known", "nobody was called"],
)
def test_where_too_little_is_known_nothing_is_said(given: Batch, took_s: dict[str, float]) -> None:
    assert seconds_left(given, {"r0", "r1"} - set(took_s), took_s) is None
