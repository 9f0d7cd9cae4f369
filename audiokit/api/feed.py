"""Private podcast feeds over HTTP, for apps that cannot sign in: at addresses that hold until the person closes them.

Players on other sites may read them too: who knows the address may listen, and nothing else decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from audiokit.api.ranges import Range, Unsatisfiable, parse_range
from audiokit.api.refusals import refusal
from audiokit.errors import AudiokitError, NotFound
from audiokit.summaries.feeds import FeedFile

__all__ = ["FeedSource", "feed_routes"]

_FEED_TYPE = "application/rss+xml; charset=utf-8"
_PIECE_BYTES = 256 * 1024
_HEADERS = {
    "Accept-Ranges": "bytes",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
    "Cache-Control": "private, no-cache",  # kept, and asked about each time: a closed address is closed at once
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class FeedSource(Protocol):
    """Where feeds come from: :class:`audiokit.summaries.feeds.Feeds`."""

    def feed(self, token: str, site: str) -> bytes:
        """Return the feed at an address, asked for at that site; may block.

        Raises:
            NotFound: there is no feed there any more.
        """

    def feed_file(self, token: str, programme_id: str | None, name: str) -> FeedFile:
        """Return a file of an episode, or of the feed itself; may block.

        Raises:
            NotFound: there is no such feed, episode or file any more.
        """


def feed_routes(opened: Callable[[], FeedSource]) -> list[BaseRoute]:
    """Return the routes of this module."""
    feeds = _Feeds(opened)
    return [
        Route("/api/feed/{token}", _answering(feeds.feed)),
        Route("/api/feed/{token}/{name}", _answering(feeds.file)),
        Route("/api/feed/{token}/{programme}/{name}", _answering(feeds.file)),
    ]


@dataclass(frozen=True, slots=True)
class _Feeds:
    opened: Callable[[], FeedSource]

    async def feed(self, request: Request) -> Response:
        """Send the feed."""
        data = await run_in_threadpool(self.opened().feed, request.path_params["token"], _site(request))
        return _sent(request, FeedFile(_FEED_TYPE, data))

    async def file(self, request: Request) -> Response:
        """Send an episode, its chapters, transcript or cover, or the feed's cover; whole, or the range asked for."""
        asked = request.path_params
        file = await run_in_threadpool(self.opened().feed_file, asked["token"], asked.get("programme"), asked["name"])
        return _sent(request, file)


def _answering(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint: our errors leave as a status and their sentence. Other sites' pages are not refused here."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except AudiokitError as error:
            return refusal(404 if isinstance(error, NotFound) else 500, str(error), {"Referrer-Policy": "no-referrer"})

    return answer


def _site(request: Request) -> str:
    """Return where we were asked, such as https://example.org; what a proxy in front of us was asked by is told by it.

    It is only ever said back to whoever said it.
    """
    scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


def _sent(request: Request, file: FeedFile) -> Response:
    etag = f'"{sha256(file.data).hexdigest()[:32]}"'
    headers = {**_HEADERS, "ETag": etag, "Content-Type": file.media_type}
    if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    size = len(file.data)
    try:
        part = _asked_for(request, etag, size)
    except Unsatisfiable:
        return refusal(416, f"This file has only {size} bytes.", {"Content-Range": f"bytes */{size}"})
    span = part or Range(0, size, size)
    headers["Content-Length"] = str(span.n_bytes)
    if part is not None:
        headers["Content-Range"] = part.content_range
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_pieces(file.data, span), status, headers)


def _asked_for(request: Request, etag: str, size: int) -> Range | None:
    if request.method != "GET" or request.headers.get("if-range", etag) != etag:
        return None
    return parse_range(request.headers.get("range"), size)


def _pieces(data: bytes, span: Range) -> Iterator[bytes]:
    for start in range(span.start, span.end, _PIECE_BYTES):
        yield data[start : min(span.end, start + _PIECE_BYTES)]
