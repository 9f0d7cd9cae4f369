"""Recorded streams that end too early, everywhere they can: what had come is kept, and never called whole."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest
from desk import as_request, on_wire
from recordings import Exchange, Replay, each, exchanges, sse_lines
from truth import pcm16_in, said_in, truth_of

from audiokit.speech.replies import Ending, Reply
from audiokit.speech.stream import ChatStream
from audiokit.speech.wire import EmptyReply

pytestmark = pytest.mark.real

STREAMS = [
    one
    for one in exchanges()
    if one.path.endswith("/chat/completions") and one.is_streamed and one.asked and "modalities" in one.asked
]


def boundaries(answer: bytes) -> list[int]:
    return [0, *accumulate(len(line) for line in answer.splitlines(keepends=True))]


def heard_until(exchange: Exchange, cut_at: int, *, breaks: bool) -> tuple[str, bytes, Ending]:
    """What comes of the first ``cut_at`` bytes; with nothing to say, nothing and CUT."""
    assert exchange.asked is not None
    stream = on_wire(Replay([exchange], cut_at=cut_at, breaks=breaks)).stream(as_request(exchange.asked))
    try:
        *events, reply = stream
    except EmptyReply as error:
        return "", b"", error.reply.ending
    assert isinstance(reply, Reply)
    words, pcm16 = said_in(events)
    assert (reply.words, pcm16_in(reply.sound) if reply.sound else b"") == (words, pcm16)
    return words, pcm16, reply.ending


@pytest.mark.parametrize("breaks", [False, True], ids=["it just ends", "the connection is lost"])
@each(STREAMS)
def test_a_stream_cut_at_any_line_is_a_beginning_and_called_whole_only_at_its_end(
    exchange: Exchange, *, breaks: bool
) -> None:
    truth, so_far = truth_of(exchange), 0
    cuts = boundaries(exchange.answer)

    for cut_at in thinned(cuts):
        words, pcm16, how = heard_until(exchange, cut_at, breaks=breaks)

        assert truth.words.startswith(words)
        assert truth.pcm16.startswith(pcm16)
        assert len(pcm16) >= so_far
        so_far = len(pcm16)
        assert how is (Ending.WHOLE if is_told_whole(exchange.answer[:cut_at]) else Ending.CUT)

    assert so_far == len(truth.pcm16)


def thinned(cuts: list[int]) -> list[int]:
    """Every line of a short stream; of a long one every line of both ends, and some in between."""
    return cuts if len(cuts) < 80 else [*cuts[:16], *cuts[16:-12:40], *cuts[-12:]]


def is_told_whole(beginning: bytes) -> bool:
    """An event counts once the empty line after it has come."""
    complete = beginning[: beginning.rfind(b"\n\n") + 2] if b"\n\n" in beginning else b""
    return b'"expires_at"' in complete or b'"finish_reason":"' in complete


@each(STREAMS)
def test_a_stream_collected_to_any_event_is_a_beginning(exchange: Exchange) -> None:
    """The same at every single event, below the client, where it takes no time."""
    truth, collected = truth_of(exchange), ChatStream(wants_sound=True)
    words, pcm16 = "", b""

    for chunk in sse_lines(exchange.answer):
        more_words, more_pcm16 = said_in(collected.feed(chunk))
        words, pcm16 = words + more_words, pcm16 + more_pcm16
        is_last = "expires_at" in str(chunk["choices"]) if chunk.get("choices") else False

        assert truth.words.startswith(words)
        assert truth.pcm16.startswith(pcm16)
        assert collected.broke() is not is_last
        if words or pcm16:
            reply = collected.reply()
            assert (reply.ending is Ending.WHOLE) is is_last
            assert (reply.words, pcm16_in(reply.sound) if reply.sound else b"") == (words, pcm16)

    assert (words, pcm16) == (truth.words, truth.pcm16)


@each(STREAMS)
def test_a_stream_cut_within_a_line_is_a_beginning_too(exchange: Exchange) -> None:
    truth, source = truth_of(exchange), random.Random(7)  # noqa: S311 - no secret
    last_event = exchange.answer.rindex(b"data: {")

    for _ in range(12):
        words, pcm16, how = heard_until(exchange, source.randrange(last_event), breaks=source.random() < 0.5)

        assert truth.words.startswith(words)
        assert truth.pcm16.startswith(pcm16)
        assert how is Ending.CUT


def test_a_stream_cut_within_a_character_is_a_beginning_too() -> None:
    event = 'data: {"choices":[{"index":0,"delta":{"content":"dû"}}]}\n\n'.encode()
    answer = event + event
    exchange = Exchange(
        name="û",
        method="POST",
        url="",
        asked={"model": "m", "messages": []},
        status=200,
        media_type="text/event-stream",
        answer=answer,
    )

    for cut_at in range(len(event), len(answer)):
        assert heard_until(exchange, cut_at, breaks=False) == ("dû", b"", Ending.CUT)
