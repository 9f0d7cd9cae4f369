from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.state import SafeSessionState, SessionState

from audiokit.ui.delivering import deliver_together

ROOT = Path(__file__).resolve().parents[2]


class Loop(asyncio.SelectorEventLoop):
    """A real loop that counts how often it is woken from elsewhere."""

    n_woken = 0

    def call_soon_threadsafe(self, *args: object, **named: object) -> asyncio.Handle:
        self.n_woken += 1
        return super().call_soon_threadsafe(*args, **named)  # type: ignore[arg-type]


class Visit(AppSession):
    """What of a visit hands messages over: its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._event_loop = loop

    def __del__(self) -> None:
        """Have nothing to end."""


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Streamlit's own back at the end."""
    changed = (
        (Runtime, "_enqueued_some_message"),
        (AppSession, "_call_soon_on_event_loop"),
        (app_session, "_populate_theme_msg"),
        (SafeSessionState, "filtered_state"),
    )
    for owner, name in changed:
        monkeypatch.setattr(owner, name, vars(owner)[name])


def test_what_a_run_sends_arrives_whole_and_in_order_and_wakes_the_loop_once() -> None:
    deliver_together()
    loop, arrived = Loop(), list[int]()

    def send() -> None:
        visits = [Visit(loop), Visit(loop)]
        for number in range(200):
            visits[number % 2]._call_soon_on_event_loop(_noting(arrived, number))

    sending = threading.Thread(target=send)
    sending.start()
    sending.join()
    loop.call_soon(loop.call_soon, loop.call_soon, loop.stop)
    loop.run_forever()
    loop.close()

    assert arrived == list(range(200))
    assert loop.n_woken == 1


def test_what_comes_later_wakes_the_loop_again_and_after_its_end_nothing_is_said() -> None:
    deliver_together()
    loop, arrived = Loop(), list[int]()
    visit = Visit(loop)

    for number in range(2):
        visit._call_soon_on_event_loop(_noting(arrived, number))
        loop.call_soon(loop.call_soon, loop.call_soon, loop.stop)
        loop.run_forever()
    loop.close()
    visit._call_soon_on_event_loop(_noting(arrived, 2))

    assert arrived == [0, 1]


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.sidebar"])
def test_a_page_is_told_the_same_colours_and_letters_each_time_as_without_us(section: str) -> None:
    without_us = CustomThemeConfig()
    app_session._populate_theme_msg(without_us, section)
    deliver_together()

    for _ in range(2):
        message = CustomThemeConfig()
        app_session._populate_theme_msg(message, section)
        assert message == without_us


def test_what_a_visit_remembers_is_the_same_looked_up_alone_and_all_together() -> None:
    state = SafeSessionState(SessionState(), lambda: None)
    state["record.title"], state["record.sought"] = "Tea", None
    without_us = dict(state.filtered_state)
    deliver_together()

    remembered = state.filtered_state

    assert dict(remembered) == without_us == {"record.title": "Tea", "record.sought": None}
    assert "record.title" in remembered
    assert "record.other" not in remembered
    assert len(remembered) == 2


def test_the_front_door_has_it_so_before_there_is_a_runtime() -> None:
    before_the_app, _, _ = (ROOT / "app.py").read_text("utf-8").partition("app = st.App(")

    assert "    deliver_together()\n" in before_the_app


def _noting(arrived: list[int], number: int) -> Callable[[], None]:
    return lambda: arrived.append(number)
