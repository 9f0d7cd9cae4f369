"""What programs have over HTTP by a token: what is the owner's, in the shapes that docs/api.md says."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from belongings import Belongings, belongings
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.app import routes
from audiokit.people.persons import LOCAL
from audiokit.people.tokens import Scope as TokenScope
from audiokit.studio import Studio, shared_studio


@dataclass
class Desk:
    studio: Studio
    web: TestClient
    its: Belongings
    token: str

    def get(self, path: str, **headers: str) -> Any:
        return self.web.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}", **headers})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    patch = pytest.MonkeyPatch()
    patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("desk")))
    patch.setenv("AUDIOKIT_TIME_ZONE", "UTC")
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    its = belongings(studio, LOCAL.id, "The bridge")
    _, token = studio.people.tokens.issue(LOCAL.id, "All", [TokenScope.READ, TokenScope.USAGE])
    with TestClient(Starlette(routes=routes())) as web:
        yield Desk(studio, web, its, token)
    studio.close()
    sys.modules.pop("_audiokit_process", None)
    patch.undo()


def test_each_list_has_what_is_there_a_page_at_a_time(desk: Desk) -> None:
    assert desk.get("me").json() == {"id": "local", "name": "You", "email": None, "team": None, "role": "admin"}
    for name, its_id in (
        ("conversations", desk.its.conversation_id),
        ("programmes", desk.its.programme_id),
        ("recordings", desk.its.recording_id),
    ):
        answer = desk.get(name)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["total"] == 1
        assert answer.json()[name][0]["id"] == its_id
        assert desk.get(f"{name}?offset=1&limit=1").json() == {name: [], "total": 1}
        assert desk.get(f"{name}?limit=501").status_code == desk.get(f"{name}?offset=x").status_code == 400


def test_things_are_had_in_their_formats_and_sound_by_the_range(desk: Desk) -> None:
    archive = desk.get(f"conversations/{desk.its.conversation_id}/export")
    assert any(name.endswith(".json") for name in ZipFile(io.BytesIO(archive.content)).namelist())
    assert "It is The bridge." in desk.get(f"programmes/{desk.its.programme_id}/srt").text
    wav = desk.get(f"programmes/{desk.its.programme_id}/wav", Range="bytes=0-3")
    assert (wav.status_code, wav.content) == (206, b"RIFF")
    assert desk.get(f"recordings/{desk.its.recording_id}/json").json()["name"] == "The bridge.wav"
    assert desk.get(f"programmes/{desk.its.programme_id}/exe").status_code == 404


def test_usage_is_ones_own_to_the_last_digit_as_json_and_csv(desk: Desk) -> None:
    called = [day for day in desk.get("usage").json()["days"] if day["calls"]]
    rows = csv.DictReader(io.StringIO(desk.get("usage?format=csv").content.decode("utf-8-sig")))
    billed = [row for row in rows if row["calls"] != "0"]
    assert [one["cost_usd"] for one in called] == [one["cost_usd"] for one in billed] == ["1.234567891"]
    assert desk.get("usage").json()["sound"] == []  # nobody measured it
    assert not any(day["calls"] for day in desk.get("usage?from=2020-01-01&to=2020-01-31").json()["days"])
    for wrong in ("from=2026-11-02&to=2026-11-01", "from=yesterday", "format=xml"):
        answer = desk.get(f"usage?{wrong}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["message"]


def test_no_token_a_bad_one_and_one_for_something_else_are_told_apart(desk: Desk) -> None:
    _, reads = desk.studio.people.tokens.issue(LOCAL.id, "Reads", [TokenScope.READ])
    none, cookie = desk.web.get("/api/v1/me"), desk.web.get("/api/v1/me", headers={"Cookie": "_streamlit_user=x"})
    bad = desk.web.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    other = desk.web.get("/api/v1/usage", headers={"Authorization": f"bearer {reads}"})

    assert (none.status_code, none.headers["www-authenticate"]) == (401, 'Bearer realm="audiokit"')
    assert cookie.status_code == 401
    assert (bad.status_code, "invalid_token" in bad.headers["www-authenticate"]) == (401, True)
    assert other.status_code == 403
    assert 'error="insufficient_scope", scope="usage"' in other.headers["www-authenticate"]
    assert "lacks the scope usage" in other.json()["error"]["message"]
    assert desk.web.post("/api/v1/me").status_code in {404, 405}


def test_where_the_documentation_stands_every_route_is_in_it() -> None:
    told = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
    for route in routes():
        path = str(getattr(route, "path", ""))
        if path.startswith("/api/v1/"):
            assert f"`{path}`" in told
