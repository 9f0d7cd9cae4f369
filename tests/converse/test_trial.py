"""A retiring model beside its successor, on what a person has said; and the switch from one to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import cast

import httpx2
import pytest
from conversing import ME, asked, settled, spoken
from faults import Faults, broken

from audiokit.catalog.models import Provider, Role, Tier
from audiokit.converse.conversation import Options
from audiokit.converse.trial import Trials
from audiokit.errors import InputError, NotAllowed
from audiokit.offline.transport import InProcessTransport
from audiokit.people.switches import EVERYBODY
from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.quote import Estimates, Span
from audiokit.settings import Settings
from audiokit.speech.placing import Spending, place_at
from audiokit.speech.requests import Caller, Converse, PersonTurn, Speak
from audiokit.speech.served import Served
from audiokit.studio import Studio, open_studio
from audiokit.summaries.quote import Writing
from audiokit.summaries.shape import Shape
from audiokit.usage.budget import Every, ScopeKind
from audiokit.usage.experience import Experience

OLD, NEW, OTHER, DAY = "gpt-audio-mini", "gpt-audio-1.5", "gpt-audio", date(2026, 11, 21)
MINI = Options(uses_tools=False, tier=Tier.MINI)


class _UnderTheNameAsked(httpx2.BaseTransport):
    """The engine says its own name in every answer, which has no price at OpenAI: here it says the one it was given."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = re.search(rb'"model": ?("[^"]+")', request.read())
        answer = self._inner.handle_request(request)
        if asked is None:
            return answer
        pieces, name = cast("httpx2.SyncByteStream", answer.stream), asked[1]
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=_Renamed(pieces, name))

    def close(self) -> None:
        self._inner.close()


class _Renamed(httpx2.SyncByteStream):
    def __init__(self, pieces: httpx2.SyncByteStream, name: bytes) -> None:
        self._pieces, self._name = pieces, name

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece.replace(b'"audiokit-offline"', self._name)

    def close(self) -> None:
        self._pieces.close()


@pytest.fixture
def studio(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """OpenAI by its names and prices, answered by the engine in process."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    monkeypatch.setenv("AUDIOKIT_MAX_RETRIES", "0")
    one = open_studio(Settings.read(), transport=_UnderTheNameAsked(InProcessTransport(faults)))
    assert one.endpoint.provider is Provider.OPENAI
    one.person()
    yield one
    one.close()


@pytest.fixture
def trials(studio: Studio) -> Trials:
    """On a day on which both models live, whenever the test is run."""
    own = studio.trials
    wire = studio.wires[0]
    unasked = Served(wire, run=lambda _look: None)
    place = place_at(wire, unasked, studio.catalog, studio.ledger, switches=own.switches, today=lambda: DAY)
    return replace(own, place=place)


def talked(studio: Studio) -> str:
    conversation_id = studio.converse.start(ME, Options(uses_tools=False)).id
    asked(studio, conversation_id, "How much is two and two?")
    take = studio.converse.keep_take(ME, conversation_id, spoken())
    studio.converse.send(ME, conversation_id, take.id)
    settled(studio, conversation_id)
    return conversation_id


def test_both_models_answer_the_same_inputs_at_the_price_that_was_told_before(
    studio: Studio, trials: Trials, faults: Faults
) -> None:
    talked(studio)
    n_calls = faults.calls

    proposal = trials.propose(ME, OLD)
    assert faults.calls == n_calls
    assert proposal.old is not None
    assert (proposal.old.model_name, proposal.new.model_name) == (OLD, NEW)
    assert [bool(one.turn.clip_digest) for one in proposal.inputs] == [True, False]

    results = trials.run(ME, proposal)
    assert faults.calls == n_calls + 4
    total = 0
    for one in results:
        for side, model in ((one.old, OLD), (one.new, NEW)):
            assert side is not None
            assert (side.model, side.trouble) == (model, None)
            assert side.words
            assert side.first_sound_ms is not None
            assert side.cost_nanousd
            assert side.clip_digest is not None
            assert studio.read_clip_range(ME, side.clip_digest, 0, 4) == b"RIFF"
            total += side.cost_nanousd
        assert one.old is not None
        assert (one.old.cost_nanousd or 0) < (one.new.cost_nanousd or 0)
    assert proposal.total_nanousd is not None
    assert total <= proposal.total_nanousd
    assert {entry.page for entry in studio.ledger.recent(ME, 4)} == {"usage_and_cost"}

    trials.forget(ME, results)
    digests = [side.clip_digest for one in results for side in (one.old, one.new) if side]
    assert not any(studio.clips.owns(ME, digest or "") for digest in digests)


def test_what_one_of_them_fails_at_is_told_in_its_place(studio: Studio, trials: Trials, faults: Faults) -> None:
    asked(studio, studio.converse.start(ME, Options(uses_tools=False)).id, "How much is two and two?")
    proposal = trials.propose(ME, OLD)
    faults.next(broken(), broken())

    (both,) = trials.run(ME, proposal)

    assert both.old is not None
    for side in (both.old, both.new):
        assert "fault of its own" in (side.trouble or "")
        assert (side.words, side.clip_digest, side.cost_nanousd) == ("", None, 0)


def test_a_transcriber_a_reader_and_a_writer_are_tried_on_what_they_are_for(studio: Studio, trials: Trials) -> None:
    talked(studio)

    kinds = {}
    for model in ("gpt-4o-transcribe", "gpt-4o-mini"):
        (both, *_) = trials.run(ME, trials.propose(ME, model))
        kinds[model] = (both.new.model, bool(both.new.words), both.new.trouble)

    assert kinds["gpt-4o-transcribe"][0] == "gpt-transcribe"
    assert [trouble for _, _, trouble in kinds.values()] == [None, None]


def test_a_reader_that_ends_gives_way_to_one_that_converses_and_is_told_to_read(studio: Studio, trials: Trials) -> None:
    """``gpt-4o-mini-tts`` over HTTP alone, as at a server without sockets: gpt-audio-1.5 takes over."""
    asked(studio, studio.converse.start(ME, Options(uses_tools=False)).id, "How much is two and two?")
    chosen = trials.place.choose(Role.SPEAK, Tier.FULL, NEW)
    over_http = replace(trials, place=replace(trials.place, heir_of=lambda _: chosen))

    proposal = over_http.propose(ME, "gpt-4o-mini-tts")
    (both,) = over_http.run(ME, proposal)
    assert both.old is not None
    assert (both.old.trouble, both.new.trouble) == (None, None)
    assert both.old.clip_digest != both.new.clip_digest

    over_http.switch(ME, "gpt-4o-mini-tts", NEW)
    caller = Caller(person_id=ME, page="tests", turn_id="read")
    reply = over_http.place.speech_for(caller).reply(Speak(model="gpt-4o-mini-tts", text="Hello.", voice="alloy"))
    (entry,) = studio.ledger.of_turn("read")
    assert (entry.model_asked, entry.kind, bool(reply.sound)) == (NEW, "converse", True)


def test_without_a_successor_or_anything_said_nothing_is_proposed(trials: Trials) -> None:
    with pytest.raises(InputError, match="Talk with the model first"):
        trials.propose(ME, OLD)
    with pytest.raises(NotAllowed, match="Nobody takes over"):
        trials.propose(ME, "gpt-99")


def test_a_person_s_switch_moves_their_calls_and_nobody_else_s(studio: Studio, trials: Trials) -> None:
    assert trials.switched_to(ME, OLD) is None
    trials.switch(ME, f"{OLD}-2025-12-15", NEW)  # by a snapshot's name as well

    conversation = asked(studio, studio.converse.start(ME, MINI).id, "How much is two and two?")

    (entry,) = studio.ledger.recent(ME, 1)
    assert (entry.model_asked, entry.model_used, conversation.turns[-1].model) == (NEW, NEW, NEW)
    assert trials.switched_to(ME, OLD) == NEW
    assert trials.switched_to("somebody", OLD) is None
    assert trials.place.choose(Role.CONVERSE, Tier.MINI).model_name == OLD
    trials.switch_back(ME, OLD)
    assert trials.switched_to(ME, OLD) is None


def test_what_a_person_is_quoted_is_of_the_models_that_the_person_s_calls_reach(studio: Studio, trials: Trials) -> None:
    place = trials.place
    converse = replace(studio.converse, places=(place,))
    planner, estimates = replace(studio.summaries.planner, places=(place,)), Estimates((place,), Hearing((place,)))
    dear = {role: place.choose(role, Tier.FULL).model_name for role in (Role.CONVERSE, Role.WRITE)}
    full, mini = (converse.outlook(converse.open(ME, converse.start(ME, replace(MINI, tier=tier)).id)) for tier in Tier)
    assert full.quote != mini.quote
    shape, script = Shape(tier=Tier.MINI), Writing(material_words=900, n_sections=2, n_words=400)
    at_full = planner.writing_cost(replace(shape, tier=Tier.FULL), script), estimates.sum_up(900, Tier.FULL)
    at_mini = planner.writing_cost(shape, script), estimates.sum_up(900, Tier.MINI)
    assert at_full != at_mini

    for role, model in dear.items():
        trials.switch(ME, place.choose(role, Tier.MINI).model_name, model)

    now = converse.outlook(converse.open(ME, converse.start(ME, MINI).id))
    assert (now.choice.model_name, now.quote) == (dear[Role.CONVERSE], full.quote)
    assert now.choice.why.startswith(f"{NEW}: you have switched to it from {OLD}.")

    def quoted(person_id: str) -> tuple[int | None, Span]:
        sums = estimates.for_person(person_id).sum_up(900, Tier.MINI)
        return planner.for_person(person_id).writing_cost(shape, script), sums

    assert (quoted(ME), quoted("guest")) == (at_full, at_mini)
    caller, words = (
        Caller(person_id=ME, page="tests"),
        Converse(model=OLD, turns=(PersonTurn(words="Hello."),), instructions="Be brief."),
    )
    asked_by_name = place.estimate(caller, replace(words, model=NEW))
    assert place.for_person(ME).estimate(caller, words) == asked_by_name != place.estimate(caller, words)


def test_a_switch_for_everybody_is_what_is_chosen_and_priced_and_only_who_looks_after_it_may(trials: Trials) -> None:
    guest = replace(trials, may_decide=lambda _: False)
    with pytest.raises(NotAllowed, match="switch for yourself"):
        guest.switch("guest", OLD, NEW, for_everybody=True)

    trials.switch(ME, OLD, NEW, for_everybody=True)
    chosen = trials.place.choose(Role.CONVERSE, Tier.MINI)

    assert chosen.model_name == NEW
    assert chosen.why.startswith(f"{NEW}: everybody here has switched to it from {OLD}.")
    price = trials.place.price_of(chosen)
    assert price is not None
    assert price.model_id == NEW
    trials.switches.forget(EVERYBODY, OLD)
    assert trials.place.choose(Role.CONVERSE, Tier.MINI).model_name == OLD


def test_a_person_s_own_switch_goes_before_everybody_s_in_the_price_and_in_the_call(
    studio: Studio, trials: Trials
) -> None:
    converse, full = replace(studio.converse, places=(trials.place,)), replace(MINI, tier=Tier.FULL)
    mini = converse.outlook(converse.open(ME, converse.start(ME, MINI).id)).quote
    trials.switch(ME, NEW, OTHER, for_everybody=True)
    everybodys = converse.outlook(converse.open(ME, converse.start(ME, full).id))
    assert everybodys.choice.why.startswith(f"{OTHER}: everybody here has switched to it from {NEW}.")
    assert everybodys.quote != mini

    trials.switch(ME, NEW, OLD)
    own = converse.outlook(converse.open(ME, converse.start(ME, full).id))
    assert (own.choice.model_name, own.quote) == (OLD, mini)
    assert own.choice.why.startswith(f"{OLD}: you have switched to it from {NEW}.")
    conversation = asked(replace(studio, converse=converse), converse.start(ME, full).id, "How much is two and two?")
    (entry,) = studio.ledger.recent(ME, 1)
    assert (entry.model_asked, conversation.turns[-1].model, trials.switched_to(ME, NEW)) == (OLD, OLD, OLD)
    assert trials.switched_to("guest", NEW) == OTHER

    trials.switch_back(ME, NEW)  # everybody's stands, and yet it is the old one that is asked for
    assert trials.switched_to(ME, NEW) is None
    assert trials.place.for_person(ME).choose(Role.CONVERSE, Tier.FULL).model_name == NEW


def test_switches_follow_one_another_and_a_person_s_own_is_the_last_word_in_a_circle(trials: Trials) -> None:
    trials.switch(ME, OLD, NEW, for_everybody=True)
    trials.switches.set("guest", NEW, OTHER)
    assert [trials.switched_to("guest", model) for model in (OLD, NEW, OTHER)] == [OTHER, OTHER, None]
    speakers = trials.place.for_person("guest").candidates(Role.CONVERSE, Tier.MINI)
    assert speakers[0].model_name == OTHER
    assert len({one.model_name for one in speakers}) == len(speakers)

    trials.switches.set("guest", NEW, OLD)
    assert [trials.switches.model_for("guest", model) for model in (OLD, NEW)] == [OLD, OLD]
    trials.switches.set(EVERYBODY, NEW, OLD)
    assert [trials.switches.model_for("somebody", model) for model in (OLD, NEW)] == [OLD, OLD]
    assert trials.place.choose(Role.CONVERSE, Tier.MINI).model_name == OLD


def test_what_an_admin_s_budget_stops_is_not_switched_to_and_everybody_s_is_asked_instead(
    studio: Studio, trials: Trials
) -> None:
    budgets, wire = studio.usage.budgets, studio.wires[0]
    spending = Spending(budgets=budgets, experience=Experience(studio.database))
    unasked = Served(wire, run=lambda _look: None)
    switches = trials.switches
    place = place_at(wire, unasked, studio.catalog, studio.ledger, spending=spending, switches=switches)
    limited = replace(trials, place=place)
    for model, for_everybody in ((NEW, True), (OTHER, False)):
        limited.switch(ME, OLD, model, for_everybody=for_everybody)

    def reached() -> tuple[str | None, str]:
        chosen = place.for_person(ME).choose(Role.CONVERSE, Tier.MINI, OLD)
        return limited.switched_to(ME, OLD), chosen.model_name

    assert reached() == (OTHER, OTHER)
    stops = budgets.put(ScopeKind.MODEL, OTHER, Every.MONTH, 0)
    assert reached() == (NEW, NEW)
    place.speech_for(Caller(person_id=ME, page="tests", turn_id="stopped")).reply(
        Converse(model=OLD, turns=(PersonTurn(words="Hello."),), instructions="Be brief.", voice="alloy")
    )
    (entry,) = studio.ledger.of_turn("stopped")
    assert (entry.model_asked, entry.outcome) == (NEW, "answered")
    budgets.remove(stops.id)
    assert reached() == (OTHER, OTHER)
