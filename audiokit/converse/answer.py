"""Turns that are being answered: each in a thread of its own, whoever is watching, until its reply is kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from audiokit.audio.measuring.peaks import PeaksMeter
from audiokit.audio.wav import from_pcm16, pcm16_of
from audiokit.converse.conversation import POINTS, Conversations, State
from audiokit.errors import AudioForgotten, AudiokitError, Busy, ReplyUnusable
from audiokit.speech.growing import Growing
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, Speech, WordPiece
from audiokit.speech.requests import Converse, Transcribe
from audiokit.store.clips import Clips

__all__ = ["Answering", "Job"]

_log = logging.getLogger(__name__)
_RATE_HZ = 24_000
_MAX_AT_ONCE = 16
_REMEMBERED_S = 60.0
_PATIENCE_S = 5.0  # for the person's words, once the answer is kept; they are usually there before it
_NOTES = {
    Ending.WORDS_ONLY: "The model answered in words only.",
    Ending.LENGTH: "The answer reached the length limit and stops there.",
    Ending.CUT: "The connection broke off; this is what had arrived.",
    Ending.REFUSED: "The model declined to answer.",
}
_FORGOTTEN = "Earlier answers were sent as words: the provider no longer had their sound."


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One turn to be answered. ``in_words`` is the same request with no audio ids, should they be forgotten."""

    person_id: str
    conversation_id: str
    said_id: str
    reply_id: str
    typed: str | None
    is_titled: bool
    notes: tuple[str, ...]
    endpoint: str
    request: Converse
    in_words: Converse
    transcribe: Transcribe | None
    speech: Speech


class Answering:
    """Runs jobs, and knows those that run."""

    def __init__(self, conversations: Conversations, clips: Clips) -> None:
        self._conversations, self._clips = conversations, clips
        self._answers = ThreadPoolExecutor(_MAX_AT_ONCE, "answer")
        self._transcripts = ThreadPoolExecutor(_MAX_AT_ONCE, "transcript")
        self._running: dict[str, Growing] = {}
        self._ended_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def start(self, job: Job) -> Growing:
        """Begin a job and return the reply while it grows."""
        growing = Growing()
        with self._lock:
            self._forget_old()
            self._running[job.reply_id] = growing
        self._answers.submit(self._run, job, growing)
        return growing

    def growing(self, reply_id: str) -> Growing | None:
        """Return a reply that is growing, or has until a moment ago."""
        return self._running.get(reply_id)

    def close(self) -> None:
        """Wait for what runs."""
        self._answers.shutdown(wait=True)
        self._transcripts.shutdown(wait=True)

    def _run(self, job: Job, growing: Growing) -> None:
        """Answer, keep what came, then end: the page is drawn again at the end, and must find what was kept."""
        words = self._transcripts.submit(job.speech.reply, job.transcribe) if job.transcribe else None
        try:
            failure = self._answer(job, growing)
            if failure is not None:
                growing.fail(failure)
                self._conversations.give_up(job.conversation_id, (job.reply_id,), failure)
            self._write_down(job, words, patience_s=_PATIENCE_S)
        except Exception:  # noqa: BLE001 - whatever it is, those who listen must be told the end
            _log.exception("a turn could not be settled")
        finally:
            growing.end()
            with self._lock:
                self._ended_at[job.reply_id] = time.monotonic()
        if words is not None and not words.done():
            words.add_done_callback(lambda late: self._write_down(job, late, patience_s=0))

    def _answer(self, job: Job, growing: Growing) -> str | None:
        """Have the turn answered and keep the answer; return a sentence if there is none."""
        try:
            reply, notes = self._listen(job, growing)
            self._keep(job, reply, notes)
        except AudiokitError as error:
            return str(error)
        except Exception:  # noqa: BLE001 - a bug of ours must not leave a turn waiting for ever
            _log.exception("answering failed")
            return "audiokit itself failed while answering. Your recording is kept. Send it again."
        return None

    def _listen(self, job: Job, growing: Growing) -> tuple[Reply, list[str]]:
        """Pass on the reply piece by piece; ask once more in words if the provider forgot an earlier answer."""
        try:
            reply, notes = _follow(job.speech.stream(job.request), growing), []
        except AudioForgotten:
            reply, notes = _follow(job.speech.stream(job.in_words), growing), [_FORGOTTEN]
        return reply, [*notes, *filter(None, [_NOTES.get(reply.ending)])]

    def _keep(self, job: Job, reply: Reply, notes: list[str]) -> None:
        """Keep a reply, which has been paid for: once more if the store was busy."""
        answer = {
            "state": State.ANSWERED,
            "words": reply.words,
            "audio_id": reply.audio_id if reply.ending is Ending.WHOLE else None,
            "audio_expires_at": reply.audio_expires_at,
            "endpoint": job.endpoint,
            "model": reply.model or job.request.model,
            "first_sound_ms": reply.first_sound_ms,
            "total_ms": reply.total_ms,
            "notes": notes,
        }
        for is_last in (False, True):
            try:
                kept = answer | self._kept_sound(job, reply)
                self._conversations.settle(job.conversation_id, job.said_id, job.reply_id, kept)
            except Busy:
                if is_last:
                    raise
            else:
                break
        if not job.is_titled and (title := job.typed or reply.words):
            self._conversations.change(job.person_id, job.conversation_id, title=_short(title))

    def _kept_sound(self, job: Job, reply: Reply) -> dict[str, object]:
        if reply.sound is None:
            return {}
        clip = from_pcm16(pcm16_of(reply.sound), _RATE_HZ)
        drawn = PeaksMeter(_RATE_HZ)
        drawn.add(clip.samples)
        digest = self._clips.keep(job.person_id, reply.sound, "audio/wav", "reply")
        self._clips.draw(job.person_id, digest, drawn.result().to_bytes())
        return {
            "clip_digest": digest,
            "clip_media_type": "audio/wav",
            "duration_s": clip.duration_s,
            "peaks": drawn.result().points(n=POINTS),
        }

    def _write_down(self, job: Job, words: Future[Reply] | None, *, patience_s: float) -> None:
        """Keep what the person said in words. That we cannot is no reason to lose, or to hold up, the answer."""
        if words is None:
            return
        said: dict[str, object] = {}
        try:
            said = {"words": words.result(patience_s).words or None}
        except TimeoutError:
            return  # it is kept when it comes
        except AudiokitError as error:
            said = {"notes": [*job.notes, f"What you said could not be written down. {error}"]}
        except Exception:  # noqa: BLE001 - the answer is what was asked for
            _log.exception("writing down failed")
            return
        self._conversations.change_turns({job.said_id: said})
        if not job.is_titled and said.get("words"):
            self._conversations.change(job.person_id, job.conversation_id, title=_short(str(said["words"])))

    def _forget_old(self) -> None:
        """Let go of replies that ended a while ago; until then, a player that lost its connection can come back."""
        long_ago = time.monotonic() - _REMEMBERED_S
        for reply_id in [id_ for id_, ended_at in self._ended_at.items() if ended_at < long_ago]:
            del self._running[reply_id], self._ended_at[reply_id]


def _follow(events: Iterator[Event], growing: Growing) -> Reply:
    for event in events:
        match event:
            case SoundPiece(pcm16=pcm16):
                growing.add_sound(pcm16)
            case WordPiece(text=text):
                growing.add_words(text)
            case Reply():
                return event
    raise ReplyUnusable("The answer never came to an end. Send it again.")


def _short(words: str, length: int = 48) -> str:
    """Return a title: whole words, at most ``length`` characters, the first letter large."""
    line = " ".join(words.split())
    line = line if len(line) <= length else f"{line[:length].rsplit(' ', 1)[0]}…"
    return line[:1].upper() + line[1:]
