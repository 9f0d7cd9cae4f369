"""Work that says how far it is: a generator that yields progress and returns its result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

__all__ = ["done"]

Result = TypeVar("Result")


def done(work: Generator[float, None, Result], on_progress: Callable[[float], object] = lambda _: None) -> Result:
    """Do all of it, and return what it returns; ``on_progress`` is told each step."""
    while True:
        try:
            on_progress(next(work))
        except StopIteration as end:
            result: Result = end.value
            return result
