"""Who speaks and who is heard: what follows from each event of a session, and from what the person does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from audiokit.converse.conversation import State
from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.calling import Calling
from audiokit.converse.live.keeping import Keeper, KeptReply
from audiokit.converse.live.listening import Listening
from audiokit.converse.live.microphone import Microphone
from audiokit.converse.live.outlet import Outlet
from audiokit.converse.live.talk import Line, Talk
from audiokit.converse.live.turns import Said, Speaking
from audiokit.speech.realtime import Session, TurnTaking
from audiokit.speech.realtime_events import (
    Called,
    Committed,
    HeardWords,
    LiveEvent,
    Opened,
    ReplyBegan,
    ReplyEnded,
    ReplyStatus,
    SoundPiece,
    SpeechBegan,
    SpeechEnded,
    Trouble,
    WordPiece,
)
from audiokit.speech.requests import ToolCall

__all__ = ["Exchange"]

_HOLD = "Hold the button while you speak, and let go when you have finished."
_NOTES = {
    "max_output_tokens": "The answer reached the length limit and stops there.",
    "content_filter": "The content filter stopped the answer here.",
}
_TOO_LONG = "The answer was stopped after ten minutes."
_BROKE = "The connection broke off; this is what had arrived."


class Exchange:
    """The turns of one live session, across all connections that it takes.

    ``fatal`` is the sentence of what ended it, if something did.
    """

    def __init__(self, talk: Talk, outlet: Outlet, keeper: Keeper, microphone: Microphone, accounts: Accounts) -> None:
        self._talk, self._outlet, self._keeper, self._microphone = talk, outlet, keeper, microphone
        self._accounts = accounts
        outlet.on_sent, outlet.on_played = self.on_sent, self.played_out
        self._line: Line | None = None
        self._session: Session | None = None
        self._listening = Listening(talk, microphone)
        self._said: Said | None = None
        self._unwritten: dict[str, Said] = {}
        self._speaking: Speaking | None = None
        self._answers: Said | None = None  # what the model's turn answers
        self._reply: tuple[str, float] | None = None  # the response under way, and when it began
        self._silenced: str | None = None  # of this response nothing more is wanted
        self._awaits_reply = False
        self._asked_for: list[ToolCall] = []
        self._calling = Calling(talk.toolbox, talk.pool, outlet.put) if talk.toolbox else None
        self._notes: list[str] = []
        self._state = ""
        self._closing: asyncio.Task[None] | None = None
        self.fatal: str | None = None

    @property
    def is_push_to_talk(self) -> bool:
        """Whether the person says when a turn begins and ends."""
        return self._talk.options.turns is TurnTaking.PUSH_TO_TALK and not self._only_translates

    @property
    def awaits_reply(self) -> bool:
        """Whether the person has finished, and nothing has come yet."""
        return self._awaits_reply

    # What the session is held over.

    async def attach(self, line: Line, session: Session) -> None:
        """Go on over a new connection; what the person was just saying is sent again."""
        self._line, self._session = line, session
        await self._listening.attach(session)

    def detach(self) -> None:
        """The connection is gone: what was being answered stays as far as it came."""
        self._session = None
        self._listening.detach()
        if self._calling is not None:
            self._calling.stop()
        if self._reply is not None:
            self._notes.append(_BROKE)
            self._write_reply(ReplyEnded(self._reply[0], (), ReplyStatus.CANCELLED, None))
            self._reply = None
        self._silenced = None
        self._asked_for.clear()
        self._settle()

    async def leave(self) -> None:
        """The person has gone: keep of the answer what they heard, and what they had not finished saying."""
        for event in self._session.unfinished() if self._session else ():
            await self.handle(event)
        speaking = self._speaking
        if speaking is not None:
            speaking.cut(self._outlet.heard_now())
        self._settle()
        if (said := self._listening.unfinished()) is not None:
            self._keeper.put(partial(self._talk.keeping.keep_said, said, State.RECORDED))

    async def pass_on(self, pcm16: bytes) -> None:
        """Send what the microphone heard, as long as that can be paid for."""
        if not self._accounts.is_spent:
            await self._listening.pass_on(pcm16)

    def tell_state(self, state: str) -> None:
        """Tell the person how things stand, if that has changed."""
        if state != self._state:
            self._state = state
            self._outlet.put({"type": "state", "state": state})

    # What the person does.

    async def told(self, message: Mapping[str, Any]) -> None:
        """Do what the person wants; what is no wish of theirs is passed over."""
        match message:
            case {"type": "played", "item": str(item), "ms": int(ms)}:
                self._outlet.reported(item, ms)
            case {"type": "mute", "on": bool(on)}:
                self._listening.mute(is_muted=on, has_button=self.is_push_to_talk)
            case {"type": "start"} if self.is_push_to_talk:
                await self._pressed()
            case {"type": "stop"} if self.is_push_to_talk:
                await self._released()
            case {"type": "say", "words": str(words)} if words.strip():
                await self._typed(words.strip())
            case _:
                pass

    def hears(self, pcm16: bytes) -> None:
        """Take what the microphone hears; with a button, only while it is held."""
        if not self.is_push_to_talk or self._listening.is_spoken_to:
            self._microphone.put(pcm16)

    async def _pressed(self) -> None:
        await self._interrupt()
        await self._listening.press()
        self.tell_state("listening")

    async def _released(self) -> None:
        if not self._listening.is_spoken_to:
            return
        if await self._listening.release():
            self._awaits_reply = True
        else:
            self._outlet.put({"type": "trouble", "sentence": _HOLD, "fatal": False})

    async def _typed(self, words: str) -> None:
        if self._session is None or self._accounts.is_spent:
            return
        await self._interrupt()
        self._keep_said(Said(item_id="", words=words))
        self._outlet.put({"type": "words", "who": "person", "item": "", "text": words, "final": True})
        await self._session.say(words)

    # What the session tells.

    async def handle(self, event: LiveEvent) -> None:
        """Do what follows from an event."""
        match event:
            case Opened():
                self.tell_state("thinking" if self._awaits_reply else "listening")
            case SpeechBegan(item_id=item_id, at_ms=at_ms):
                await self._speech_began(item_id, at_ms)
            case SpeechEnded(item_id=item_id, at_ms=at_ms):
                self._listening.ended(item_id, at_ms)
            case Committed(item_id=item_id):
                self._committed(item_id)
            case HeardWords():
                self._heard(event)
            case Trouble(sentence=sentence, is_fatal=is_fatal):
                self._trouble(sentence, is_fatal=is_fatal)
            case _:
                await self._of_the_reply(event)

    async def _of_the_reply(self, event: LiveEvent) -> None:
        match event:
            case ReplyBegan(response_id=response_id):
                self._reply_began(response_id)
            case SoundPiece(item_id=item_id, pcm16=pcm16):
                await self._sound(item_id, pcm16)
            case WordPiece(item_id=item_id, text=text):
                self._words(item_id, text)
            case Called(call=call):
                self._asked_for.append(call)
            case ReplyEnded():
                self._reply_ended(event)
            case _:
                pass

    async def _speech_began(self, item_id: str, at_ms: int) -> None:
        self._listening.began(item_id, at_ms)
        if not self._only_translates:
            await self._interrupt()
            self.tell_state("listening")

    def _committed(self, item_id: str) -> None:
        said = self._listening.said(item_id)
        if self._line is not None and self._line.writer is not None:
            self._unwritten[item_id] = said
        self._keep_said(said)

    def _keep_said(self, said: Said) -> None:
        if self._only_translates:  # what follows was said already
            self._answers = said
        else:
            self._settle()
        self._said, self._awaits_reply = said, True
        if self._calling is not None:
            self._calling.new_turn()
        if said.latency.ended_at is None:
            said.latency.ended_at = said.latency.committed_at = self._talk.clock()
        self._keeper.put(partial(self._talk.keeping.keep_said, said))
        self.tell_state("thinking")

    def _heard(self, heard: HeardWords) -> None:
        words = {"who": "person", "item": heard.item_id, "text": heard.text, "final": heard.is_final}
        self._outlet.put({"type": "words", **words})
        said = self._unwritten.pop(heard.item_id, None) if heard.is_final else None
        if said is not None:
            said.words = heard.text
            self._keeper.put(partial(self._talk.keeping.keep_words, said, heard.text, heard.failure))
            if self._line is not None:
                self._accounts.write_words(self._line, heard, said)
            self._end_if_spent()

    def _reply_began(self, response_id: str) -> None:
        self._reply, self._awaits_reply = (response_id, self._talk.clock()), False
        if self._speaking is None:
            self._speaking, self._answers = Speaking(), self._said

    async def _sound(self, item_id: str, pcm16: bytes) -> None:
        if self._speaking is None or self._silenced is not None:
            return
        if self._answers is not None and self._answers.latency.first_event_at is None:
            self._answers.latency.first_event_at = self._talk.clock()
        self._speaking.add_sound(item_id, pcm16)
        self._outlet.put_sound(item_id, pcm16)
        if self._speaking.is_full and self._session is not None and self._reply is not None:
            self._notes.append(_TOO_LONG)
            self._silenced = self._reply[0]
            await self._session.cancel()

    def _words(self, item_id: str, text: str) -> None:
        if self._speaking is None or self._silenced is not None:
            return
        self._speaking.add_words(item_id, text)
        self._outlet.put({"type": "words", "who": "model", "item": item_id, "text": text, "final": False})

    def _reply_ended(self, ended: ReplyEnded) -> None:
        self._write_reply(ended)
        self._reply = self._silenced = None
        self._awaits_reply = self._awaits_reply and not self._only_translates
        if self._speaking is not None:
            self._tell_all_said(item_id for item_id in ended.items if item_id in self._speaking.item_ids)
        if (note := _NOTES.get(ended.reason or "")) is not None:
            self._notes.append(note)
        asked_for, self._asked_for = self._asked_for, []
        if asked_for and self._calling is not None and self._session is not None:
            self._calling.start(self._session, asked_for, self._may_go_on)
        elif self._only_translates or not self._outlet.is_playing:
            self.played_out()

    def _trouble(self, sentence: str, *, is_fatal: bool) -> None:
        if is_fatal:
            self.fatal = sentence  # whoever carries the session tells it
        else:
            self._outlet.put({"type": "trouble", "sentence": sentence, "fatal": False})

    # What is heard.

    def on_sent(self) -> None:
        """Note that sound is on its way to the person."""
        latency = self._answers.latency if self._answers else None
        if latency is not None and latency.first_sent_at is None:
            latency.first_sent_at = self._talk.clock()
            self._outlet.put({"type": "latency", "ms": latency.ms, "parts": latency.parts})
        self.tell_state("speaking")

    def played_out(self) -> None:
        """Everything that came has been heard; if nothing more comes, the model's turn is over."""
        if self._reply is not None or (self._calling is not None and self._calling.is_running) or self._awaits_reply:
            return
        self._settle()
        self._outlet.playback.clear()
        self.tell_state("listening")
        if self._accounts.is_spent and self._session is not None:
            self._closing = asyncio.create_task(self._session.close(), name="live close")

    async def end(self) -> None:
        """Let go of what still runs here."""
        if self._calling is not None:
            self._calling.stop()
            await self._calling.ended()
        if self._closing is not None:
            self._closing.cancel()
            await asyncio.gather(self._closing, return_exceptions=True)

    @property
    def _only_translates(self) -> bool:
        return self._line is not None and self._line.only_translates

    async def _interrupt(self) -> None:
        """Silence the answer, tell the model what was heard of it, and keep just that."""
        speaking = self._speaking
        if speaking is None:
            if self._outlet.is_playing:  # what is left of an answer whose connection broke
                await self._outlet.silence()
            return
        if self._reply is not None:
            self._silenced = self._reply[0]
            if self._session is not None and self.is_push_to_talk:
                await self._session.cancel()
        self._speaking = None
        self._tell_all_said(speaking.item_ids)
        cuts = speaking.cut(await self._outlet.silence() if speaking.n_bytes else {})
        for item_id, heard_ms in cuts.items():
            if self._session is not None:
                await self._session.truncate(item_id, heard_ms)
        self._keep_reply(speaking)

    def _tell_all_said(self, item_ids: Iterable[str]) -> None:
        for item_id in item_ids:
            self._outlet.put({"type": "words", "who": "model", "item": item_id, "text": "", "final": True})

    def _settle(self) -> None:
        """Keep the model's turn, if there is one."""
        speaking, self._speaking = self._speaking, None
        if speaking is not None:
            self._keep_reply(speaking)

    def _keep_reply(self, speaking: Speaking) -> None:
        spoken, calls = speaking.spoken(), self._calling.taken() if self._calling else ()
        if self._line is None or not (spoken.pcm16 or calls or (spoken.words and not spoken.is_cut)):
            self._notes.clear()
            return
        latency = self._answers.latency if self._answers else None
        began = latency.ended_at if latency else None
        reply = KeptReply(
            spoken=spoken,
            calls=calls,
            notes=tuple(self._notes),
            model=self._line.choice.model_name,
            endpoint=self._line.place.endpoint.base_url,
            first_sound_ms=latency.ms if latency else None,
            total_ms=None if began is None else round((self._talk.clock() - began) * 1000),
        )
        self._notes.clear()
        self._answers = None
        self._keeper.put(partial(self._talk.keeping.keep_reply, reply))

    def _write_reply(self, ended: ReplyEnded) -> None:
        if self._line is None:
            return
        speaking, said = self._speaking, self._answers or self._said
        sound_ms = sum(speaking.ms_of(item) for item in ended.items) if speaking else 0
        began_at = self._reply[1] if self._reply else self._talk.clock()
        self._accounts.write_reply(self._line, ended, said, began_at=began_at, sound_ms=sound_ms)

    def _may_go_on(self) -> bool:
        """Whether the model is to answer now: not while the person speaks, whose turn will be answered anyway."""
        self._awaits_reply = not self._listening.is_spoken_to
        return self._awaits_reply

    def _end_if_spent(self) -> None:
        if self._accounts.is_spent and not self._outlet.is_playing:
            self.played_out()
