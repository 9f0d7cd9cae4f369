"""One person's things tried by another, at every route that there is and through every call that a page can make."""

from __future__ import annotations

import dataclasses
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from belongings import Belongings, belongings
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from audiokit.api.app import routes
from audiokit.converse.conversation import Options
from audiokit.converse.live import LiveOptions
from audiokit.errors import AudiokitError
from audiokit.people import addresses
from audiokit.people.addresses import Signer
from audiokit.people.roles import Role
from audiokit.people.signing_in import Identity
from audiokit.people.tokens import Scope as TokenScope
from audiokit.sentiment.kept import Options as Listening
from audiokit.store.tables import metadata
from audiokit.studio import Studio, shared_studio
from audiokit.summaries.formats import default_shape
from audiokit.usage.reports import Period, Scope

WORD = "swordfish"  # stands in whatever is Bob's
FORGER = b"x" * 32
DAYS = {"sheet": "calls", "kind": "csv", "first": "2020-01-01", "last": "2039-12-31"}


@dataclass
class Two:
    studio: Studio
    web: TestClient
    bob: Belongings
    eve: str
    eves_token: str


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Bob, who has one of everything, and Eve, who has nothing but a token; both sign in here."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("two")))
    patch.setenv("AUDIOKIT_ENGINE", "offline")
    for name, value in _OIDC.items():
        patch.setenv(name, value)
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    bob, eve = (_signed_in(studio, name) for name in ("Bob", "Eve"))
    owned = belongings(studio, bob, WORD)
    studio.live.logs.begin(bob, owned.conversation_id)
    _, token = studio.people.tokens.issue(eve, "Eve's", [TokenScope.READ, TokenScope.USAGE])
    with TestClient(Starlette(routes=routes())) as web:
        yield Two(studio, web, owned, eve, token)
    studio.close()
    sys.modules.pop("_audiokit_process", None)
    patch.undo()


_OIDC = {
    "AUDIOKIT_MODE": "oidc",
    "AUDIOKIT_OIDC_METADATA_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
    "AUDIOKIT_OIDC_CLIENT_ID": "audiokit",
    "AUDIOKIT_OIDC_CLIENT_SECRET": "made-up",
    "AUDIOKIT_PUBLIC_URL": "http://testserver",
    "AUDIOKIT_COOKIE_SECRET": "made-up-for-tests-and-long-enough",
}


def _signed_in(studio: Studio, name: str) -> str:
    who = Identity(
        issuer="https://id.example.org",
        subject=name,
        name=name,
        email=None,
        role=Role.MEMBER,
        team=None,
        tells_team=False,
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return studio.people.register.sign_in(who).id


Signed = Callable[[Signer, str, Belongings], str]

PUBLIC = {
    "/api/health",
    "/api/health/ready",
    "/api/metrics",
    "/api/assets/{name}",
    "/api/assets/{version}/{name}",
    "/api/{rest:path}",
}
"""Nobody's: the same for all."""


def _feed(by: Signer, who: str, its: Belongings) -> str:
    key = Signer(by.secret).open(its.feed.rpartition("/")[2])["key"] if by.secret != FORGER else "guessed"
    return f"/api/feed/{by.sign({'use': 'feed', 'person': who, 'key': key}, 3600)}"


SIGNED: dict[str, Signed] = {
    "/api/media/clip/{token}": lambda by, who, its: addresses.clip_url(by, who, its.digest, "audio/wav"),
    "/api/media/live/{token}": lambda by, who, its: addresses.live_url(by, who, its.turn_id),
    "/api/media/words/{token}": lambda by, who, its: addresses.words_url(by, who, its.turn_id),
    "/api/export/{token}": lambda by, who, its: addresses.export_url(by, who, its.conversation_id),
    "/api/programme/{token}": lambda by, who, its: addresses.programme_url(by, who, its.programme_id, "srt"),
    "/api/analysis/{token}": lambda by, who, its: addresses.batch_url(by, who, its.batch_id, "json"),
    "/api/live/{token}": lambda by, who, its: addresses.live_socket_url(by, who, its.conversation_id),
    "/api/live/{token}/log": lambda by, who, its: addresses.live_socket_url(by, who, its.conversation_id) + "/log",
    "/api/usage/{token}": lambda by, who, its: addresses.usage_url(by, who, DAYS | {"of_person_id": its.person_id}),
    "/api/privacy/{token}": lambda by, who, _its: f"/api/privacy/{by.sign({'use': 'everything', 'person': who}, 60)}",
    "/api/feed/{token}": _feed,
    "/api/feed/{token}/{name}": lambda by, who, its: f"{_feed(by, who, its)}/cover.jpg",
    "/api/feed/{token}/{programme}/{name}": lambda by, who, its: (
        f"{_feed(by, who, its)}/{its.programme_id}/transcript.vtt"
    ),
}
"""An address for ``who``, signed by ``by``, of what is somebody's. ``/api/privacy`` has nothing but one's own."""

NOT_JUST_NOW = {"/api/media/live/{token}", "/api/media/words/{token}"}  # they answer while a reply is spoken
UPGRADE = {"/api/live/{token}"}  # over HTTP, this says that it wants a WebSocket

BY_TOKEN: dict[str, Callable[[Belongings], str]] = {
    "/api/v1/me": lambda _its: "",
    "/api/v1/conversations": lambda _its: "",
    "/api/v1/conversations/{id}/export": lambda its: its.conversation_id,
    "/api/v1/programmes": lambda _its: "",
    "/api/v1/programmes/{id}/{format}": lambda its: its.programme_id,
    "/api/v1/recordings": lambda _its: "",
    "/api/v1/recordings/{id}/{format}": lambda its: its.recording_id,
    "/api/v1/usage": lambda _its: "",
}


def test_every_route_is_tried_here() -> None:
    laid = {_path(route) for route in routes()}
    assert laid == PUBLIC | SIGNED.keys() | BY_TOKEN.keys(), "say of each route whose things it gives out"


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", route))


@pytest.mark.parametrize("path", sorted(SIGNED))
def test_an_address_opens_ones_own_and_never_anybody_elses(two: Two, path: str) -> None:
    signer, its, make = two.studio.signer, two.bob, SIGNED[path]
    own = two.web.get(make(signer, its.person_id, its))
    if path in NOT_JUST_NOW:
        assert own.status_code == 404
    else:
        assert own.status_code == (426 if path in UPGRADE else 200), own.text
    shown = WORD.encode() in own.content

    tried = {
        "forged": make(Signer(FORGER), its.person_id, its),
        "signed for Eve, with Bob's id in it": make(signer, two.eve, its),
        "of another kind": make(signer, its.person_id, its).replace(path.split("/")[2], _other(path), 1),
    }
    for how, address in tried.items():
        answer = two.web.get(address)
        own_of_eve = path == "/api/privacy/{token}" and how.startswith("signed")
        assert answer.status_code in ({200} if own_of_eve else {403, 404}), f"{how}: {answer.status_code}"
        assert WORD.encode() not in answer.content, how
        assert its.conversation_id.encode() not in answer.content, how
    assert shown or path in UPGRADE | NOT_JUST_NOW | _WORDLESS


_WORDLESS = {"/api/media/clip/{token}", "/api/live/{token}/log", "/api/export/{token}", "/api/privacy/{token}",
             "/api/feed/{token}/{name}"}  # sound, pictures and archives have no words to look for  # fmt: skip


def _other(path: str) -> str:
    return "usage" if path.startswith("/api/export") else "export"


def test_nobody_talks_live_in_somebody_elses_conversation(two: Two) -> None:
    make = SIGNED["/api/live/{token}"]
    for signer, who in ((two.studio.signer, two.eve), (Signer(FORGER), two.bob.person_id)):
        with (
            pytest.raises((WebSocketDenialResponse, WebSocketDisconnect)),
            two.web.websocket_connect(make(signer, who, two.bob)),
        ):
            pass


@pytest.mark.parametrize("path", sorted(BY_TOKEN))
def test_a_token_reads_its_owners_things_only(two: Two, path: str) -> None:
    its_id = BY_TOKEN[path](two.bob)
    address = path.replace("{id}", its_id).replace("{format}", "srt" if "programmes" in path else "json")

    answer = two.web.get(address, headers={"Authorization": f"Bearer {two.eves_token}"})

    assert answer.status_code == (404 if its_id else 200), answer.text
    assert WORD not in answer.text
    assert two.bob.person_id not in answer.text
    assert two.web.get(address).status_code == 401
    assert two.web.get(address, headers={"Authorization": "Bearer ak_" + "A" * 43}).status_code == 401


def test_who_is_blocked_or_signed_out_everywhere_is_let_in_by_no_address_and_no_token(two: Two) -> None:
    carl = _signed_in(two.studio, "Carl")
    its = belongings(two.studio, carl, "marlin")
    _, token = two.studio.people.tokens.issue(carl, "Carl's", [TokenScope.READ, TokenScope.USAGE])
    mine = {path: make(two.studio.signer, carl, its) for path, make in SIGNED.items()}
    shown = {"Authorization": f"Bearer {token}"}

    two.studio.people.register.sign_out_everywhere(carl)
    assert {two.web.get(address).status_code for address in mine.values()} <= {403, 404}
    assert two.web.get("/api/v1/me", headers=shown).status_code == 200  # tokens are revoked one by one
    again = {path: make(two.studio.signer, carl, its) for path, make in SIGNED.items()}
    assert two.web.get(again["/api/export/{token}"]).status_code == 200

    two.studio.people.register.block(carl)
    assert {two.web.get(address).status_code for address in again.values()} <= {403, 404}
    assert two.web.get("/api/v1/me", headers=shown).status_code == 403


# What a page can ask of services, whatever ids are put into its address or into what a browser sends back.

_SERVICES = (
    "converse",
    "pipeline",
    "live",
    "clips",
    "exports",
    "privacy",
    "people",
    "trials",
    "usage",
    "summaries.library",
    "summaries.making",
    "summaries.editing",
    "summaries.gathering",
    "sentiment.library",
    "sentiment.making",
    "sentiment.correcting",
    "sentiment.gathering",
    "sentiment.exporting",
    "sentiment.asking",
)
_LEFT_OUT = {  # by what they take: no id of anybody's, and nothing that is looked for here
    "converse.keep_take",
    "pipeline.capture",
    "clips.keep",
    "clips.keep_file",
    "clips.keeping",
    "exports.of_view",
    "trials.run",
    "trials.forget",
    "privacy.choose",
    "privacy.keep_own_for",
    "privacy.delete_everything",
    "privacy.permit",
    "summaries.library.batch",
    "sentiment.gathering.begin",
    "summaries.making.sample",
    "usage.check_bill",
    "usage.reprice",
}


def _calls(two: Two) -> Iterator[tuple[str, Callable[..., Any], list[Any]]]:
    """Yield every public method of a service that names who asks first, with Eve there and Bob's things elsewhere."""
    for name in _SERVICES:
        service: Any = two.studio
        for part in name.split("."):
            service = getattr(service, part)
        for method, bound in inspect.getmembers(service, inspect.ismethod):
            parameters = [*inspect.signature(bound).parameters.values()]
            called = f"{name}.{method}"
            if method.startswith("_") or not parameters or parameters[0].name not in {"person_id", "by"}:
                continue
            if called not in _LEFT_OUT:
                wanted = [(p, _value(two, called, p)) for p in parameters[1:] if _is_wanted(p)]
                named = {p.name: value for p, value in wanted if p.kind is p.KEYWORD_ONLY}
                yield called, bound, [[value for p, value in wanted if p.name not in named], named]


def _is_wanted(parameter: inspect.Parameter) -> bool:
    is_his = parameter.name in {f.name for f in dataclasses.fields(Belongings)} | {"recording_ids", "line_ids"}
    return (parameter.default is parameter.empty or is_his) and parameter.kind is not parameter.VAR_KEYWORD


def _value(two: Two, called: str, parameter: inspect.Parameter) -> Any:
    """Return Bob's own id where one is asked for, and something that fits elsewhere."""
    his, name = dataclasses.asdict(two.bob), parameter.name
    if name in his:
        return his[name]
    if (called, name) in _SPECIAL:
        return _SPECIAL[called, name](two)
    assert name in _USUAL, f"{called} takes {name}: say in _USUAL what fits there, or leave it out"
    return _USUAL[name](two)


_USUAL: dict[str, Callable[[Two], Any]] = {
    "words": lambda _: WORD[:4],
    "title": lambda _: "Mine now",
    "name": lambda _: "Mine now",
    "text": lambda _: "Mine now",
    "address": lambda _: "http://127.0.0.1/",
    "chosen": lambda _: Options(),
    "options": lambda _: Options(),
    "to": lambda _: io.BytesIO(),
    "file": lambda _: io.BytesIO(),
    "path": lambda _: Path("nowhere"),
    "waveform": lambda _: b"",
    "start": lambda _: 0,
    "end": lambda _: 9,
    "style": lambda _: "plain",
    "goes_on": lambda _: False,
    "cap_nanousd": lambda _: 1,
    "lines": lambda _: [],
    "line_ids": lambda two: [two.bob.line_id],
    "shape": lambda _: default_shape("announcement"),
    "taking": lambda _: None,
    "source_id": lambda _: "s1",
    "segment_id": lambda two: two.bob.line_id,
    "correction": lambda _: None,
    "number": lambda _: 1,
    "n_calls": lambda _: 0,
    "question": lambda _: WORD,
    "recording_ids": lambda two: [two.bob.recording_id],
    "files": lambda _: [],
    "data": lambda _: b"",
    "kind": lambda _: None,
    "days": lambda _: 1,
    "ids": lambda two: list(dataclasses.asdict(two.bob).values()),
    "role": lambda _: Role.ADMIN,
    "team": lambda _: "Mine",
    "scopes": lambda _: ["read"],
    "old_model": lambda _: "gpt-audio",
    "new_model": lambda _: "gpt-audio-1.5",
    "model": lambda _: "gpt-audio-1.5",
    "scope": lambda two: Scope(person_id=two.bob.person_id),
    "period": lambda _: Period(date(2020, 1, 1), date(2039, 12, 31)),
    "scope_kind": lambda _: None,
    "scope_id": lambda two: two.bob.person_id,
    "limit_nanousd": lambda _: 1,
    "is_hard": lambda _: True,
    "budget_id": lambda _: "b1",
}
_SPECIAL: dict[tuple[str, str], Callable[[Two], Any]] = {
    ("live.line", "options"): lambda _: LiveOptions(),
    ("live.open", "options"): lambda _: LiveOptions(),
    ("sentiment.gathering.ask_for", "options"): lambda _: Listening(),
    ("exports.file", "to"): lambda _: "srt",
    ("sentiment.exporting.write", "to"): lambda _: "json",
    ("sentiment.exporting.write_batch", "to"): lambda _: "json",
}


def test_no_call_of_a_page_shows_or_changes_what_is_somebody_elses(two: Two) -> None:
    before, n_calls = _everything_but(two, two.eve), 0

    for called, bound, (given, named) in _calls(two):
        n_calls += 1
        files = [value for value in given if isinstance(value, io.BytesIO)]
        try:
            answer = repr(bound(two.eve, *given, **named))
        except AudiokitError as error:
            answer = str(error)
        assert WORD not in answer, called
        assert not any(WORD.encode() in file.getvalue() for file in files), called

    assert n_calls > 60
    assert _everything_but(two, two.eve) == before


def _everything_but(two: Two, person_id: str) -> set[str]:
    """Return every row of the database that does not name this person."""
    found = set()
    with two.studio.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            found |= {f"{table.name}: {row!r}" for row in rows if person_id not in repr(row)}
    return found
