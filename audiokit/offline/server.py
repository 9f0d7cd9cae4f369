"""The engine behind OpenAI's wire format: routes, the door, and nothing else.

What is answered stands in ``chat``, ``transcriptions`` and ``synthesis``; which models there are in ``offered``. The
model ``audiokit-offline`` does everything, text in and out included; OpenAI's own names are answered as OpenAI's models
would, with their refusals, so that any client and any test can be pointed here.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import chain

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.errors import AudiokitError
from audiokit.offline.bodies import form_body, json_body
from audiokit.offline.chat import Chat
from audiokit.offline.chat_request import chat_request
from audiokit.offline.chat_stream import streamed
from audiokit.offline.chat_whole import whole
from audiokit.offline.engine import Engine
from audiokit.offline.offered import MODEL_IDS, Offer
from audiokit.offline.realtime.endpoint import Realtime
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.realtime.translation import Translation
from audiokit.offline.refusals import Refused, as_refusal
from audiokit.offline.synthesis import read_aloud, read_aloud_as_events, speech_request
from audiokit.offline.transcriptions import transcribed, transcribed_along, transcription_request

__all__ = ["create_app"]

_EVENT_STREAM = "text/event-stream; charset=utf-8"
_MADE_ON = 1_795_219_200  # 2026-11-21; a model must have been created at some time
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


def create_app(
    engine: Engine,
    *,
    token: str | None = None,
    clock: Callable[[], float] = time.time,
    realtime: Rules = Rules(),  # noqa: B008 - it is frozen
) -> Starlette:
    """Return an ASGI application that answers with ``engine``, which stays the caller's to close.

    With ``token``, every request must bring it, as a bearer or, as Azure's do, as ``api-key``. ``clock`` gives seconds
    since 1970. There is no start-up and no shutdown to run.
    """
    routes = _Routes(engine, clock)
    return Starlette(
        routes=[
            Route("/v1/models", routes.models, methods=["GET"]),
            Route("/v1/models/{model_id}", routes.model, methods=["GET"]),
            Route("/v1/chat/completions", routes.chat_completions, methods=["POST"]),
            Route("/v1/audio/transcriptions", routes.transcriptions, methods=["POST"]),
            Route("/v1/audio/speech", routes.speech, methods=["POST"]),
            WebSocketRoute("/v1/realtime", Realtime(engine, clock, realtime).serve),
            WebSocketRoute("/v1/realtime/translations", _translations(engine, clock, realtime).serve),
        ],
        middleware=[Middleware(_Door, token=token)],
        exception_handlers={
            Refused: _refused,
            AudiokitError: _failed,
            HTTPException: _no_route,
        },
    )


def _translations(engine: Engine, clock: Callable[[], float], rules: Rules) -> Realtime:
    return Realtime(engine, clock, rules, begin=Translation, offer=Offer.TRANSLATION)


class _Routes:
    """One method a route. Whatever computes runs in a thread; the loop only carries bytes."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self.engine, self.chat = engine, Chat(engine, clock)

    async def models(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [_model(model_id) for model_id in MODEL_IDS]})

    async def model(self, request: Request) -> Response:
        model_id = request.path_params["model_id"]
        if model_id not in MODEL_IDS:
            raise Refused(f"The model '{model_id}' does not exist", param="model", code="model_not_found", status=404)
        return JSONResponse(_model(model_id))

    async def chat_completions(self, request: Request) -> Response:
        asked = chat_request(await json_body(request))
        answer = await run_in_threadpool(self.chat.answer, asked)
        if asked.streams:
            return _events(streamed(self.chat, answer))
        return JSONResponse(await run_in_threadpool(whole, self.chat, answer))

    async def transcriptions(self, request: Request) -> Response:
        asked = await run_in_threadpool(transcription_request, await form_body(request))
        if asked.streams:
            return _events(transcribed_along(asked, self.engine))
        return await run_in_threadpool(transcribed, asked, self.engine)

    async def speech(self, request: Request) -> Response:
        asked = speech_request(await json_body(request))
        if asked.as_events:
            return _events(read_aloud_as_events(asked, self.engine))
        pieces = read_aloud(asked, self.engine)
        first = await run_in_threadpool(next, pieces)  # what cannot be spoken is refused before the answer begins
        return StreamingResponse(_closing(chain([first], pieces), pieces), media_type=asked.media_type)


class _Door:
    """Asks for the token, and puts a request id on every answer, refusals included."""

    def __init__(self, app: ASGIApp, *, token: str | None) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Headers(scope=scope)) if scope["type"] in {"http", "websocket"} else None
        if scope["type"] != "http":
            if refusal is None:
                await self.app(scope, receive, send)
            elif "websocket.http.response" in scope.get("extensions", {}):
                await refusal.response()(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal.message})
            return

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = f"req_{secrets.token_hex(16)}"
            await send(message)

        if refusal is not None:
            await refusal.response()(scope, receive, send_with_id)
        else:
            await self.app(scope, receive, send_with_id)

    def _refusal(self, headers: Headers) -> Refused | None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        key = given if scheme.lower() == "bearer" else headers.get("api-key", "")
        if self.token is None or secrets.compare_digest(key.encode(), self.token.encode()):
            return None
        if not given and not key:
            return Refused("You didn't provide an API key. Send it as a bearer token.", code=None, status=401)
        message = f"Incorrect API key provided: {'*' * 8}. Send the one that this server was started with."
        return Refused(message, code="invalid_api_key", status=401)


def _events(events: Iterator[bytes]) -> Response:
    return StreamingResponse(_closing(events, events), media_type=_EVENT_STREAM)


async def _closing(pieces: Iterator[bytes], source: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Go through pieces in a thread, and close their source whatever happens: it may hold a worker."""
    try:
        async for piece in iterate_in_threadpool(pieces):
            yield piece
    finally:
        source.close()  # type: ignore[attr-defined]  # both of ours are generators


def _model(model_id: str) -> dict[str, object]:
    return {"id": model_id, "object": "model", "created": _MADE_ON, "owned_by": "audiokit", "shutdown_date": None}


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - Starlette calls it for nothing else
    return error.response()


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, AudiokitError)  # noqa: S101 - the same
    return as_refusal(error).response()


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    address = f"{request.method} {request.url.path}"
    if status == 405:
        message = f"Not allowed to {request.method} on {request.url.path}. "
        message += "(HINT: Perhaps you meant to use a different HTTP method?)"
    else:
        message = f"Invalid URL ({address})"
    return Refused(message, code=None, status=status).response()
