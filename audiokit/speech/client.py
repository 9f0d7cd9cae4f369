"""The one implementation at the bottom of the stack: the official SDK on an endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx2
from openai import APIError, OpenAI, Stream

from audiokit.errors import ProviderError, ProviderUnreachable, ReplyUnusable
from audiokit.speech import bodies, wire
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import translating
from audiokit.speech.fields import Json, object_at
from audiokit.speech.once import EVENT_STREAM
from audiokit.speech.replies import Event, Reply, SoundPiece
from audiokit.speech.requests import Converse, Request, Speak, Transcribe
from audiokit.speech.stream import ChatStream

__all__ = ["OnEndpoint"]

_LOOK_S = 10.0  # for the list of models: nobody waits for it


@dataclass(frozen=True, slots=True)
class OnEndpoint:
    """Answers requests over the wire. ``clock`` is monotonic seconds."""

    endpoint: Endpoint
    client: OpenAI
    timeout_s: float = 120.0
    clock: Callable[[], float] = time.monotonic

    def reply(self, request: Request) -> Reply:
        """Send ``request`` once and wait for the whole reply."""
        began = self.clock()
        with self._translating(request.model):
            answer = self._ask(request)
            reply = _read(request, answer)
        return replace(reply, request_id=answer.headers.get("x-request-id"), total_ms=self._ms_since(began))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Send ``request`` once and yield what comes; see :class:`audiokit.speech.replies.Speech`."""
        began, first_sound_ms = self.clock(), None
        body = self._named(bodies.chat_body(request, streamed=True))
        collected = ChatStream(wants_sound=request.voice is not None, listened=request.listens)
        with self._translating(request.model):
            # As JSON, not as the SDK's models: to build one for each piece took four fifths of the time (measured).
            chunks = self.client.post(
                "/chat/completions",
                body=body,
                cast_to=object,
                options={"headers": {"Accept": EVENT_STREAM}},
                stream=True,
                stream_cls=Stream[object],
            )
        with chunks:
            for event in self._events(chunks, collected, request.model, deadline=began + self.timeout_s):
                if first_sound_ms is None and isinstance(event, SoundPiece):
                    first_sound_ms = self._ms_since(began)
                yield event
        yield replace(
            collected.reply(),
            request_id=chunks.response.headers.get("x-request-id"),
            first_sound_ms=first_sound_ms,
            total_ms=self._ms_since(began),
        )

    def served(self) -> Mapping[str, date | None]:
        """Return the models that the endpoint lists by their names, with the day of their end where it tells one.

        After one short look.
        On Azure these are the models that could be deployed, not those that are (Models - List, checked 2026-11-21).
        """
        client = self.client.with_options(timeout=min(_LOOK_S, self.timeout_s), max_retries=0)
        with self._translating(None):
            listed = client.get("/models", cast_to=httpx2.Response)
        return _ends(listed)

    def warm(self) -> None:
        """Have the SDK load the parts that calls use, which it leaves to the first call (half a second)."""
        _ = self.client.chat.completions, self.client.audio.transcriptions, self.client.audio.speech

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _ask(self, request: Request) -> httpx2.Response:
        match request:
            case Converse():
                body = self._named(bodies.chat_body(request, streamed=False))
                raw = self.client.chat.completions.with_raw_response.create(**body)
            case Transcribe():
                fields = self._named(bodies.transcription_body(request))
                sound = bodies.file_part(request.sound)
                raw = self.client.audio.transcriptions.with_raw_response.create(file=sound, **fields)
            case Speak():
                raw = self.client.audio.speech.with_raw_response.create(**self._named(bodies.speech_body(request)))
        return raw.http_response

    def _events(self, chunks: Any, collected: ChatStream, model: str, *, deadline: float) -> Iterator[Event]:
        """Yield until the stream ends, breaks, or has lasted too long. What breaks is a reply that was cut.

        Raises:
            ProviderError: the provider says so itself, before anything else.
        """
        began = False
        try:
            with self._translating(model):
                for chunk in chunks:
                    for event in collected.feed(_chunk(chunk)):
                        began = True
                        yield event
                    if self.clock() > deadline:
                        break
        except (ProviderUnreachable, ReplyUnusable):
            pass  # the connection broke, perhaps in the middle of a line
        except ProviderError:
            if not began:
                raise

    def _named(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"model": self.endpoint.name_on_wire(body["model"])}

    def _translating(self, model: str | None) -> AbstractContextManager[None]:
        where = self.endpoint
        return translating(where.name, model, key=where.key_setting, address=where.address_setting)

    def _ms_since(self, began: float) -> int:
        return round((self.clock() - began) * 1000)


def _read(request: Request, answer: httpx2.Response) -> Reply:
    match request:
        case Converse():
            return wire.chat_reply(_json(answer), wants_sound=request.voice is not None, listened=request.listens)
        case Transcribe():
            return wire.transcription_reply(_json(answer))
        case Speak():
            return wire.spoken_reply(answer.content, text=request.text)


def _json(answer: httpx2.Response) -> Json:
    """Read a body ourselves, once: the SDK's models know less than the traffic shows.

    Some servers answer 200 with an error in it; the SDK raises that in streams, and here we do.
    """
    try:
        body = json.loads(answer.content)
    except ValueError as error:
        raise ReplyUnusable(wire.NOT_OPENAI) from error
    if not isinstance(body, dict):
        raise ReplyUnusable(wire.NOT_OPENAI)
    if body.get("error"):
        raise APIError("an error in an answer with status 200", answer.request, body=object_at(body, "error"))
    return body


def _ends(listed: httpx2.Response) -> Mapping[str, date | None]:
    """Read ``{"data": [{"id": …, "shutdown_date": …}, …]}``; some servers give the list alone."""
    try:
        body = json.loads(listed.content)
        models = body["data"] if isinstance(body, dict) else body
        return {model["id"]: _day(model.get("shutdown_date")) for model in models if isinstance(model["id"], str)}
    except (ValueError, KeyError, TypeError) as error:
        raise ReplyUnusable(wire.NOT_OPENAI) from error


def _day(told: object) -> date | None:
    """Read a day such as ``2026-10-23``; whatever else stands there is no reason to do without the list."""
    try:
        return date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None


def _chunk(chunk: Any) -> Json:
    """Return a piece of a stream, which must be an object."""
    if not isinstance(chunk, dict):
        raise ReplyUnusable(wire.NOT_OPENAI)
    return chunk
