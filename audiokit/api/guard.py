"""What every request meets first: the same-origin rule, and headers that close doors.

Who may have what is in the address itself: see :mod:`audiokit.people.addresses`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders", "page_policy", "same_origin"]

_OURS = "/api/"
_HSTS_S = 365 * 24 * 3600
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


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
    """ASGI middleware: no guessing of types, no script but ours, nothing loaded from elsewhere, no frames around us.

    What a route says itself is not replaced. With ``is_https``, because people reach the app over HTTPS whatever the
    proxy speaks with us, cookies are sent over HTTPS only, and browsers are told to come by nothing else.
    """

    app: ASGIApp
    is_https: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers added to what answers over HTTP, a refused WebSocket among it."""
        wanted = _headers(is_page=not str(scope.get("path", "")).startswith(_OURS), is_https=self.is_https)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
                if self.is_https:
                    message["headers"] = [_secure(name, value) for name, value in message["headers"]]
            await send(message)

        await self.app(scope, receive, send if scope["type"] == "lifespan" else send_with_headers)


def page_policy() -> str:
    """Return the Content-Security-Policy of Streamlit's page: scripts, styles, sound and addresses of our own only.

    ``blob:`` among the scripts is how Streamlit 1.67 loads the program of a component that is given as text; whoever
    could make such an address runs scripts already. Styles are written into the page by Streamlit's own (Emotion), so
    ``unsafe-inline`` stands for them. Nothing is evaluated from text; ``wasm-unsafe-eval`` allows WebAssembly alone,
    which its tables and charts ask for. ``data:`` are pictures and sounds that Streamlit and its charts carry along.
    """
    return "; ".join(
        (*_PAGE[:1], f"script-src 'self' 'wasm-unsafe-eval' blob: {_inline_scripts()}".rstrip(), *_PAGE[1:])
    )


@cache
def _inline_scripts() -> str:
    """Return the hashes of the scripts that stand in Streamlit's own page, whichever version of it is installed."""
    page = (files("streamlit") / "static" / "index.html").read_text("utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def _headers(*, is_page: bool, is_https: bool) -> dict[str, str]:
    told = _EVERYWHERE | {"Content-Security-Policy": page_policy() if is_page else _SERVED}
    return told | ({"Strict-Transport-Security": f"max-age={_HSTS_S}"} if is_https else {})


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Add to a cookie that it travels over HTTPS only; Streamlit leaves it to whoever stands in front."""
    is_open = name.lower() == b"set-cookie" and b"secure" not in [part.strip().lower() for part in value.split(b";")]
    return name, value + b"; Secure" if is_open else value


_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), autoplay=(self), camera=(), geolocation=(), display-capture=(), usb=(), "
    "payment=(), midi=(), serial=(), hid=(), browsing-topics=()",
}
_PAGE = (
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
_SERVED = (  # a file of somebody's, were it ever shown as a page: no script, no form, nobody's origin
    "default-src 'none'; script-src 'self'; media-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-downloads"
)
