"""Every secret that can be set, through everything that goes wrong: found in nothing that is told or kept."""

from __future__ import annotations

import io
import logging
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import get_args

import pytest
from conversing import ME, settled
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from audiokit.converse.conversation import Options
from audiokit.errors import AudiokitError, NotConfigured
from audiokit.settings import Settings
from audiokit.store.columns import utc_now
from audiokit.store.database import open_database
from audiokit.studio import shared_studio
from audiokit.usage.budget import Budget, Every, ScopeKind
from audiokit.usage.letters import NotSent
from audiokit.usage.notices import Notice
from audiokit.usage.ways_out import Mail, Webhook

APP = str(Path(__file__).resolve().parents[2] / "app.py")
SECRET = "Zq7xSECRETw9Kp"
SHAPES = {
    "AUDIOKIT_DATABASE_URL": "postgresql://ada:{}@127.0.0.1:1/desk",
    "AUDIOKIT_NOTICE_WEBHOOK": "http://127.0.0.1:{port}/hooks/{}",
    "AUDIOKIT_SMTP_SERVER": "smtp://ada:{}@127.0.0.1:1",
}


def names() -> list[str]:
    """Return every setting that is a secret, by the name that it has in the environment."""
    secret = [f for f in Settings.model_fields.values() if SecretStr in (f.annotation, *get_args(f.annotation))]
    assert len(secret) >= 8
    return [str(field.validation_alias) for field in secret]


def value_of(name: str, port: int) -> str:
    own = f"{SECRET}{names().index(name):02}{'a' * 32}"
    return SHAPES[name].format(own, port=port) if name in SHAPES else f"sk-{own}"


class Unwilling(BaseHTTPRequestHandler):
    """A server that says no, and says what it was shown."""

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        shown = f"{self.headers.get('Authorization')} {self.headers.get('api-key')}"
        body = f'{{"error": {{"message": "Incorrect API key provided: {shown}", "code": "invalid_api_key"}}}}'.encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _refuse  # noqa: N815 - the names are the library's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Unwilling)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """All that any library logs, at its most talkative, as plain text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [
        logging.root,
        *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    before = [(one, one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
    logging.root.addHandler(handler)
    yield stream
    logging.root.removeHandler(handler)
    for one, level, propagate in before:
        one.level, one.propagate = level, propagate


def raised(work: Callable[[], object]) -> str:
    """Return an error as it is told, and as it would be printed with all that led to it."""
    with pytest.raises((AudiokitError, NotSent)) as caught:
        work()
    error = caught.value
    return f"{error} {error!r} {getattr(error, 'detail', '')} {''.join(traceback.format_exception(error))}"


def set_all(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    for name in names():
        monkeypatch.setenv(name, value_of(name, port))
    for name, value in {
        "AUDIOKIT_ENGINE": "openai,compatible,azure",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "AUDIOKIT_COMPATIBLE_BASE_URL": f"http://127.0.0.1:{_closed_port()}/v1",
        "AZURE_OPENAI_ENDPOINT": f"http://127.0.0.1:{port}",
        "AUDIOKIT_NOTICE_EMAIL": "ada@desk.example",
        "AUDIOKIT_NOTICE_WEBHOOK_PRIVATE": "true",
        "AUDIOKIT_MAX_RETRIES": "0",
        "AUDIOKIT_MODELS": '{"converse": "gpt-audio-1.5"}',
    }.items():
        monkeypatch.setenv(name, value)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_what_is_wrong_with_a_setting_is_told_without_it(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    set_all(monkeypatch, port)
    texts = [repr(Settings.read()), str(Settings.read().model_dump()), Settings.read().model_dump_json()]
    for name, value in {"AUDIOKIT_PORT": SECRET, "AUDIOKIT_MODELS": f'{{"{SECRET}', "OPENAI_BASE_URL": SECRET}.items():
        with monkeypatch.context() as wrong:
            wrong.setenv(name, value)
            with pytest.raises(NotConfigured) as refused:
                Settings.read()
            texts.append(f"{refused.value} {dict(refused.value.detail)}")

    assert [text for text in texts if SECRET in text] == []


def test_nothing_that_fails_tells_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: io.StringIO, port: int
) -> None:
    set_all(monkeypatch, port)
    texts = [raised(lambda: open_database(value_of("AUDIOKIT_DATABASE_URL", port), tmp_path))]
    for name in ("AUDIOKIT_DATABASE_URL", "AUDIOKIT_BLOBS_URL"):
        monkeypatch.delenv(name, raising=False)
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    try:
        studio.person()
        talk = studio.converse.start(ME, Options())
        turn = studio.converse.keep_words(ME, talk.id, "Hello?")
        studio.converse.send(ME, talk.id, turn.id)
        turns = settled(studio, talk.id).turns
        assert any(one.failure for one in turns)
        texts += [str(turns)]
        mail = Mail(server=value_of("AUDIOKIT_SMTP_SERVER", port), to=("ada@desk.example",), sender="ada@desk.example")
        hook = Webhook(address=value_of("AUDIOKIT_NOTICE_WEBHOOK", port), allow_private=True)
        texts += [raised(lambda: mail.send(a_notice())), raised(lambda: hook.send(a_notice())), f"{mail} {hook}"]
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["conversation"] = talk.id
        texts.append(drawn(at.run()))
        for page in ("spoken_summaries", "sentiment_analysis", "usage_and_cost"):
            at.switch_page(f"pages/{page}.py").run()
            texts.append(drawn(at))
    finally:
        studio.close()
        sys.modules.pop("_audiokit_process", None)

    assert [text[max(0, text.find(SECRET) - 200) :][:300] for text in texts if SECRET in text] == []
    log = told.getvalue()
    assert "openai" in log.lower() or "request" in log.lower()
    assert log[max(0, log.find(SECRET) - 300) : log.find(SECRET) + 60 if SECRET in log else 0] == ""
    folder = Path(os.environ["AUDIOKIT_DATA_DIR"])
    kept = [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert kept == []


def drawn(at: AppTest) -> str:
    """Return what is sent to the browser."""
    assert not at.exception
    return "\n".join(str(getattr(node, "proto", "")) for node in at.main)


def a_notice() -> Notice:
    """Return a notice as it leaves the house."""
    budget = Budget(id="b", scope_kind=ScopeKind.INSTALLATION, scope_id="", period=Every.MONTH, limit_nanousd=10**9)
    now = utc_now()
    return Notice(id="n", budget=budget, starts_on=now.date().replace(day=1), percent=80, spent_nanousd=10**9, at=now)
