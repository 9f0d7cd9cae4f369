from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from postgres import fresh_database_url
from sqlalchemy import Connection, inspect, select, text
from store_rows import add_rows, reflected

from audiokit.errors import StoreError
from audiokit.store import migrations
from audiokit.store.database import Database, open_database
from audiokit.store.engines import engines_for
from audiokit.store.migrations import HEAD, REVISIONS, bring_up_to_date
from audiokit.store.tables import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else fresh_database_url()


def tables_of(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names())


def checks_of(connection: Connection) -> dict[str, set[str | None]]:
    return {name: {one["name"] for one in inspect(connection).get_check_constraints(name)} for name in metadata.tables}


def test_a_migrated_database_has_the_tables_that_the_code_expects(address: str | None, tmp_path: Path) -> None:
    database = open_database(address, tmp_path)
    expected: dict[str, set[str | None]] = {
        "person": {"ck_person_role"},
        "token": set(),
        "preference": set(),
        "prompt": set(),
        "conversation": set(),
        "turn": {"ck_turn_speaker", "ck_turn_state"},
        "clip": set(),
        "entry": {"ck_entry_outcome"},
        "programme": set(),
        "source": set(),
        "line": {"ck_line_state"},
        "made": set(),
        "batch": set(),
        "recording": set(),
        "part": set(),
        "segment": set(),
        "tally_day": set(),
        "tally_month": set(),
        "tally_latency": set(),
        "tally_sound": set(),
        "tally_zone": set(),
        "budget": {"ck_budget_scope_kind", "ck_budget_period"},
        "budget_period": set(),
        "budget_hold": set(),
        "presumed_cost": set(),
        "notice": set(),
        "notice_letter": {"ck_notice_letter_state"},
        "notice_seen": set(),
        "bill_check": {"ck_bill_check_state"},
        "bill_drift": set(),
        "model_switch": set(),
        "sighting": set(),
        "retention": set(),
        "receipt": set(),
        "rate": set(),
        "installation": set(),
    }

    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert checks_of(connection) == expected  # Alembic does not compare these
    database.close()


def test_the_steps_known_to_the_code_are_those_on_the_disk() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert tuple(reversed(newest_first)) == REVISIONS


def test_a_database_newer_than_the_code_is_refused_and_left_alone(address: str | None, tmp_path: Path) -> None:
    database = open_database(address, tmp_path)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = tables_of(database)

    with pytest.raises(StoreError, match="Update audiokit and start again"):
        open_database(address, tmp_path)

    assert tables_of(database) == before
    database.close()


_OPENS = """
import sys
from pathlib import Path
from audiokit.people.persons import Persons
from audiokit.store.database import open_database

print("ready", flush=True)
sys.stdin.readline()  # all together
database = open_database(sys.argv[2] or None, Path(sys.argv[1]))
print(Persons(database).local().id, 'alembic' in sys.modules)
database.close()
"""


def test_of_four_processes_that_open_at_once_one_migrates_and_all_work(address: str | None, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", _OPENS, str(tmp_path), address or ""]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    told = [child.communicate(timeout=60)[0] for child in children]

    assert [child.returncode for child in children] == [0] * 4
    assert {words.split()[0] for words in told} == {"local"}
    assert sum(words.split()[1] == "True" for words in told) == 1


_DIES_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from audiokit.store.database import open_database

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    if statement.strip().startswith("CREATE TABLE entry"):
        os.kill(os.getpid(), signal.SIGKILL)

open_database(sys.argv[2] or None, Path(sys.argv[1]))
"""


def test_kill_9_in_the_middle_of_a_migration_leaves_nothing(address: str | None, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _DIES_HALF_WAY, str(tmp_path), address or ""]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL  # noqa: S603 - our own program
    engines = engines_for(address, tmp_path, busy_timeout_s=20)
    with engines.readers.begin() as connection:
        assert inspect(connection).get_table_names() == []
    engines.dispose()

    database = open_database(address, tmp_path)
    assert tables_of(database) == {*metadata.tables, "alembic_version"}
    database.close()


def test_a_database_from_before_sentiment_keeps_its_rows_and_gets_the_new_tables(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(migrations, "HEAD", "0004")
        database = open_database(address, tmp_path)
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO person (id, name, created_at) VALUES ('ada', 'Ada', '2026-11-21 12:00:00.000000')")
        )
        connection.execute(
            text(
                "INSERT INTO programme (id, person_id, title, state, created_at, updated_at) "
                "VALUES ('p', 'ada', 'Whales', 'draft', '2026-11-21 12:00:00', '2026-11-21 12:00:00')"
            )
        )
    assert "recording" not in tables_of(database)
    database.close()

    database = open_database(address, tmp_path)

    assert tables_of(database) == {*metadata.tables, "alembic_version"}
    with database.read() as connection:
        assert connection.execute(text("SELECT title FROM programme")).scalars().all() == ["Whales"]
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_rows_of_every_earlier_step_are_kept_on_the_way_to_the_newest(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = engines_for(address, tmp_path, busy_timeout_s=20)
    added: list[dict[str, dict[str, object]]] = []
    for number, revision in enumerate(REVISIONS, start=1):
        monkeypatch.setattr(migrations, "HEAD", revision)
        bring_up_to_date(engines)
        with engines.writers.begin() as connection:
            added.append(add_rows(connection, number))

    with engines.readers.begin() as connection:
        for table in reflected(connection):
            first = next(iter(table.primary_key)).name
            there = {row[first]: row for row in connection.execute(select(table)).mappings()}
            written = [rows[table.name] for rows in added if table.name in rows]
            assert len(there) == len(written), table.name
            for row in written:
                assert without_zones(row).items() <= without_zones(dict(there[row[first]])).items(), table.name
    engines.dispose()


def without_zones(row: Mapping[str, object]) -> dict[str, object]:
    """SQLite's times are UTC without saying so."""
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        for name, value in row.items()
    }


_STEP_THAT_MAKES_CONVERSATION_ANEW = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9000", "HEAD", None, None

def upgrade():
    with op.batch_alter_table("conversation", recreate="auto") as table:
        table.alter_column("voice", new_column_name="voice_name")
        table.add_column(sa.Column("mood", sa.Text(), nullable=False, server_default=""))
        table.create_check_constraint("mood", "mood <> 'bad'")
"""


def test_altering_a_parent_leaves_its_children(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite alters a table by making it anew; with foreign keys on that would delete every turn."""
    database = open_database(address, tmp_path)
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO person (id, name, created_at) VALUES ('ada', 'Ada', '2026-11-21 12:00:00.000000')")
        )
        connection.execute(
            text(
                "INSERT INTO conversation (id, person_id, title, voice, tier, created_at, updated_at) "
                "VALUES ('c', 'ada', '', 'alloy', 'full', '2026-11-21 12:00:00', '2026-11-21 12:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO turn (id, conversation_id, position, speaker, state, created_at) "
                "VALUES ('t', 'c', 0, 'person', 'recorded', '2026-11-21 12:00:00')"
            )
        )
    scripts = _scripts_with(tmp_path / "scripts", _STEP_THAT_MAKES_CONVERSATION_ANEW)
    monkeypatch.setattr(migrations, "_SCRIPTS", scripts)
    monkeypatch.setattr(migrations, "REVISIONS", (*REVISIONS, "9000"))
    monkeypatch.setattr(migrations, "HEAD", "9000")

    open_database(address, tmp_path).close()

    with database.read() as connection:
        assert connection.execute(text("SELECT id FROM turn")).scalars().all() == ["t"]
        assert connection.execute(text("SELECT voice_name, mood FROM conversation")).one() == ("alloy", "")
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9000"
    database.close()


def _scripts_with(folder: Path, step: str) -> Path:
    ours = Path(migrations.__file__).parent
    (folder / "versions").mkdir(parents=True)
    for path in (ours / "env.py", *(ours / "versions").glob("0*.py")):
        (folder / path.relative_to(ours)).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "versions" / "9000_next.py").write_text(step.replace("HEAD", HEAD), encoding="utf-8")
    return folder


def test_a_migration_that_would_leave_rows_without_their_parent_is_undone(tmp_path: Path) -> None:
    open_database(None, tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "audiokit.sqlite", isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO clip VALUES ('d', 'nobody', 'audio/wav', 1, '2026-11-21 12:00:00', 'recording', NULL)"
        )
        connection.execute("DELETE FROM alembic_version")
        for name in (
            "turn",
            "conversation",
            "preference",
            "prompt",
            "line",
            "source",
            "programme",
            "made",
            "segment",
            "part",
            "recording",
            "batch",
            "token",
            "person",
            "entry",
            "tally_day",
            "tally_month",
            "tally_latency",
            "tally_sound",
            "tally_zone",
            "budget",
            "budget_period",
            "budget_hold",
            "presumed_cost",
            "notice_letter",
            "notice_seen",
            "notice",
            "bill_drift",
            "bill_check",
            "model_switch",
            "sighting",
            "retention",
            "receipt",
            "rate",
            "installation",
        ):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("ALTER TABLE clip RENAME TO old_clip")

    with pytest.raises(StoreError, match="left as it was"):
        open_database(None, tmp_path)

    with closing(sqlite3.connect(tmp_path / "audiokit.sqlite")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert names == {"old_clip", "alembic_version"}


def test_bringing_up_to_date_twice_changes_nothing(address: str | None, tmp_path: Path) -> None:
    open_database(address, tmp_path).close()
    engines = engines_for(address, tmp_path, busy_timeout_s=20)
    bring_up_to_date(engines)
    with engines.readers.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    engines.dispose()
