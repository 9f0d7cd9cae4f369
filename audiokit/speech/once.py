"""What must not be sent twice, told to the SDK in one place.

The SDK repeats a call after a time-out, a lost connection, 408, 409, 429 and 5xx. Some of these would cost money or
patience: a request that was taken and then not answered whole may have been billed, also where a gateway (504) says
so; an account without credit has none in a second either; and a busy server that wants us back in a minute is no use
where another one can answer at once. This transport turns the first into an answer that is not repeated, and marks the
others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import httpx2

from audiokit.speech.failures import NO_ANSWER_CODE, QUOTA_CODES

__all__ = ["EVENT_STREAM", "PaidOnce"]

EVENT_STREAM = "text/event-stream"
"""What a request that wants a stream accepts."""
_DO_NOT_REPEAT = {"x-should-retry": "false"}
# A gateway's own answers after it had passed the request on. 520 and 524 are Cloudflare's, before OpenAI among others:
# "the origin answered something unknown" and "was connected, and did not answer in time".
_TAKEN_AND_NOT_ANSWERED = frozenset({504, 520, 524})
# Before a request has left, nothing can have been billed.
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.LocalProtocolError,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class PaidOnce(httpx2.BaseTransport):
    """A transport around ``inner`` after which the SDK repeats only what cannot have been billed.

    ``total_s`` bounds a whole answer: time-outs of the HTTP library bound each read, and a server that sends a little
    now and then would never reach them. ``patience_s`` is how long a busy server may ask us to wait, None for as long
    as the SDK would.
    """

    def __init__(self, inner: httpx2.BaseTransport, *, total_s: float, patience_s: float | None = None) -> None:
        self.inner, self.total_s, self.patience_s = inner, total_s, patience_s

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send once; see the module."""
        try:
            response = self._answer(request)
        except _NOT_SENT:
            raise
        except httpx2.RequestError as error:
            return _no_answer(request, type(error).__name__)
        if response.status_code in _TAKEN_AND_NOT_ANSWERED:
            return _no_answer(request, "gateway")
        has_no_credit = response.status_code == 429 and _says_no_credit(response)
        if has_no_credit or self._is_too_long(_wait_s(response)):
            response.headers.update(_DO_NOT_REPEAT)
        return response

    def _is_too_long(self, wait_s: float | None) -> bool:
        return self.patience_s is not None and wait_s is not None and wait_s > self.patience_s

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer, read to its end unless it is a stream: what breaks later, the SDK would repeat."""
        give_up_at = time.monotonic() + self.total_s
        response = self.inner.handle_request(request)
        response.stream = _Bounded(response.stream, give_up_at, request)
        if _is_awaited_stream(request, response):
            return response
        try:
            response.request = request  # the errors of reading want to name it
            response.read()
        finally:
            response.close()
        return response

    def close(self) -> None:
        """Close what is inside."""
        self.inner.close()


class _Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, until there has been time enough."""

    def __init__(self, stream: object, give_up_at: float, request: httpx2.Request) -> None:
        self._stream, self._give_up_at, self._request = cast("httpx2.SyncByteStream", stream), give_up_at, request

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._give_up_at:
                raise httpx2.ReadTimeout("the answer takes too long", request=self._request)
            yield piece

    def close(self) -> None:
        self._stream.close()


def _no_answer(request: httpx2.Request, why: str) -> httpx2.Response:
    error = {"message": why, "type": "no_answer", "param": None, "code": NO_ANSWER_CODE}
    return httpx2.Response(504, json={"error": error}, headers=_DO_NOT_REPEAT, request=request)


def _is_awaited_stream(request: httpx2.Request, response: httpx2.Response) -> bool:
    """Whether our side reads the answer piece by piece: a stream that nobody asked for, the SDK would read whole."""
    comes_as = response.headers.get("content-type", "").lower()
    return request.headers.get("accept") == EVENT_STREAM and comes_as.startswith(EVENT_STREAM)


def _wait_s(response: httpx2.Response) -> float | None:
    """Return how long a server asks us to wait; None where it does not say, or says a date."""
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(KeyError, ValueError):
            return float(response.headers[name]) / per_second
    return None


def _says_no_credit(response: httpx2.Response) -> bool:
    body = response.read()
    return any(code.encode() in body for code in QUOTA_CODES)
