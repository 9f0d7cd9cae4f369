"""What a run of a page sends reaches the server's event loop together; what is the same for all is made once.

Streamlit 1.67 wakes the loop twice for each message, of which a turn has two hundred, reads the whole configuration six
times for the first message of each run, and for each field of text puts all that a visit remembers together, to look
one value up. That was a sixth of what a turn costs with many visits at once. Its insides are used here for that.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any
from weakref import WeakKeyDictionary

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.state.safe_session_state import SafeSessionState

__all__ = ["deliver_together"]

_log = logging.getLogger(__name__)
_WAKE, _CALL = "_enqueued_some_message", "_call_soon_on_event_loop"
_THEME, _REMEMBERED = "_populate_theme_msg", "filtered_state"
_boxes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Box] = WeakKeyDictionary()
_opening = threading.Lock()


@dataclass(slots=True)
class _Box:
    """What waits for one event loop, in order. The loop is woken once, however much is put in until it looks."""

    waiting: list[Callable[[], None]] = field(default_factory=list)
    is_called: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, callback: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Have the loop call ``callback``; RuntimeError where the loop is closed."""
        with self.lock:
            self.waiting.append(callback)
            if self.is_called:
                return
            loop.call_soon_threadsafe(self.empty, loop)
            self.is_called = True

    def empty(self, loop: asyncio.AbstractEventLoop) -> None:
        with self.lock:
            found, self.waiting, self.is_called = self.waiting, [], False
        for callback in found:
            loop.call_soon(callback)


@dataclass(frozen=True, slots=True)
class _Remembered(Mapping[str, Any]):
    """What a visit remembers by its keys. One value is looked up alone; all are put together where all are wanted."""

    visit: SafeSessionState
    all: Callable[[], Mapping[str, Any]]

    def __getitem__(self, key: str) -> Any:
        with self.visit._lock:  # noqa: SLF001 - see above
            return self.visit._state[key]  # noqa: SLF001 - see above

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())


def deliver_together() -> None:
    """Hand messages over so, from now on, in every visit; called before Streamlit's runtime is made.

    A Streamlit that is another inside is left as it is, and costs more.
    """
    places: tuple[tuple[object, str], ...] = (
        *((Runtime, _WAKE), (AppSession, _CALL)),
        *((app_session, _THEME), (SafeSessionState, _REMEMBERED)),
    )
    if not all(hasattr(place, name) for place, name in places):
        _log.warning("this Streamlit delivers message by message: install the version in constraints.txt")
        return
    if hasattr(getattr(Runtime, _WAKE), "__wrapped__"):
        return
    setattr(Runtime, _WAKE, _woken_here(getattr(Runtime, _WAKE)))
    setattr(AppSession, _CALL, _call_soon)
    setattr(app_session, _THEME, _made_once(getattr(app_session, _THEME)))
    setattr(SafeSessionState, _REMEMBERED, property(_one_by_one(getattr(SafeSessionState, _REMEMBERED).fget)))


def _woken_here(wake: Callable[[Runtime], None]) -> Callable[[Runtime], None]:
    """Return what tells the runtime that there is something to send: on its own loop, at once."""

    @wraps(wake)
    def woken(runtime: Runtime) -> None:
        ours, here = runtime._get_async_objs(), None  # noqa: SLF001 - see above
        with suppress(RuntimeError):  # a thread without a loop
            here = asyncio.get_running_loop()
        if here is ours.eventloop:
            ours.need_send_data.set()
        else:
            wake(runtime)

    return woken


def _call_soon(session: AppSession, callback: Callable[[], None]) -> None:
    """Schedule on the visit's loop, as Streamlit's own does: what comes after the loop was closed is dropped."""
    loop = session._event_loop  # noqa: SLF001 - see above
    with _opening:
        box = _boxes.setdefault(loop, _Box())
    try:
        box.put(callback, loop)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _made_once(populate: Callable[..., None]) -> Callable[..., None]:
    """Return what fills in a section of the theme with what it came to before, until the configuration is read anew."""
    made: dict[str, tuple[Any, CustomThemeConfig]] = {}

    @wraps(populate)
    def populated(message: CustomThemeConfig, section: str = "theme") -> None:
        options, known = config.get_config_options(), made.get(section)
        if known is None or known[0] is not options:
            filled = CustomThemeConfig()
            populate(filled, section)
            known = made[section] = options, filled
        if known[1].ByteSize():
            message.MergeFrom(known[1])

    return populated


def _one_by_one(together: Callable[[SafeSessionState], dict[str, Any]]) -> Callable[[SafeSessionState], _Remembered]:
    return lambda visit: _Remembered(visit, partial(together, visit))
