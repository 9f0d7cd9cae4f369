"""Who may not have models called is refused by the services, whatever they ask for and whenever that changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conversing import spoken

from audiokit.catalog.models import Provider
from audiokit.converse.conversation import Options
from audiokit.converse.live import LiveOptions
from audiokit.converse.live.slices import Slice, Slices
from audiokit.errors import NotAllowed
from audiokit.people.roles import Role
from audiokit.people.signing_in import Identity
from audiokit.settings import Settings
from audiokit.speech.requests import Caller, Converse, PersonTurn
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.script import Line
from audiokit.usage.ledger import Entry

BOB = Identity(
    issuer="https://id.example.org",
    subject="bob",
    name="Bob",
    email=None,
    role=Role.VIEWER,
    team=None,
    tells_team=False,
    at=datetime(2026, 11, 21, tzinfo=UTC),
)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_ENGINE", "offline")
    studio = open_studio(Settings.read())
    yield studio
    studio.close()


def test_a_viewer_keeps_and_exports_what_is_theirs_and_starts_nothing(studio: Studio) -> None:
    vera = studio.people.register.sign_in(BOB).id
    conversation = studio.converse.start(vera, Options())
    turn = studio.converse.keep_words(vera, conversation.id, "May I?")
    programme = studio.summaries.library.of_lines(vera, "A", [Line(text="It is late.")], default_shape("announcement"))
    batch = studio.sentiment.gathering.begin(vera, [("a.wav", spoken())])

    for start in (
        lambda: studio.converse.send(vera, conversation.id, turn.id),
        lambda: studio.live.open(vera, conversation.id, LiveOptions()),
        lambda: studio.summaries.making.speak(vera, programme.id),
        lambda: studio.sentiment.making.start(vera, batch.id),
    ):
        with pytest.raises(NotAllowed, match="you are a viewer here"):
            start()
    assert studio.converse.open(vera, conversation.id).turns[0].said == "May I?"
    assert studio.write_export(vera, conversation.id, io.BytesIO()).endswith(".zip")
    assert studio.ledger.recent(vera, 10) == ()


def test_work_that_began_before_a_person_was_blocked_calls_nobody_any_more(studio: Studio) -> None:
    bob = studio.people.register.sign_in(BOB).id
    studio.people.register.set_role(bob, Role.MEMBER)
    programme = studio.summaries.library.of_lines(bob, "A", [Line(text="It is late.")], default_shape("announcement"))
    caller = Caller(person_id=bob, page="record_and_converse")
    request = Converse(model="offline", turns=(PersonTurn(words="Hello"),), instructions="")
    place = studio.converse.places[0]
    studio.people.register.block(bob)

    with pytest.raises(NotAllowed, match="has been blocked"):
        studio.summaries.making.workshop.speak(bob, programme.id, programme.lines[0].id)
    with pytest.raises(NotAllowed, match="has been blocked"):
        place.speech_for(caller).reply(request)
    with pytest.raises(NotAllowed, match="has been blocked"):
        next(iter(place.speech_for(caller).stream(request)))
    assert studio.ledger.recent(bob, 10) == ()


def test_a_live_talk_ends_once_who_talks_is_blocked_and_what_was_said_is_in_the_ledger(studio: Studio) -> None:
    bob, told = studio.people.register.sign_in(BOB).id, list[str]()
    studio.people.register.set_role(bob, Role.MEMBER)
    caller, permit = Caller(person_id=bob, page="record_and_converse"), studio.converse.places[0].permit
    slices = Slices(studio.ledger, None, caller, permit)
    slices.on_refused = lambda why: told.append(str(why))
    slices.begin(Slice(provider=Provider.OFFLINE, model="offline", amount_nanousd=None))
    slices.write(entry := _entry("1", bob))
    assert told == []

    studio.people.register.block(bob)
    slices.write(_entry("2", bob))

    assert len(told) == 1
    assert "has been blocked" in told[0]
    assert [one.id for one in studio.ledger.recent(bob, 10)] == ["2", entry.id]


def _entry(name: str, person_id: str) -> Entry:
    return Entry(
        id=name,
        at=datetime(2026, 11, 21, 12, int(name), tzinfo=UTC),
        person_id=person_id,
        page="record_and_converse",
        endpoint="offline",
        kind="live",
        model_asked="offline",
        cost_nanousd=0,
        total_ms=1,
        outcome="answered",
    )
