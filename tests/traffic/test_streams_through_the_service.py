"""Every recorded streamed chat, and what can become of it, through a whole studio: the ledger, the turns, a sentence.

Each goes as it was recorded, cut at several places, without usage, empty, refused by the model and by the provider. The
conversation before it, its recordings among it, is as recorded too, and so is the day whose prices hold.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx2
import pytest
from conversing import ME
from desk import CATALOG, KEY, as_request
from real import REAL, real_file
from recordings import ABSENT, Exchange, Replay, each, exchanges, sse_lines
from truth import PRICES, truth_of

from audiokit.audio.door import Admitted
from audiokit.audio.wav import pcm16_of
from audiokit.catalog.models import Provider
from audiokit.catalog.prices import Usage, cost, price_on
from audiokit.converse.conversation import AnswerWith, KeptTurn, Memory, Options, Speaker, State
from audiokit.converse.service import ConverseService
from audiokit.settings import Settings
from audiokit.speech.held import Held
from audiokit.speech.permitted import Permitted
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller, Heard, ModelTurn, PersonTurn
from audiokit.speech.switched import Switched
from audiokit.speech.varied import Varied
from audiokit.studio import Studio, open_studio
from audiokit.usage.ledger import Entry

pytestmark = pytest.mark.real

CUT = "The connection broke off; this is what had arrived."
NOTHING_CAME = "The connection broke off before any answer came. Send it again."
EMPTY = "The model gave an empty answer. Send it again."
DECLINED = "The model declined to answer."
WITHHELD = "The provider's content filter withheld the answer. Say it in other words."
REFUSAL = "I'm very sorry, but I can't assist with that."
# As recorded for the recording of 1.7 s that all of these exchanges have (TranscriptionUsageWorks).
WRITTEN = {
    "text": "Hello, world! This is a test.",
    "usage": {"type": "tokens", "input_token_details": {"text_tokens": 0, "audio_tokens": 17}, "output_tokens": 11},
}
WRITTEN_USAGE = Usage(text_in_tokens=0, audio_in_tokens=17, text_out_tokens=11)
TOKENS = ("text_in_tokens", "audio_in_tokens", "cached_in_tokens", "text_out_tokens", "audio_out_tokens")
Tokens = tuple[int | None, ...]
UNKNOWN: Tokens = (None,) * len(TOKENS)
CHUNKS_ALONE = "traffic/vercel__ai/packages__openai__src__chat____fixtures____openai-text.chunks.txt"


def streamed() -> Iterator[Exchange]:
    """All that were asked for as a stream; of one, only the answer was recorded."""
    yield from (
        one for one in exchanges() if one.path.endswith("/chat/completions") and (one.asked or {}).get("stream")
    )
    if (REAL / CHUNKS_ALONE).is_file():
        lines = (REAL / CHUNKS_ALONE).read_bytes().splitlines()
        yield Exchange(
            name="vercel/openai-text",
            method="POST",
            url="https://api.openai.com/v1/chat/completions",
            asked={"model": "gpt-4.1-nano", "messages": [{"role": "user", "content": "Invent a new holiday."}]},
            status=200,
            media_type="text/event-stream",
            answer=b"".join(b"data: %s\n\n" % line for line in [*lines, b"[DONE]"]),
        )


ASKED = list(streamed())
STREAMS = [one for one in ASKED if one.status == 200]
TRUTHS = {one.name: truth_of(one) for one in STREAMS}
SHORT = {one.name for one in STREAMS if len(one.answer) < 120_000 and b"audio" in one.answer}
# Status: the recorded body, the error that it becomes, and the sentence.
REFUSALS = {
    400: (
        "pydantic-ai/test_multimodal_tool_returns__test_multimodal_tool_return_matrix",
        "ProviderRefused",
        "OpenAI refused the request. Try another voice or the other model.",
    ),
    401: (
        "openai-dotnet/ChatTests__AuthFailure#",
        "KeyRefused",
        "OpenAI does not accept the key. Check the key (OPENAI_API_KEY) and start again.",
    ),
    429: (
        "traffic/vercel__ai/packages__openai__src__responses____fixtures____openai-error.1.json",
        "QuotaExhausted",
        "The account behind the key has no credit left at OpenAI. Add credit, then send it again.",
    ),
    500: (
        "ruby-openai/gpt-3_5-turbo_streamed_chat_with_error_response",
        "ProviderBusy",
        "OpenAI has a fault of its own at the moment. Send it again in a minute.",
    ),
}


def refused(status: int) -> tuple[Exchange, str, str]:
    """A recorded refusal; of the 429, only the body was recorded."""
    name, error, sentence = REFUSALS[status]
    if name.startswith("traffic/"):
        template = next(one for one in exchanges() if one.status == 401)
        return replace(template, status=status, answer=real_file(name).read_bytes()), error, sentence
    found = (one for one in exchanges() if one.name.startswith(name) and one.status == status)
    return next(found), error, sentence


def test_no_recorded_stream_is_left_out() -> None:
    if not ASKED:
        pytest.skip(ABSENT)
    chunks = [path for path in REAL.glob("traffic/*/*") if b"chat.completion.chunk" in path.read_bytes()]
    speaks = [one for one in STREAMS if wants_sound(one)]

    assert (len(ASKED), len(STREAMS), len(speaks)) == (10, 9, 7)
    assert len(chunks) == len(STREAMS)


# --- the desk: a studio whose wire is a script ------------------------------------------------------------------------


class Wire(httpx2.BaseTransport):
    """Has recordings written down as it was recorded, and answers chats as the script says."""

    script: Replay

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/audio/transcriptions"):
            request.read()
            return httpx2.Response(200, json=WRITTEN)
        return self.script.handle_request(request)


@dataclass(frozen=True, slots=True)
class Desk:
    studio: Studio
    wire: Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What there is once a turn is settled: the person's turn, the reply if it is there, the rows, what was shown."""

    service: ConverseService
    said: KeptTurn
    reply: KeptTurn | None
    written: tuple[Entry, ...]
    chats: tuple[Entry, ...]
    shown: str
    failure: str | None
    bodies: list[Any]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("desk")))
        environment.setenv("AUDIOKIT_MAX_RETRIES", "0")
        environment.setenv("OPENAI_API_KEY", KEY)
        wire = Wire()
        studio = open_studio(Settings.read({}), transport=wire)  # not what stands around this fixture
    studio.person()
    yield Desk(studio, wire)
    studio.close()


def on_the_day(service: ConverseService, at: datetime) -> ConverseService:
    """The service with its own stack, on the day of the recording: its ids live, its prices hold."""
    (place,) = service.places

    def speech_for(caller: Caller) -> Speech:
        switched = place.speech_for(caller)
        assert isinstance(switched, Switched)
        varied = switched.inner
        assert isinstance(varied, Varied)
        permitted = varied.inner
        assert isinstance(permitted, Permitted)
        held = permitted.inner
        assert isinstance(held, Held)
        then = replace(held, metered=replace(held.metered, now=lambda: at))
        return replace(switched, inner=replace(varied, inner=replace(permitted, inner=then)))

    return replace(service, places=(replace(place, speech_for=speech_for),), now=lambda: at)


def ask(desk: Desk, exchange: Exchange, *answers: Exchange, breaks: bool = False) -> Outcome:
    """Ask what was asked in ``exchange``, after what was said before it, and be answered by ``answers``."""
    service = on_the_day(desk.studio.converse, day_of(exchange))
    conversation_id, turn_id = begun(desk, service, exchange)
    return sent(desk, service, (conversation_id, turn_id), *answers, breaks=breaks)


def sent(
    desk: Desk, service: ConverseService, which: tuple[str, str], *answers: Exchange, breaks: bool = False
) -> Outcome:
    conversation_id, turn_id = which
    replay = Replay(answers, cut_at=max(len(one.answer) for one in answers) if breaks else None, breaks=breaks)
    desk.wire.script = replay
    reply_id = service.send(ME, conversation_id, turn_id)
    growing = service.growing(reply_id)
    assert growing is not None

    async def follow() -> str:
        return "".join([words async for words in growing.follow_words()])

    shown = asyncio.run(follow())
    turns = {turn.id: turn for turn in service.open(ME, conversation_id).turns}
    entries = desk.studio.ledger.of_turn(turn_id)
    assert {entry.kind for entry in entries} <= {"converse", "transcribe"}
    return Outcome(
        service=service,
        said=turns[turn_id],
        reply=turns.get(reply_id),
        written=tuple(entry for entry in entries if entry.kind == "transcribe"),
        chats=tuple(entry for entry in entries if entry.kind == "converse"),
        shown=shown,
        failure=growing.failure,
        bodies=replay.bodies,
    )


def begun(desk: Desk, service: ConverseService, exchange: Exchange) -> tuple[str, str]:
    """Begin a conversation with what was said before, and keep the question; nothing is sent."""
    assert exchange.asked is not None
    answer_with = AnswerWith.SOUND if wants_sound(exchange) else AnswerWith.WORDS
    options = Options(answer_with=answer_with, memory=Memory.VOICES, uses_tools=False)
    conversation_id = service.start(ME, options).id
    *earlier, question = as_request(exchange.asked).turns
    for turn in earlier:
        if isinstance(turn, PersonTurn):
            kept_id = kept(desk, service, conversation_id, turn)
            desk.studio.converse.conversations.change_turns({kept_id: {"state": State.ANSWERED, "words": "Hello"}})
        elif isinstance(turn, ModelTurn):
            remembered = {"audio_id": turn.audio_id, "audio_expires_at": day_of(exchange) + timedelta(hours=1)}
            where = {"endpoint": desk.studio.endpoint.base_url, "duration_s": 8.1, "words": "Hello there."}
            service.conversations.add_turn(conversation_id, Speaker.MODEL, State.ANSWERED, **remembered, **where)
    assert isinstance(question, PersonTurn)
    return conversation_id, kept(desk, service, conversation_id, question)


def kept(desk: Desk, service: ConverseService, conversation_id: str, turn: PersonTurn) -> str:
    if turn.sound is None:
        return service.keep_words(ME, conversation_id, turn.words or "").id
    known = looked_at(desk.studio, turn.sound.data)
    turn_id = service.keep_take(ME, conversation_id, turn.sound.data, known).id
    if turn.words:
        service.type_beside(ME, conversation_id, turn_id, turn.words)
    return turn_id


@cache
def looked_at(studio: Studio, data: bytes) -> Admitted:
    return studio.converse.look(Options(), data)


# --- what is expected, read with plain json ---------------------------------------------------------------------------


def wants_sound(exchange: Exchange) -> bool:
    return "audio" in ((exchange.asked or {}).get("modalities") or ())


def day_of(exchange: Exchange) -> datetime:
    truth = TRUTHS.get(exchange.name)
    return truth.created if truth else datetime(2026, 2, 13, tzinfo=UTC)


def question_of(exchange: Exchange) -> Heard | None:
    assert exchange.asked is not None
    last = as_request(exchange.asked).turns[-1]
    return last.sound if isinstance(last, PersonTurn) else None


def tokens_of(exchange: Exchange) -> Tokens:
    """The recorded counts; where only the whole is said, and that no token was of sound, all were of text."""
    usage = TRUTHS[exchange.name].usage
    into, out = usage["prompt_tokens_details"], usage["completion_tokens_details"]
    return (
        into.get("text_tokens", usage["prompt_tokens"] - into["audio_tokens"]),
        into["audio_tokens"],
        into["cached_tokens"],
        out.get("text_tokens", usage["completion_tokens"] - out["audio_tokens"]),
        out["audio_tokens"],
    )


def nanousd_of(exchange: Exchange) -> int | None:
    """By a table of our own; two of the text models were never in the catalog, and their price is not known."""
    return TRUTHS[exchange.name].nanousd if TRUTHS[exchange.name].model in PRICES else None


def row(entry: Entry) -> tuple[Any, ...]:
    """What a row says of a call, apart from its tokens: how it ended, its cost, its model, when."""
    return entry.outcome, entry.error, entry.cost_nanousd, entry.model_used, entry.at


def tokens_in(entry: Entry) -> Tokens:
    return tuple(getattr(entry, name) for name in TOKENS)


def assert_kept(outcome: Outcome, exchange: Exchange) -> None:
    """What the person said is there, in sound and in words, and having it written down has a row of its own."""
    said = outcome.said
    sound = question_of(exchange)
    if sound is None:
        assert outcome.written == ()
        return
    assert outcome.service.clips.read(ME, said.clip_digest or "") == sound.data
    assert said.words == WRITTEN["text"]
    for entry in outcome.written:
        known = CATALOG.find(entry.model_asked)
        price = price_on(known, day_of(exchange).date(), Provider.OPENAI) if known else None
        assert tokens_in(entry) == (0, 17, None, 11, None)
        assert row(entry) == ("answered", None, cost(price, WRITTEN_USAGE) if price else None, None, day_of(exchange))


def assert_answered(outcome: Outcome, exchange: Exchange, words: str, pcm16: bytes, note: str | None) -> None:
    """The reply is there with these words and this sound, and a sentence where it is not a full answer."""
    said, reply = outcome.said, outcome.reply
    assert reply is not None
    assert (said.state, said.failure, outcome.failure) == (State.ANSWERED, None, None)
    assert (reply.state, reply.words, reply.failure) == (State.ANSWERED, words, None)
    assert reply.notes == ((note,) if note else ())
    assert outcome.shown == words
    assert reply.model == TRUTHS[exchange.name].model
    sound = outcome.service.clips.read(ME, reply.clip_digest) if reply.clip_digest else b""
    assert (pcm16_of(sound) if sound else b"") == pcm16
    assert (reply.duration_s or 0) == len(pcm16) / 48_000
    assert bool(reply.peaks) == bool(pcm16)
    assert len(outcome.written) == (question_of(exchange) is not None)
    assert_kept(outcome, exchange)


def assert_failed(outcome: Outcome, exchange: Exchange, sentence: str) -> None:
    """There is no reply; the person reads a sentence with a next step, and can send what is kept once more."""
    assert (outcome.reply, outcome.said.state) == (None, State.FAILED)
    assert (outcome.said.failure, outcome.failure) == (sentence, sentence)
    assert KEY not in sentence
    assert sentence.endswith(".")
    assert ". " in sentence
    assert_kept(outcome, exchange)


def kinds(message: dict[str, Any]) -> tuple[str, Any]:
    """Whose message it is, and what it is: sound (we put words beside it, where there are none), an id, or words."""
    content = message.get("content")
    is_sound = isinstance(content, list) and "input_audio" in {part["type"] for part in content}
    return message["role"], "sound" if is_sound else (message.get("audio") or {}).get("id") or content


# --- ways to spoil a stream -------------------------------------------------------------------------------------------


def of(exchange: Exchange, chunks: list[Any]) -> Exchange:
    """The exchange with these chunks for its answer, told to its end."""
    lines = [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks]
    return replace(exchange, answer=b"".join([*lines, b"data: [DONE]\n\n"]))


def without_usage(exchange: Exchange) -> Exchange:
    return of(exchange, [{**chunk, "usage": None} for chunk in sse_lines(exchange.answer)])


def saying(exchange: Exchange, delta: dict[str, Any], finish_reason: str | None) -> Exchange:
    """The exchange with one thing said in place of all that was, and its count of tokens."""
    first, *others = sse_lines(exchange.answer)
    counted = next(chunk for chunk in others if chunk.get("usage"))
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return of(exchange, [{**first, "choices": [choice]}, {**counted, "choices": []}])


def cut_at(exchange: Exchange, place: str) -> bytes:
    """The beginning of an answer: chunks, or chunks and a piece of one. After the last, [DONE], nothing can be lost."""
    ends = [found.end() for found in re.finditer(rb"\n\n", exchange.answer)][:-1]
    middle = ends[len(ends) // 2]
    places = {
        "first": ends[0],
        "quarter": ends[len(ends) // 4],
        "middle": middle,
        "line": middle + 40,
        "last": ends[-2],
    }
    return exchange.answer[: places[place]]


def heard(beginning: bytes) -> tuple[str, bytes]:
    """The words and the sound of all chunks that are whole, as ``truth`` reads them."""
    deltas = [chunk["choices"][0]["delta"] for chunk in sse_lines(whole_of(beginning)) if chunk.get("choices")]
    audios = [delta["audio"] for delta in deltas if delta.get("audio")]
    spoken = "".join(audio.get("transcript", "") for audio in audios)
    pcm16 = b"".join(base64.b64decode(audio["data"]) for audio in audios if "data" in audio)
    return spoken or "".join(delta.get("content") or "" for delta in deltas), pcm16


def whole_of(beginning: bytes) -> bytes:
    return beginning[: beginning.rfind(b"\n\n") + 2]


# --- as recorded, and spoilt ------------------------------------------------------------------------------------------


@each(STREAMS)
def test_as_recorded_it_is_kept_whole_and_written_down_to_the_token(desk: Desk, exchange: Exchange) -> None:
    truth = TRUTHS[exchange.name]

    outcome = ask(desk, exchange, exchange)

    assert_answered(outcome, exchange, truth.words, truth.pcm16, None)
    (entry,) = outcome.chats
    assert row(entry) == ("answered", None, nanousd_of(exchange), truth.model, truth.created)
    assert tokens_in(entry) == tokens_of(exchange)
    assert entry.request_id == "req_1"
    reply = outcome.reply
    assert reply is not None
    assert (reply.audio_id, reply.audio_expires_at) == (truth.audio_id, truth.expires_at)
    assert bool(reply.timings) == bool(truth.pcm16), "its words can be marked as they are said"
    (body,), asked = outcome.bodies, exchange.asked or {}
    assert body["stream"] is True
    assert [kinds(message) for message in body["messages"][1:]] == [kinds(message) for message in asked["messages"]]


@pytest.mark.parametrize("breaks", [False, True], ids=["it just ends", "the connection is lost"])
@pytest.mark.parametrize("place", ["first", "quarter", "middle", "line", "last"])
@each(STREAMS)
def test_cut_anywhere_what_had_come_is_kept_and_said_to_be_a_part(
    desk: Desk, exchange: Exchange, place: str, *, breaks: bool
) -> None:
    """Words alone are whole once they are told to be, though their tokens were not counted any more."""
    truth, beginning = TRUTHS[exchange.name], cut_at(exchange, place)
    words, pcm16 = heard(beginning)
    is_whole = b'"finish_reason":"' in whole_of(beginning)
    tokens = tokens_of(exchange) if b'"prompt_tokens"' in whole_of(beginning) else UNKNOWN
    spent = nanousd_of(exchange) if tokens is not UNKNOWN else None

    outcome = ask(desk, exchange, replace(exchange, answer=beginning), breaks=breaks)

    (entry,) = outcome.chats
    assert tokens_in(entry) == tokens
    if not words and not pcm16:
        assert_failed(outcome, exchange, NOTHING_CAME)
        assert row(entry) == ("failed", "EmptyReply", None, truth.model, truth.created)
        return
    assert_answered(outcome, exchange, words, pcm16, None if is_whole else CUT)
    assert row(entry) == ("answered" if is_whole else "cut", None, spent, truth.model, truth.created)
    assert outcome.reply
    assert outcome.reply.audio_id is None, "the next turn must not lean on what the provider may not have kept"


def test_the_cuts_meet_all_that_can_be_missing() -> None:
    """Nothing said yet, some of it, and all of it with and without its count of tokens."""
    if not STREAMS:
        pytest.skip(ABSENT)
    for exchange in STREAMS:
        truth, (first, last) = TRUTHS[exchange.name], (cut_at(exchange, place) for place in ("first", "last"))
        assert heard(first) == ("", b"")
        assert heard(last) == (truth.words, truth.pcm16)
        assert (b'"prompt_tokens"' in last) == wants_sound(exchange)
        assert len(heard(cut_at(exchange, "middle"))[0]) < len(truth.words) or exchange.name in SHORT


@each(STREAMS)
def test_without_usage_the_answer_is_whole_and_its_tokens_and_cost_are_unknown(desk: Desk, exchange: Exchange) -> None:
    truth = TRUTHS[exchange.name]

    outcome = ask(desk, exchange, without_usage(exchange))

    assert_answered(outcome, exchange, truth.words, truth.pcm16, None)
    (entry,) = outcome.chats
    assert row(entry) == ("answered", None, None, truth.model, truth.created)
    assert tokens_in(entry) == UNKNOWN
    assert outcome.service.costs(ME, entry.conversation_id or "") == {outcome.said.id: None}


@each(STREAMS)
def test_empty_every_time_is_asked_three_times_each_of_them_paid_and_said_to_be_empty(
    desk: Desk, exchange: Exchange
) -> None:
    truth, empty = TRUTHS[exchange.name], saying(exchange, {"role": "assistant", "content": ""}, "stop")

    outcome = ask(desk, exchange, empty, empty, empty)

    assert_failed(outcome, exchange, EMPTY)
    assert len(outcome.chats) == 3
    for entry in outcome.chats:
        assert row(entry) == ("failed", "EmptyReply", nanousd_of(exchange), truth.model, truth.created)
        assert tokens_in(entry) == tokens_of(exchange)
    assert [body.get("temperature") for body in outcome.bodies] == [None, 0.9, 1.1]


@each(STREAMS)
def test_empty_at_first_it_is_asked_once_more_and_both_are_written_down(desk: Desk, exchange: Exchange) -> None:
    truth, empty = TRUTHS[exchange.name], saying(exchange, {"role": "assistant", "content": ""}, "stop")

    outcome = ask(desk, exchange, empty, exchange)

    assert_answered(outcome, exchange, truth.words, truth.pcm16, None)
    assert sorted(entry.outcome for entry in outcome.chats) == ["answered", "failed"]
    assert [tokens_in(entry) for entry in outcome.chats] == [tokens_of(exchange)] * 2
    spent = nanousd_of(exchange)
    assert [entry.cost_nanousd for entry in outcome.chats] == [spent] * 2


@each(STREAMS)
def test_empty_without_a_reason_to_end_is_paid_once_and_never_called_an_answer(desk: Desk, exchange: Exchange) -> None:
    """Streams with sound never give a reason; so one that counts its tokens and says nothing may have been cut."""
    truth = TRUTHS[exchange.name]

    outcome = ask(desk, exchange, saying(exchange, {"role": "assistant", "content": ""}, None))

    assert_failed(outcome, exchange, NOTHING_CAME)
    (entry,) = outcome.chats
    assert row(entry) == ("failed", "EmptyReply", nanousd_of(exchange), truth.model, truth.created)
    assert tokens_in(entry) == tokens_of(exchange)


@each(STREAMS)
def test_a_refusal_by_the_model_is_its_answer_and_said_to_be_one(desk: Desk, exchange: Exchange) -> None:
    truth = TRUTHS[exchange.name]

    outcome = ask(desk, exchange, saying(exchange, {"role": "assistant", "refusal": REFUSAL}, "stop"))

    assert_answered(outcome, exchange, REFUSAL, b"", DECLINED)
    (entry,) = outcome.chats
    assert row(entry) == ("answered", None, nanousd_of(exchange), truth.model, truth.created)
    assert tokens_in(entry) == tokens_of(exchange)


@each(STREAMS)
def test_what_a_content_filter_withheld_is_paid_and_can_be_said_in_other_words(desk: Desk, exchange: Exchange) -> None:
    truth = TRUTHS[exchange.name]

    outcome = ask(desk, exchange, saying(exchange, {"role": "assistant"}, "content_filter"))

    assert_failed(outcome, exchange, WITHHELD)
    (entry,) = outcome.chats
    assert row(entry) == ("failed", "WithheldReply", nanousd_of(exchange), truth.model, truth.created)
    assert tokens_in(entry) == tokens_of(exchange)


@pytest.mark.parametrize("status", REFUSALS)
@each(ASKED)
def test_a_refusal_by_the_provider_costs_nothing_and_what_was_said_can_be_sent_again(
    desk: Desk, exchange: Exchange, status: int
) -> None:
    """By the bodies that were recorded for these statuses; the one stream that was refused so is among them."""
    refusal, error, sentence = refused(status)

    outcome = ask(desk, exchange, refusal)

    assert_failed(outcome, exchange, sentence)
    (entry,) = outcome.chats
    assert row(entry) == ("refused", error, 0, None, day_of(exchange))
    assert tokens_in(entry) == (0,) * len(TOKENS)
    if exchange in STREAMS:
        truth = TRUTHS[exchange.name]
        again = sent(desk, outcome.service, (outcome.said.conversation_id, outcome.said.id), exchange)
        assert again.reply
        assert (again.reply.words, again.said.state, again.said.failure) == (truth.words, State.ANSWERED, None)
        assert [one.cost_nanousd for one in again.chats] in ([0, nanousd_of(exchange)], [nanousd_of(exchange), 0])
