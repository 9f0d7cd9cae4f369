"""One suite over both databases: what is promised of SQLite holds on a real PostgreSQL."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import fresh_database_url
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audiokit.errors import Busy, Damaged, NotFound, StoreError
from audiokit.people.persons import LOCAL, Person, Persons
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.clips import Clips
from audiokit.store.database import Database, hold, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import clip, conversation, entry, person, turn
from audiokit.usage.ledger import Entry, Ledger, Spent

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
SOUND = b"RIFF, and so on"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else fresh_database_url()


@pytest.fixture
def database(address: str | None, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(address, tmp_path, busy_timeout_s=20)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def clips(database: Database, blobs: Blobs) -> Clips:
    with database.write() as connection:
        connection.execute(insert(person), [{"id": name, "name": name, "created_at": NOON} for name in ("ada", "bob")])
    return Clips(database, blobs, now=lambda: NOON)


def an_entry(**given: object) -> Entry:
    known: dict[str, object] = {
        "id": new_id(),
        "at": NOON,
        "person_id": "ada",
        "page": "record_and_converse",
        "endpoint": "offline",
        "kind": "converse",
        "model_asked": "gpt-audio-1.5",
        "total_ms": 1200,
        "outcome": "answered",
    }
    return Entry(**{**known, **given})  # type: ignore[arg-type]  # a test's shorthand: the types are those of Entry


def add_person(database: Database, name: str = "ada") -> None:
    with database.write() as connection:
        connection.execute(insert(person).values(id=name, name=name, created_at=NOON))


def add_conversation(database: Database, name: str = "c") -> None:
    row = {"id": name, "person_id": "ada", "title": "", "voice": "alloy", "tier": "full"}
    with database.write() as connection:
        connection.execute(insert(conversation).values(**row, created_at=NOON, updated_at=NOON))


def add_turn(database: Database, **given: object) -> None:
    row = {"id": "t", "conversation_id": "c", "position": 0, "speaker": "person", "state": "recorded"}
    with database.write() as connection:
        connection.execute(insert(turn).values(**{**row, "created_at": NOON, **given}))


def n_rows(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(person)).scalar_one()


# Transactions


def test_what_was_written_is_read(database: Database) -> None:
    add_person(database)

    with database.read() as connection:
        known = select(person.c.id, person.c.name, person.c.created_at, person.c.team)
        assert connection.execute(known).all() == [("ada", "ada", NOON, None)]


def test_an_error_inside_a_write_undoes_all_of_it(database: Database) -> None:
    def failing() -> None:
        with database.write() as connection:
            connection.execute(insert(person).values(id="ada", name="Ada", created_at=NOON))
            raise LookupError("of the caller")

    with pytest.raises(LookupError, match="of the caller"):
        failing()

    assert n_rows(database) == 0
    add_person(database)  # and the next write is free to go


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError), database.read() as connection:
        connection.execute(insert(person).values(id="ada", name="Ada", created_at=NOON))

    assert n_rows(database) == 0


def test_a_write_inside_a_write_is_refused_at_once(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="hand the connection down"), database.write():
        pass


def test_a_read_keeps_seeing_the_moment_it_began(database: Database) -> None:
    add_person(database, "ada")
    with database.read() as connection:
        count = select(func.count()).select_from(person)
        before = connection.execute(count).scalar_one()
        add_person(database, "bob")
        after = connection.execute(count).scalar_one()

    assert (before, after) == (1, 1)
    assert n_rows(database) == 2


def test_a_read_never_sees_half_a_transaction(database: Database) -> None:
    done, seen = threading.Event(), set()

    def writes() -> None:
        for number in range(60):
            with database.write() as connection:  # two rows at a time, or two rows away
                if number % 2:
                    connection.execute(delete(person))
                else:
                    connection.execute(insert(person).values(id="ada", name="x", created_at=NOON))
                    connection.execute(insert(person).values(id="bob", name="x", created_at=NOON))
        done.set()

    with ThreadPoolExecutor(1) as other:
        writing = other.submit(writes)
        while not done.is_set() and not writing.done():
            with database.read() as connection:
                one = connection.execute(select(person.c.id).where(person.c.id == "ada")).one_or_none()
                two = connection.execute(select(person.c.id).where(person.c.id == "bob")).one_or_none()
            seen.add((one is None, two is None))
        writing.result()

    assert seen <= {(True, True), (False, False)}


def test_a_lock_that_stays_taken_is_busy_and_may_be_tried_again(address: str | None, tmp_path: Path) -> None:
    patient, hasty = (open_database(address, tmp_path, busy_timeout_s=seconds) for seconds in (20, 0.05))
    add_person(patient)

    with patient.write() as connection:
        connection.execute(update(person).values(name="locked"))
        with ThreadPoolExecutor(1) as other, pytest.raises(Busy, match="try again") as busy:
            other.submit(_rename, hasty).result()

    assert busy.value.retryable
    _rename(hasty)
    for database in (patient, hasty):
        database.close()


def _rename(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(person).values(name="later"))


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    add_person(database)
    with database.write() as connection:
        connection.execute(delete(person))
        assert n_rows(database) == 1


def test_a_held_name_makes_another_writer_wait(database: Database) -> None:
    order: list[str] = []

    def second() -> None:
        with database.write() as connection:
            hold(connection, "position of c")
            order.append("second")

    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            hold(connection, "position of c")
            waiting = other.submit(second)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.1)
            order.append("first")
        waiting.result()

    assert order == ["first", "second"]


# What the columns promise


def test_times_come_back_in_utc_whatever_zone_they_had(database: Database) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    with database.write() as connection:
        connection.execute(insert(person).values(id="ada", name="Ada", created_at=elsewhere))

    with database.read() as connection:
        found = connection.execute(select(person.c.created_at)).scalar_one()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="without a zone"), database.write() as connection:
        connection.execute(insert(person).values(id="ada", name="Ada", created_at=NOON.replace(tzinfo=None)))


def test_words_that_no_database_can_hold_cost_nobody_their_turn(database: Database) -> None:
    add_person(database)
    add_conversation(database)
    add_turn(database, words="a\x00b \ud83d\ude00 c\ud83d")

    with database.read() as connection:
        assert connection.execute(select(turn.c.words)).scalar_one() == "a\ufffdb \U0001f600 c\ufffd"


def test_peaks_and_notes_come_back_as_they_were_and_unknown_stays_unknown(database: Database) -> None:
    add_person(database)
    add_conversation(database)
    add_turn(database, peaks=[0.0, 0.25, 1], notes={"said": "\x00ja", "n": None})
    add_turn(database, id="u", position=1)

    columns = select(turn.c.peaks, turn.c.notes, turn.c.duration_s, turn.c.audio_expires_at, turn.c.total_ms)
    with database.read() as connection:
        rows = connection.execute(columns.order_by(turn.c.position)).all()
    assert rows == [([0.0, 0.25, 1], {"said": "\x00ja", "n": None}, None, None, None), (None,) * 5]


@pytest.mark.parametrize(
    "wrong", [{"speaker": "nobody"}, {"state": "maybe"}, {"conversation_id": "none"}, {"words": "x", "id": None}]
)
def test_a_turn_that_makes_no_sense_is_refused(database: Database, wrong: dict[str, object]) -> None:
    add_person(database)
    add_conversation(database)

    with pytest.raises(IntegrityError):
        add_turn(database, **wrong)


def test_two_turns_cannot_stand_in_one_place(database: Database) -> None:
    add_person(database)
    add_conversation(database)
    add_turn(database)

    with pytest.raises(IntegrityError):
        add_turn(database, id="u")


def test_a_conversation_takes_its_turns_with_it_and_the_ledger_stays(database: Database) -> None:
    add_person(database)
    add_conversation(database)
    add_turn(database)
    ledger = Ledger(database)
    ledger.write(an_entry(turn_id="t", conversation_id="c"))

    with database.write() as connection:
        connection.execute(delete(conversation))

    with database.read() as connection:
        assert connection.execute(select(turn.c.id)).all() == []
    assert len(ledger.of_conversation("c")) == 1


# The ledger

_counts = st.none() | st.integers(0, 2**31 - 1)
_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
_names = _words.filter(bool)  # of nobody, and of no page, there are no calls
_entries = st.builds(
    Entry,
    id=_words,
    at=st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()).filter(  # noqa: DTZ001 - bounds
        lambda at: at.utcoffset() is not None
    ),
    person_id=_names,
    page=_names,
    turn_id=st.none() | _words,
    conversation_id=st.none(),
    endpoint=_words,
    kind=_words,
    model_asked=_words,
    model_used=st.none() | _words,
    text_in_tokens=_counts,
    audio_in_tokens=_counts,
    cached_in_tokens=_counts,
    text_out_tokens=_counts,
    audio_out_tokens=_counts,
    characters=_counts,
    input_ms=_counts,
    output_ms=_counts,
    price_id=st.none() | _words,
    cost_nanousd=st.none() | st.integers(0, 2**53),  # nine million dollars; sums of a day have nine digits more
    first_byte_ms=_counts,
    total_ms=st.integers(0, 2**31 - 1),
    outcome=st.sampled_from(["answered", "failed", "cut", "refused"]),
    error=st.none() | _words,
    request_id=st.none() | _words,
    cached=st.booleans(),
)


@given(written=_entries)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_entry_comes_back_as_it_was_written(database: Database, written: Entry) -> None:
    ledger, fresh = Ledger(database), new_id()  # the table outlives one example
    written = replace(written, id=fresh, conversation_id=fresh)

    ledger.write(written)

    (found,) = ledger.of_conversation(fresh)
    # An hour that a clock goes through twice equals no time of another zone (PEP 495), so both are compared in UTC.
    assert found == replace(written, at=written.at.astimezone(UTC))
    assert found.at.utcoffset() == timedelta(0)


def test_an_entry_written_twice_stands_once_as_it_was_first(database: Database) -> None:
    ledger = Ledger(database)
    first = an_entry(id="one", cost_nanousd=5)

    ledger.write(first)
    ledger.write(an_entry(id="one", cost_nanousd=7))

    assert ledger.recent("ada", 10) == (first,)


def test_what_was_spent_adds_what_is_known_and_counts_what_is_not(database: Database) -> None:
    ledger = Ledger(database)
    for given_cost in (5, 7_000_000_000_000, None, 0):
        ledger.write(an_entry(cost_nanousd=given_cost))
    ledger.write(an_entry(cost_nanousd=100, at=NOON - timedelta(microseconds=1)))
    ledger.write(an_entry(cost_nanousd=100, person_id="bob"))

    spent = ledger.spent_nanousd("ada", NOON)

    assert spent == Spent(known_nanousd=7_000_000_000_005, n_unknown=1)
    assert type(spent.known_nanousd) is int
    assert ledger.spent_nanousd("nobody", NOON) == Spent(known_nanousd=0, n_unknown=0)


def test_entries_are_found_by_turn_conversation_and_person(database: Database) -> None:
    ledger = Ledger(database)
    late, early, other = (
        an_entry(at=NOON + timedelta(seconds=1), turn_id="t", conversation_id="c"),
        an_entry(turn_id="t", conversation_id="c"),
        an_entry(turn_id="u", conversation_id="c", person_id="bob", at=NOON + timedelta(seconds=2)),
    )
    for one in (late, early, other):
        ledger.write(one)

    assert ledger.of_turn("t") == (early, late)
    assert ledger.of_conversation("c") == (early, late, other)
    assert ledger.recent("ada", 10) == (late, early)
    assert ledger.recent("ada", 1) == (late,)
    assert ledger.of_turn("none") == ()


def test_of_fifty_threads_that_write_none_loses_an_entry(database: Database) -> None:
    ledger = Ledger(database)

    with ThreadPoolExecutor(50) as crowd:
        list(crowd.map(lambda number: ledger.write(an_entry(id=f"{number:04}", cost_nanousd=1)), range(500)))

    assert ledger.spent_nanousd("ada", NOON) == Spent(known_nanousd=500, n_unknown=0)
    assert len({one.id for one in ledger.recent("ada", 1000)}) == 500


def test_an_outcome_that_is_none_of_ours_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        Ledger(database).write(an_entry(outcome="perhaps"))


# Persons


def test_the_local_person_is_added_once_however_many_ask_at_once(database: Database) -> None:
    with ThreadPoolExecutor(12) as crowd:
        found = list(crowd.map(lambda _: Persons(database).local(), range(24)))

    assert found == [LOCAL] * 24
    assert n_rows(database) == 1


def test_a_person_is_found_by_id_and_nobody_is_made_up(database: Database) -> None:
    add_person(database)

    assert Persons(database).get("ada") == Person("ada", "ada")
    with pytest.raises(NotFound, match="no such person"):
        Persons(database).get("eve")


# Clips


def test_sound_is_kept_for_its_person_with_what_is_known_of_it(database: Database, clips: Clips) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")

    assert digest == digest_of(SOUND)
    assert clips.read("ada", digest) == SOUND
    assert clips.media_type("ada", digest) == "audio/wav"
    with database.read() as connection:
        row = connection.execute(select(clip)).one()
    assert row == (digest, "ada", "audio/wav", len(SOUND), NOON, "recording", None)


def test_a_waveform_stays_beside_its_clip_and_is_its_persons_alone(clips: Clips) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")
    clips.keep("bob", SOUND, "audio/wav", "recording")

    clips.draw("ada", digest, b"drawn")

    assert (clips.waveform("ada", digest), clips.waveform("bob", digest)) == (b"drawn", None)
    clips.forget("ada", digest)
    with pytest.raises(NotFound):
        clips.waveform("ada", digest)


def test_one_persons_sound_is_never_anothers(clips: Clips) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")

    assert clips.owns("ada", digest)
    assert not clips.owns("bob", digest)
    for ask in (clips.read, clips.media_type):
        with pytest.raises(NotFound):
            ask("bob", digest)
    clips.forget("bob", digest)
    assert clips.read("ada", digest) == SOUND


def test_the_same_sound_kept_twice_is_one_clip_as_it_was_first(clips: Clips) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")

    assert clips.keep("ada", SOUND, "audio/mpeg", "upload") == digest
    assert clips.media_type("ada", digest) == "audio/wav"


def test_sound_goes_with_its_last_owner(clips: Clips, blobs: Blobs) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")
    clips.keep("bob", SOUND, "audio/wav", "upload")

    clips.forget("ada", digest)
    assert not clips.owns("ada", digest)
    assert clips.read("bob", digest) == SOUND

    clips.forget("bob", digest)
    assert not blobs.exists(digest)
    clips.forget("bob", digest)


def test_forgetting_leaves_alone_what_was_never_a_clip(clips: Clips, blobs: Blobs) -> None:
    digest = blobs.put(b"someone's reply, kept elsewhere")

    clips.forget("ada", digest)

    assert blobs.exists(digest)


def test_a_clip_whose_bytes_are_gone_is_damaged_not_unknown(clips: Clips, blobs: Blobs) -> None:
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")
    blobs.delete(digest)

    with pytest.raises(Damaged, match="gone from where it was kept"):
        clips.read("ada", digest)


def test_keeping_while_another_forgets_the_same_sound_loses_nothing(clips: Clips) -> None:
    """Ada forgets while Bob keeps: whatever the order, Bob's row has its bytes."""
    digest = digest_of(SOUND)
    with ThreadPoolExecutor(2) as both:
        for _ in range(25):
            clips.keep("ada", SOUND, "audio/wav", "recording")
            forgets = both.submit(clips.forget, "ada", digest)
            keeps = both.submit(clips.keep, "bob", SOUND, "audio/wav", "recording")
            forgets.result()
            keeps.result()
            assert clips.read("bob", digest) == SOUND
            clips.forget("bob", digest)


def test_bytes_that_vanish_between_blob_and_row_are_put_again(
    clips: Clips, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race above at its worst point: the last owner forgets just after our blob was written."""
    digest = clips.keep("ada", SOUND, "audio/wav", "recording")
    put, n_puts = blobs.put, itertools.count()

    def put_then_forgotten(data: bytes) -> str:
        made = put(data)
        if next(n_puts) == 0:
            clips.forget("ada", digest)
            assert not blobs.exists(digest)
        return made

    monkeypatch.setattr(blobs, "put", put_then_forgotten)
    clips.keep("bob", SOUND, "audio/wav", "recording")

    assert clips.read("bob", digest) == SOUND


# Crashes

_WRITES_THEN_DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from audiokit.people.persons import Persons
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import open_database
from audiokit.store.tables import person
from audiokit.usage.ledger import Entry, Ledger

folder = Path(sys.argv[1])
database = open_database(sys.argv[2] or None, folder)
who = Persons(database).local().id
Clips(database, Blobs(folder / "blobs")).keep(who, b"spoken once", "audio/wav", "recording")
Ledger(database).write(Entry(id="one", at=datetime.now(UTC), person_id=who, page="p", endpoint="offline",
                             kind="converse", model_asked="m", total_ms=1, outcome="answered"))
with database.write() as connection:
    connection.execute(person.insert().values(id="half", name="half", created_at=datetime.now(UTC)))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_kill_9_all_that_was_acknowledged_is_there_and_nothing_else(address: str | None, tmp_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", _WRITES_THEN_DIES, tmp_path, address or ""], check=False, timeout=60)  # noqa: S603 - our own program
    assert child.returncode == -signal.SIGKILL

    database = open_database(address, tmp_path)
    assert Clips(database, Blobs(tmp_path / "blobs")).read("local", digest_of(b"spoken once")) == b"spoken once"
    assert [one.id for one in Ledger(database).recent("local", 10)] == ["one"]
    with database.read() as connection:
        assert connection.execute(select(person.c.id)).scalars().all() == ["local"]
        assert connection.execute(select(func.count()).select_from(entry)).scalar_one() == 1
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    database.close()
