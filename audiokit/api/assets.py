"""Our own program, served to the browser: the script modules of parts of pages, the player, the live talk."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.refusals import refusal

__all__ = ["asset_routes"]

_LASTING = "public, max-age=86400, immutable"  # a day bounds what a half-finished roll-out can leave in a browser


def asset_routes() -> list[BaseRoute]:
    """Return the route that serves a module at an address of its version, so that modules import each other."""
    return [Route("/api/assets/{version}/{name}", _asset), Route("/api/assets/{name}", _asset)]


async def _asset(request: Request) -> Response:
    script = _scripts().get(request.path_params["name"])
    if script is None:
        return refusal(404, "There is no such file.")
    etag = f'"{sha256(script).hexdigest()[:32]}"'
    versioned = "version" in request.path_params or "v" in request.query_params
    headers = {
        "Cache-Control": _LASTING if versioned else "no-cache",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(script, headers=headers, media_type="text/javascript")


@cache
def _scripts() -> dict[str, bytes]:
    """Return all modules by their names, of which no two are alike."""
    ui = files("audiokit") / "ui"
    rooms = [ui / "browser", ui / "player", ui / "live", ui / "sentiment" / "browser", ui / "usage" / "browser"]
    paths = [path for room in rooms for path in room.iterdir() if path.name.endswith(".js")]
    return {path.name: path.read_bytes() for path in paths}
