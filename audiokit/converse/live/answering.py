"""The model's turns: what comes of an answer, what was heard of it, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.calling import Calling
from audiokit.converse.live.floor import Floor
from audiokit.converse.live.keeping import Keeper
from audiokit.converse.live.listening import Listening
from audiokit.converse.live.replies import Replies, Response
from audiokit.converse.live.turns import Said, Speaking
from audiokit.speech.realtime_events import (
    Called,
    LiveEvent,
    ReplyBegan,
    ReplyEnded,
    ReplyStatus,
    SoundPiece,
    WordPiece,
)

__all__ = ["Answering"]

_NOTES = {
    "max_output_tokens": "The answer reached the length limit and stops there.",
    "content_filter": "The content filter stopped the answer here.",
}
_TOO_LONG = "The answer was stopped after ten minutes."
_BROKE = "The connection broke off; this is what had arrived."


class Answering:
    """The model's turn while it grows: one answer, or several with calls of functions between them."""

    def __init__(self, floor: Floor, listening: Listening, keeper: Keeper, accounts: Accounts) -> None:
        self._floor, self._listening, self._accounts = floor, listening, accounts
        self._replies = Replies(floor, keeper, accounts)
        self._talk, self._outlet = floor.talk, floor.outlet
        self._outlet.on_sent, self._outlet.on_played = self._on_sent, self.played_out
        self._calling = Calling(self._talk.toolbox, self._talk.pool, self._outlet.put)
        self._speaking: Speaking | None = None
        self._answers: Said | None = None  # what this turn answers
        self._reply: Response | None = None  # what is under way
        self._unsaid: list[str] = []  # typed while it was
        self._silenced: str | None = None  # of this response nothing more is wanted
        self._closing: asyncio.Task[None] | None = None

    def make_way(self, said: Said) -> None:
        """The person has said something: what comes now answers that."""
        if self._floor.only_translates:  # what follows was said already
            self._answers = said
        else:
            self.settle()
        self._calling.new_turn()

    async def handle(self, event: LiveEvent) -> None:
        """Do what follows from an event of an answer; any other is passed over."""
        match event:
            case ReplyBegan(response_id=response_id):
                self._began(response_id)
            case SoundPiece(item_id=item_id, pcm16=pcm16):
                await self._sound(item_id, pcm16)
            case WordPiece(item_id=item_id, text=text):
                self._words(item_id, text)
            case Called(call=call):
                self._calling.ask(call)
            case ReplyEnded():
                await self._ended(event)
            case _:
                pass

    async def say(self, words: str) -> None:
        """Have words answered that were typed: at once, or when the answer under way has been given up."""
        if self._reply is not None:
            self._unsaid.append(words)  # until then the provider would refuse to begin another
        elif self._floor.session is not None:
            await self._floor.session.say(words)

    async def interrupt(self, *, by_voice: bool = False) -> None:
        """Silence the answer, tell the model what was heard of it, and keep just that.

        ``by_voice``: the provider hears who speaks, and stops by itself.
        """
        speaking, session = self._speaking, self._floor.session
        if speaking is None:
            if self._outlet.is_playing:  # what is left of an answer whose connection broke
                await self._outlet.silence()
            return
        if self._reply is not None:
            self._silenced = self._reply.id
            if session is not None and not by_voice:
                await session.cancel()
        self._speaking = None
        self._tell_all_said(speaking.item_ids)
        cuts = speaking.cut(await self._outlet.silence() if speaking.n_bytes else {})
        for item_id, heard_ms in cuts.items():
            if self._floor.session is not None:
                await self._floor.session.truncate(item_id, heard_ms)
        self._keep(speaking)

    def break_off(self) -> None:
        """The connection is gone: what was being answered stays as far as it came."""
        self._calling.stop()
        if self._reply is not None:
            self._replies.notes.append(_BROKE)
            self._replies.write(
                ReplyEnded(self._reply.id, (), ReplyStatus.CANCELLED, None), self._reply, self._speaking, self._answers
            )
        self._reply = self._silenced = None
        self._unsaid.clear()  # the next session is told what was said in this one
        self.settle()

    def leave(self) -> None:
        """The person has gone: keep of the answer what they heard."""
        if self._speaking is not None:
            self._speaking.cut(self._outlet.heard_now())
        self.settle()

    def settle(self) -> None:
        """Keep the model's turn, if there is one."""
        speaking, self._speaking = self._speaking, None
        if speaking is not None:
            self._keep(speaking)

    def played_out(self) -> None:
        """Everything that came has been heard; if nothing more comes, the model's turn is over."""
        if self._reply is not None or self._calling.is_running or self._floor.awaits_reply:
            return
        self.settle()
        self._outlet.playback.clear()
        self._floor.tell_state("listening")
        if self._accounts.is_spent and self._floor.session is not None:
            self._closing = asyncio.create_task(self._floor.session.close(), name="live close")

    async def end(self) -> None:
        """Let go of what still runs here."""
        self._calling.stop()
        await self._calling.ended()
        if self._closing is not None:
            self._closing.cancel()
            await asyncio.gather(self._closing, return_exceptions=True)

    def _began(self, response_id: str) -> None:
        self._floor.awaits_reply = False
        if self._speaking is None:
            self._speaking = Speaking()
            self._answers = None if self._floor.only_translates else self._floor.said  # what it translates comes later
        self._reply = Response(response_id, self._talk.clock(), self._answers)

    async def _sound(self, item_id: str, pcm16: bytes) -> None:
        if self._speaking is None or self._silenced is not None:
            return
        if self._answers is not None and self._answers.latency.first_event_at is None:
            self._answers.latency.first_event_at = self._talk.clock()
        self._speaking.add_sound(item_id, pcm16)
        self._outlet.put_sound(item_id, pcm16)
        if self._speaking.is_full and self._floor.session is not None and self._reply is not None:
            self._replies.notes.append(_TOO_LONG)
            self._silenced = self._reply.id
            await self._floor.session.cancel()

    def _words(self, item_id: str, text: str) -> None:
        if self._speaking is None or self._silenced is not None:
            return
        self._speaking.add_words(item_id, text)
        self._outlet.put({"type": "words", "who": "model", "item": item_id, "text": text, "final": False})

    async def _ended(self, ended: ReplyEnded) -> None:
        self._replies.write(ended, self._reply, self._speaking, self._answers)
        self._reply = self._silenced = None
        if self._speaking is not None:
            self._tell_all_said(item_id for item_id in ended.items if item_id in self._speaking.item_ids)
        if (note := _NOTES.get(ended.reason or "")) is not None:
            self._replies.notes.append(note)
        if self._unsaid:
            unsaid, self._unsaid = self._unsaid, []
            await self.say("\n".join(unsaid))
            return
        if self._floor.session is not None and self._calling.start(self._floor.session, self._may_go_on):
            return
        if self._floor.only_translates or not self._outlet.is_playing:
            self.played_out()

    def _on_sent(self) -> None:
        """Note that sound is on its way to the person."""
        latency = self._answers.latency if self._answers else None
        if latency is not None and latency.first_sent_at is None:
            latency.first_sent_at = self._talk.clock()
            self._outlet.put({"type": "latency", "ms": latency.ms, "parts": latency.parts})
        self._floor.tell_state("speaking")

    def _tell_all_said(self, item_ids: Iterable[str]) -> None:
        for item_id in item_ids:
            self._outlet.put({"type": "words", "who": "model", "item": item_id, "text": "", "final": True})

    def _may_go_on(self) -> bool:
        """Whether the model is to answer now: not while the person speaks, whose turn will be answered anyway."""
        self._floor.awaits_reply = not self._listening.is_spoken_to
        return self._floor.awaits_reply

    def _keep(self, speaking: Speaking) -> None:
        if self._replies.keep(speaking, self._calling.taken(), self._answers):
            self._answers = None
