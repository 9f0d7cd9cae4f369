"""Where nobody signs in, only this machine is answered, however the app was started: all others would be its owner."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from audiokit.api.refusals import refusal
from audiokit.settings import is_loopback

__all__ = ["OnlyHere"]

_SENTENCE = (
    "Nobody signs in here, so only the machine itself is answered. Whoever looks after it can let people sign in "
    "(AUDIOKIT_MODE=oidc), or let everybody in who reaches it (AUDIOKIT_OPEN=true)."
)


@dataclass(frozen=True, slots=True)
class OnlyHere:
    """ASGI middleware. What counts is the address of ours that was called: a proxy on this machine calls loopback.

    A server on a socket without an address, such as a Unix socket, is its starter's to keep.
    """

    app: ASGIApp
    is_on: bool = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what came over loopback."""
        if not self.is_on or scope["type"] not in {"http", "websocket"} or not _is_elsewhere(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(403, _SENTENCE)(scope, receive, send)


def _is_elsewhere(scope: Scope) -> bool:
    """Return whether the address that was called is one of a network's; a name is that of a test's client."""
    host = str((scope.get("server") or ("", None))[0])
    return (host[:1].isdigit() or ":" in host) and not is_loopback(host)
