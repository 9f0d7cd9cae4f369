"""Every call that reached a provider has one entry; what is not known is NULL in it, and never 0."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from ledgers import open_ledger
from scripted import ASK, ENDPOINT, PCM16, WAV, ScriptedSpeech, Server, event_stream, on_wire, spoken_chunks

from audiokit.catalog.models import Catalog, Price
from audiokit.catalog.prices import Usage, price_on
from audiokit.errors import (
    AudioForgotten,
    KeyRefused,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    ReplyUnusable,
)
from audiokit.people.persons import LOCAL
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Ending, Reply, SoundPiece, Speech, WordPiece
from audiokit.speech.requests import Caller, Heard, InputFormat, PersonTurn, Request, Spared, Speak, Transcribe
from audiokit.speech.wire import EmptyReply, WithheldReply
from audiokit.usage.ledger import Entry, Ledger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
USED = Usage(text_in_tokens=11, audio_in_tokens=17, cached_in_tokens=0, text_out_tokens=30, audio_out_tokens=84)
# gpt-audio-1.5: 2.50 and 10 USD per million tokens of text, 32 and 64 of sound.
USED_NANOUSD = 11 * 2500 + 17 * 32_000 + 30 * 10_000 + 84 * 64_000
SPOKEN = Reply(
    words="Hi",
    sound=WAV,
    sound_duration_s=0.05,
    model="gpt-audio-1.5",
    usage=USED,
    request_id="req_1",
    first_sound_ms=7,
)
HEARD = Heard(data=WAV, format=InputFormat.WAV, duration_s=90.0)
COUNTS = [field.name for field in fields(Usage) if field.name in {known.name for known in fields(Entry)}]
CATALOG = Catalog.load()
TURNS = itertools.count()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


class Book:
    """A metered layer over scripted speech, and its entries."""

    def __init__(self, inner: Speech, ledger: Ledger) -> None:
        self.turn_id = f"turn {next(TURNS)}"
        self._ledger = ledger
        self.speech = Metered(
            inner=inner,
            ledger=ledger,
            price_of=price_of,
            endpoint=ENDPOINT,
            caller=Caller(person_id=LOCAL.id, page="converse", turn_id=self.turn_id, conversation_id="c"),
            now=lambda: NOW,
            clock=clock(),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._ledger.of_turn(self.turn_id)

    @property
    def entry(self) -> Entry:
        (entry,) = self.entries
        return entry


def price_of(model: str, day: date) -> Price | None:
    known = CATALOG.find(model)
    return price_on(known, day, ENDPOINT.provider) if known else None


def clock() -> Any:
    ticks = itertools.count()
    return lambda: next(ticks) * 0.25


def counts_of(entry: Entry) -> list[int | None]:
    return [getattr(entry, name) for name in COUNTS]


def test_an_answered_call_is_written_with_everything_that_is_known(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(SPOKEN), ledger)

    assert book.speech.reply(ASK) is SPOKEN

    assert replace(book.entry, id="") == Entry(
        id="",
        at=NOW,
        person_id="local",
        page="converse",
        turn_id=book.turn_id,
        conversation_id="c",
        endpoint="openai",
        kind="converse",
        model_asked="gpt-audio-1.5",
        model_used="gpt-audio-1.5",
        text_in_tokens=11,
        audio_in_tokens=17,
        cached_in_tokens=0,
        text_out_tokens=30,
        audio_out_tokens=84,
        input_ms=50,
        output_ms=50,
        history_in_ms=0,
        history_in_tokens=16,
        price_id=book.entry.price_id,
        cost_nanousd=USED_NANOUSD,
        cost_audio_in_nanousd=17 * 32_000,
        cost_audio_out_nanousd=84 * 64_000,
        cost_text_nanousd=11 * 2500 + 30 * 10_000,
        cost_cached_nanousd=0,
        first_byte_ms=7,
        total_ms=250,
        outcome="answered",
        request_id="req_1",
        out_sound_ms=50,
        out_speech_ms=50,
        out_clipped_ratio=0.0,
        out_loudness_lufs=-4.9,
    )


def test_usage_that_was_not_reported_is_null_and_so_is_its_cost(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(replace(SPOKEN, usage=None)), ledger)

    book.speech.reply(ASK)

    assert set(counts_of(book.entry)) == {None}
    assert book.entry.cost_nanousd is None
    assert book.entry.outcome == "answered"


def test_a_model_without_a_price_costs_nobody_knows_what(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(replace(SPOKEN, model="someones-own-model")), ledger)

    book.speech.reply(ASK)

    assert (book.entry.cost_nanousd, book.entry.price_id, book.entry.audio_out_tokens) == (None, None, 84)


@pytest.mark.parametrize(
    "error",
    [
        KeyRefused("No.", status=401),
        ProviderRefused("No.", status=400),
        AudioForgotten("No.", status=400, code="audio_not_found"),
        ProviderBusy("No.", status=429),
        ProviderBusy("No.", status=500),
        ProviderUnreachable("No."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_that_was_refused_or_never_arrived_costs_nothing(error: ProviderError, ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(error), ledger)

    with pytest.raises(type(error)):
        book.speech.reply(ASK)

    assert (book.entry.outcome, book.entry.cost_nanousd, book.entry.error) == ("refused", 0, type(error).__name__)
    assert book.entry.audio_out_tokens == 0


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnreachable("Silence.", status=504, code=NO_ANSWER_CODE),
        ReplyUnusable("Not JSON."),
        ProviderBusy("In the answer.", status=200),
        EmptyReply(Reply(words="", ending=Ending.CUT)),
    ],
    ids=["no answer", "unreadable", "error in the answer", "cut"],
)
@pytest.mark.parametrize("request_", [ASK, Transcribe(model="whisper-1", sound=HEARD)], ids=["converse", "transcribe"])
def test_a_call_that_may_have_been_billed_costs_nobody_knows_what(
    error: ProviderError, request_: Request, ledger: Ledger
) -> None:
    book = Book(ScriptedSpeech(error), ledger)

    with pytest.raises(type(error)):
        book.speech.reply(request_)

    assert (book.entry.outcome, book.entry.cost_nanousd) == ("failed", None)
    assert set(counts_of(book.entry)) == {None}


@pytest.mark.parametrize("kind", [EmptyReply, WithheldReply])
def test_a_call_that_failed_after_it_was_billed_keeps_its_usage_and_its_cost(
    kind: type[EmptyReply | WithheldReply], ledger: Ledger
) -> None:
    book = Book(ScriptedSpeech(kind(Reply(words="", model="gpt-audio-1.5", usage=USED))), ledger)

    with pytest.raises(kind):
        book.speech.reply(ASK)

    assert (book.entry.outcome, book.entry.cost_nanousd, book.entry.error) == ("failed", USED_NANOUSD, kind.__name__)
    assert book.entry.audio_out_tokens == 84


def test_the_request_id_of_a_refusal_is_kept(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(ProviderRefused("No.", status=400, request_id="req_9")), ledger)

    with pytest.raises(ProviderRefused):
        book.speech.reply(ASK)

    assert book.entry.request_id == "req_9"


def test_a_stream_is_written_once_it_is_whole(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech([WordPiece("Hi"), SoundPiece(PCM16), SPOKEN]), ledger)

    assert list(book.speech.stream(ASK)) == [WordPiece("Hi"), SoundPiece(PCM16), SPOKEN]

    assert (book.entry.outcome, book.entry.cost_nanousd) == ("answered", USED_NANOUSD)


def test_a_listener_who_leaves_with_the_whole_reply_has_paid_what_it_says(ledger: Ledger) -> None:
    """Who stops at the reply never comes back to the generator: the entry must stand by then."""
    book = Book(ScriptedSpeech([SoundPiece(PCM16), SPOKEN]), ledger)

    with closing(listening(book)) as events:
        assert next(event for event in events if isinstance(event, Reply)) is SPOKEN

    assert (book.entry.outcome, book.entry.cost_nanousd) == ("answered", USED_NANOUSD)


def test_a_listener_who_leaves_early_leaves_an_entry_of_unknown_cost(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech([SoundPiece(PCM16), SPOKEN]), ledger)

    with closing(listening(book)) as events:
        next(events)

    assert (book.entry.outcome, book.entry.cost_nanousd) == ("cut", None)
    assert set(counts_of(book.entry)) == {None}


def listening(book: Book) -> Any:
    return book.speech.stream(ASK)


def test_a_stream_that_nobody_began_to_hear_has_no_entry(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech([SPOKEN]), ledger)

    book.speech.stream(ASK)

    assert book.entries == ()


def test_a_reply_that_was_cut_is_written_as_cut_with_the_sound_that_came(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech([SoundPiece(PCM16), replace(SPOKEN, ending=Ending.CUT, usage=None)]), ledger)

    list(book.speech.stream(ASK))

    assert (book.entry.outcome, book.entry.cost_nanousd, book.entry.output_ms) == ("cut", None, 50)


def test_a_stream_that_was_refused_costs_nothing(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech([KeyRefused("No.", status=401)]), ledger)

    with pytest.raises(KeyRefused):
        list(book.speech.stream(ASK))

    assert (book.entry.outcome, book.entry.cost_nanousd) == ("refused", 0)


def test_a_bug_below_is_not_hidden(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError):
        Book(ScriptedSpeech(ZeroDivisionError()), ledger).speech.reply(ASK)


@pytest.mark.parametrize(
    ("usage", "nanousd"),
    [(None, 9_000_000), (Usage(input_seconds=Decimal(91)), 9_100_000)],
    ids=["by what we sent", "as reported"],
)
def test_a_transcript_by_the_minute_is_billed_by_the_seconds(usage: Usage | None, nanousd: int, ledger: Ledger) -> None:
    """90 s at 0.006 USD a minute."""
    book = Book(ScriptedSpeech(Reply(words="Hello", usage=usage)), ledger)

    book.speech.reply(Transcribe(model="whisper-1", sound=HEARD))

    assert (book.entry.cost_nanousd, book.entry.kind, book.entry.input_ms) == (nanousd, "transcribe", 90_000)


def test_a_transcript_by_the_token_that_reports_none_costs_nobody_knows_what(ledger: Ledger) -> None:
    book = Book(ScriptedSpeech(Reply(words="Hello")), ledger)

    book.speech.reply(Transcribe(model="gpt-4o-transcribe", sound=HEARD))

    assert book.entry.cost_nanousd is None


def test_speech_by_the_character_is_billed_by_what_was_sent(ledger: Ledger) -> None:
    """15 USD per million characters."""
    book = Book(ScriptedSpeech(replace(SPOKEN, model=None, usage=Usage(characters=1000))), ledger)

    book.speech.reply(Speak(model="tts-1", text="x" * 1000, voice="alloy"))

    assert (book.entry.cost_nanousd, book.entry.kind, book.entry.characters) == (15_000_000, "speak", 1000)
    assert (book.entry.input_ms, book.entry.output_ms) == (None, 50)


def test_all_the_sound_of_a_conversation_is_counted_as_heard(ledger: Ledger) -> None:
    turns = (PersonTurn(sound=HEARD), PersonTurn(words="and"), PersonTurn(sound=HEARD))
    book = Book(ScriptedSpeech(SPOKEN), ledger)

    book.speech.reply(replace(ASK, turns=turns))

    assert book.entry.input_ms == 180_000


def test_what_was_not_sent_has_a_price_and_what_nobody_knows_has_none(ledger: Ledger) -> None:
    trimmed, untold = replace(HEARD, silence_s=2.5), PersonTurn(sound=HEARD)
    kept = Book(ScriptedSpeech(SPOKEN), ledger)
    kept.speech.reply(
        replace(
            ASK,
            turns=(PersonTurn(sound=trimmed), PersonTurn(sound=replace(HEARD, silence_s=0.0))),
            spared=Spared(audio_tokens=100, text_tokens=-40),
        )
    )
    assert kept.entry.saved_silence_nanousd == 25 * 32_000
    assert kept.entry.saved_history_nanousd == 100 * 32_000 - 40 * 2_500

    unknown = Book(ScriptedSpeech(SPOKEN), ledger)
    unknown.speech.reply(replace(ASK, turns=(PersonTurn(sound=trimmed), untold)))
    assert (unknown.entry.saved_silence_nanousd, unknown.entry.saved_history_nanousd) == (None, None)

    by_minute = Book(ScriptedSpeech(Reply(words="Hi", model="gpt-transcribe")), ledger)
    by_minute.speech.reply(Transcribe(model="gpt-transcribe", sound=replace(HEARD, silence_s=30.0)))
    assert by_minute.entry.saved_silence_nanousd == (by_minute.entry.cost_nanousd or 0) // 3

    refused = Book(ScriptedSpeech(KeyRefused("no")), ledger)
    with pytest.raises(KeyRefused):
        refused.speech.reply(replace(ASK, turns=(PersonTurn(sound=trimmed),)))
    assert refused.entry.saved_silence_nanousd is None


ANSWERS: list[tuple[httpx2.Response | Exception, str, int | None]] = [
    (event_stream(spoken_chunks(PCM16)), "answered", None),  # it reported no usage
    (event_stream(spoken_chunks(PCM16, expires_at=None)), "cut", None),
    (event_stream([]), "failed", None),
    (event_stream([], httpx2.ReadTimeout("x")), "failed", None),
    (event_stream([{"error": {"message": "x", "code": "server_error"}}]), "failed", None),
    (httpx2.ReadTimeout("x"), "failed", None),
    (httpx2.ConnectError("x"), "refused", 0),
    (httpx2.Response(400, json={"error": {"code": "invalid_value"}}), "refused", 0),
]


@pytest.mark.parametrize(
    ("answer", "outcome", "nanousd"),
    ANSWERS,
    ids=["whole", "cut", "empty", "silent", "error", "no answer", "not sent", "refused"],
)
def test_a_stream_from_the_wire_is_written_as_what_became_of_it(
    answer: httpx2.Response | Exception, outcome: str, nanousd: int | None, ledger: Ledger
) -> None:
    book = Book(on_wire(Server(answer)), ledger)

    events: Iterator[object] = iter(book.speech.stream(ASK))
    try:
        list(events)
    except ProviderError as error:
        assert book.entry.error == type(error).__name__  # noqa: PT017 - which it is, is not the question here

    assert (book.entry.outcome, book.entry.cost_nanousd) == (outcome, nanousd)
