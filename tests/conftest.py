"""What every test lives under: no sockets but loopback, no settings of this machine's owner."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from browser import browser, tell_what_is_shown
from hypothesis import HealthCheck, settings

__all__ = ["browser"]

# A busy machine is no defect: tests are never run for time. Where a change is judged, no unlucky draw may judge it: the
# same examples are drawn each time. At home they are drawn anew.
_IS_JUDGING = bool(os.environ.get("CI") or os.environ.get("AUDIOKIT_REQUIRE_BROWSER"))  # forgotten below
settings.register_profile("free", deadline=None, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("judging", settings.get_profile("ci"))
settings.load_profile("judging" if _IS_JUDGING else "free")

_LOOPBACK = ("127.", "localhost", "::1")
_OURS = ("AUDIOKIT_", "OPENAI_", "AZURE_OPENAI_", "AWS_")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run the whole suite in two processes, and a part of it in this one."""
    return 2 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Say which process runs what."""
    from rows import Rows  # noqa: PLC0415 - where the suite runs in one process, pytest-xdist need not be there

    return Rows(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of two processes, have one begin with the browsers at once: theirs is the longest row."""
    if hasattr(config, "workerinput"):
        from rows import has_browser  # noqa: PLC0415 - as above

        items.sort(key=lambda item: not has_browser(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Have a failure say what the browsers showed."""
    try:
        return (yield)
    except Exception as error:
        if item.get_closest_marker("browser"):
            tell_what_is_shown(error)
        raise


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
