"""Every recorded chat completion that listened or spoke, through our client and into the ledger.

What is expected is read from the recordings with plain ``json`` and ``base64``, and priced by a table of our own.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from desk import as_request, metered, on_wire
from ledgers import open_ledger
from real import real_files
from recordings import ABSENT, Exchange, Replay, each, exchanges
from truth import pcm16_in, said_in, truth_of

from audiokit.catalog.prices import Usage
from audiokit.speech.replies import Ending, Reply
from audiokit.usage.ledger import Ledger

pytestmark = pytest.mark.real

# Files that speak of sound without being such an exchange, by a part of their path, and why.
LEFT_OUT = {
    "realtime__": "a session over a WebSocket",
    "RealtimeProtocolTests": "a token for such a session",
    "realtime_session_create": "the same",
    "openai-realtime-speech-translation": "events of such a session",
    "openai_responses": "the Responses API, which neither listens nor speaks",
    "tool_returns__test_multimodal_tool_return_matrix": "sound sent to a text model: refused, see test_refusals.py",
}
WITH_SOUND = [
    one
    for one in exchanges()
    if one.path.endswith("/chat/completions")
    and one.asked is not None
    and not one.is_error
    and ("modalities" in one.asked or "input_audio" in json.dumps(one.asked["messages"]))
]


WHOLE = [one for one in WITH_SOUND if not one.is_streamed]
STREAMED = [one for one in WITH_SOUND if one.is_streamed]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


def answering_in_wav(exchange: Exchange) -> Exchange:
    """The recorded programs asked for bare PCM16 where we ask for WAV: OpenAI's own header of 2025 goes before it."""
    body = exchange.said
    if audio := body["choices"][0]["message"].get("audio"):
        pcm16 = base64.b64decode(audio["data"])
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16)
        wav = b"RIFF" + b"\xff" * 4 + b"WAVE" + form + b"data" + b"\xff" * 4 + pcm16
        audio["data"] = base64.b64encode(wav).decode()
    return replace(exchange, answer=json.dumps(body).encode())


def assert_told_right(reply: Reply, exchange: Exchange) -> None:
    truth = truth_of(exchange)
    assert reply.ending is Ending.WHOLE
    assert (reply.words, reply.model, reply.usage) == (truth.words, truth.model, truth.as_usage)
    assert (reply.audio_id, reply.audio_expires_at) == (truth.audio_id, truth.expires_at)
    assert reply.request_id == "req_1"
    if not truth.pcm16:
        assert (reply.sound, reply.sound_duration_s) == (None, None)
    else:
        assert reply.sound is not None
        assert pcm16_in(reply.sound) == truth.pcm16
        assert reply.sound_duration_s == truth.as_usage.audio_out_tokens / 20  # type: ignore[operator]  # it is known


def assert_written_right(ledger: Ledger, exchange: Exchange, turn_id: str) -> None:
    truth = truth_of(exchange)
    (entry,) = ledger.of_turn(turn_id)
    assert (entry.cost_nanousd, entry.outcome, entry.error) == (truth.nanousd, "answered", None)
    assert (entry.model_used, entry.kind, entry.at) == (truth.model, "converse", truth.created)
    for field in fields(Usage):
        if hasattr(entry, field.name):
            assert getattr(entry, field.name) == getattr(truth.as_usage, field.name)
    assert entry.output_ms == (len(truth.pcm16) // 48 if truth.pcm16 else None)


in_pieces = pytest.mark.parametrize("pieces_seed", [None, 1, 2], ids=["at once", "in pieces", "in other pieces"])


@in_pieces
@each(WHOLE)
def test_a_whole_reply_is_heard_read_and_priced_as_recorded(
    exchange: Exchange, pieces_seed: int | None, ledger: Ledger
) -> None:
    assert exchange.asked is not None
    truth, turn_id = truth_of(exchange), f"{exchange.name} {pieces_seed}"
    replay = Replay([answering_in_wav(exchange)], pieces_seed=pieces_seed)
    speech = metered(on_wire(replay), ledger, turn_id=turn_id, at=truth.created)

    reply = speech.reply(as_request(exchange.asked))

    assert_told_right(reply, exchange)
    assert_written_right(ledger, exchange, turn_id)


@in_pieces
@each(STREAMED)
def test_a_streamed_reply_is_heard_read_and_priced_as_recorded(
    exchange: Exchange, pieces_seed: int | None, ledger: Ledger
) -> None:
    assert exchange.asked is not None
    truth, turn_id = truth_of(exchange), f"{exchange.name} {pieces_seed}"
    replay = Replay([exchange], pieces_seed=pieces_seed)
    speech = metered(on_wire(replay), ledger, turn_id=turn_id, at=truth.created)

    *pieces, reply = speech.stream(as_request(exchange.asked))

    assert isinstance(reply, Reply)
    assert_told_right(reply, exchange)
    assert said_in(pieces) == (truth.words, truth.pcm16)
    assert_written_right(ledger, exchange, turn_id)


@each(WHOLE)
def test_a_whole_request_has_the_shape_of_the_recorded_one(exchange: Exchange) -> None:
    assert exchange.asked is not None
    replay = Replay([answering_in_wav(exchange)])

    on_wire(replay).reply(as_request(exchange.asked))

    (sent,) = replay.bodies
    assert shape_of(sent) == shape_as_we_ask(exchange.asked)


@each(STREAMED)
def test_a_streamed_request_has_the_shape_of_the_recorded_one(exchange: Exchange) -> None:
    assert exchange.asked is not None
    replay = Replay([exchange])

    list(on_wire(replay).stream(as_request(exchange.asked)))

    (sent,) = replay.bodies
    assert shape_of(sent) == shape_as_we_ask(exchange.asked)


def shape_of(body: dict[str, Any]) -> dict[str, Any]:
    """A body with its messages as roles and kinds of parts, in the order in which they stand."""
    return body | {"messages": [message_shape(message) for message in body["messages"]]}


def message_shape(message: dict[str, Any]) -> Any:
    content = message.get("content")
    if isinstance(content, list):
        return message["role"], [part if part["type"] == "text" else _sound_part(part) for part in content]
    return message["role"], message.get("audio") or type(content).__name__


def _sound_part(part: dict[str, Any]) -> dict[str, Any]:
    data = base64.b64decode(part["input_audio"]["data"])
    return part | {"input_audio": {"format": part["input_audio"]["format"], "n_bytes": len(data)}}


def shape_as_we_ask(asked: dict[str, Any]) -> dict[str, Any]:
    """The recorded shape, and what we do otherwise: every difference is meant."""
    shape = shape_of(asked)
    shape.pop("n", None)  # one answer is the default
    if not shape.get("stream"):
        shape.pop("stream", None)  # the default again
        if "audio" in shape:
            shape["audio"] = shape["audio"] | {"format": "wav"}  # whole replies come with a header
    shape.setdefault("modalities", ["text"])  # said where sound goes in and words come out
    shape["max_completion_tokens"] = 4096  # endless noise would cost without end
    said: list[tuple[str, Any]] = [("system", "str")]  # the product always has instructions
    for role, content in shape["messages"]:
        # Sound first: the other way round, models forget what the words ask for.
        said.append((role, sorted(content, key=lambda part: part["type"]) if isinstance(content, list) else content))
    shape["messages"] = said
    return shape


def test_no_recorded_exchange_with_sound_is_left_out() -> None:
    marks = (b"input_audio", b"modalities")
    paths = [path for path in real_files("traffic/*/*") if any(mark in path.read_bytes() for mark in marks)]
    if not paths:
        pytest.skip(ABSENT)
    left = [path.name for path in paths if not any(part in path.name for part in LEFT_OUT)]

    assert len(WITH_SOUND) == 23
    assert sum(one.is_streamed for one in WITH_SOUND) == 7
    assert len(left) == 20  # three of them hold two exchanges each
