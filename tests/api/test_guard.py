from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

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


def client(**options: bool) -> TestClient:
    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello", headers={"Referrer-Policy": "no-referrer"})

    async def signed_in(_request: object) -> PlainTextResponse:
        reply = PlainTextResponse("hello")
        reply.set_cookie("_streamlit_user", "ada", httponly=True, samesite="lax")
        reply.set_cookie("other", "x", secure=True)
        return reply

    routes = [Route("/", page), Route("/in", signed_in), Route("/api/media/x", page)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(SecurityHeaders, **options)]))


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split("; "))}


def test_every_answer_gets_the_headers_and_keeps_its_own() -> None:
    headers = client().get("/").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "microphone=(self)" in headers["permissions-policy"]
    assert "camera=()" in headers["permissions-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in headers


def test_a_page_runs_our_scripts_only_and_loads_nothing_from_elsewhere() -> None:
    told = directives(client().get("/").headers["content-security-policy"])
    sources = {source for given in told.values() for source in given}

    assert told["default-src"] == ["'self'"]
    assert told["frame-ancestors"] == told["base-uri"] == told["form-action"] == ["'self'"]
    assert told["object-src"] == ["'none'"]
    assert {"'unsafe-eval'", "'unsafe-inline'", "data:"}.isdisjoint(told["script-src"])
    assert not [source for source in sources if source == "*" or "//" in source or source in {"https:", "http:"}]


def test_streamlits_own_page_has_no_script_that_the_policy_would_stop() -> None:
    page = (files("streamlit") / "static" / "index.html").read_text("utf-8")
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    allowed = directives(client().get("/").headers["content-security-policy"])["script-src"]

    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert not re.search(r"\son\w+=", page)


def test_what_people_made_is_served_as_nothing_that_could_run() -> None:
    told = directives(client().get("/api/media/x").headers["content-security-policy"])

    assert told["default-src"] == told["form-action"] == told["frame-ancestors"] == ["'none'"]
    assert "allow-scripts" not in told["sandbox"]


def test_behind_https_cookies_and_browsers_come_by_nothing_else() -> None:
    plain, safe = client().get("/in").headers, client(is_https=True).get("/in").headers

    assert [one.count("Secure") for one in safe.get_list("set-cookie")] == [1, 1]
    assert [one.count("Secure") for one in plain.get_list("set-cookie")] == [0, 1]
    assert safe["strict-transport-security"] == "max-age=31536000"
