"""The audit log: who saw, changed or deleted what of whose; nothing changes an entry."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.privacy import privacy_routes
from audiokit.errors import NotAllowed
from audiokit.people.addresses import audit_url, everything_url
from audiokit.people.audit import Audit, Deed, write_csv
from audiokit.people.roles import Role
from audiokit.settings import Settings
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, open_database
from audiokit.store.tables import person
from audiokit.studio import open_studio
from audiokit.usage.budget import Every, ScopeKind
from audiokit.usage.reports import Period, Scope


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(None, tmp_path)
    yield database
    database.close()


def test_entries_come_latest_first_page_by_page_and_go_when_their_time_is_over(database: Database) -> None:
    now = [datetime(2026, 11, 21, tzinfo=UTC)]
    audit = Audit(database, now=lambda: now[0])
    for number in range(1_203):
        audit.note("ada" if number % 2 else "bo", Deed.EXPORTED, person_id="cy", detail={"n": number})
    numbers = [entry.detail["n"] for entry in audit.all() if entry.detail]
    assert numbers == list(range(1_202, -1, -1))
    assert len(list(audit.all(about="ada"))) == 601
    assert len(list(audit.all(about="cy"))) == 1_203
    now[0] += timedelta(days=1)
    audit.note_once("ada", Deed.SAW_NUMBERS, person_id="bo")
    audit.note_once("ada", Deed.SAW_NUMBERS, person_id="bo")
    now[0] += timedelta(hours=2)
    audit.note_once("ada", Deed.SAW_NUMBERS, person_id="bo")
    assert audit.forget_before(now[0] - timedelta(hours=12)) == 1_203
    assert [entry.action for entry in audit.all()] == ["saw numbers", "saw numbers"]


def test_a_spreadsheet_runs_nothing_of_it(database: Database) -> None:
    audit = Audit(database)
    audit.note("=HYPERLINK(0)", "exported", detail={"a": 1})
    text = io.StringIO()
    write_csv(audit.all(), text)
    assert "'=HYPERLINK(0)" in text.getvalue()


def test_who_sees_changes_and_exports_is_noted_and_all_of_it_is_for_admins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "studio"))
    studio = open_studio(Settings.read())
    me, other = studio.person().id, "bo"
    with studio.database.write() as connection:
        connection.execute(person.insert(), {"id": other, "name": "Bo", "created_at": utc_now(), "role": "member"})
    try:
        today = studio.usage.today()
        for _ in range(3):  # a page asks at every run
            studio.usage.view(me, Scope(person_id=other), Period(today, today))
        studio.usage.view(me, Scope(person_id=me), Period(today, today))
        studio.usage.put_budget(me, ScopeKind.PERSON, other, Every.MONTH, 10**9, is_hard=True)
        studio.people.set_role(me, other, Role.VIEWER)

        noted = [(entry.actor_id, entry.action, entry.person_id) for entry in studio.privacy.log(other)]
        assert noted == [
            (me, "changed a role", other),
            (me, "changed a budget", other),
            (me, "saw numbers", other),
        ]
        with pytest.raises(NotAllowed):
            studio.privacy.log(other, of_all=True)
        assert studio.privacy.log(me, of_all=True)[0].action == "saw the audit log"

        client = TestClient(Starlette(routes=privacy_routes(lambda: studio)))
        archive = client.get(everything_url(studio.signer, other))
        assert (archive.status_code, archive.headers["content-type"]) == (200, "application/zip")
        assert "changed a role" in client.get(audit_url(studio.signer, other)).text
        assert client.get(audit_url(studio.signer, other, of_all=True)).status_code == 403
        assert client.get(everything_url(studio.signer, "nobody")).status_code == 404
        assert "saw the audit log" in client.get(audit_url(studio.signer, me, of_all=True)).text
    finally:
        studio.close()
