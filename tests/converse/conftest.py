"""A studio over the offline engine, in process, with faults and a clock that can be put forward in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conversing import ME, Clock
from faults import Faults

from audiokit.converse.conversation import Options
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip(" ".join(engine.capabilities().why_not))
        yield engine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def faults(engine: Engine, clock: Clock) -> Faults:
    return Faults(create_app(engine, clock=clock))


@pytest.fixture
def studio(faults: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_MAX_RETRIES", "0")
    studio = open_studio(Settings.read(), transport=InProcessTransport(faults))
    studio.person()
    yield studio
    studio.close()


@pytest.fixture
def conversation_id(studio: Studio) -> str:
    """Of a conversation without tools, in which an answer is one call."""
    return studio.converse.start(ME, Options(uses_tools=False)).id
