"""Opening, refusing and failing; what both databases promise alike is in tests/contracts/test_store.py."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import fresh_database_url
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import OperationalError

from audiokit.errors import AudiokitError, Busy, Damaged, NotConfigured, StoreError
from audiokit.store.database import open_database
from audiokit.store.tables import person

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "hunter2"


def fill(folder: Path, n_persons: int = 2000) -> Path:
    """Make a SQLite database of some pages and return its file."""
    database = open_database(None, folder)
    rows = [{"id": f"{number:05}", "name": "x" * 200, "created_at": NOON} for number in range(n_persons)]
    with database.write() as connection:
        connection.execute(insert(person), rows)
    database.close()
    return folder / "audiokit.sqlite"


def count(folder: Path) -> int:
    database = open_database(None, folder)
    try:
        with database.read() as connection:
            return connection.execute(select(func.count(person.c.name))).scalar_one()
    finally:
        database.close()


# SQLite


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
def test_the_folder_and_the_file_are_their_owners_alone(tmp_path: Path) -> None:
    open_database(None, tmp_path / "data").close()

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "audiokit.sqlite").stat().st_mode & 0o777 == 0o600


def test_sqlite_runs_as_it_was_measured(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)

    def asked(name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    with database.write() as connection:
        assert [asked(name) for name in ("journal_mode", "synchronous", "foreign_keys")] == ["wal", 2, 1]
        assert asked("busy_timeout") == 30_000
    database.close()


def test_a_folder_with_odd_characters_works(tmp_path: Path) -> None:
    folder = tmp_path / "50% of Zoë's? #1"
    fill(folder, 3)

    assert count(folder) == 3


def test_closing_leaves_one_whole_file(tmp_path: Path) -> None:
    fill(tmp_path, 3)

    assert [path.name for path in tmp_path.iterdir()] == ["audiokit.sqlite"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(NotConfigured, match="AUDIOKIT_DATA_DIR"):
        open_database(None, tmp_path / "file" / "data")


def test_a_file_that_is_no_database_is_damaged_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "audiokit.sqlite").write_bytes(b"not a database " * 100)

    with pytest.raises(Damaged, match="move it away"):
        open_database(None, tmp_path)

    assert (tmp_path / "audiokit.sqlite").read_bytes() == b"not a database " * 100


def test_a_page_overwritten_by_a_failing_disk_is_damaged(tmp_path: Path) -> None:
    file = fill(tmp_path)
    whole = bytearray(file.read_bytes())
    half = len(whole) // 2 // 4096 * 4096
    whole[half : half + 16 * 4096] = b"\xff" * 16 * 4096
    file.write_bytes(whole)

    with pytest.raises(Damaged, match="Restore it"):
        count(tmp_path)


def test_another_programs_lock_is_busy(tmp_path: Path) -> None:
    file = fill(tmp_path, 1)
    hasty = open_database(None, tmp_path, busy_timeout_s=0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), hasty.write():
            pass
        other.execute("ROLLBACK")

    with hasty.write():
        pass
    hasty.close()


def test_the_first_opening_waits_for_a_reader_as_every_other_wait_does(tmp_path: Path) -> None:
    """SQLite itself gives up at once when a file that is being read is switched to WAL."""
    with closing(sqlite3.connect(tmp_path / "audiokit.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE older (name)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM older").fetchall()
        with ThreadPoolExecutor(1) as crowd:
            opening = crowd.submit(open_database, None, tmp_path)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.2)
            other.execute("COMMIT")
            opening.result().close()


def test_a_wrong_statement_is_a_bug_and_passes_through_whole(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)

    with pytest.raises(OperationalError, match="no such table"), database.read() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    database.close()


def test_what_a_person_said_is_not_in_an_error(tmp_path: Path) -> None:
    database, said = open_database(None, tmp_path), "my secret wish"

    with pytest.raises(OperationalError) as error, database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": said})
    database.close()

    assert said not in "".join(traceback.format_exception(error.value))


def test_opening_an_up_to_date_database_does_not_load_alembic(tmp_path: Path) -> None:
    open_database(None, tmp_path).close()
    program = (
        "import sys; from pathlib import Path; from audiokit.store.database import open_database; "
        "open_database(None, Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, timeout=60)  # noqa: S603 - our own program


# Addresses


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"mysql://ada:{SECRET}@host/name", "must look like postgresql://"),
        ("sqlite:///file", "must look like postgresql://"),
        (f"ada:{SECRET}", "cannot be read"),
        (f"postgresql://ada:{SECRET}@host:{SECRET}/name", "cannot be read"),
        (f"postgresql://ada@host/name?{SECRET}=1", "an option that PostgreSQL does not know"),
    ],
)
def test_a_wrong_address_is_not_configured(tmp_path: Path, url: str, sentence: str) -> None:
    with pytest.raises(NotConfigured, match=sentence) as error:
        open_database(url, tmp_path)

    assert_keeps_the_secret(error.value)


def assert_keeps_the_secret(error: AudiokitError) -> None:
    assert SECRET not in "".join(traceback.format_exception(error))
    assert SECRET not in repr(error.detail)


def test_without_the_driver_postgresql_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(NotConfigured, match=r"audiokit\[postgres\]"):
        open_database("postgresql://host/name", tmp_path)


def test_a_server_that_is_not_there_is_a_sentence_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1/name cannot be reached") as error:
        open_database(f"postgresql://ada:{SECRET}@127.0.0.1:1/name", tmp_path)

    assert_keeps_the_secret(error.value)


@pytest.mark.postgres
def test_a_refused_password_is_a_sentence_without_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="AUDIOKIT_DATABASE_URL is right") as error:
        open_database(fresh_database_url(password=SECRET), tmp_path)

    assert_keeps_the_secret(error.value)


@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_works(tmp_path: Path, scheme: str) -> None:
    database = open_database(fresh_database_url().replace("postgresql", scheme, 1), tmp_path)

    with database.read() as connection:
        assert connection.dialect.name == "postgresql"
    database.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.postgres
def test_a_connection_that_the_server_dropped_is_a_sentence_and_the_next_one_works(tmp_path: Path) -> None:
    database = open_database(fresh_database_url(), tmp_path)

    def read_while_it_drops_us() -> None:
        with database.read() as connection:
            ours = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.write() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ours})
            connection.execute(select(person))

    with pytest.raises(StoreError, match="cannot be reached"):
        read_while_it_drops_us()

    with database.read() as connection:
        assert connection.execute(select(person)).all() == []
    database.close()


@pytest.mark.postgres
def test_a_server_that_was_restarted_meanwhile_is_not_noticed(tmp_path: Path) -> None:
    database = open_database(fresh_database_url(), tmp_path)
    with database.read() as connection:
        idle = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with database.write() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": idle})

    with database.read() as connection:
        assert connection.execute(select(person)).all() == []
    database.close()
