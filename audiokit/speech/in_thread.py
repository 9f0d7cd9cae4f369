"""What an asynchronous request tells, for whoever waits for it in plain code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from audiokit.speech.replies import Event, Reply

__all__ = ["told_by"]

_Running = tuple[asyncio.AbstractEventLoop, asyncio.Task[Reply]]


def told_by(work: Callable[[Callable[[Event], None]], Coroutine[Any, Any, Reply]]) -> Iterator[Event]:
    """Run ``work`` on a loop in a thread of its own, and yield what it tells and at last what it returns.

    The work goes on at its own pace, however slowly it is listened to. Whoever stops listening cancels it; in either
    case the thread has ended when this generator has. Errors of the work are raised here, after what it told before.
    """
    told, running = SimpleQueue[Event | None](), Future[_Running]()

    async def run() -> Reply:
        task = asyncio.ensure_future(work(told.put))
        running.set_result((asyncio.get_running_loop(), task))
        return await task

    with ThreadPoolExecutor(1, thread_name_prefix="realtime-request") as thread:
        done = thread.submit(lambda: asyncio.run(run()))
        done.add_done_callback(lambda _: told.put(None))
        try:
            while (one := told.get()) is not None:
                yield one
            yield done.result()
        finally:
            _cancel(running, done)


def _cancel(running: Future[_Running], done: Future[Reply]) -> None:
    either: tuple[Future[Any], ...] = (running, done)
    wait(either, return_when=FIRST_COMPLETED)
    if done.done():
        return
    loop, task = running.result()
    with suppress(RuntimeError):  # it has just ended
        loop.call_soon_threadsafe(task.cancel)
