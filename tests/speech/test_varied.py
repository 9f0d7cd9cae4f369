"""An empty answer is asked for again, differently, at most three times in all; and each time is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from clips import loudest_hz, tone
from ledgers import open_ledger
from scripted import ASK, ENDPOINT, PCM16, WAV, ScriptedSpeech

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.wav import to_wav
from audiokit.catalog.prices import Usage
from audiokit.errors import KeyRefused, ProviderBusy, ProviderError, ReplyUnusable
from audiokit.people.persons import LOCAL
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Ending, Reply, SoundPiece, WordPiece
from audiokit.speech.requests import Caller, Converse, Heard, InputFormat, ModelTurn, PersonTurn, Speak, Transcribe
from audiokit.speech.varied import Varied
from audiokit.speech.wire import EmptyReply, WithheldReply
from audiokit.usage.ledger import Ledger

ANSWER = Reply(words="Hi")
EMPTY = EmptyReply(Reply(words="", usage=Usage(audio_in_tokens=17)))
SOUND = Heard(data=to_wav(Clip(tone(1000), 24_000)), format=InputFormat.WAV, duration_s=1.0)
SPOKEN = replace(ASK, turns=(PersonTurn(words="one"), ModelTurn(words="two"), PersonTurn(sound=SOUND)))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


def asked_of(speech: ScriptedSpeech) -> list[Converse]:
    assert all(isinstance(request, Converse) for request in speech.asked)
    return [request for request in speech.asked if isinstance(request, Converse)]


def container_of(request: Converse) -> InputFormat:
    last = request.turns[-1]
    assert isinstance(last, PersonTurn)
    assert last.sound is not None
    return last.sound.format


def test_an_answer_is_asked_for_once_and_as_it_is() -> None:
    speech = ScriptedSpeech(ANSWER)

    assert Varied(speech).reply(SPOKEN) is ANSWER
    assert asked_of(speech) == [SPOKEN]


def test_an_empty_answer_is_asked_for_again_with_another_temperature_and_container() -> None:
    speech = ScriptedSpeech(EMPTY, EMPTY, ANSWER)

    assert Varied(speech).reply(SPOKEN) is ANSWER

    first, second, third = asked_of(speech)
    assert first == SPOKEN
    assert [request.temperature for request in (first, second, third)] == [None, 0.9, 1.1]
    assert [container_of(request) for request in (first, second, third)] == ["wav", "mp3", "wav"]


def test_the_sound_is_the_same_in_the_other_container() -> None:
    speech = ScriptedSpeech(EMPTY, ANSWER)

    Varied(speech).reply(SPOKEN)

    turn = asked_of(speech)[1].turns[-1]
    assert isinstance(turn, PersonTurn)
    assert turn.sound is not None
    clip = decode(turn.sound.data)
    assert loudest_hz(clip.samples, clip.sample_rate_hz) == pytest.approx(1000, abs=3)
    assert turn.sound.duration_s == 1.0


def test_words_stay_as_they_are_in_every_try() -> None:
    speech = ScriptedSpeech(EMPTY, EMPTY, ANSWER)

    Varied(speech).reply(SPOKEN)

    assert {request.turns[:2] for request in asked_of(speech)} == {SPOKEN.turns[:2]}


def test_three_empty_answers_are_enough() -> None:
    speech = ScriptedSpeech(EMPTY, EMPTY, EMPTY, ANSWER)

    with pytest.raises(EmptyReply):
        Varied(speech).reply(SPOKEN)

    assert len(speech.asked) == 3


@pytest.mark.parametrize(
    "error",
    [
        EmptyReply(Reply(words="", ending=Ending.CUT)),
        WithheldReply(Reply(words="")),
        KeyRefused("No."),
        ProviderBusy("No."),
        ReplyUnusable("Not JSON."),
    ],
    ids=["cut", "withheld", "refused", "busy", "unreadable"],
)
def test_nothing_else_is_asked_for_again(error: ProviderError) -> None:
    whole, streamed = ScriptedSpeech(error, ANSWER), ScriptedSpeech([error], [ANSWER])

    with pytest.raises(type(error)):
        Varied(whole).reply(SPOKEN)
    with pytest.raises(type(error)):
        list(Varied(streamed).stream(SPOKEN))

    assert len(whole.asked) == len(streamed.asked) == 1


@pytest.mark.parametrize(
    "request_",
    [Transcribe(model="gpt-transcribe", sound=SOUND), Speak(model="tts-1", text="Hi", voice="alloy")],
    ids=["transcribe", "speak"],
)
def test_only_conversations_are_varied(request_: Transcribe | Speak) -> None:
    speech = ScriptedSpeech(EMPTY, ANSWER)

    with pytest.raises(EmptyReply):
        Varied(speech).reply(request_)

    assert speech.asked == [request_]


def test_an_empty_stream_gives_way_to_another_unheard() -> None:
    speech = ScriptedSpeech([EMPTY], [WordPiece("Hi"), SoundPiece(PCM16), ANSWER])

    assert list(Varied(speech).stream(SPOKEN)) == [WordPiece("Hi"), SoundPiece(PCM16), ANSWER]
    assert [request.temperature for request in asked_of(speech)] == [None, 0.9]


def test_three_empty_streams_are_enough() -> None:
    speech = ScriptedSpeech([EMPTY], [EMPTY], [EMPTY], [ANSWER])

    with pytest.raises(EmptyReply):
        list(Varied(speech).stream(SPOKEN))

    assert len(speech.asked) == 3


def test_a_stream_that_was_cut_is_kept_and_not_asked_for_again() -> None:
    cut = Reply(words="H", sound=WAV, ending=Ending.CUT)
    speech = ScriptedSpeech([SoundPiece(PCM16), cut], [ANSWER])

    assert list(Varied(speech).stream(SPOKEN)) == [SoundPiece(PCM16), cut]


@pytest.mark.parametrize("streamed", [True, False])
def test_each_try_has_an_entry_of_its_own(ledger: Ledger, *, streamed: bool) -> None:
    turn_id = f"varied {streamed}"
    script = ScriptedSpeech([EMPTY], [EMPTY], [ANSWER]) if streamed else ScriptedSpeech(EMPTY, EMPTY, ANSWER)
    metered = Metered(
        inner=script,
        ledger=ledger,
        price_of=lambda *_: None,
        endpoint=ENDPOINT,
        caller=Caller(person_id=LOCAL.id, page="converse", turn_id=turn_id),
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
    )

    assert (list(Varied(metered).stream(SPOKEN))[-1] if streamed else Varied(metered).reply(SPOKEN)) is ANSWER

    entries = ledger.of_turn(turn_id)
    assert sorted(entry.outcome for entry in entries) == ["answered", "failed", "failed"]
    assert [entry.audio_in_tokens for entry in entries if entry.outcome == "failed"] == [17, 17]


@pytest.mark.parametrize(
    "ask", [lambda v: v.reply(SPOKEN), lambda v: list(v.stream(SPOKEN))], ids=["whole", "streamed"]
)
def test_after_an_empty_answer_was_billed_another_failure_does_not_hide_it(ask: Callable[[Varied], object]) -> None:
    """Whoever catches it may otherwise ask elsewhere, as if nothing had been paid for."""
    with pytest.raises(EmptyReply) as raised:
        ask(Varied(ScriptedSpeech(EMPTY, ProviderBusy("Busy.", status=429))))
    assert isinstance(raised.value.__cause__, ProviderBusy)
