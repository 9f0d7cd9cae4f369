"""A chat completion as a stream of events, event for event as twelve recorded ones, which is not what the spec says.

* the first event has the role, the second the audio id and the first word; words run ahead of their sound
* two events in three have no ``choices``: one for each token of sound, seven before the first
* ``finish_reason`` of speech stays null; the last event says until when the answer is known by its id, and has none
* the usage comes before that last event, and only if it was asked for
* a function call: name and id first, then the arguments bit by bit; of several, each with its ``index``
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

from audiokit.errors import AudiokitError
from audiokit.offline.audio_ids import LIFETIME_S, new_audio_id
from audiokit.offline.chat import Answer, Chat
from audiokit.offline.chat_shapes import Head, event
from audiokit.offline.counting import Counts, call_tokens, text_tokens
from audiokit.offline.refusals import as_refusal
from audiokit.offline.speak import TOKEN_BYTES
from audiokit.offline.tools import Call

__all__ = ["DONE", "streamed"]

DONE = b"data: [DONE]\n\n"
_FIRST_SIZES_BYTES, _LATER_SIZE_BYTES = (4_800, 7_200), 12_000
_FILLERS_BEFORE_SOUND = 7
_WORD = re.compile(r"\s*\S+|\s+$")
_BIT = re.compile(r"\w+|\W+")


def streamed(chat: Chat, answer: Answer) -> Iterator[bytes]:
    """Yield the answer as server-sent events; what goes wrong on the way is an event too, and the last one."""
    head = Head.new(chat.clock(), is_audio_model=answer.request.is_audio_model)
    try:
        if answer.calls:
            yield from _calls(head, answer)
        elif answer.request.voice is None:
            yield from _words(head, answer)
        else:
            yield from _speech(chat, head, answer, answer.request.voice)
    except AudiokitError as error:
        yield event(as_refusal(error).body())
        return
    yield DONE


def _speech(chat: Chat, head: Head, answer: Answer, voice: str) -> Iterator[bytes]:
    yield head.delta({"role": "assistant", "refusal": None}, finish_reason=None)
    audio_id = new_audio_id(chat.clock())
    words, sound, sizes = (
        _Words(head, audio_id),
        _Sound(head, audio_id),
        chain(_FIRST_SIZES_BYTES, repeat(_LATER_SIZE_BYTES)),
    )
    pending, size = b"", next(sizes)
    for piece in chat.say(answer, voice):
        events = [words.events(piece.text)]  # handed on together: each time is a way through two threads
        pending += piece.pcm16
        while len(pending) >= size:
            events.append(sound.events(pending[:size]))
            pending, size = pending[size:], next(sizes)
        yield b"".join(events)
    if pending:
        yield sound.events(pending)
    expires_at = int(chat.clock()) + LIFETIME_S
    counts = chat.remember(audio_id, answer, n_bytes=sound.n_bytes, expires_at=expires_at)
    last = head.delta({"audio": {"expires_at": expires_at}})
    yield b"".join([head.chunk(), *_usage(head, answer, counts), last])


class _Words:
    """The transcript of a spoken answer, word by word; the first word carries the audio id."""

    def __init__(self, head: Head, audio_id: str) -> None:
        self.head, self.audio_id = head, audio_id
        self.has_begun = False

    def events(self, text: str) -> bytes:
        return b"".join(self._event(word) for word in _WORD.findall(text))

    def _event(self, word: str) -> bytes:
        if self.has_begun:
            return self.head.delta({"audio": {"transcript": word}}, finish_reason=None)
        self.has_begun = True
        audio = {"id": self.audio_id, "transcript": word}
        return self.head.delta({"content": None, "audio": audio}, finish_reason=None)


class _Sound:
    """The sound of a spoken answer, a piece at a time, behind events that hold nothing; the first repeats the id."""

    def __init__(self, head: Head, audio_id: str) -> None:
        self.head, self.audio_id = head, audio_id
        self.n_bytes = 0

    def events(self, pcm16: bytes) -> bytes:
        is_first, n_tokens = self.n_bytes == 0, len(pcm16) // TOKEN_BYTES
        self.n_bytes += len(pcm16)
        data = base64.b64encode(pcm16).decode()
        delta: dict[str, Any] = {"audio": {"data": data}}
        if is_first:
            audio = {"id": self.audio_id, "data": data}
            delta = {"role": "assistant", "content": None, "refusal": None, "audio": audio}
        fillers = (self.head.chunk() for _ in range(_FILLERS_BEFORE_SOUND if is_first else n_tokens))
        return b"".join([*fillers, self.head.delta(delta, finish_reason=None)])


def _words(head: Head, answer: Answer) -> Iterator[bytes]:
    text, reason = answer.words_within_limit()
    yield head.delta({"role": "assistant", "content": "", "refusal": None}, finish_reason=None)
    yield b"".join(head.delta({"content": word}, finish_reason=None) for word in _WORD.findall(text))
    yield head.delta({}, finish_reason=reason)
    yield from _usage(head, answer, answer.counts(text_out=text_tokens(text)))


def _calls(head: Head, answer: Answer) -> Iterator[bytes]:
    """One call begins in the first event; several begin each in one of their own, behind one with the role."""
    calls, reason = answer.calls_within_limit()
    role: dict[str, Any] = {"role": "assistant", "content": None}
    if len(calls) > 1:
        yield head.delta(role, finish_reason=None)
        role = {}
    for index, call in enumerate(calls):
        begun = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield head.delta(role | {"tool_calls": [begun]} | ({"refusal": None} if role else {}), finish_reason=None)
        yield b"".join(_arguments(head, index, call))
    yield head.delta({}, finish_reason=reason)
    yield from _usage(head, answer, answer.counts(text_out=call_tokens(calls)))


def _arguments(head: Head, index: int, call: Call) -> Iterator[bytes]:
    for bit in _BIT.findall(call.arguments):
        yield head.delta({"tool_calls": [{"index": index, "function": {"arguments": bit}}]}, finish_reason=None)


def _usage(head: Head, answer: Answer, counts: Counts) -> Iterator[bytes]:
    if answer.request.includes_usage:
        yield head.chunk(choices=[], usage=counts.usage())
