"""OpenAI's organization endpoints over loopback, as its published description says: usage and costs of known calls.

What is asked and what is answered is held against that description with jsonschema; a test whose client strays from it
fails when the server is closed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from real import real_file

__all__ = ["ADMIN_KEY", "BillServer", "Billed", "bill_server", "completion"]

ADMIN_KEY = "sk-admin-made-up-0123456789"
_DAY = timedelta(days=1)
_KINDS = {"completions": 31, "audio_speeches": 31, "audio_transcriptions": 31, "costs": 180}


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """One call as the provider has it; ``usage`` are the fields of its result, ``usd`` what it charged, once it has."""

    day: date
    model: str
    kind: str = "completions"
    usage: Mapping[str, int] = field(default_factory=dict)
    usd: str | None = None
    project: str = "proj_ours"


def completion(day: date, model: str, *, text: int, heard: int, said: int, words: int, **more: Any) -> Billed:
    """A chat with sound, nothing of it from the cache."""
    usage = {
        "input_tokens": text + heard,
        "input_cached_tokens": 0,
        "input_text_tokens": text,
        "input_audio_tokens": heard,
        "input_cached_audio_tokens": 0,
        "output_tokens": said + words,
        "output_text_tokens": words,
        "output_audio_tokens": said,
    }
    return Billed(day=day, model=model, usage=usage, **more)


@cache
def _description() -> dict[str, Any]:
    path = real_file("specs/openai__openai-openapi/openapi.main.yaml")
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return found


def _validate(value: Any, schema: Mapping[str, Any]) -> None:
    whole = {"components": _description()["components"], **schema}
    pytest.importorskip("jsonschema").Draft202012Validator(whole).validate(value)


class BillServer:
    """Answers for ``calls``; ``page_days`` buckets a page at most, so that clients have to turn pages."""

    def __init__(self, calls: Iterable[Billed], page_days: int) -> None:
        self.calls, self.page_days = list(calls), page_days
        self.asked: list[str] = []
        self.strayed: list[Exception] = []
        self.base_url = ""

    def answer(self, path: str, query: Mapping[str, list[str]], key: str | None) -> tuple[int, Any]:
        self.asked.append(path)
        if key != f"Bearer {ADMIN_KEY}":
            error = {
                "message": "Insufficient permissions",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }
            return 403, {"error": error}
        described = _description()["paths"][path.removeprefix("/v1")]["get"]
        asked = _as_described(described["parameters"], query)
        body = self._page(path.rpartition("/")[2], asked)
        _validate(body, described["responses"]["200"]["content"]["application/json"]["schema"])
        return 200, body

    def _page(self, kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        begins, ends = (datetime.fromtimestamp(asked[name], UTC).date() for name in ("start_time", "end_time"))
        days = [begins + index * _DAY for index in range((ends - begins).days)]
        start, limit = int(asked.get("page", 0)), min(asked.get("limit", 7), self.page_days)
        assert asked.get("limit", 7) <= _KINDS[kind]
        shown, more = days[start : start + limit], start + limit < len(days)
        return {
            "object": "page",
            "data": [self._bucket(kind, day, asked) for day in shown],
            "has_more": more,
            "next_page": str(start + limit) if more else None,
        }

    def _bucket(self, kind: str, day: date, asked: Mapping[str, Any]) -> dict[str, Any]:
        begins = round(datetime.combine(day, time.min, UTC).timestamp())
        wanted = asked.get("project_ids")
        calls = [call for call in self.calls if call.day == day and (wanted is None or call.project in wanted)]
        results = _costs(calls) if kind == "costs" else _usage(kind, calls)
        return {"object": "bucket", "start_time": begins, "end_time": begins + 86_400, "results": results}


def _as_described(parameters: list[dict[str, Any]], query: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was asked, each parameter as its schema has it; an unknown one or a wrong value raises."""
    schemas = {one["name"]: one["schema"] for one in parameters}
    asked: dict[str, Any] = {}
    for name, values in query.items():
        schema = schemas[name.removesuffix("[]")]
        value: Any = values if schema["type"] == "array" else values[-1]
        asked[name.removesuffix("[]")] = value = int(values[-1]) if schema["type"] == "integer" else value
        _validate(value, schema)
    missing = [one["name"] for one in parameters if one.get("required") and one["name"] not in asked]
    assert not missing, missing
    return asked


def _usage(kind: str, calls: list[Billed]) -> list[dict[str, Any]]:
    by_model: dict[str, dict[str, Any]] = {}
    for call in (call for call in calls if call.kind == kind):
        result = by_model.setdefault(
            call.model,
            {"object": f"organization.usage.{kind}.result", "num_model_requests": 0, "model": call.model},
        )
        result["num_model_requests"] += 1
        for name, count in call.usage.items():
            result[name] = result.get(name, 0) + count
    return list(by_model.values())


def _costs(calls: list[Billed]) -> list[dict[str, Any]]:
    """A line for each call: several of one name are added up by whoever reads them."""
    return [
        {
            "object": "organization.costs.result",
            "amount": {"value": float(call.usd), "currency": "usd"},
            "line_item": f"{call.model}, input_tokens",
            "project_id": None,
        }
        for call in calls
        if call.usd is not None
    ]


@contextmanager
def bill_server(*calls: Billed, page_days: int = 3) -> Iterator[BillServer]:
    """Serve the bill of these calls on loopback; whatever strayed from the description is raised at the end."""
    bill = BillServer(calls, page_days)
    _description()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bill))
    bill.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield bill
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    if bill.strayed:
        raise bill.strayed[0]


def _handler(bill: BillServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            try:
                status, body = bill.answer(parts.path, parse_qs(parts.query), self.headers.get("authorization"))
            except Exception as error:  # noqa: BLE001 - told when the server is closed
                bill.strayed.append(error)
                status, body = 400, {"error": {"message": "strayed", "type": "x", "param": None, "code": None}}
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler
