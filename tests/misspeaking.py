"""A voice that does not say what it is given: an ASGI application around the offline engine's, counting its calls.

::

    app = Misspeaking(create_app(engine))
    app.next(without("not"), None, adding("Thank you."))   # one for each coming request that speaks; None is faithful
    app.lies = True                                        # and its transcript repeats the script all the same
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.audio.wav import wav_header

__all__ = ["Mishap", "Misspeaking", "adding", "silent", "swapping", "without"]

Mishap = Callable[[str], str]
_SPEECH, _CHAT = "/v1/audio/speech", "/v1/chat/completions"


def without(word: str) -> Mishap:
    """Leave a word out."""
    return lambda text: " ".join(one for one in text.split() if one.strip(".,;:!?").lower() != word.lower())


def swapping(written: str, said: str) -> Mishap:
    """Say something else instead."""
    return lambda text: text.replace(written, said)


def adding(sentence: str) -> Mishap:
    """Say something after the text."""
    return lambda text: f"{text} {sentence}"


def silent(_text: str) -> str:
    """Say nothing, in a recording of 2 s."""
    return ""


class Misspeaking:
    """Passes requests on to ``app``; what they shall say is changed by the mishap that is next. ``texts`` keeps all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.lies = False
        self.texts = list[str]()
        self._coming = deque[Mishap | None]()
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """How often something was to be spoken."""
        return len(self.texts)

    def next(self, *mishaps: Mishap | None) -> None:
        """Spoil the coming requests, one mishap each."""
        self._coming.extend(mishaps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in {_SPEECH, _CHAT}:
            await self.app(scope, receive, send)
            return
        body = json.loads(await _read(receive))
        text = _text_of(body)
        if text is None:
            await self.app(scope, _Whole(json.dumps(body).encode()), send)
            return
        with self._lock:
            self.texts.append(text)
            mishap = self._coming.popleft() if self._coming else None
        said = mishap(text) if mishap else text
        _say(body, said or "Hush.")
        answer = _Gathered()
        await self.app(_sized(scope, body), _Whole(json.dumps(body).encode()), answer)
        await answer.pass_on(send, self._spoilt(answer.body, text, said) if answer.status == 200 else answer.body)

    def _spoilt(self, body: bytes, text: str, said: str) -> bytes:
        """Return the answer with the transcript that it shall have, and the sound of silence for no words."""
        sound = wav_header(96_000) + bytes(96_000)
        if not body.startswith(b"{"):
            return body if said else sound
        answer = json.loads(body)
        audio = answer["choices"][0]["message"]["audio"]
        audio["transcript"] = text if self.lies else said
        if not said:
            audio["data"] = base64.b64encode(sound).decode()
        return json.dumps(answer).encode()


def _text_of(body: Any) -> str | None:
    """Return what shall be spoken, or None where nothing shall."""
    if "input" in body:
        return str(body["input"])
    return str(body["messages"][-1]["content"]) if "audio" in body.get("modalities", ()) else None


def _say(body: Any, text: str) -> None:
    if "input" in body:
        body["input"] = text
    else:
        body["messages"][-1]["content"] = text


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _sized(scope: Scope, body: Any) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*headers, (b"content-length", str(len(json.dumps(body).encode())).encode())]}


class _Whole:
    """A request's body, in one piece."""

    def __init__(self, body: bytes) -> None:
        self._messages = deque[Message]([{"type": "http.request", "body": body, "more_body": False}])

    async def __call__(self) -> Message:
        return self._messages.popleft() if self._messages else {"type": "http.disconnect"}


class _Gathered:
    """An answer, gathered whole before it is passed on."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    @property
    def status(self) -> int:
        return int(self.start["status"])

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def pass_on(self, send: Send, body: bytes) -> None:
        headers = [(name, value) for name, value in self.start["headers"] if name != b"content-length"]
        await send({**self.start, "headers": headers})
        await send({"type": "http.response.body", "body": body})
