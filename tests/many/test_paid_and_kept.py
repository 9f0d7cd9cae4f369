"""The database goes away in the moment between an answer that was paid for and the keeping of it, and comes back.

PostgreSQL cuts every connection and refuses new ones for a second, as at a failover, or where there are too many.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx2
import pytest
from conversing import spoken
from outages import Server

from audiokit.converse.conversation import Options, State
from audiokit.converse.live.keeping import Keeping, KeptReply
from audiokit.converse.live.turns import Said, Spoken
from audiokit.errors import OutOfReach
from audiokit.jobs.steps import Bench, attempted, working_at
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.settings import Settings
from audiokit.speech.held import _Settling
from audiokit.store.columns import utc_now
from audiokit.store.ids import new_id
from audiokit.store.insisting import insist
from audiokit.studio import Studio, open_studio
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from audiokit.usage.budgets import Budgets, Every, ScopeKind, Spender
from audiokit.usage.entries import Entry

pytestmark = [pytest.mark.postgres]

PATIENCE_S = 60.0
SHAPE = Shape(format="announcement", personas=(Persona(name="Ann", voice="marin"),))


class Provider(httpx2.BaseTransport):
    """The offline engine; after each answer to a path in ``cuts``, the database goes away."""

    def __init__(self, inner: httpx2.BaseTransport, server: Server) -> None:
        self.inner, self.server = inner, server
        self.asked, self.cuts = list[str](), set[str]()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.inner.handle_request(request)
        path = request.url.path.removeprefix("/v1")
        if request.method == "POST":
            self.asked.append(path)
        if path not in self.cuts:
            return answer
        self.cuts.remove(path)
        body = answer.read()
        self.server.goes_away()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=body)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture(scope="module")
def provider(server: Server) -> Iterator[Provider]:
    engine = Engine()
    transport = InProcessTransport(create_app(engine))
    yield Provider(transport, server)
    transport.close()
    engine.close()


@pytest.fixture(scope="module")
def studio(server: Server, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOKIT_DATABASE_URL", server.url)
        patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("desk")))
        opened = open_studio(Settings.read(), transport=provider)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _asked_anew(provider: Provider) -> None:
    provider.asked.clear()


def test_a_line_is_kept_and_entered_once(studio: Studio, provider: Provider) -> None:
    ann = studio.person().id
    begun = studio.summaries.library.of_lines(ann, "Lines", [Line(text="It is late.")], SHAPE)
    provider.cuts = {"/audio/speech", "/chat/completions"}
    how = studio.summaries.making.workshop.speak(ann, begun.id, begun.lines[0].id)

    assert how == "spoken"
    assert len([path for path in provider.asked if path in {"/audio/speech", "/chat/completions"}]) == 1
    assert [entry.outcome for entry in studio.ledger.of_conversation(begun.id)] == ["answered"]


def test_an_answer_is_kept_and_entered_once(studio: Studio, provider: Provider) -> None:
    ann = studio.person().id
    conversation_id = studio.converse.start(ann, Options()).id
    turn = studio.converse.keep_words(ann, conversation_id, "What is two plus two?")
    provider.cuts = {"/chat/completions"}
    studio.converse.send(ann, conversation_id, turn.id)

    until = time.monotonic() + PATIENCE_S
    while studio.converse.answering.n_under_way and time.monotonic() < until:
        time.sleep(0.05)

    said, answered = studio.converse.open(ann, conversation_id).turns
    assert (said.state, answered.state) == (State.ANSWERED, State.ANSWERED)
    assert "4" in (answered.words or "")
    assert answered.clip_digest is not None
    entries = studio.ledger.of_conversation(conversation_id)
    assert [entry.outcome for entry in entries] == ["answered" for _ in provider.asked]


def test_what_was_heard_in_a_recording_is_kept_and_entered_once(studio: Studio, provider: Provider) -> None:
    ann, workshop = studio.person().id, studio.sentiment.workshop
    batch = studio.sentiment.gathering.begin(ann, [("said.wav", spoken())])
    recording_id = batch.recordings[0].id
    ((position,),) = workshop.prepare(ann, recording_id)
    provider.cuts = {"/audio/transcriptions"}

    n_words = workshop.hear(ann, recording_id, position)
    assert workshop.hear(ann, recording_id, position) == n_words, "and found again"
    assert provider.asked == ["/audio/transcriptions"]
    assert [entry.outcome for entry in studio.ledger.of_conversation(recording_id)] == ["answered"]


def test_both_sides_of_a_live_talk_are_kept_once(studio: Studio, server: Server) -> None:
    ann = studio.person().id
    conversation_id = studio.converse.start(ann, Options()).id
    keeping = Keeping(
        conversations=studio.converse.conversations,
        clips=studio.clips,
        ledger=studio.ledger,
        person_id=ann,
        conversation_id=conversation_id,
    )
    said = Said(item_id="1", pcm16=bytes(48_000))
    spoken_ = Spoken(words="Two.", pcm16=bytes(24_000), whole=bytes(24_000), n_chars=4, is_cut=False)
    reply = KeptReply(
        spoken=spoken_, calls=(), notes=(), model="gpt-realtime", endpoint="openai", first_sound_ms=1, total_ms=2
    )

    server.goes_away()
    keeping.keep_said(said)
    server.goes_away()
    keeping.keep_words(said, "One and one?", None)
    server.goes_away()
    keeping.keep_reply(reply)

    turns = studio.converse.open(ann, conversation_id).turns
    assert [(turn.words, turn.duration_s) for turn in turns] == [("One and one?", 1.0), ("Two.", 0.5)]
    assert turns[0].id == said.turn_id


def test_a_step_of_a_job_waits_for_the_database(studio: Studio, server: Server) -> None:
    ann = studio.person().id
    begun = studio.summaries.library.of_lines(ann, "Lines", [Line(text="It is later.")], SHAPE)
    server.goes_away()

    with working_at(Bench(stopping=threading.Event(), client=cast("Any", None))):
        found = attempted(lambda: studio.summaries.making.workshop.to_speak(ann, begun.id), "to_speak")

    assert found == [begun.lines[0].id]


def test_what_could_not_be_entered_stays_held(studio: Studio, server: Server) -> None:
    ann, budgets = studio.person().id, Budgets(studio.database, ZoneInfo("UTC"))
    budget = budgets.put(ScopeKind.PERSON, ann, Every.DAY, 1_000)
    hold = budgets.hold(Spender(person_id=ann, page="spoken_summaries", model="gpt-audio"), 700)
    assert hold is not None
    entry = Entry(
        id=new_id(),
        at=utc_now(),
        person_id=ann,
        page="spoken_summaries",
        endpoint="openai",
        kind="converse",
        model_asked="gpt-audio",
        cost_nanousd=700,
        total_ms=1,
        outcome="answered",
    )
    server.goes_away()

    with pytest.raises(OutOfReach):
        _Settling(budgets, hold).write(entry)
    budgets.release(hold)  # as whoever called does, whatever came of it

    standing = insist(lambda: budgets.standings((budget,))[0])
    assert (standing.held_nanousd, standing.spent_nanousd) == (700, 0)
    _Settling(budgets, hold).write(entry)
    (standing,) = budgets.standings((budget,))
    assert (standing.held_nanousd, standing.spent_nanousd) == (0, 700)
    budgets.remove(budget.id)
