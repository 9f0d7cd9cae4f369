"""Conversations that outlive ids and change on the way: branches, compacting, five ways to ask, tools, endpoints."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from clips import silence
from conversing import ME, Clock, asked, settled, spoken
from faults import Faults, bad_key, broken, busy

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.intake import Order
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import AnswerWith, Conversation, KeptTurn, Memory, Options, Speaker, State
from audiokit.converse.history import Way
from audiokit.converse.outlook import spared
from audiokit.converse.take import heard_of
from audiokit.errors import NotAllowed, NotFound
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.settings import Settings
from audiokit.speech.requests import Converse
from audiokit.speech.spared import history_nanousd
from audiokit.studio import Studio, open_studio


def say(studio: Studio, conversation_id: str, turn: KeptTurn) -> Conversation:
    studio.converse.send(ME, conversation_id, turn.id)
    return settled(studio, conversation_id)


def ways(studio: Studio, conversation: Conversation) -> list[Way]:
    return [one.way for one in studio.converse.outlook(conversation).carried]


# --- five ways to ask -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [None, "What was that?"], ids=["recording", "recording-and-words"])
@pytest.mark.parametrize("answer_with", list(AnswerWith))
def test_a_recording_with_or_without_words_is_answered_in_sound_or_in_words(
    studio: Studio, answer_with: AnswerWith, typed: str | None
) -> None:
    conversation_id = studio.converse.start(ME, Options(answer_with=answer_with)).id
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    if typed:
        studio.converse.type_beside(ME, conversation_id, turn.id, typed)

    said, answered = say(studio, conversation_id, turn).turns

    assert answered.words
    assert (answered.clip_digest is not None) == (answer_with is AnswerWith.SOUND)
    assert said.typed == typed
    (entry,) = (e for e in studio.ledger.of_conversation(conversation_id) if e.kind == "converse")
    assert entry.audio_in_tokens
    assert bool(entry.audio_out_tokens) == (answer_with is AnswerWith.SOUND)


@pytest.mark.parametrize("answer_with", list(AnswerWith))
def test_typed_words_are_answered_in_sound_or_by_a_model_for_words_in_the_same_thread(
    studio: Studio, answer_with: AnswerWith
) -> None:
    conversation_id = studio.converse.start(ME, Options()).id
    asked(studio, conversation_id, "What is two plus two?")
    studio.converse.change(ME, conversation_id, answer_with=answer_with)

    *_, answered = asked(studio, conversation_id, "And what is three plus four?").turns

    assert "7" in (answered.words or "")
    assert (answered.clip_digest is not None) == (answer_with is AnswerWith.SOUND)


def test_after_words_alone_the_voice_comes_back(studio: Studio) -> None:
    conversation_id = studio.converse.start(ME, Options(answer_with=AnswerWith.WORDS)).id
    asked(studio, conversation_id, "What is two plus two?")
    studio.converse.change(ME, conversation_id, answer_with=AnswerWith.SOUND)
    assert asked(studio, conversation_id, "What is three plus four?").turns[-1].clip_digest


# --- what goes along --------------------------------------------------------------------------------------------------


def test_a_forgotten_answer_heals_itself_and_is_shown_to_go_in_words(
    studio: Studio, clock: Clock, conversation_id: str
) -> None:
    begun = asked(studio, conversation_id, "What is two plus two?")
    assert ways(studio, begun) == [Way.WORDS, Way.ID]
    clock.ahead_s = 4_000  # the provider forgets earlier than it said

    *_, answered = asked(studio, conversation_id, "What is three plus four?").turns

    assert "7" in (answered.words or "")
    assert any("no longer had their sound" in note for note in answered.notes)


def test_compacting_keeps_every_turn_playable_and_sends_no_old_sound(studio: Studio, conversation_id: str) -> None:
    asked(studio, conversation_id, "What is two plus two?")
    begun = asked(studio, conversation_id, "What is three plus four?")
    assert Way.ID in ways(studio, begun)

    studio.converse.compact(ME, conversation_id)

    compacted = studio.converse.open(ME, conversation_id)
    assert set(ways(studio, compacted)) == {Way.WORDS}
    assert studio.converse.outlook(compacted).compact is None, "there is nothing left to save"
    assert all(studio.clips.read(ME, t.clip_digest) for t in compacted.turns if t.clip_digest)
    assert "9" in (asked(studio, conversation_id, "What is four plus five?").turns[-1].words or "")


def test_the_saving_is_told_before_and_comes_true(
    studio: Studio, conversation_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At OpenAI's prices; nothing is sent there."""
    begun = asked(studio, conversation_id, "What can you do?")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "other"))
    priced = open_studio(Settings.read())
    answered = replace(begun.turns[-1], endpoint=priced.endpoint.base_url)
    before = replace(begun, turns=(begun.turns[0], answered))
    after = replace(before, turns=(begun.turns[0], replace(answered, in_words=True)))

    outlook = priced.converse.outlook(before)
    less = priced.converse.outlook(after).quote
    place, choice = priced.converse.places[0], outlook.choice
    not_compacted, compacted = (spared(place, choice, one, None, now=priced.converse.now()) for one in (before, after))
    request = Converse(model=choice.model_name, turns=(), instructions="", spared=compacted)
    in_ledger = history_nanousd(request, place.price_of(choice))
    priced.close()

    assert outlook.saving_nanousd
    assert outlook.quote.total_nanousd
    assert less.total_nanousd == outlook.quote.total_nanousd - outlook.saving_nanousd
    assert (not_compacted, in_ledger) == (None, outlook.saving_nanousd)


def test_how_much_silence_is_left_out_goes_along_with_a_recording_that_is_sent(studio: Studio) -> None:
    quiet, voice = silence(seconds=2), decode(spoken(), sample_rate_hz=24_000).samples
    take = to_wav(Clip(np.concatenate([quiet, voice, quiet]), 24_000))

    admitted = studio.converse.door.admit(take, Order(), whose=ME)

    heard = heard_of(admitted)
    assert heard.silence_s is not None
    assert 3 < heard.silence_s < 4
    assert heard.silence_s + heard.duration_s == pytest.approx(admitted.received.measures.duration_s)


def test_remembering_voices_sends_the_recordings_again(studio: Studio) -> None:
    conversation_id = studio.converse.start(ME, Options(memory=Memory.VOICES)).id
    say(studio, conversation_id, studio.converse.keep_take(ME, conversation_id, spoken()))
    conversation = say(studio, conversation_id, studio.converse.keep_take(ME, conversation_id, spoken()))

    assert ways(studio, conversation)[0] is Way.CLIP
    first, second = (e for e in studio.ledger.of_conversation(conversation_id) if e.kind == "converse")
    assert (second.audio_in_tokens or 0) > (first.audio_in_tokens or 0) * 2


# --- branches, names, search ------------------------------------------------------------------------------------------


def test_a_branch_at_an_answer_goes_on_behind_it_and_leaves_the_first_alone(
    studio: Studio, conversation_id: str
) -> None:
    asked(studio, conversation_id, "What is two plus two?")
    whole = asked(studio, conversation_id, "What is three plus four?")
    branch_id = studio.converse.branch(ME, conversation_id, whole.turns[1].id)

    branch = studio.converse.open(ME, branch_id)
    assert [turn.words for turn in branch.turns] == [turn.words for turn in whole.turns[:2]]
    assert branch.heading.branched_from == conversation_id
    asked(studio, branch_id, "What is four plus five?")
    assert len(studio.converse.open(ME, conversation_id).turns) == 4
    studio.converse.remove(ME, conversation_id)
    assert studio.clips.read(ME, branch.turns[1].clip_digest or ""), "the branch has its sound still"


def test_a_branch_at_a_question_asks_it_again(studio: Studio, conversation_id: str) -> None:
    whole = asked(studio, conversation_id, "What is two plus two?")
    branch_id = studio.converse.branch(ME, conversation_id, whole.turns[0].id)

    (waiting,) = studio.converse.open(ME, branch_id).turns
    assert waiting.state is State.RECORDED
    _, answered = say(studio, branch_id, waiting).turns
    assert "4" in (answered.words or "")


def test_conversations_are_found_by_title_and_by_what_was_said(studio: Studio, conversation_id: str) -> None:
    asked(studio, conversation_id, "What is twelve times seven?")
    studio.converse.rename(ME, conversation_id, "  Sums   for 100% of us ")

    def found(words: str) -> list[str]:
        return [heading.title for heading in studio.converse.find(ME, words)]

    assert found("SUMS") == found("100%") == found("84") == found("") == ["Sums for 100% of us"]
    assert found("10_%") == found("elephants") == []
    assert studio.converse.find("someone", "sums") == ()


def test_nobody_elses_conversation_can_be_branched_or_exported(studio: Studio, conversation_id: str) -> None:
    turn = asked(studio, conversation_id, "What is two plus two?").turns[0]
    with pytest.raises(NotFound):
        studio.converse.branch("someone", conversation_id, turn.id)
    with pytest.raises(NotFound):
        studio.write_export("someone", conversation_id, BytesIO())
    with pytest.raises(NotFound):
        studio.converse.type_beside("someone", conversation_id, turn.id, "hello")
    with pytest.raises(NotAllowed):
        studio.converse.type_beside(ME, conversation_id, turn.id, "too late")


def test_everything_can_be_taken_away_as_one_archive(studio: Studio, conversation_id: str) -> None:
    say(studio, conversation_id, studio.converse.keep_take(ME, conversation_id, spoken()))
    asked(studio, conversation_id, "What is two plus two?")
    archive = BytesIO()

    name = studio.write_export(ME, conversation_id, archive)

    assert name.endswith(".zip")
    names = zipfile.ZipFile(archive).namelist()
    assert sum(n.startswith("voices/") for n in names) == 3, "two answers, and one recording of a person"
    for end in (".txt", ".md", ".json", ".srt", ".vtt"):
        assert any(n.startswith("transcript") and n.endswith(end) for n in names)
    assert any(n.startswith("recording.") for n in names)


# --- tools ------------------------------------------------------------------------------------------------------------


def test_a_tool_is_called_and_its_call_is_kept_beside_the_answer(studio: Studio) -> None:
    conversation_id = studio.converse.start(ME, Options()).id
    conversation = asked(studio, conversation_id, "What is twelve times seven?")
    _, answered = conversation.turns

    (call,) = answered.calls
    assert call.name == "calculate"
    assert "84" in call.output
    assert "84" in (answered.words or "")
    assert answered.clip_digest
    assert len([e for e in studio.ledger.of_conversation(conversation_id) if e.kind == "converse"]) == 2


def test_without_tools_none_is_called(studio: Studio, conversation_id: str) -> None:
    assert asked(studio, conversation_id, "What is twelve times seven?").turns[-1].calls == ()


def test_the_search_finds_what_this_person_said_and_nothing_of_others(studio: Studio, conversation_id: str) -> None:
    asked(studio, conversation_id, "My dentist appointment is on Thursday.")
    box = studio.converse.toolbox_for(ME, None)
    (search,) = (tool for tool in box.tools if "search" in tool.name)

    from audiokit.speech.requests import ToolCall  # noqa: PLC0415 - only here

    def run(box_of: str) -> str:
        call = ToolCall(id="1", name=search.name, arguments='{"query": "dentist"}')
        return studio.converse.toolbox_for(box_of, None).run(call).output

    assert "Thursday" in run(ME)
    assert "Thursday" not in run("someone")


# --- several endpoints ------------------------------------------------------------------------------------------------


@pytest.fixture
def two_endpoints(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Studio, Faults]]:
    """A compatible server that is spoilt on demand, and the offline engine behind it; both are our engine."""
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_MAX_RETRIES", "0")
    monkeypatch.setenv("AUDIOKIT_ENGINE", "compatible,offline")
    monkeypatch.setenv("AUDIOKIT_COMPATIBLE_BASE_URL", "http://compatible.invalid/v1")
    faults = Faults(create_app(engine))
    studio = open_studio(Settings.read(), transport=InProcessTransport(faults))
    studio.person()
    yield studio, faults
    studio.close()


def test_where_the_first_endpoint_refuses_the_second_answers_and_the_person_is_told(
    two_endpoints: tuple[Studio, Faults],
) -> None:
    studio, faults = two_endpoints
    conversation_id = studio.converse.start(ME, Options(uses_tools=False)).id
    faults.next(bad_key())

    *_, answered = asked(studio, conversation_id, "What is two plus two?").turns

    assert answered.speaker is Speaker.MODEL
    assert "4" in (answered.words or "")
    assert any("answered, since" in note for note in answered.notes)
    first, second = studio.ledger.of_conversation(conversation_id)
    assert (first.outcome, first.cost_nanousd) == ("refused", 0)
    assert second.outcome == "answered"


def test_a_server_that_broke_may_have_billed_and_is_not_asked_twice(two_endpoints: tuple[Studio, Faults]) -> None:
    studio, faults = two_endpoints
    conversation_id = studio.converse.start(ME, Options(uses_tools=False)).id
    faults.next(broken(504))

    (failed,) = asked(studio, conversation_id, "What is two plus two?").turns

    assert failed.state is State.FAILED
    assert "may have been billed" in (failed.failure or "")
    faults.next(busy())
    assert "4" in (say(studio, conversation_id, failed).turns[-1].words or "")
