"""What stays of a live session: ordinary turns of an ordinary conversation, and entries in the ledger.

Everything is written in threads, one thing after the other, so that the sound never waits for a disk.
"""

from __future__ import annotations

import asyncio
import logging
import textwrap
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from audiokit.audio.voice.alignment import TimedWord, text_of
from audiokit.converse.conversation import CallMade, Conversation, Speaker, State
from audiokit.converse.conversations import Conversations
from audiokit.converse.live.turns import Said, Spoken
from audiokit.converse.sounds import NOT_KEPT, kept_sound, placed, timings
from audiokit.errors import StoreError
from audiokit.speech.metered import Writes
from audiokit.store.clips import Clips
from audiokit.store.ids import new_id
from audiokit.store.insisting import insist
from audiokit.usage.ledger import Entry

__all__ = ["Keeper", "Keeping", "KeptReply"]

_log = logging.getLogger(__name__)
_RATE_HZ = 24_000
_TITLE_CHARS = 48
_INTERRUPTED = "You interrupted this answer; it is kept as far as you heard it."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A turn of the model's, ready to be kept."""

    spoken: Spoken
    calls: tuple[CallMade, ...]
    notes: tuple[str, ...]
    model: str
    endpoint: str
    first_sound_ms: int | None
    total_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Writes one person's live conversation. Each call may block, and belongs into a thread."""

    conversations: Conversations
    clips: Clips
    ledger: Writes
    person_id: str
    conversation_id: str
    as_kept: Callable[[str], str | None] = lambda words: words

    def conversation(self) -> Conversation:
        """Return the conversation as it stands."""
        return self.conversations.open(self.person_id, self.conversation_id)

    def keep_said(self, said: Said, state: State = State.ANSWERED) -> None:
        """Append what the person said or typed; its words may come later. What was not sent can be, some other time."""
        turn_id = new_id()
        said.turn_id = insist(lambda: self._append_said(turn_id, said, state))
        self._entitle(said.words)

    def keep_words(self, said: Said, words: str, note: str | None) -> None:
        """Keep what was said in words, or why there are none."""
        if said.turn_id is not None:
            insist(partial(self._change_words, said.turn_id, said.pcm16, words, note))
            self._entitle(words)

    def keep_reply(self, reply: KeptReply) -> None:
        """Append what was heard of the model's turn, words and sound cut at the same place."""
        words, timed = _heard(reply.spoken, placed(reply.spoken.words, reply.spoken.whole))
        insist(partial(self._append_reply, new_id(), reply, words, timed))
        self._entitle(words)

    def _append_said(self, turn_id: str, said: Said, state: State) -> str:
        with kept_sound(self.clips, self.person_id, said.pcm16, "take") as sound:
            return self.conversations.add_turn(
                self.conversation_id,
                Speaker.PERSON,
                state,
                turn_id,
                words=self._kept(said.words),
                notes=self._not_kept(said.pcm16),
                **sound,
                **({"sent_s": sound["duration_s"]} if sound else {}),
            )

    def _change_words(self, turn_id: str, pcm16: bytes, words: str, note: str | None) -> None:
        notes = (*((note,) if note else ()), *self._not_kept(pcm16))
        self.conversations.change_turns({turn_id: {"words": self._kept(words), **({"notes": notes} if notes else {})}})

    def _append_reply(self, turn_id: str, reply: KeptReply, words: str, timed: tuple[TimedWord, ...]) -> None:
        kept, spoken = self._kept(words), reply.spoken
        with kept_sound(self.clips, self.person_id, spoken.pcm16, "reply") as sound:
            self.conversations.add_turn(
                self.conversation_id,
                Speaker.MODEL,
                State.ANSWERED,
                turn_id,
                words=kept,
                model=reply.model,
                endpoint=reply.endpoint,
                first_sound_ms=reply.first_sound_ms,
                total_ms=reply.total_ms,
                notes=(*reply.notes, *((_INTERRUPTED,) if spoken.is_cut else ()), *self._not_kept(spoken.pcm16)),
                calls=reply.calls if self._keeps_words() else (),
                timings=timings(timed) if kept == words else (),
                **sound,
            )

    def write(self, entry: Entry, said: Said | None) -> None:
        """Write an entry, beside the turn that it was for."""
        self.ledger.write(replace(entry, turn_id=said.turn_id if said else None))

    def _kept(self, words: str | None) -> str | None:
        return self.as_kept(words) or None if words else None

    def _keeps_words(self) -> bool:
        """Return whether anything that is said here is kept: a reply cut before its first word has none of its own."""
        return self._kept("anything") is not None

    def _not_kept(self, pcm16: bytes) -> tuple[str, ...]:
        return (NOT_KEPT,) if pcm16 and not self.clips.keeps_sound(self.person_id) else ()

    def _entitle(self, words: str | None) -> None:
        """Name a conversation that has no name by the first words in it; if that cannot be now, the next turn does."""
        try:
            kept = self._kept(words)
            if kept and not self.conversation().heading.title:
                title = textwrap.shorten(kept, _TITLE_CHARS, placeholder="…") or kept[:_TITLE_CHARS]
                self.conversations.change(self.person_id, self.conversation_id, title=title[:1].upper() + title[1:])
        except StoreError:
            _log.info("a live conversation could not be named yet")


class Keeper:
    """Runs jobs in a thread of a pool, one after the other. What fails is logged, and the rest goes on."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._jobs: asyncio.Queue[Callable[[], None] | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name="live keeper")

    def put(self, job: Callable[[], None]) -> None:
        """Have a job done after those before it."""
        self._jobs.put_nowait(job)

    async def caught_up(self) -> None:
        """Wait until everything so far is done."""
        await self._jobs.join()

    async def close(self) -> None:
        """Do what is left, and end."""
        self._jobs.put_nowait(None)
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        while (job := await self._jobs.get()) is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(self._pool, _done, job)
            finally:
                self._jobs.task_done()


def _done(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception:  # noqa: BLE001 - the talk goes on, and so does the rest of what is to be kept
        _log.exception("a live turn could not be kept")


def _heard(spoken: Spoken, timed: tuple[TimedWord, ...]) -> tuple[str, tuple[TimedWord, ...]]:
    """Return the words that were heard, with their times: those that had begun, and could have been spoken by then."""
    if not spoken.is_cut:
        return spoken.words, timed
    end_s = len(spoken.pcm16) / (2 * _RATE_HZ)
    n_possible = len(spoken.words[: spoken.n_chars].split())
    n_words, heard = 0, list[TimedWord]()
    for word in timed:
        n_words += not word.is_joined
        if (word.start_s + word.end_s) / 2 > end_s or n_words > n_possible:
            break
        heard.append(word)
    return text_of(heard), tuple(replace(word, end_s=min(word.end_s, end_s)) for word in heard)
