from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledgers import open_ledger

from audiokit.people.persons import LOCAL
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.kept import Batch, Options, Progress, RecordingHeading
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.remaining import seconds_left, took_s
from audiokit.store.database import open_database
from audiokit.usage.entries import Entry
from audiokit.usage.ledger import Ledger
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


def test_a_recording_took_from_its_first_call_to_its_last_once_it_is_done(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        database = open_database(None, tmp_path)
        batches, recordings = Batches(database), Recordings(database)
        one, other = (batches.add(LOCAL.id, Options()).id for _ in range(2))
        quick, slow, uncalled, working = (recordings.add(LOCAL.id, one, f"{n}.wav", "0" * 64) for n in range(4))
        elsewhere = recordings.add(LOCAL.id, other, "elsewhere.wav", "0" * 64)
        for recording in (quick, slow, uncalled, elsewhere):
            recordings.change(LOCAL.id, recording, state=DONE.value)
        called = {quick: (3, 0, 12.5), slow: (10, 110), working: (0, 5), elsewhere: (0, 7), None: (900,)}
        for recording_id, at_s in called.items():
            for later_s in at_s:
                call(ledger, recording_id, AT + timedelta(seconds=later_s))

        assert took_s(database, one) == {quick: 12.5, slow: 100.0}
        database.close()


def call(ledger: Ledger, recording_id: str | None, at: datetime) -> None:
    ledger.write(
        Entry(
            id=f"{recording_id} {at}",
            at=at,
            person_id=LOCAL.id,
            page="sentiment",
            conversation_id=recording_id,
            endpoint="offline",
            kind="converse",
            model_asked="audiokit-offline",
            total_ms=10,
            outcome="answered",
        )
    )
