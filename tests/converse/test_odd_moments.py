"""Conversations at odd moments: a branch before a summary, a retry while words come late, a name given in between."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conversing import ME, asked, settled, spoken, wait
from scripted import ENDPOINT, ScriptedSpeech
from turns import HERE, NOW, a_turn, conversation_of, said, told

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.prices import price_on
from audiokit.converse.answer import Answering, Job, Summing
from audiokit.converse.answering_at import decides_apart, who_answers
from audiokit.converse.asking import Attempt
from audiokit.converse.conversation import Memory, Options, Speaker, State
from audiokit.converse.conversations import Conversations
from audiokit.converse.digest import worth_condensing
from audiokit.converse.history import Way, as_turns, carried
from audiokit.converse.quote import Expected, quote
from audiokit.errors import NotAllowed, NotFound, NothingHeard, ProviderRefused
from audiokit.settings import Settings
from audiokit.speech.in_turn import Answer
from audiokit.speech.replies import Reply
from audiokit.speech.requests import MAX_SOUND_BYTES, Converse, Heard, InputFormat, PersonTurn, Request
from audiokit.studio import Studio, open_studio

LONG = "word " * 3_000


# --- branches and summaries -------------------------------------------------------------------------------------------


@pytest.fixture
def summed_up(studio: Studio, conversation_id: str) -> str:
    """A conversation of three exchanges, of which the first two are summed up."""
    for number in range(3):
        asked(studio, conversation_id, f"What is two plus {number}?")
    studio.converse.change(ME, conversation_id, digest="They did sums.", digest_until=3)
    return conversation_id


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_branch_from_before_the_end_of_a_summary_does_without_it(
    studio: Studio, summed_up: str, position: int
) -> None:
    turn = studio.converse.open(ME, summed_up).turns[position]
    branch_id = studio.converse.branch(ME, summed_up, turn.id)
    assert studio.converse.open(ME, branch_id).heading.digest is None

    branch = asked(studio, branch_id, "What is four plus five?")

    assert Way.DIGEST not in {one.way for one in studio.converse.outlook(branch).carried}


@pytest.mark.parametrize("position", [3, 4, 5])
def test_a_branch_from_behind_a_summary_keeps_it(studio: Studio, summed_up: str, position: int) -> None:
    turn = studio.converse.open(ME, summed_up).turns[position]
    branch = studio.converse.open(ME, studio.converse.branch(ME, summed_up, turn.id))
    assert branch.heading.digest == "They did sums."


def test_what_was_removed_in_another_window_cannot_be_branched_any_more(studio: Studio, conversation_id: str) -> None:
    """It would share recordings that are gone."""
    seen = asked(studio, conversation_id, "What is two plus two?")
    studio.converse.remove(ME, conversation_id)
    with pytest.raises(NotFound):
        studio.converse.conversations.branch(seen.heading, seen.turns)
    assert studio.converse.headings(ME) == ()


def test_the_last_question_and_its_answer_are_never_summed_up() -> None:
    story, short = a_turn(words="Tell me a long story."), a_turn(words="Go on.")
    assert worth_condensing(conversation_of(story, told(LONG))) == ()
    summed = worth_condensing(conversation_of(story, told(LONG), short, told(LONG)))
    assert [turn.position for turn in summed] == [0, 1]


class Held(ScriptedSpeech):
    """Speech that answers only once it is let go."""

    def __init__(self, *script: Reply) -> None:
        super().__init__(*script)
        self.let_go, self.begun = threading.Event(), threading.Event()

    def reply(self, request: Request) -> Reply:
        self.begun.set()
        self.let_go.wait(60)
        return super().reply(request)


def a_job(studio: Studio, conversation_id: str, turn_id: str, speech: ScriptedSpeech, **values: object) -> Job:
    def ask(_: bool) -> Converse:
        return Converse(model="m", turns=(PersonTurn(words="Hello"),), instructions="")

    reply_id = studio.converse.conversations.claim(conversation_id, turn_id)
    assert reply_id
    known = {
        "person_id": ME,
        "conversation_id": conversation_id,
        "said_id": turn_id,
        "reply_id": reply_id,
        "typed": None,
        "is_titled": False,
        "notes": (),
        "attempts": [Attempt(endpoint=ENDPOINT, speech=speech, ask=ask)],
        "write_down": None,
        "toolbox": None,
    }
    return Job(**known | values)  # type: ignore[arg-type]


def test_a_turn_that_is_answered_while_a_summary_is_made_does_not_pay_for_another(
    studio: Studio, conversation_id: str
) -> None:
    add = studio.converse.conversations.add_turn
    for speaker in (Speaker.PERSON, Speaker.MODEL):
        add(conversation_id, speaker, State.ANSWERED, words=LONG)
    answering, summary = Answering(studio.converse.conversations, studio.clips), Held(Reply(words="In short."))
    summing = Summing(summary, "m")
    try:
        for words in ("One", "Two"):
            turn = studio.converse.keep_words(ME, conversation_id, words)
            speech = ScriptedSpeech([Reply(words="Yes.")])
            answering.start(a_job(studio, conversation_id, turn.id, speech, summing=lambda: summing))
            settled(studio, conversation_id)
            assert summary.begun.wait(30)
    finally:
        summary.let_go.set()
        answering.close()

    assert len(summary.asked) == 1
    assert studio.converse.open(ME, conversation_id).heading.digest == "In short."


# --- words that come late ---------------------------------------------------------------------------------------------


def test_a_turn_sent_again_while_it_is_still_written_down_is_not_written_down_twice(
    studio: Studio, conversation_id: str
) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    let_go, written = threading.Event(), []

    def write_down() -> Answer:
        written.append(1)
        let_go.wait(60)
        return Answer(reply=Reply(words="What I said."), model="m", notes=())

    answering = Answering(studio.converse.conversations, studio.clips)
    try:
        refused = ScriptedSpeech([ProviderRefused("No.", status=400)])
        answering.start(a_job(studio, conversation_id, turn.id, refused, write_down=write_down))
        wait(lambda: studio.converse.open(ME, conversation_id), lambda c: c.turns[0].state is State.FAILED)
        again = ScriptedSpeech([Reply(words="Yes.")])
        answering.start(a_job(studio, conversation_id, turn.id, again, write_down=write_down))
        wait(lambda: studio.converse.open(ME, conversation_id), lambda c: c.turns[0].state is State.ANSWERED)
    finally:
        let_go.set()
        answering.close()

    assert len(written) == 1
    said_, answered = studio.converse.open(ME, conversation_id).turns
    assert (said_.words, answered.words) == ("What I said.", "Yes.")


def test_a_name_that_is_given_while_the_first_answer_comes_stays(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "Hello")
    job = a_job(studio, conversation_id, turn.id, ScriptedSpeech([Reply(words="Hello.")]), typed="Hello")
    studio.converse.rename(ME, conversation_id, "Mine")
    answering = Answering(studio.converse.conversations, studio.clips)
    answering.start(job)
    answering.close()
    assert studio.converse.open(ME, conversation_id).heading.title == "Mine"


def test_what_was_said_gives_the_name_though_it_comes_after_the_answer(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    answer = Answer(reply=Reply(words="what I said"), model="m", notes=())
    speech = ScriptedSpeech([Reply(words="The answer.")])
    answering = Answering(studio.converse.conversations, studio.clips)
    answering.start(a_job(studio, conversation_id, turn.id, speech, write_down=lambda: answer))
    answering.close()
    assert studio.converse.open(ME, conversation_id).heading.title == "What I said"


def test_words_typed_beside_a_recording_that_was_sent_meanwhile_are_refused(
    studio: Studio, conversation_id: str
) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    studio.converse.conversations.claim(conversation_id, turn.id)
    assert not studio.converse.conversations.type_beside(conversation_id, turn.id, "too late")
    with pytest.raises(NotAllowed):
        studio.converse.type_beside(ME, conversation_id, turn.id, "too late")
    assert studio.converse.open(ME, conversation_id).turns[0].typed is None


# --- what goes along, and what it costs -------------------------------------------------------------------------------


def test_voices_go_along_as_far_as_one_request_holds_them_the_newest_first() -> None:
    turns = [said("hello", seconds=120.0) if n % 2 == 0 else told("hi") for n in range(20)]
    ways = carried(conversation_of(*turns, memory=Memory.VOICES), endpoint=HERE, now=NOW)
    assert [one.way for one in ways if one.turn.speaker is Speaker.PERSON] == [Way.WORDS] * 8 + [Way.CLIP] * 2


def test_recordings_that_turn_out_too_large_together_go_along_in_words_the_oldest_first() -> None:
    half = Heard(data=bytes(MAX_SOUND_BYTES // 2 + 1), format=InputFormat.WAV, duration_s=1.0)
    conversation = conversation_of(said("one", seconds=1.0), told("a"), said("two", seconds=1.0), memory=Memory.VOICES)
    turns = as_turns(carried(conversation, endpoint=HERE, now=NOW), lambda _: half)
    assert turns[0] == PersonTurn(words="one")
    assert turns[2] == PersonTurn(sound=half)


def test_an_earlier_recording_that_cannot_be_prepared_any_more_goes_along_in_words() -> None:
    def listen(_: object) -> Heard:
        raise NothingHeard("There is nothing in it that is louder than the room.")

    conversation = conversation_of(said("hello"), told("hi"), memory=Memory.VOICES)
    first, _ = as_turns(carried(conversation, endpoint=HERE, now=NOW), listen)
    assert first == PersonTurn(words="hello")


def test_a_recording_that_nobody_has_measured_has_no_known_price(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    conversation = studio.converse.open(ME, conversation_id)
    unmeasured = replace(turn, duration_s=None, sent_s=None)
    assert studio.converse.outlook(conversation, turn).quote.total_nanousd is not None
    assert studio.converse.outlook(conversation, unmeasured).quote.total_nanousd is None


@pytest.mark.parametrize("is_written_down", [True, False])
def test_what_is_written_down_already_is_not_priced_again(is_written_down: bool) -> None:
    model = Catalog.load().find("gpt-4o-transcribe")
    assert model
    price = price_on(model, datetime.now(UTC).date(), Provider.OPENAI)
    expected = Expected(
        recording_s=10.0,
        words="",
        instructions="",
        earlier_replies_s=(),
        answers_aloud=False,
        is_written_down=is_written_down,
    )
    assert bool(quote(expected, (), price=price, words_price=price).words_nanousd) is not is_written_down


def test_tools_that_translate_nothing_are_still_offered(studio: Studio) -> None:
    """The switch for translating is out of sight where no language is chosen."""
    conversation_id = studio.converse.start(ME, Options(translates=True, language=None)).id
    assert asked(studio, conversation_id, "What is twelve times seven?").turns[-1].calls
    assert not Options(translates=True, language="de").calls_tools


def test_words_are_found_in_either_case_in_every_alphabet(studio: Studio, conversation_id: str) -> None:
    studio.converse.keep_words(ME, conversation_id, "Hello")
    studio.converse.rename(ME, conversation_id, "Übung für Ελλάδα")
    for words in ("Übung", "übung", "ÜBUNG", "ελλάδα"):
        assert studio.converse.find(ME, words), words


def test_the_price_of_offering_tools_is_part_of_the_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At OpenAI's prices; nothing is sent there."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    priced = open_studio(Settings.read())
    conversation = conversation_of(told("Hello"))
    quotes = [
        priced.converse.outlook(replace(conversation, heading=replace(conversation.heading, options=options))).quote
        for options in (Options(), Options(uses_tools=False))
    ]
    priced.close()
    with_tools, without = quotes
    assert with_tools.tools_nanousd
    assert without.tools_nanousd == 0
    assert (with_tools.total_nanousd or 0) - (without.total_nanousd or 0) == with_tools.tools_nanousd


@pytest.mark.parametrize(
    ("provider", "apart"), [(Provider.AZURE, True), (Provider.OPENAI, True), (Provider.OFFLINE, False)]
)
def test_a_deployment_by_any_name_is_not_offered_tools_while_it_speaks(
    studio: Studio, provider: Provider, apart: bool
) -> None:
    (place,) = studio.converse.places
    choice = replace(who_answers(place, Options(), hears=True), model_name="my-own-deployment")
    there = replace(place, endpoint=replace(place.endpoint, provider=provider))
    assert decides_apart(there, Options(), choice, hears=True) is apart


def test_a_turn_that_has_to_wait_for_another_is_told_so(studio: Studio, conversation_id: str) -> None:
    first, second = (studio.converse.keep_words(ME, conversation_id, words) for words in ("One", "Two"))
    studio.converse.conversations.claim(conversation_id, first.id)
    with pytest.raises(NotAllowed, match="Another turn is being answered"):
        studio.converse.send(ME, conversation_id, second.id)
    with pytest.raises(NotAllowed, match="sent already"):
        studio.converse.send(ME, conversation_id, first.id)


def test_compacting_is_not_offered_where_it_would_change_nothing(studio: Studio) -> None:
    """A recording of which no words are known goes along as one in any case."""
    assert studio.converse.outlook(conversation_of(said(None), told("Hm.", audio_id=None))).compact is None
    assert studio.converse.outlook(conversation_of(said("Hello"), told("Hi"), memory=Memory.VOICES)).compact


def test_bytes_that_are_forgotten_while_the_same_are_kept_again_are_not_lost(
    studio: Studio, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The offline engine gives the same bytes for the same answer, and a person may upload a file twice."""
    first = studio.converse.keep_take(ME, conversation_id, spoken())
    other_id = studio.converse.start(ME, Options()).id
    add_turn = Conversations.add_turn

    def meanwhile(self: Conversations, *given: Any, **values: Any) -> str:
        monkeypatch.setattr(Conversations, "add_turn", add_turn)
        studio.converse.discard(ME, conversation_id, first.id)  # nothing has the clip now: it is forgotten
        assert not studio.clips.owns(ME, first.clip_digest or "")
        return add_turn(self, *given, **values)

    monkeypatch.setattr(Conversations, "add_turn", meanwhile)
    second = studio.converse.keep_take(ME, other_id, spoken())

    assert second.state is State.RECORDED
    assert studio.clips.read(ME, second.clip_digest or "") == spoken()
