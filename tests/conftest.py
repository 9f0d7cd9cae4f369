"""What every test lives under: no sockets but loopback, no settings of this machine's owner."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from browser import browser
from hypothesis import settings

__all__ = ["browser"]

settings.register_profile("untimed", deadline=None)  # a busy machine is no defect; tests are never run for time
settings.load_profile("untimed")

_LOOPBACK = ("127.", "localhost", "::1")
_OURS = ("AUDIOKIT_", "OPENAI_", "AZURE_OPENAI_")


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Any:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _no_settings_around() -> None:
    """Forget what stands around the whole run, the check's own switch among it: fixtures of modules would read it."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            del os.environ[name]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test an environment without the owner's settings, and a data folder of its own."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "data"))
