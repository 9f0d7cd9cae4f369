"""What every request meets first: the same-origin rule, and headers that close doors.

Who may have what is in the address itself: see :mod:`audiokit.people.addresses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders", "same_origin"]


def same_origin(connection: HTTPConnection) -> bool:
    """Return whether a request or WebSocket comes from our own pages, or from no web page at all.

    ``Sec-Fetch-Site`` decides where the browser sends it (a page cannot forge it: W3C Fetch Metadata, section 2.4);
    else ``Origin`` must name the host that was asked, which a proxy must therefore pass on. Programs send neither.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """ASGI middleware: no guessing of types, no addresses told to other sites, no frames of other sites around us.

    It adds nothing that Streamlit's own page, frames or WebSocket would stumble over, and replaces nothing.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers added to what answers over HTTP."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'",
}
