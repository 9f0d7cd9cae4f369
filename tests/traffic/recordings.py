"""Real exchanges with OpenAI and Azure, recorded by other projects, as values; and a transport that plays them back.

They stand in ``real/traffic`` beside the project: session records of openai-dotnet (JSON), and VCR cassettes of
ruby_llm, ruby-openai, pydantic-ai and openllmetry (YAML).
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from real import REAL, real_files

__all__ = ["ABSENT", "Exchange", "Replay", "each", "exchanges", "in_pieces", "sse_lines"]

ABSENT = "the recorded traffic is not here (real/traffic)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. ``asked`` is None where the body was no JSON; ``answer`` is as it was on the wire."""

    name: str
    method: str
    url: str
    asked: dict[str, Any] | None
    status: int
    media_type: str
    answer: bytes

    @property
    def path(self) -> str:
        return httpx2.URL(self.url).path

    @property
    def said(self) -> Any:
        """The answer as plain JSON."""
        return json.loads(self.answer)

    @property
    def is_streamed(self) -> bool:
        return self.media_type.startswith("text/event-stream")

    @property
    def is_error(self) -> bool:
        return self.status >= 400 or self.answer.lstrip()[:10].replace(b" ", b"").startswith(
            (b'{"error"', b'{\n"error"')
        )


class Replay(httpx2.BaseTransport):
    """Answers with recorded exchanges in their order, and keeps what it was asked.

    ``pieces_seed`` cuts every answer into random pieces; ``cut_at`` ends it after so many bytes, by a lost connection
    if ``breaks`` says so, else as if it were over.
    """

    def __init__(
        self,
        answers: Iterable[Exchange],
        *,
        pieces_seed: int | None = None,
        cut_at: int | None = None,
        breaks: bool = False,
    ) -> None:
        self._answers = iter(answers)
        self._random = None if pieces_seed is None else random.Random(pieces_seed)  # noqa: S311 - no secret
        self._cut_at = cut_at
        self._breaks = breaks
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        exchange = next(self._answers)
        headers = {"content-type": exchange.media_type, "x-request-id": f"req_{len(self.requests)}"}
        if self._random is None and self._cut_at is None:
            return httpx2.Response(exchange.status, headers=headers, content=exchange.answer)
        return httpx2.Response(exchange.status, headers=headers, stream=_Stream(list(self._pieces(exchange.answer))))

    def _pieces(self, answer: bytes) -> Iterator[bytes | Exception]:
        whole = answer[: self._cut_at]
        yield from in_pieces(whole, self._random) if self._random else [whole]
        if self._breaks:
            yield httpx2.ReadError("the connection was lost")

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class _Stream(httpx2.SyncByteStream):
    def __init__(self, pieces: Iterable[bytes | Exception]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def in_pieces(data: bytes, source: random.Random) -> Iterator[bytes]:
    """The same bytes, cut anywhere: within lines, within characters, within base64."""
    n_cuts = min(len(data), 1 + len(data) // 20_000) + 5
    cuts = sorted(source.randrange(len(data) + 1) for _ in range(n_cuts))
    yield from (data[start:end] for start, end in pairwise([0, *cuts, len(data)]))


def sse_lines(answer: bytes) -> list[Any]:
    """The JSON of every ``data:`` line, read here and not by the code under test."""
    found = [line[6:] for line in answer.replace(b"\r\n", b"\n").split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in found if line != b"[DONE]"]


def each(found: Iterable[Exchange]) -> pytest.MarkDecorator:
    """Run a test for each exchange, named by it; where there is none, skip with a sentence."""
    absent = pytest.param(None, marks=pytest.mark.skip(reason=ABSENT), id="absent")
    return pytest.mark.parametrize("exchange", [pytest.param(one, id=one.name) for one in found] or [absent])


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Every exchange over HTTP; empty where the material is absent. Realtime sessions are not among them."""
    found: list[Exchange] = []
    for path in real_files("traffic/*/*"):
        if path.suffix == ".json" and path.parent.name == "openai__openai-dotnet":
            found += _sessions(path)
        elif path.suffix in {".yml", ".yaml"} and "realtime__" not in path.name:
            found += _cassette(path)
    return tuple(found)


def _sessions(path: Path) -> Iterator[Exchange]:
    """openai-dotnet: bodies are JSON, lists of lines, or base64 of what is neither."""
    for i, entry in enumerate(json.loads(path.read_text("utf-8-sig"))["Entries"]):
        body = entry["ResponseBody"]
        headers = {name.lower(): value for name, value in entry["ResponseHeaders"].items()}
        yield Exchange(
            name=_name(path, i),
            method=entry["RequestMethod"],
            url=entry["RequestUri"],
            asked=entry["RequestBody"] if isinstance(entry["RequestBody"], dict) else None,
            status=entry["StatusCode"],
            media_type=headers.get("content-type", ""),
            answer="".join(body).encode() if isinstance(body, list) else _bytes(body, is_base64=True),
        )


class _Loader(yaml.CSafeLoader):
    """Ruby writes ``!binary`` where YAML says ``!!binary``."""


_Loader.add_constructor("!binary", lambda _, node: base64.b64decode(node.value))


def _cassette(path: Path) -> Iterator[Exchange]:
    cassette = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a subclass of the safe loader
    for i, one in enumerate(cassette.get("http_interactions") or cassette["interactions"]):
        asked, answered = one["request"], one["response"]
        headers = {name.lower(): value for name, value in answered["headers"].items()}
        yield Exchange(
            name=_name(path, i),
            method=asked["method"].upper(),
            url=asked["uri"],
            asked=_json(asked),
            status=answered["status"]["code"],
            media_type=_first(headers.get("content-type")),
            answer=_body(answered),
        )


def _name(path: Path, i: int) -> str:
    short = re.sub(r"^.*(cassettes__|SessionRecords__)", "", path.stem).strip("_")
    folder = path.relative_to(REAL / "traffic").parts[0].partition("__")[2]
    return f"{folder}/{short}#{i}"


def _first(values: str | list[str] | None) -> str:
    return values[0] if isinstance(values, list) else values or ""


def _json(message: Mapping[str, Any]) -> dict[str, Any] | None:
    body = _body(message)
    return json.loads(body) if body[:1] == b"{" else None


def _body(message: Mapping[str, Any]) -> bytes:
    body = message.get("parsed_body") or message.get("body")
    if isinstance(body, dict) and "string" in body:
        body = body["string"]
    return _bytes(body, is_base64=False)


def _bytes(body: Any, *, is_base64: bool) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, str):
        return base64.b64decode(body) if is_base64 else body.encode()
    return json.dumps(body).encode()
