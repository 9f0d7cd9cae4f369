"""How a route says no: our errors as a status and their sentence, in the shape of OpenAI's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from audiokit.api.guard import same_origin
from audiokit.errors import AudiokitError, Busy, InputError, NotAllowed, NotFound, TooOften

__all__ = ["Endpoint", "answering", "refusal"]

Endpoint = Callable[[Request], Awaitable[Response]]

_STATUS: dict[type[AudiokitError], int] = {NotAllowed: 403, NotFound: 404, InputError: 400, Busy: 503}


def refusal(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return ``{"error": {"message": sentence}}`` with ``status``; never cached."""
    body = {"error": {"message": sentence}}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store", **(headers or {})})


def answering(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint: other sites' pages are refused, and our errors leave as a status and their sentence."""

    async def answer(request: Request) -> Response:
        if not same_origin(request):
            return refusal(403, "This address answers our own pages only.")
        try:
            response = await endpoint(request)
        except TooOften as error:
            return refusal(429, str(error), {"Retry-After": str(error.retry_after_s)})
        except AudiokitError as error:
            status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
            return refusal(status, str(error))
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return answer
