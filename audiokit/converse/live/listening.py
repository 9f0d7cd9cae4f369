"""The person's side of a live session: what of the microphone's sound is a turn, and when it ended."""

from __future__ import annotations

import asyncio

from audiokit.converse.live.microphone import Microphone, Tape
from audiokit.converse.live.seam import BYTES_PER_MS
from audiokit.converse.live.talk import Talk
from audiokit.converse.live.turns import Said
from audiokit.speech.realtime import Session, TurnTaking
from audiokit.speech.realtime_bodies import SILENCE_MS

__all__ = ["Listening"]

_LEAST_MS = 100  # the provider takes no turn that is shorter
_WORTH_KEEPING_MS = 500
_PATIENT_MS = 4_000  # of silence, for who waits until a thought is finished


class Listening:
    """Sends what the microphone hears, and knows by the provider's word, or by the button, what of it was a turn."""

    def __init__(self, talk: Talk, microphone: Microphone) -> None:
        self._talk, self._microphone = talk, microphone
        self._session: Session | None = None
        self._tape = Tape()
        self._sending = asyncio.Lock()
        self._starts: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._since: int | None = None  # ms of the tape
        self._pushed: list[tuple[int, int, float]] = []  # where turns with the button lie, and when they ended

    @property
    def is_spoken_to(self) -> bool:
        """Whether the person is speaking, as far as that is known."""
        return self._since is not None

    async def attach(self, session: Session) -> None:
        """Go on over a new connection; what the person was just saying is sent again."""
        unfinished = self._tape.cut(self._since, self._tape.ms) if self._since is not None else b""
        self._session, self._tape = session, Tape()
        self._starts.clear()
        self._ends.clear()
        self._pushed.clear()
        if self._since is not None:
            self._since = 0
            await self.pass_on(unfinished)

    def detach(self) -> None:
        """Wait for another connection."""
        self._session = None

    async def pass_on(self, pcm16: bytes) -> None:
        """Send what the microphone heard, and remember it."""
        async with self._sending:
            if (session := self._session) is None:
                return
            self._tape.add(pcm16, self._talk.clock())
            await session.send_sound(pcm16)
            if self._since is None:
                self._tape.forget_before(self._tape.ms - session.reaches_back_ms)

    def mute(self, *, is_muted: bool, has_button: bool, has_turns: bool = True) -> None:
        """A muted browser may send nothing at all: a turn under way is given the silence that ends it.

        Where there are no turns, what was said last is: its translation goes on only while sound comes in.
        """
        self._microphone.is_muted = is_muted
        if is_muted and (self._since is not None or not has_turns) and not has_button:
            is_patient = self._talk.options.turns is TurnTaking.SEMANTIC_VAD or not has_turns
            self._microphone.put(bytes((_PATIENT_MS if is_patient else 2 * SILENCE_MS) * BYTES_PER_MS))

    async def press(self) -> None:
        """Begin a turn."""
        if self._session is not None:
            await self._session.clear_input()
        self._microphone.empty()
        self._since = self._tape.ms

    async def release(self) -> bool:
        """End the turn and have it answered; return whether it was long enough to be one."""
        if self._microphone.waiting_ms:
            await self.pass_on(await self._microphone.take())
        since, self._since = self._since, None
        if since is None or self._session is None:
            return True
        if self._tape.ms - since < _LEAST_MS:
            await self._session.clear_input()
            return False
        self._pushed.append((since, self._tape.ms, self._talk.clock()))
        await self._session.commit()
        await self._session.respond()
        return True

    def began(self, item_id: str, at_ms: int) -> None:
        """The provider hears speech."""
        self._starts[item_id] = self._since = at_ms

    def ended(self, item_id: str, at_ms: int) -> None:
        """The provider hears that it is over."""
        self._ends[item_id], self._since = at_ms, None

    def said(self, item_id: str) -> Said:
        """Return a turn that was committed."""
        now = self._talk.clock()
        if self._pushed:
            start, end, ended_at = self._pushed.pop(0)
        else:
            start, end = self._starts.pop(item_id, 0), self._ends.pop(item_id, self._tape.ms)
            shown_by = SILENCE_MS if self._talk.options.turns is TurnTaking.SERVER_VAD else 0
            ended_at = self._tape.sent_at(max(start, end - shown_by)) or now
        said = Said(item_id=item_id, pcm16=self._tape.cut(start, end))
        said.latency.ended_at, said.latency.committed_at = ended_at, now
        self._tape.forget_before(end)
        return said

    def unfinished(self) -> Said | None:
        """Return what was begun and will not be ended, if it is worth keeping."""
        since, self._since = self._since, None
        if since is None or self._tape.ms - since < _WORTH_KEEPING_MS:
            return None
        return Said(item_id="", pcm16=self._tape.cut(since, self._tape.ms))
