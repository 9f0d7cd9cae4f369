"""Recorded answers with fields gone, null or of another kind: a reply or an error of ours, never a crash."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from desk import as_request, on_wire
from recordings import Exchange, Replay, each, exchanges, sse_lines

from audiokit.errors import ProviderRefused, ReplyUnusable
from audiokit.speech.replies import Reply
from audiokit.speech.stream import ChatStream
from audiokit.speech.wire import chat_reply, transcription_reply

pytestmark = pytest.mark.real

GONE = object()
ODD: tuple[Any, ...] = (GONE, None, {}, [], "", "é", -1, 1.5, True)
CHATS = [one for one in exchanges() if one.path.endswith("/chat/completions") and not one.is_error]
WHOLE = [one for one in CHATS if not one.is_streamed]
STREAMED = [one for one in CHATS if one.is_streamed]
TRANSCRIPTS = [
    one for one in exchanges() if one.path.endswith("/transcriptions") and one.media_type == "application/json"
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damaged(body: Any, place: tuple[Any, ...], instead: Any) -> Any:
    body = deepcopy(body)
    at = body
    for key in place[:-1]:
        at = at[key]
    if instead is GONE:
        del at[place[-1]]
    else:
        at[place[-1]] = instead
    return body


def each_damage(body: Any) -> Iterator[Any]:
    return (damaged(body, place, instead) for place in places(body) for instead in ODD)


@each(WHOLE)
def test_a_whole_reply_damaged_anywhere_is_read_or_refused(exchange: Exchange) -> None:
    for body in each_damage(exchange.said):
        with suppress(ReplyUnusable, ProviderRefused):
            assert isinstance(chat_reply(body, wants_sound=True), Reply)


@each(TRANSCRIPTS)
def test_a_transcript_damaged_anywhere_is_read_or_refused(exchange: Exchange) -> None:
    for body in each_damage(exchange.said):
        with suppress(ReplyUnusable):
            assert isinstance(transcription_reply(body), Reply)


@each(STREAMED)
def test_a_stream_damaged_anywhere_is_read_or_refused(exchange: Exchange) -> None:
    """Every kind of chunk once, damaged everywhere, before the rest of a short stream."""
    kinds = {json.dumps(list(places(chunk)), default=str): chunk for chunk in sse_lines(exchange.answer)}

    for chunk in kinds.values():
        for body in each_damage(chunk):
            stream = ChatStream(wants_sound=True)
            with suppress(ReplyUnusable, ProviderRefused):
                for one in (body, *kinds.values()):
                    stream.feed(one)
                assert isinstance(stream.reply(), Reply)


@each(one for one in STREAMED if one.asked and "modalities" in one.asked)
def test_a_stream_with_garbled_bytes_is_read_or_refused_by_the_whole_client(exchange: Exchange) -> None:
    assert exchange.asked is not None
    source, request = random.Random(3), as_request(exchange.asked)  # noqa: S311 - no secret

    for _ in range(5):
        garbled = bytearray(exchange.answer)
        for _ in range(5):
            garbled[source.randrange(len(garbled))] = source.randrange(256)
        broken = Exchange(
            name=exchange.name,
            method="POST",
            url=exchange.url,
            asked=None,
            status=200,
            media_type=exchange.media_type,
            answer=bytes(garbled),
        )
        with suppress(ReplyUnusable, ProviderRefused):
            *_, reply = on_wire(Replay([broken])).stream(request)
            assert isinstance(reply, Reply)
