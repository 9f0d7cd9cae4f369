"""What is made block by block, made a little ahead in a thread of its own, while the blocks before are being used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["ahead"]

T = TypeVar("T")
_BLOCKS = 8


@contextmanager
def ahead(blocks: Iterable[T], most: int = _BLOCKS) -> Iterator[Iterator[T]]:
    """Yield the same blocks, of which at most so many wait. What making them raises is raised where they are used.

    The thread has ended when this is left, also where not all of them were taken.
    """
    waiting, leaving = queue.Queue[tuple[T] | BaseException | None](most), threading.Event()

    def make() -> None:
        end: BaseException | None = None
        try:
            for block in blocks:
                waiting.put((block,))
                if leaving.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised where the blocks are used
            end = error
        finally:
            waiting.put(end)

    def taken() -> Iterator[T]:
        while (block := waiting.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            yield block[0]

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        leaving.set()
        while thread.is_alive():
            _make_room(waiting)
            thread.join(0.01)


def _make_room(waiting: queue.Queue[T]) -> None:
    """Take out what nobody wants any more, so that whoever waits for room goes on."""
    while not waiting.empty():
        waiting.get_nowait()
