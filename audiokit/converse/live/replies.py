"""What stays of the model's answers: turns of the conversation, and entries for what they cost."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from audiokit.converse.conversation import CallMade
from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.floor import Floor
from audiokit.converse.live.keeping import Keeper, KeptReply
from audiokit.converse.live.turns import Said, Speaking
from audiokit.speech.realtime_events import ReplyEnded

__all__ = ["Replies", "Response"]


class Response(NamedTuple):
    """An answer that the provider has begun: its id there, when that was, and what it answers, as far as is known."""

    id: str
    began_at: float
    answers: Said | None


class Replies:
    """Keeps answers; ``notes`` are what is to be said of the turn that comes about."""

    def __init__(self, floor: Floor, keeper: Keeper, accounts: Accounts) -> None:
        self._floor, self._keeper, self._accounts = floor, keeper, accounts
        self.notes: list[str] = []

    def keep(self, speaking: Speaking, calls: tuple[CallMade, ...], answers: Said | None) -> bool:
        """Keep a turn as far as it was heard; return whether there was anything to keep."""
        spoken, line = speaking.spoken(), self._floor.line
        notes, self.notes = tuple(self.notes), []
        if line is None or not (spoken.pcm16 or calls or (spoken.words and not spoken.is_cut)):
            return False
        latency = answers.latency if answers else None
        began = latency.ended_at if latency and not self._floor.only_translates else None
        reply = KeptReply(
            spoken=spoken,
            calls=calls,
            notes=notes,
            model=line.choice.model_name,
            endpoint=line.place.endpoint.base_url,
            first_sound_ms=latency.ms if latency else None,
            total_ms=None if began is None else round((self._floor.talk.clock() - began) * 1000),
        )
        self._keeper.put(partial(self._floor.talk.keeping.keep_reply, reply))
        return True

    def write(
        self, ended: ReplyEnded, response: Response | None, speaking: Speaking | None, answers: Said | None
    ) -> None:
        """Write what an answer cost, beside the turn that it answered."""
        if self._floor.line is None:
            return
        said = answers or (response.answers if response else None) or self._floor.said
        sound_ms = sum(speaking.ms_of(item) for item in ended.items) if speaking else 0
        began_at = response.began_at if response else self._floor.talk.clock()
        self._accounts.write_reply(self._floor.line, ended, said, began_at=began_at, sound_ms=sound_ms)
