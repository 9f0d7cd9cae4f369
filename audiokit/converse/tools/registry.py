"""The box of tools: what is offered to a model, and how its calls are run. Nothing that a tool does leaves as an error.

A tool that fails, does not answer in time, or was called wrongly is answered to the model as such, so that it can try
again or tell the person. What a tool gives back is bounded, as it goes into the next request and is paid for there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audiokit.converse.tools.functions import Function
from audiokit.errors import AudiokitError
from audiokit.speech.requests import Tool, ToolCall

__all__ = ["FAILED", "MAX_OUTPUT_CHARS", "TIMEOUT_S", "ToolRun", "Toolbox"]

TIMEOUT_S = 10.0
MAX_OUTPUT_CHARS = 4_000

FAILED = "Error: "
"""How the output of a call begins that failed; the model reads it, and so does the offline engine."""

_MOST_LATE = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """One call that was run. ``arguments`` is as the model wrote it; ``output`` is what the model is told."""

    name: str
    arguments: str
    output: str
    failed: bool
    total_ms: int


@dataclass(frozen=True, slots=True)
class _Failure:
    sentence: str


class Toolbox:
    """Tools by their names. Usable from any thread."""

    def __init__(
        self,
        functions: Iterable[Callable[..., str]] = (),
        *,
        timeout_s: float = TIMEOUT_S,
        max_output_chars: int = MAX_OUTPUT_CHARS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_s, self._max_output_chars, self._clock = timeout_s, max_output_chars, clock
        self._late = _Late()
        self._functions = _by_name(functions)

    def plus(self, *functions: Callable[..., str]) -> Toolbox:
        """Return a box with more tools, for one person say; what is late in one is late in both."""
        box = Toolbox(timeout_s=self._timeout_s, max_output_chars=self._max_output_chars, clock=self._clock)
        box._functions = {**self._functions, **_by_name(functions)}
        box._late = self._late
        return box

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What to offer to a model."""
        return tuple(function.tool for function in self._functions.values())

    def run(self, call: ToolCall) -> ToolRun:
        """Run one call, and return what to answer to the model. It waits at most as long as the box is patient."""
        began = self._clock()
        found = self._outcome(call)
        failed = isinstance(found, _Failure)
        text = f"{FAILED}{found.sentence}" if isinstance(found, _Failure) else found
        return ToolRun(
            name=call.name,
            arguments=call.arguments,
            output=_bounded(text, self._max_output_chars),
            failed=failed,
            total_ms=round((self._clock() - began) * 1000),
        )

    def _outcome(self, call: ToolCall) -> str | _Failure:
        function = self._functions.get(call.name)
        if function is None:
            return _Failure(f"There is no tool called {call.name[:64]!r}. There are: {', '.join(self._functions)}.")
        if self._late.are_too_many():
            return _Failure("Earlier calls have not come to an end yet. Answer without this tool.")
        outcomes: list[str | _Failure] = []
        # A daemon, so that one that never ends does not keep the program from ending.
        thread = threading.Thread(target=lambda: outcomes.append(_called(function, call.arguments)), daemon=True)
        thread.start()
        thread.join(self._timeout_s)
        if thread.is_alive():
            self._late.add(thread)
            return _Failure(f"{call.name} did not answer in time ({self._timeout_s:g} s). Answer without it.")
        return outcomes[0] if outcomes else _broken(call.name)


class _Late:
    """Threads that were given up and still run."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def add(self, thread: threading.Thread) -> None:
        with self._lock:
            self._threads.append(thread)

    def are_too_many(self) -> bool:
        with self._lock:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            return len(self._threads) >= _MOST_LATE


def _called(function: Function, arguments: str) -> str | _Failure:
    try:
        return function.call(arguments)
    except AudiokitError as error:
        return _Failure(str(error))
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a tool does, the conversation goes on
        _log.exception("the tool %s failed", function.tool.name)
        return _broken(function.tool.name)


def _broken(name: str) -> _Failure:
    return _Failure(f"{name[:64]} failed, and the reason is in the log of audiokit. Answer without it.")


def _by_name(functions: Iterable[Callable[..., str]]) -> dict[str, Function]:
    return {function.tool.name: function for function in map(Function.of, functions)}


def _bounded(text: str, max_chars: int) -> str:
    """Return text that fits into a request: not too long, and without halves of characters."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    if len(clean) <= max_chars:
        return clean
    note = f" … (cut: {len(clean)} characters in all)"
    return clean[: max(0, max_chars - len(note))] + note
