"""What a programme costs: quoted before, held below its limit, settled by what was used. At OpenAI's prices."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from programmes import ME, opened, until_at_rest
from real import real_file
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.studio import Studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import Progress
from audiokit.summaries.script import Line

TOKEN = "as-openai"
SHAPE = replace(default_shape("summary"), minutes=3.0)
PAPERS = (
    "documents/gabrielchua__open-notebooklm/examples__1310.4546v1.pdf",
    "documents/kreuzberg-dev__kreuzberg/test_documents__pdfs__test_article.pdf",
)


class Named:
    """The offline engine, whose answers bear the name of the model that was asked, as OpenAI's do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, answer = b"", b""
        start: Message = {}

        async def heard() -> Message:
            nonlocal asked
            message = await receive()
            asked += message.get("body", b"")
            return message

        async def named(message: Message) -> None:
            nonlocal start, answer
            if message["type"] == "http.response.start":
                start = message
                return
            answer += message.get("body", b"")
            if not message.get("more_body", False):
                whole = _named(asked, answer)
                headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(whole)).encode())]})
                await send({"type": "http.response.body", "body": whole})

        await self.app(scope, heard, named if scope["type"] == "http" else send)


def _named(asked: bytes, answer: bytes) -> bytes:
    try:
        body: Any = json.loads(answer)
        body["model"] = json.loads(asked)["model"]
    except (ValueError, KeyError, TypeError):
        return answer
    return json.dumps(body).encode()


@contextmanager
def as_openai() -> Iterator[str]:
    with Engine() as engine:
        app = Named(create_app(engine, token=TOKEN))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                thread.join(0.02)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    pytest.importorskip("espeakng_loader")
    folder: Path = tmp_path_factory.mktemp("money")
    with as_openai() as address:
        settings = {
            "AUDIOKIT_ENGINE": "openai",
            "OPENAI_BASE_URL": address,
            "OPENAI_API_KEY": TOKEN,
            "AUDIOKIT_MODELS": json.dumps({"speak": "gpt-audio-mini"}),
        }
        with opened(folder, settings) as studio:
            yield studio


@pytest.mark.real
@pytest.mark.parametrize("paper", PAPERS)
def test_what_was_quoted_is_what_it_costs(studio: Studio, paper: str) -> None:
    begun = studio.summaries.gathering.begin(ME, SHAPE)
    data = real_file(paper).read_bytes()
    begun = studio.summaries.gathering.add_files(ME, begun.id, [("paper.pdf", data)])
    quoted = studio.summaries.planner.quote(begun)
    assert quoted.middle_nanousd
    assert quoted.minutes == pytest.approx(3.0, abs=0.02)

    studio.summaries.making.write(ME, begun.id, goes_on=True)
    made = until_at_rest(studio, begun)

    assert made.recording is not None
    entries = studio.ledger.of_conversation(made.id)
    assert all(entry.cost_nanousd is not None for entry in entries)
    assert made.money.spent_nanousd == sum(entry.cost_nanousd or 0 for entry in entries)
    assert made.money.spent_nanousd == pytest.approx(quoted.middle_nanousd, rel=0.15)
    assert (made.money.low_nanousd, made.money.high_nanousd) == (quoted.low_nanousd, quoted.high_nanousd)


def test_a_limit_stops_it_with_a_sentence_and_raising_it_goes_on(studio: Studio) -> None:
    lines = [Line(text=f"This is sentence number {number}, and it is not for free.") for number in range(24)]
    programme = studio.summaries.library.of_lines(ME, "Dear", lines, SHAPE)
    whole = studio.summaries.planner.quote(programme).middle_nanousd
    assert whole
    limit = whole // 2
    studio.summaries.making.speak(ME, programme.id, cap_nanousd=limit)
    stopped = until_at_rest(studio, programme)

    assert stopped.state is Progress.PAUSED
    assert stopped.trouble is not None
    assert "Raise the limit and go on" in stopped.trouble
    assert 0 < stopped.money.spent_nanousd <= limit
    assert 0 < stopped.n_spoken < 24

    studio.summaries.making.go_on(ME, programme.id, cap_nanousd=2 * whole)
    over = until_at_rest(studio, programme)
    assert (over.state, over.n_spoken, over.trouble) == (Progress.MADE, 24, None)
    calls = [entry.turn_id for entry in studio.ledger.of_conversation(programme.id)]
    assert len(calls) == len(set(calls)) == 24
