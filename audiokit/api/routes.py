"""Every route of ours, in the order in which Starlette tries them; Streamlit's own come after."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.assets import asset_routes
from audiokit.api.health import alive
from audiokit.api.media import MediaSource, OpenSource, media_routes
from audiokit.api.refusals import refusal

__all__ = ["routes"]


def routes(source: MediaSource | OpenSource, *more: BaseRoute) -> list[BaseRoute]:
    """Return the routes under ``/api/``, served from ``source``; a callable is asked anew for each request.

    ``more`` are routes that only the whole app has.
    """
    opened: OpenSource = source if callable(source) else lambda: source
    return [
        Route("/api/health", alive),
        *asset_routes(),
        *media_routes(opened),
        *more,
        Route("/api/{rest:path}", _unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]


async def _unknown(_request: Request) -> Response:
    """Stand last: without it, Streamlit would answer an unknown address with its page and status 200."""
    return refusal(404, "There is nothing at this address.")
