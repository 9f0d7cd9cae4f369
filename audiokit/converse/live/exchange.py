"""Whose turn it is: what follows from each event of a session, and from what the person does."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from audiokit.converse.live.accounts import Accounts
from audiokit.converse.live.answering import Answering
from audiokit.converse.live.floor import Floor
from audiokit.converse.live.keeping import Keeper
from audiokit.converse.live.listening import Listening
from audiokit.converse.live.losses import Losses
from audiokit.converse.live.microphone import Microphone
from audiokit.converse.live.outlet import Outlet
from audiokit.converse.live.saying import Saying
from audiokit.converse.live.talk import Line, Talk
from audiokit.converse.live.turns import Said
from audiokit.speech.realtime import Session
from audiokit.speech.realtime_events import Committed, HeardWords, LiveEvent, Opened, SpeechBegan, SpeechEnded, Trouble

__all__ = ["Exchange"]

_MOST_EARLY = 20
_HOLD = "Hold the button while you speak, and let go when you have finished."


class Exchange:
    """The turns of one live session, across all connections that it takes.

    ``fatal`` is the sentence of what ended it, if something did.
    """

    def __init__(self, talk: Talk, outlet: Outlet, keeper: Keeper, microphone: Microphone, accounts: Accounts) -> None:
        self._outlet, self._microphone, self._accounts = outlet, microphone, accounts
        self._floor, self._listening = Floor(talk, outlet), Listening(talk, microphone)
        self._saying = Saying(self._floor, self._listening, keeper, accounts)
        self._answering = Answering(self._floor, self._listening, keeper, accounts)
        self._losses = Losses(outlet.put, talk.clock)
        microphone.on_dropped = self._losses.add_sound
        self._early = deque[str](maxlen=_MOST_EARLY)  # typed while there was no connection
        self.fatal: str | None = None

    @property
    def awaits_reply(self) -> bool:
        """Whether the person has finished, and nothing has come yet."""
        return self._floor.awaits_reply

    def tell_state(self, state: str) -> None:
        """Tell the person how things stand, if that has changed."""
        self._floor.tell_state(state)

    # What the session is held over.

    async def attach(self, line: Line, session: Session) -> None:
        """Go on over a new connection; what the person was just saying is sent again."""
        self._floor.line, self._floor.session = line, session
        await self._listening.attach(session)

    def detach(self) -> None:
        """The connection is gone: what was being answered stays as far as it came."""
        self._floor.session = None
        self._listening.detach()
        self._answering.break_off()

    async def leave(self) -> None:
        """The person has gone: keep of the answer what they heard, and what they had not finished saying."""
        for event in self._floor.session.unfinished() if self._floor.session else ():
            await self.handle(event)
        self._answering.leave()
        self._saying.keep_unfinished()

    def refuse(self, sentence: str) -> None:
        """Nothing more can be paid for: let what is being answered be heard, and end."""
        self._accounts.refuse(sentence)
        if not self._outlet.is_playing:
            self._answering.played_out()

    async def end(self) -> None:
        """Let go of what still runs here."""
        await self._answering.end()

    # What the person does.

    def hears(self, pcm16: bytes) -> None:
        """Take what the microphone hears; with a button, only while it is held."""
        if not self._floor.is_push_to_talk or self._listening.is_spoken_to:
            self._microphone.put(pcm16)

    async def pass_on(self, pcm16: bytes) -> None:
        """Send what the microphone heard, as long as that can be paid for."""
        if not self._accounts.is_spent:
            await self._listening.pass_on(pcm16)
            self._losses.got_through()

    async def told(self, message: Mapping[str, Any]) -> None:
        """Do what the person wants; what is no wish of theirs is passed over."""
        has_button = self._floor.is_push_to_talk
        match message:
            case {"type": "played", "item": str(item), "ms": int(ms)}:
                self._outlet.reported(item, ms)
            case {"type": "dropped", "ms": int(ms)}:
                self._losses.add(ms)
            case {"type": "mute", "on": bool(on)}:
                has_turns = not self._floor.only_translates
                self._listening.mute(is_muted=on, has_button=has_button, has_turns=has_turns)
            case {"type": "start"} if has_button:
                await self._pressed()
            case {"type": "stop"} if has_button:
                await self._released()
            case {"type": "say", "words": str(words)} if words.strip():
                await self._typed(words.strip())
            case _:
                pass

    async def _pressed(self) -> None:
        await self._answering.interrupt()
        await self._listening.press()
        self.tell_state("listening")

    async def _released(self) -> None:
        if not self._listening.is_spoken_to:
            return
        if await self._listening.release():
            self._floor.awaits_reply = True
        else:
            self._outlet.put({"type": "trouble", "sentence": _HOLD, "fatal": False})

    async def _typed(self, words: str) -> None:
        if self._accounts.is_spent:
            return
        if self._floor.session is None:
            self._early.append(words)
            return
        await self._answering.interrupt()
        self._take(Said(item_id="", words=words))
        self._outlet.put({"type": "words", "who": "person", "item": "", "text": words, "final": True})
        await self._answering.say(words)

    # What the session tells.

    async def handle(self, event: LiveEvent) -> None:
        """Do what follows from an event."""
        match event:
            case Opened():
                await self._opened()
            case SpeechBegan(item_id=item_id, at_ms=at_ms):
                await self._speech_began(item_id, at_ms)
            case SpeechEnded(item_id=item_id, at_ms=at_ms):
                self._listening.ended(item_id, at_ms)
            case Committed(item_id=item_id):
                self._take(self._saying.spoken(item_id))
            case HeardWords():
                self._heard(event)
            case Trouble(sentence=sentence, is_fatal=is_fatal):
                self._trouble(sentence, is_fatal=is_fatal)
            case _:
                await self._answering.handle(event)

    async def _opened(self) -> None:
        self.tell_state("thinking" if self._floor.awaits_reply else "listening")
        early, self._early = self._early, deque(maxlen=_MOST_EARLY)
        for words in early:
            await self._typed(words)

    async def _speech_began(self, item_id: str, at_ms: int) -> None:
        self._listening.began(item_id, at_ms)
        if not self._floor.only_translates:
            await self._answering.interrupt(by_voice=True)
            self.tell_state("listening")

    def _take(self, said: Said) -> None:
        """Take a turn of the person's; what the model was saying is over."""
        self._answering.make_way(said)
        self._saying.keep(said)

    def _heard(self, heard: HeardWords) -> None:
        is_whole = self._saying.heard(heard)
        if is_whole and self._accounts.is_spent and not self._outlet.is_playing:
            self._answering.played_out()

    def _trouble(self, sentence: str, *, is_fatal: bool) -> None:
        if is_fatal:
            self.fatal = sentence  # whoever carries the session tells it
        else:
            self._outlet.put({"type": "trouble", "sentence": sentence, "fatal": False})
