"""On SQLite, what was deleted is overwritten in the file, and its log is emptied."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from searching import files_with
from sqlalchemy import delete, insert, update

from audiokit.store.columns import utc_now
from audiokit.store.database import open_database
from audiokit.store.tables import person, preference

SECRET = b"the marmalade factory in Dundee"


def test_what_was_deleted_or_changed_is_in_no_page_and_not_in_the_log(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    try:
        row = {"person_id": "ada", "name": "long", "value": SECRET.decode() * 3_000}
        with database.write() as connection:
            connection.execute(insert(person), {"id": "ada", "name": "Ada", "created_at": utc_now()})
            connection.execute(insert(preference), [row, row | {"name": "short", "value": SECRET.decode()}])
        assert files_with(tmp_path, [SECRET])
        with database.write() as connection:
            connection.execute(delete(preference).where(preference.c.name == "long"))
            connection.execute(update(preference).values(value="nothing"))
        assert database.tidy()
        assert files_with(tmp_path, [SECRET]) == {}
    finally:
        database.close()


def test_without_that_it_would_be_found(tmp_path: Path) -> None:
    """Some builds of SQLite overwrite by default: the control, where the file is told not to."""
    with closing(sqlite3.connect(tmp_path / "file.sqlite")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE told (words TEXT)")
        connection.execute("INSERT INTO told VALUES (?)", [SECRET.decode() * 3_000])
        connection.commit()
        connection.execute("DELETE FROM told")
        connection.commit()
    assert files_with(tmp_path, [SECRET])


def test_somebody_who_reads_meanwhile_is_not_waited_for(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    try:
        with database.read() as reading:
            reading.execute(person.select()).all()
            with database.write() as connection:
                connection.execute(insert(person), {"id": "bo", "name": "Bo", "created_at": utc_now()})
            assert not database.tidy()
        assert database.tidy()
    finally:
        database.close()
