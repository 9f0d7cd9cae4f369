"""The person's turns: kept as soon as they are over, and in words when somebody has written those down."""

from __future__ import annotations

from functools import partial

from audiokit.converse.conversation import State
from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.floor import Floor
from audiokit.converse.live.keeping import Keeper
from audiokit.converse.live.listening import Listening
from audiokit.converse.live.turns import Said
from audiokit.speech.realtime_events import HeardWords

__all__ = ["Saying"]


class Saying:
    """Keeps what the person says or types, and shows what was said in words."""

    def __init__(self, floor: Floor, listening: Listening, keeper: Keeper, accounts: Accounts) -> None:
        self._floor, self._listening, self._keeper, self._accounts = floor, listening, keeper, accounts
        self._keeping = floor.talk.keeping
        self._unwritten: dict[str, Said] = {}

    def spoken(self, item_id: str) -> Said:
        """Return a turn that was committed; its words are waited for where somebody writes them down."""
        said = self._listening.said(item_id)
        line = self._floor.line
        if line is not None and line.writer is not None:
            self._unwritten[item_id] = said
        return said

    def keep(self, said: Said) -> None:
        """Keep a turn; from now on an answer is waited for, but for a translation, which has come by then."""
        self._floor.said, self._floor.awaits_reply = said, not self._floor.only_translates
        if said.latency.ended_at is None:
            said.latency.ended_at = said.latency.committed_at = self._floor.talk.clock()
        self._keeper.put(partial(self._keeping.keep_said, said))
        if self._floor.awaits_reply:
            self._floor.tell_state("thinking")

    def heard(self, heard: HeardWords) -> bool:
        """Show what was said in words, and keep the whole of it with its turn; return whether it was a whole turn."""
        words = {"who": "person", "item": heard.item_id, "text": heard.text, "final": heard.is_final}
        self._floor.outlet.put({"type": "words", **words})
        said = self._unwritten.pop(heard.item_id, None) if heard.is_final else None
        if said is None:
            return False
        said.words = heard.text
        self._keeper.put(partial(self._keeping.keep_words, said, heard.text, heard.failure))
        if self._floor.line is not None:
            self._accounts.write_words(self._floor.line, heard, said)
        return True

    def keep_unfinished(self) -> None:
        """Keep what the person had begun to say when they left, to be sent some other time."""
        if (said := self._listening.unfinished()) is not None:
            self._keeper.put(partial(self._keeping.keep_said, said, State.RECORDED))
