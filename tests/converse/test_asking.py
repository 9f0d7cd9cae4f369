"""One question, asked until there is an answer: functions, forgotten ids, other endpoints; nothing paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from scripted import ENDPOINT, PCM16, WAV, ScriptedSpeech

from audiokit.audio.wav import pcm16_of
from audiokit.converse.asking import Answered, Asking, Attempt
from audiokit.converse.conversation import CallMade
from audiokit.converse.tools.registry import Toolbox
from audiokit.errors import (
    AudioForgotten,
    Busy,
    KeyRefused,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    ReplyUnusable,
)
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.growing import Growing
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, WordPiece
from audiokit.speech.requests import Converse, ModelTurn, PersonTurn, ToolCall, ToolResult

SPOKEN: list[Event | Exception] = [
    WordPiece("Eighty-four."),
    SoundPiece(PCM16),
    Reply(words="Eighty-four.", sound=WAV, sound_duration_s=0.05),
]
ELSEWHERE = replace(ENDPOINT, name="Elsewhere", base_url="https://elsewhere.example/v1")


def double(number: int) -> str:
    """Return twice a number.

    Args:
        number: What to double.
    """
    return str(2 * number)


def call(number: int, call_id: str = "call_1") -> ToolCall:
    return ToolCall(id=call_id, name="double", arguments=json.dumps({"number": number}))


def calling(*calls: ToolCall) -> list[Event | Exception]:
    return [Reply(words="", tool_calls=calls)]


def question(*, model: str = "gpt-audio-1.5") -> Callable[[bool], Converse]:
    def ask(by_id: bool) -> Converse:
        earlier = ModelTurn(words="Before.", audio_id="audio_1" if by_id else None)
        return Converse(
            model=model, turns=(earlier, PersonTurn(words="Twice 42?")), instructions="Be brief.", voice="marin"
        )

    return ask


class Desk:
    """An asking with what it grew and what it told."""

    def __init__(self, *functions: Callable[..., str], said: str = "Twice 42?") -> None:
        self.growing = Growing()
        self.told: list[tuple[CallMade, ...]] = []
        box = Toolbox(functions) if functions else None
        self.asking = Asking(growing=self.growing, toolbox=box, said=lambda: said, on_calls=self.told.append)

    def answer(self, *attempts: Attempt) -> Answered:
        return self.asking.answer(attempts)


def at(speech: ScriptedSpeech, **values: object) -> Attempt:
    return Attempt(**{"endpoint": ENDPOINT, "speech": speech, "ask": question(), **values})  # type: ignore[arg-type]


def test_an_answer_grows_while_it_comes_and_is_returned_whole() -> None:
    desk = Desk()
    answered = desk.answer(at(ScriptedSpeech(SPOKEN)))

    assert answered.reply.words == "Eighty-four."
    assert desk.growing.words == "Eighty-four."
    assert desk.growing.n_bytes == len(PCM16)
    assert answered.first_sound_ms is not None
    assert (answered.notes, answered.calls) == ((), ())


def test_what_the_provider_forgot_is_sent_in_words_to_the_same_one() -> None:
    speech = ScriptedSpeech([AudioForgotten("It is gone.")], SPOKEN)
    answered = Desk().answer(at(speech))

    first, second = speech.asked
    assert isinstance(first, Converse)
    assert isinstance(second, Converse)
    assert first.turns[0] == ModelTurn(words="Before.", audio_id="audio_1")
    assert second.turns[0] == ModelTurn(words="Before.")
    assert any("no longer had their sound" in note for note in answered.notes)


def test_a_function_is_called_and_its_result_goes_back() -> None:
    speech = ScriptedSpeech(calling(call(42)), SPOKEN)
    desk = Desk(double)
    answered = desk.answer(at(speech))

    first, second = speech.asked
    assert isinstance(first, Converse)
    assert isinstance(second, Converse)
    assert [tool.name for tool in first.tools] == ["double"]
    assert second.turns[-2:] == (
        ModelTurn(words="", calls=(call(42),)),
        ToolResult(call_id="call_1", output="84"),
    )
    (made,) = answered.calls
    assert (made.name, made.output, made.failed) == ("double", "84", False)
    assert desk.told == [(made,)]


def test_several_calls_at_once_are_each_answered() -> None:
    speech = ScriptedSpeech(calling(call(1, "a"), call(2, "b")), SPOKEN)
    answered = Desk(double).answer(at(speech))
    assert [made.output for made in answered.calls] == ["2", "4"]
    second = speech.asked[1]
    assert isinstance(second, Converse)
    assert [t.call_id for t in second.turns if isinstance(t, ToolResult)] == ["a", "b"]


def test_a_model_that_never_stops_calling_must_answer_in_the_end() -> None:
    speech = ScriptedSpeech(*(calling(call(n)) for n in range(4)), SPOKEN)
    answered = Desk(double).answer(at(speech))

    assert answered.reply.words == "Eighty-four."
    last = speech.asked[-1]
    assert isinstance(last, Converse)
    assert last.tools == ()


def test_a_model_that_calls_even_where_nothing_is_offered_has_not_answered() -> None:
    ran: list[int] = []

    def count(number: int) -> str:
        """Count calls.

        Args:
            number: Any.
        """
        ran.append(number)
        return "counted"

    calls = [calling(replace(call(n), name="count")) for n in range(5)]
    with pytest.raises(ReplyUnusable, match="switch the tools off"):
        Desk(count).answer(at(ScriptedSpeech(*calls)))
    assert ran == [0, 1, 2, 3], "what was not offered is not run"
    with pytest.raises(ReplyUnusable, match="switch the tools off"):
        Desk().answer(at(ScriptedSpeech(calling(call(1)))))


def test_of_very_many_calls_at_once_only_some_are_run_and_what_is_kept_of_them_is_short() -> None:
    many = tuple(replace(call(n, str(n)), arguments="x" * 1_000_000, name="y" * 1_000) for n in range(1_000))
    speech = ScriptedSpeech(calling(*many), SPOKEN)
    answered = Desk(double).answer(at(speech))

    assert len(answered.calls) == 8
    assert len(answered.calls[0].arguments) < 5_000
    assert len(answered.calls[0].name) < 100
    second = speech.asked[1]
    assert isinstance(second, Converse)
    called = next(turn for turn in second.turns if isinstance(turn, ModelTurn) and turn.calls)
    assert [c.id for c in called.calls] == [t.call_id for t in second.turns if isinstance(t, ToolResult)]


def test_what_is_said_beside_a_call_is_kept_as_it_was_heard() -> None:
    begun = Reply(words="Let me see.", sound=WAV, sound_duration_s=0.05, tool_calls=(call(42),))
    ended = Reply(words="Eighty-four.", sound=WAV, sound_duration_s=0.05, audio_id="audio_2")
    speech = ScriptedSpeech(
        [WordPiece("Let me see."), SoundPiece(PCM16), begun], [WordPiece("Eighty-four."), SoundPiece(PCM16), ended]
    )
    desk = Desk(double)
    reply = desk.answer(at(speech)).reply

    assert reply.words == desk.growing.words == "Let me see.\n\nEighty-four."
    assert pcm16_of(reply.sound or b"") == desk.growing.sound() == PCM16 * 2
    assert reply.sound_duration_s == pytest.approx(0.1)
    assert reply.audio_id is None, "the provider's copy is of the end only"


def test_nothing_is_decided_on_where_no_words_were_heard() -> None:
    def decide(said: str) -> Converse:
        raise AssertionError(f"asked about {said!r}")

    speech = ScriptedSpeech(SPOKEN)
    assert Desk(double, said="").answer(at(speech, decide=decide)).reply.words == "Eighty-four."
    assert len(speech.asked) == 1


def test_that_it_cannot_be_decided_on_tools_does_not_cost_the_answer() -> None:
    def decide(said: str) -> Converse:
        raise Busy(f"The database is busy; {said} has to wait.")

    answered = Desk(double).answer(at(ScriptedSpeech(SPOKEN), decide=decide))
    assert answered.reply.words == "Eighty-four."
    assert any("No tools were used" in note for note in answered.notes)


def test_a_model_that_cannot_call_while_speaking_gets_two_calls() -> None:
    """A text model decides on functions, by the words; the audio model speaks, with the results beside the question."""

    def decide(said: str) -> Converse:
        return Converse(model="gpt-6-luna", turns=(PersonTurn(words=said),), instructions="Decide.")

    speech = ScriptedSpeech(Reply(words="", tool_calls=(call(42),)), Reply(words="none"), SPOKEN)
    answered = Desk(double).answer(at(speech, decide=decide))

    deciding, again, speaking = speech.asked
    assert isinstance(deciding, Converse)
    assert isinstance(again, Converse)
    assert isinstance(speaking, Converse)
    assert (deciding.model, deciding.voice, len(deciding.tools)) == ("gpt-6-luna", None, 1)
    assert again.turns[-1] == ToolResult(call_id="call_1", output="84")
    assert (speaking.tools, speaking.voice) == ((), "marin")
    (*_, last) = speaking.turns
    assert isinstance(last, PersonTurn)
    assert "Twice 42?" in (last.words or "")
    assert "→ 84" in (last.words or "")
    assert answered.calls[0].output == "84"


def test_where_no_function_is_needed_the_question_stays_as_it_is() -> None:
    speech = ScriptedSpeech(Reply(words="none"), SPOKEN)
    Desk(double).answer(
        at(speech, decide=lambda said: Converse(model="m", turns=(PersonTurn(words=said),), instructions=""))
    )
    speaking = speech.asked[-1]
    assert isinstance(speaking, Converse)
    assert speaking.turns[-1] == PersonTurn(words="Twice 42?")


def test_that_nobody_can_decide_on_functions_is_no_reason_not_to_answer() -> None:
    speech = ScriptedSpeech(ProviderBusy("The text model is busy."), SPOKEN)
    answered = Desk(double).answer(
        at(speech, decide=lambda said: Converse(model="m", turns=(PersonTurn(words=said),), instructions=""))
    )
    assert answered.reply.words == "Eighty-four."
    assert any("The text model is busy." in note for note in answered.notes)


def test_where_an_endpoint_refuses_the_next_one_is_asked_and_the_person_told() -> None:
    refusing, answering = ScriptedSpeech([KeyRefused("The key is wrong.", status=401)]), ScriptedSpeech(SPOKEN)
    answered = Desk().answer(at(refusing), at(answering, endpoint=ELSEWHERE))

    assert answered.endpoint is ELSEWHERE
    assert any("Elsewhere answered" in note and "The key is wrong." in note for note in answered.notes)


def test_what_a_function_gave_back_is_kept_when_another_endpoint_is_asked() -> None:
    def decide(said: str) -> Converse:
        return Converse(model="m", turns=(PersonTurn(words=said),), instructions="")

    first = ScriptedSpeech(
        Reply(words="", tool_calls=(call(42),)), Reply(words="none"), [ProviderBusy("Too busy.", status=429)]
    )
    second = ScriptedSpeech(SPOKEN)
    answered = Desk(double).answer(at(first, decide=decide), at(second, endpoint=ELSEWHERE, decide=decide))

    assert len(answered.calls) == 1
    assert len(second.asked) == 1, "it is not decided on again"


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnreachable("It fell silent.", code=NO_ANSWER_CODE, status=504),
        ProviderRefused("The content filter withheld this.", code="content_filter", status=400),
    ],
)
def test_what_may_be_billed_or_would_be_refused_anywhere_is_asked_nowhere_else(error: ProviderError) -> None:
    other = ScriptedSpeech(SPOKEN)
    with pytest.raises(type(error)):
        Desk().answer(at(ScriptedSpeech([error])), at(other, endpoint=ELSEWHERE))
    assert other.asked == []


def test_an_answer_that_has_begun_is_never_begun_elsewhere() -> None:
    cut: list[Event | Exception] = [WordPiece("Eighty"), ProviderBusy("It broke off.", status=503)]
    other = ScriptedSpeech(SPOKEN)
    with pytest.raises(ProviderBusy):
        Desk().answer(at(ScriptedSpeech(cut)), at(other, endpoint=ELSEWHERE))
    assert other.asked == []


def test_after_a_round_that_was_billed_nobody_else_is_asked() -> None:
    first = ScriptedSpeech(calling(call(42)), [ProviderBusy("Too busy.", status=429)])
    other = ScriptedSpeech(SPOKEN)
    with pytest.raises(ProviderBusy):
        Desk(double).answer(at(first), at(other, endpoint=ELSEWHERE))
    assert other.asked == []


def test_where_nobody_answers_the_first_endpoints_sentence_stands() -> None:
    with pytest.raises(KeyRefused, match=r"The key is wrong\. Elsewhere was tried too"):
        Desk().answer(
            at(ScriptedSpeech([KeyRefused("The key is wrong.", status=401)])),
            at(ScriptedSpeech([ProviderBusy("Busy.", status=429)]), endpoint=ELSEWHERE),
        )


def test_a_call_that_was_cut_in_the_middle_is_not_made() -> None:
    desk = Desk(double)
    cut: list[Event | Exception] = [Reply(words="", tool_calls=(call(42),), ending=Ending.CUT)]
    with pytest.raises(ReplyUnusable, match="broke off while a tool was being called"):
        desk.answer(at(ScriptedSpeech(cut)))
    assert desk.told == []


def test_what_was_called_is_not_called_again_when_the_question_is_asked_in_words() -> None:
    speech = ScriptedSpeech(calling(call(42)), [AudioForgotten("It is gone.")], SPOKEN)
    answered = Desk(double).answer(at(speech))
    assert len(answered.calls) == 1
    last = speech.asked[-1]
    assert isinstance(last, Converse)
    assert last.turns[0] == ModelTurn(words="Before.")
    assert last.turns[-1] == ToolResult(call_id="call_1", output="84")


def test_how_an_answer_ended_is_noted() -> None:
    cut: list[Event | Exception] = [WordPiece("Eigh"), Reply(words="Eigh", ending=Ending.CUT)]
    assert Desk().answer(at(ScriptedSpeech(cut))).notes == ("The connection broke off; this is what had arrived.",)
