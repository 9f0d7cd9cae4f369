"""One live session from end to end: sound both ways, over as many connections as it takes.

:mod:`microphone` and :mod:`outlet` move the sound, :mod:`exchange` knows whose turn it is; here is what connects them,
and what leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from functools import partial
from typing import Any

from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.exchange import Exchange
from audiokit.converse.live.keeping import Keeper
from audiokit.converse.live.logs import Logs
from audiokit.converse.live.microphone import Microphone
from audiokit.converse.live.options import history_of
from audiokit.converse.live.outlet import Outlet
from audiokit.converse.live.seam import Browser
from audiokit.converse.live.spending import Spending
from audiokit.converse.live.talk import Line, Talk
from audiokit.errors import (
    AudiokitError,
    BudgetExceeded,
    NotAllowed,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from audiokit.speech.fallback import may_go_elsewhere
from audiokit.speech.realtime import LiveSetup, Session, open_session
from audiokit.speech.realtime_events import Closed, Opened, Why
from audiokit.speech.realtime_log import WireLog
from audiokit.speech.realtime_translation import open_translation
from audiokit.speech.requests import PersonTurn
from audiokit.store.columns import utc_now
from audiokit.usage.budget import why_less

__all__ = ["LiveBridge"]

_log = logging.getLogger(__name__)
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0)
_LASTED_S = 20.0  # a connection that stood as long was a good one
_AGAIN = "The connection was lost for a moment. Please say that again."
_REFUSED = "This session ends here, since {why} The conversation is kept."
_ENDED = "The provider ended the session. Start again, or record your turn instead."


class LiveBridge:
    """A live session, ready to be carried: :meth:`run` holds it, once; what goes over the wire is noted in ``logs``."""

    def __init__(self, talk: Talk, logs: Logs) -> None:
        self._talk, self._logs = talk, logs

    async def run(self, browser: Browser) -> None:
        """Hold the session until the person goes, the provider ends it, or the budget is spent.

        Cancelled, it tidies up and ends: what was said and heard is kept, and no task is left.

        Raises:
            AudiokitError: it cannot go on; nobody has told the person yet.
        """
        keeping = self._talk.keeping
        holding = _Holding(self._talk, browser, self._logs.begin(keeping.person_id, keeping.conversation_id))
        tasks = [asyncio.create_task(part, name=f"live {name}") for name, part in holding.parts().items()]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if tasks[0].done() and tasks[0].exception() is None:
                await holding.say_goodbye()
        finally:
            await holding.leave()
            await _ended(tasks)
            await holding.close()
        for task in tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error


class _Holding:
    """One session while it is held."""

    def __init__(self, talk: Talk, browser: Browser, log: WireLog) -> None:
        self._talk, self._browser, self._log = talk, browser, log
        self._keeper, self._microphone = Keeper(talk.pool), Microphone()
        spending = Spending(budget_nanousd=talk.options.budget_nanousd, clock=talk.clock, began_at=talk.clock())
        self._outlet = Outlet(browser, clock=talk.clock)
        accounts = Accounts(talk, self._keeper, spending, self._outlet.put)
        self._exchange = Exchange(talk, self._outlet, self._keeper, self._microphone, accounts)
        self._loop = asyncio.get_running_loop()
        talk.slices.on_refused = self._refuse
        if talk.note:
            self._outlet.put({"type": "trouble", "sentence": talk.note, "fatal": False})
        self._was_open = False

    def _refuse(self, why: BudgetExceeded | NotAllowed) -> None:
        """End, from a thread: a budget does not reach for another slice, or the person may not talk any more."""
        sentence = _REFUSED.format(why=why_less(why)) if isinstance(why, BudgetExceeded) else str(why)
        self._loop.call_soon_threadsafe(self._exchange.refuse, sentence)

    def parts(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Return what runs side by side; the session is over when any of them is."""
        return {
            "session": self._hold(),
            "browser": self._listen(),
            "sounds": self._outlet.run_sounds(),
            "messages": self._outlet.run_messages(),
        }

    async def say_goodbye(self) -> None:
        """Tell the person that the session has ended, and wait a moment until they have been told."""
        self._exchange.tell_state("ended")
        self._outlet.put({"type": "end"})
        await self._outlet.finish()

    async def leave(self) -> None:
        """Take note of what was said and heard until now."""
        await self._exchange.leave()

    async def close(self) -> None:
        """Keep what is left to be kept."""
        await self._exchange.end()
        self._keeper.put(self._talk.slices.end)
        await self._keeper.close()

    async def _listen(self) -> None:
        async for message in self._browser.incoming():
            if isinstance(message, bytes | bytearray | memoryview):
                self._exchange.hears(bytes(message))
            elif message.get("type") == "bye":
                return
            else:
                await self._exchange.told(message)

    async def _hold(self) -> None:
        """Hold the session over one connection after the other."""
        lines, n_failed = list(self._talk.lines), 0
        while True:
            self._exchange.tell_state("connecting")
            began = self._talk.clock()
            try:
                why = await self._over(lines[0])
            except ProviderError as error:
                if not self._was_open and len(lines) > 1 and may_go_elsewhere(error):
                    del lines[0]
                    continue
                if not self._may_try_again(error, n_failed):
                    raise
                why = Why.DROPPED
            if why is Why.OURS:
                return
            if why is Why.REFUSED:
                raise ProviderRefused(self._exchange.fatal or _ENDED)
            n_failed = 0 if self._talk.clock() - began > _LASTED_S else n_failed
            if n_failed >= len(_PAUSES_S):
                raise ProviderUnreachable(_ENDED)
            await self._talk.sleep(_PAUSES_S[n_failed])
            n_failed += 1

    def _may_try_again(self, error: ProviderError, n_failed: int) -> bool:
        passes = isinstance(error, ProviderUnreachable | ProviderBusy)
        return self._was_open and passes and n_failed < len(_PAUSES_S)

    async def _over(self, line: Line) -> Why:
        """Hold the session over one connection; return why that ended."""
        setup, endpoint = await self._prepared(line)
        opened = open_translation if line.only_translates else open_session
        async with opened(endpoint, setup, log=self._log) as session:
            await self._exchange.attach(line, session)
            passing_on = asyncio.create_task(self._pass_on(), name="live microphone")
            try:
                return await self._follow(session, setup)
            finally:
                await _ended([passing_on])
                self._exchange.detach()

    async def _prepared(self, line: Line) -> tuple[LiveSetup, Any]:
        """Hold its money; return the setup with all words so far, and where its socket is; all may take a moment."""
        await self._keeper.caught_up()
        in_thread = partial(asyncio.get_running_loop().run_in_executor, self._talk.pool)
        await in_thread(self._talk.slices.begin, line.slice)
        conversation = await in_thread(self._talk.keeping.conversation)
        endpoint = await in_thread(self._talk.reach, line.place.endpoint)
        history = history_of(conversation, endpoint=line.place.endpoint.base_url, now=utc_now())
        return self._talk.setup(line, conversation, history), endpoint

    async def _follow(self, session: Session, setup: LiveSetup) -> Why:
        async for event in session:
            if isinstance(event, Closed):
                return event.reason
            if isinstance(event, Opened):
                await self._go_on(session, setup)
                self._was_open = True
            await self._exchange.handle(event)
        return Why.DROPPED

    async def _go_on(self, session: Session, setup: LiveSetup) -> None:
        """After a break, have answered what was asked before it, if its words are known."""
        if not (self._was_open and self._exchange.awaits_reply):
            return
        if setup.history and isinstance(setup.history[-1], PersonTurn):
            await session.respond()
        else:
            self._outlet.put({"type": "trouble", "sentence": _AGAIN, "fatal": False})

    async def _pass_on(self) -> None:
        while True:
            await self._exchange.pass_on(await self._microphone.take())


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone, whatever they end with."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and not isinstance(outcome, AudiokitError):
            _log.debug("a part of a live session ended with %s", type(outcome).__name__)
