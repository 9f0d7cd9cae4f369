from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from audiokit.api.guard import SecurityHeaders, same_origin


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://desk:8501"}, False),
        ({"origin": "http://desk:8501"}, True),
        ({"origin": "https://desk:8501"}, True),
        ({"origin": "http://desk:9999"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_only_our_own_pages_and_programs_are_let_in(headers: dict[str, str], ours: bool) -> None:
    raw = [(name.encode(), value.encode()) for name, value in {"host": "desk:8501", **headers}.items()]
    assert same_origin(HTTPConnection({"type": "websocket", "headers": raw})) is ours


def test_every_answer_gets_the_headers_and_keeps_its_own() -> None:
    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello", headers={"Referrer-Policy": "no-referrer"})

    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(SecurityHeaders)])
    headers = TestClient(app).get("/").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"
    assert headers["referrer-policy"] == "no-referrer"
