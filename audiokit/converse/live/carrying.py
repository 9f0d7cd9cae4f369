"""How a transport holds a session: what has to run beside it, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from audiokit.converse.live.seam import Browser, LiveBridge
from audiokit.errors import AudiokitError

__all__ = ["Carrier", "carry"]

_log = logging.getLogger(__name__)
_BROKEN = "Something went wrong here, and the live session ended. Start again."


class Carrier(Browser, Protocol):
    """A browser as a transport has it."""

    def leave(self) -> None:
        """Treat the person as gone: nothing more comes in, and nothing waits any longer."""


async def carry(
    bridge: LiveBridge, browser: Carrier, beside: Mapping[str, Coroutine[Any, Any, Any]], *, grace_s: float
) -> str | None:
    """Run a session until it ends, or what runs ``beside`` it does; return what ended it too soon, in a sentence.

    No task of it is left when this returns. ``grace_s`` is how long the session may take to end by itself.
    """
    talking = asyncio.create_task(bridge.run(browser), name="live talk")
    others = {asyncio.create_task(work, name=f"live {name}") for name, work in beside.items()}
    try:
        await asyncio.wait({talking, *others}, return_when=asyncio.FIRST_COMPLETED)
        if not talking.done():
            browser.leave()
            await asyncio.wait({talking}, timeout=grace_s)
    finally:
        for task in (talking, *others):
            task.cancel()
        await asyncio.wait({talking, *others})
    return None if talking.cancelled() else _sentence(talking.exception())


def _sentence(error: BaseException | None) -> str | None:
    if error is None or isinstance(error, AudiokitError):
        return str(error) if error else None
    _log.error("a live session broke", exc_info=error)
    return _BROKEN
