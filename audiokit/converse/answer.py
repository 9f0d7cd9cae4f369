"""Turns that are being answered: each in a thread of its own, whoever is watching, until its reply is kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from audiokit.audio.wav import pcm16_of
from audiokit.converse.asking import Answered, Asking, Attempt
from audiokit.converse.conversation import CallMade, State
from audiokit.converse.conversations import Conversations
from audiokit.converse.digest import digest_request, worth_condensing
from audiokit.converse.sounds import NOT_KEPT, kept_sound, placed, timings
from audiokit.converse.tools.registry import Toolbox
from audiokit.errors import AudiokitError, ReplyUnusable
from audiokit.speech.growing import Growing
from audiokit.speech.in_turn import Answer
from audiokit.speech.replies import Ending, Speech
from audiokit.store.clips import Clips
from audiokit.store.in_hand import NOTHING, InHand
from audiokit.store.insisting import insist

__all__ = ["Answering", "Job", "Summing"]

_log = logging.getLogger(__name__)
_RATE_HZ = 24_000
_MAX_AT_ONCE = 16
_REMEMBERED_S = 60.0
_PATIENCE_S = 5.0  # for the person's words, once the answer is kept; they are usually there before it
_DECIDING_S = 15.0  # for the same, where a model needs them to decide which functions to call


@dataclass(frozen=True, slots=True)
class Summing:
    """Who sums up what is too long to go along."""

    speech: Speech
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One turn to be answered. ``attempts`` are made one after the other, each only when it is its turn.

    ``write_down`` has what was said written down, None where it is known. ``typed`` is what is known in words before.
    """

    person_id: str
    conversation_id: str
    said_id: str
    reply_id: str
    typed: str | None
    is_titled: bool
    notes: tuple[str, ...]
    attempts: Iterable[Attempt]
    write_down: Callable[[], Answer] | None
    toolbox: Toolbox | None
    summing: Callable[[], Summing | None] = lambda: None


class Answering:
    """Runs jobs, and knows those that run."""

    def __init__(
        self,
        conversations: Conversations,
        clips: Clips,
        *,
        as_kept: Callable[[str, str], str | None] = lambda _person_id, words: words,
        in_hand: InHand = NOTHING,
    ) -> None:
        """``as_kept`` gives a person's words as they are to be stored; None: not at all."""
        self._conversations, self._clips, self._as_kept = conversations, clips, as_kept
        self._in_hand = in_hand
        self._answers = ThreadPoolExecutor(_MAX_AT_ONCE, "answer")
        self._transcripts = ThreadPoolExecutor(_MAX_AT_ONCE, "transcript")
        self._running: dict[str, Growing] = {}
        self._written: dict[str, Future[Answer]] = {}  # by the turn in which it was said
        self._summed_up: set[str] = set()  # the conversations that are being summed up
        self._ended_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def start(self, job: Job) -> Growing:
        """Begin a job and return the reply while it grows."""
        growing = Growing()
        with self._lock:
            self._forget_old()
            self._running[job.reply_id] = growing
        self._in_hand.take(job.reply_id)
        self._answers.submit(self._run, job, growing)
        return growing

    def growing(self, reply_id: str) -> Growing | None:
        """Return a reply that is growing, or has until a moment ago."""
        return self._running.get(reply_id)

    def is_elsewhere(self, reply_id: str) -> bool:
        """Return whether another process is answering."""
        return self._in_hand.is_elsewhere(reply_id)

    @property
    def n_under_way(self) -> int:
        """How many answers are being given."""
        with self._lock:
            return len(self._running.keys() - self._ended_at.keys())

    def close(self) -> None:
        """Wait for what runs."""
        self._answers.shutdown(wait=True)
        self._transcripts.shutdown(wait=True)

    def _run(self, job: Job, growing: Growing) -> None:
        """Answer, keep what came, then end: the page is drawn again at the end, and must find what was kept."""
        words, is_kept = self._writing_down(job), False
        try:
            failure = self._answer(job, growing, words)
            if failure is not None:
                self._conversations.give_up(job.conversation_id, (job.reply_id,), failure)
            is_kept = self._write_down(job, words, patience_s=_PATIENCE_S)
            if failure is not None:
                growing.fail(failure)
        except Exception:  # noqa: BLE001 - whatever it is, those who listen must be told the end
            _log.exception("a turn could not be settled")
        finally:
            growing.end()
            self._in_hand.let_go(job.reply_id)
            with self._lock:
                self._ended_at[job.reply_id] = time.monotonic() + growing.duration_s
        if words is not None:
            words.add_done_callback(lambda late: self._let_go(job, late, is_kept=is_kept))
        self._sum_up(job)

    def _writing_down(self, job: Job) -> Future[Answer] | None:
        """Have what was said written down; where that is going on since an earlier try, it is not paid for again."""
        with self._lock:
            if job.write_down is not None and job.said_id not in self._written:
                self._written[job.said_id] = self._transcripts.submit(job.write_down)
            return self._written.get(job.said_id) if job.write_down is not None else None

    def _let_go(self, job: Job, words: Future[Answer], *, is_kept: bool) -> None:
        """Keep words that came late; from now on, they would be written down anew."""
        try:
            if not is_kept:
                self._write_down(job, words, patience_s=0)
        finally:
            with self._lock:
                self._written.pop(job.said_id, None)

    def _answer(self, job: Job, growing: Growing, words: Future[Answer] | None) -> str | None:
        """Have the turn answered and keep the answer; return a sentence if there is none."""
        asking = Asking(
            growing=growing,
            toolbox=job.toolbox,
            said=lambda: _said(job, words),
            on_calls=lambda calls: self._show_calls(job, calls),
        )
        try:
            self._keep(job, asking.answer(job.attempts))
        except AudiokitError as error:
            return str(error)
        except Exception:  # noqa: BLE001 - a bug of ours must not leave a turn waiting for ever
            _log.exception("answering failed")
            return "audiokit itself failed while answering. Your recording is kept. Send it again."
        return None

    def _show_calls(self, job: Job, calls: tuple[CallMade, ...]) -> None:
        try:
            self._conversations.change_turns({job.reply_id: {"calls": calls}})
        except AudiokitError:  # they are kept with the answer
            _log.warning("calls could not be shown yet")

    def _keep(self, job: Job, answered: Answered) -> None:
        """Keep a reply, which has been paid for, however long the store lets us wait."""
        reply = answered.reply
        pcm16 = pcm16_of(reply.sound) if reply.sound else b""
        answer = {
            "state": State.ANSWERED,
            "words": reply.words,
            "audio_id": reply.audio_id if reply.ending is Ending.WHOLE else None,
            "audio_expires_at": reply.audio_expires_at,
            "endpoint": answered.endpoint.base_url,
            "model": reply.model or answered.model_asked,
            "first_sound_ms": answered.first_sound_ms,
            "total_ms": answered.total_ms,
            "notes": answered.notes,
            "calls": answered.calls,
            "timings": timings(placed(reply.words, pcm16)),
        }
        if not self._clips.keeps_sound(job.person_id):
            answer |= {"notes": (*answered.notes, NOT_KEPT)}
        if (words := self._as_kept(job.person_id, reply.words)) != reply.words:
            answer |= {"words": words, "timings": ()} | ({"calls": ()} if words is None else {})

        def keep() -> None:
            with kept_sound(self._clips, job.person_id, pcm16, "reply") as sound:
                self._conversations.settle(job.conversation_id, job.said_id, job.reply_id, answer | sound)

        insist(keep)
        self._let_go_of_sound(job)
        self._entitle(job, job.typed or reply.words)

    def _let_go_of_sound(self, job: Job) -> None:
        """Forget a recording that was answered, where it was only held for that."""
        if self._clips.keeps_sound(job.person_id):
            return
        said = self._conversations.open(job.person_id, job.conversation_id).turn(job.said_id)
        left: dict[str, object] = dict.fromkeys(("clip_digest", "clip_media_type", "peaks", "levels"))
        if said.clip_digest is not None:
            left |= {"notes": (*said.notes, NOT_KEPT)}
        if self._as_kept(job.person_id, "") is None:
            left |= {"words": None, "typed": None}
        self._conversations.change_turns({job.said_id: left})
        if said.clip_digest is not None:
            self._clips.forget(job.person_id, said.clip_digest)

    def _write_down(self, job: Job, words: Future[Answer] | None, *, patience_s: float) -> bool:
        """Keep what the person said in words, and return whether that is over.

        That we cannot is no reason to lose, or to hold up, the answer.
        """
        if words is None:
            return True
        said: dict[str, object] = {}
        try:
            written = words.result(patience_s)
            said = {"words": written.reply.words or None}
            said |= {"notes": (*job.notes, *written.notes)} if written.notes else {}
        except TimeoutError:
            return False  # it is kept when it comes
        except AudiokitError as error:
            said = {"notes": [*job.notes, f"What you said could not be written down. {error}"]}
        except Exception:  # noqa: BLE001 - the answer is what was asked for
            _log.exception("writing down failed")
            return True
        if self._as_kept(job.person_id, "") is None:
            return True
        if "notes" in said and not self._clips.keeps_sound(job.person_id):
            said["notes"] = (*cast("Iterable[str]", said["notes"]), NOT_KEPT)
        insist(lambda: self._conversations.change_turns({job.said_id: said}))
        if said.get("words") and not job.is_titled:
            turns = self._conversations.open(job.person_id, job.conversation_id).turns
            answer = next((turn.words or "" for turn in turns if turn.id == job.reply_id), "")
            self._entitle(job, str(said["words"]), answer=answer)
        return True

    def _entitle(self, job: Job, words: str, *, answer: str = "") -> None:
        """Name a conversation after its first words, or its first answer until they are known."""
        kept = self._as_kept(job.person_id, words)
        if kept is None:
            return
        words = kept
        if words and not job.is_titled:
            instead_of = _short(answer)
            self._conversations.entitle(job.person_id, job.conversation_id, _short(words), instead_of=instead_of)

    def _sum_up(self, job: Job) -> None:
        """Sum up what has become too long to go along; that we cannot only costs the next turn a little more."""
        with self._lock:
            if job.conversation_id in self._summed_up:
                return
            self._summed_up.add(job.conversation_id)
        try:
            conversation = self._conversations.open(job.person_id, job.conversation_id)
            turns, summing = worth_condensing(conversation), None
            if not turns or (summing := job.summing()) is None:
                return
            request = digest_request(summing.model, turns, conversation.heading.digest)
            digest = summing.speech.reply(request).words.strip()
            if digest:
                until = turns[-1].position
                self._conversations.change(job.person_id, job.conversation_id, digest=digest, digest_until=until)
        except AudiokitError as error:
            _log.info("a conversation was not summed up: %s", type(error).__name__)
        except Exception:  # noqa: BLE001 - the turn itself has been answered
            _log.exception("summing up failed")
        finally:
            with self._lock:
                self._summed_up.discard(job.conversation_id)

    def _forget_old(self) -> None:
        """Let go of replies that ended a while ago; until then, a player that lost its connection can come back."""
        long_ago = time.monotonic() - _REMEMBERED_S
        for reply_id in [id_ for id_, ended_at in self._ended_at.items() if ended_at < long_ago]:
            del self._running[reply_id], self._ended_at[reply_id]


def _said(job: Job, words: Future[Answer] | None) -> str:
    """Return what the turn says in words, waiting for them if need be.

    Raises:
        ProviderError: they are not to be had, or not in time.
    """
    if words is None:
        return job.typed or ""
    try:
        return "\n\n".join(filter(None, (words.result(_DECIDING_S).reply.words, job.typed)))
    except TimeoutError as error:
        raise ReplyUnusable("what you said was not written down in time.") from error


def _short(words: str, length: int = 48) -> str:
    """Return a title: whole words, at most ``length`` characters, the first letter large."""
    line = " ".join(words.split())
    line = line if len(line) <= length else f"{line[:length].rsplit(' ', 1)[0]}…"
    return line[:1].upper() + line[1:]
