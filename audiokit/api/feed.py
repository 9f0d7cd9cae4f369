"""Private podcast feeds over HTTP, for apps that cannot sign in: at addresses that hold until the person closes them.

Players on other sites may read them too: who knows the address may listen, and nothing else decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.refusals import refusal
from audiokit.api.sending import sent
from audiokit.errors import AudiokitError, NotFound
from audiokit.summaries.sendable import Sendable, of_bytes

__all__ = ["FeedSource", "feed_routes"]

_FEED_TYPE = "application/rss+xml; charset=utf-8"
_HEADERS = {
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

    def feed_file(self, token: str, programme_id: str | None, name: str) -> Sendable:
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
        return await sent(request, of_bytes("feed.xml", _FEED_TYPE, data), _HEADERS)

    async def file(self, request: Request) -> Response:
        """Send an episode, its chapters, transcript or cover, or the feed's cover; whole, or the range asked for."""
        asked = request.path_params
        file = await run_in_threadpool(self.opened().feed_file, asked["token"], asked.get("programme"), asked["name"])
        return await sent(request, file, _HEADERS)


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
