"""The log as JSON: every line an object, and no key, word or sound in it, whatever was done and went wrong."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conversing import ME, asked, settled, spoken
from faults import Faults, bad_key, broken, cut

from audiokit.converse.conversation import Options
from audiokit.errors import KeyRefused, ProviderError
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.settings import LogFormat, Settings
from audiokit.studio import open_studio
from audiokit.telemetry.logs import write_json
from audiokit.telemetry.switching import telemetry

KEY, ADMIN = "sk-proj-Secret0123456789abcdefXYZ", "sk-admin-Secret9876543210"
QUESTION = "How much is two and two, asked Wilhelmina?"
INSTRUCTIONS = "You are a parrot called Archibald."


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """The log as JSON, with those who see requests at their most talkative; loggers are as they were afterwards."""
    loggers = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in (logging.root, *loggers)]
    stream = io.StringIO()
    write_json(stream)
    for name in ("openai", "httpx2", "httpcore2", "asyncio", "audiokit"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.level, logger.propagate = handlers, level, propagate


def lines_of(told: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.getvalue().splitlines()]


def test_neither_a_whole_turn_nor_anything_that_fails_leaves_a_key_a_word_or_a_sound(told: io.StringIO) -> None:
    """At the level of debugging, where the SDK writes out each request whole."""
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip(" ".join(engine.capabilities().why_not))
        faults = Faults(create_app(engine))
        settings = Settings(
            OPENAI_API_KEY=KEY, OPENAI_ADMIN_KEY=ADMIN, OPENAI_BASE_URL="http://here.invalid/v1",
            AUDIOKIT_ENGINE="compatible", AUDIOKIT_MAX_RETRIES=0,
        )  # fmt: skip
        studio = open_studio(settings, transport=InProcessTransport(faults))
        studio.person()
        try:
            talk = studio.converse.start(ME, Options(uses_tools=False, instructions=INSTRUCTIONS)).id
            answered = asked(studio, talk, QUESTION)
            take = studio.converse.keep_take(ME, talk, spoken())
            studio.converse.send(ME, talk, take.id)
            settled(studio, talk)
            for fault in (broken(), bad_key(), cut(after_events=2)):
                faults.next(fault)
                asked(studio, talk, QUESTION)
            with pytest.raises(ProviderError):
                studio.usage.check_bill(ME, _yesterday())
            reply = answered.turns[-1]
            sound = studio.clips.read(ME, reply.clip_digest or "")
            take_sound = studio.clips.read(ME, take.clip_digest or "")
        finally:
            studio.close()

    whole = told.getvalue()
    lines = lines_of(told)
    assert len(lines) > 20  # the SDK, the HTTP library, asyncio and we all have had their say
    assert {line["logger"].partition(".")[0] for line in lines} >= {"openai"}
    for private in (KEY, KEY[-12:], ADMIN[-10:], "Wilhelmina", "Archibald", "parrot", reply.said):
        assert private not in whole
    for data in (sound, take_sound):
        encoded = base64.b64encode(data).decode()
        assert all(encoded[start : start + 24] not in whole for start in range(0, len(encoded) - 24, 24))


def _yesterday() -> Any:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - only here

    from audiokit.usage.days import Period  # noqa: PLC0415 - the same

    day = (datetime.now(UTC) - timedelta(days=1)).date()
    return Period(day, day)


def test_an_error_is_its_class_and_its_way_and_never_what_it_says(told: io.StringIO) -> None:
    log = logging.getLogger("audiokit.somewhere")
    try:
        _fail()
    except KeyRefused:
        log.exception("asking failed after %d s", 3)
    log.warning("with %s, Bearer %s and %s", KEY, "abcdefgh", base64.b64encode(bytes(range(90))).decode())
    log.warning("a line\nthat is two, and an \N{SNOWMAN}")
    logging.getLogger("somebody").warning(f"written out: {QUESTION}")  # noqa: G004 - as others do
    logging.getLogger("somebody").warning("by template: %s", QUESTION)

    failed, hidden, two, written, template = lines_of(told)
    assert (failed["message"], failed["level"], failed["logger"]) == (
        "asking failed after 3 s", "error", "audiokit.somewhere",
    )  # fmt: skip
    first, cause = failed["errors"]
    assert (first["type"], first["status"], first["code"], first["request_id"]) == (
        "KeyRefused", "401", "invalid_api_key", "req_1",
    )  # fmt: skip
    assert (cause["type"], list(cause)) == ("ConnectError", ["type", "through"])
    assert first["through"][0].startswith("test_logs.py:")
    assert hidden["message"] == "with …, … and …"
    assert two["message"] == "a line\nthat is two, and an \N{SNOWMAN}"
    assert (written["message"], template["message"]) == (None, "by template: %s")
    assert "Wilhelmina" not in told.getvalue()


def _break() -> None:
    raise httpx2.ConnectError(f"no route for {KEY}: {QUESTION}")


def _fail() -> None:
    try:
        _break()
    except httpx2.ConnectError as error:
        raise KeyRefused(QUESTION, status=401, code="invalid_api_key", request_id="req_1", prompt=QUESTION) from error


def test_the_log_is_json_only_where_the_setting_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = logging.root.handlers[:]
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)

    with telemetry(Settings(AUDIOKIT_DATA_DIR=tmp_path)):
        assert logging.root.handlers == handlers
    with telemetry(Settings(AUDIOKIT_DATA_DIR=tmp_path, AUDIOKIT_LOG_FORMAT=LogFormat.JSON)):
        logging.getLogger("audiokit.x").warning("told")
    logging.root.handlers[:] = handlers

    assert json.loads(stream.getvalue())["message"] == "told"
