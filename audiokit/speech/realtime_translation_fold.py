"""Events of a translation, folded into turns that nobody takes: where both sides have been quiet for a while.

Protocol: the SDK's types for ``/v1/realtime/translations`` and one recorded session (2026-11). Sound comes without a
pause, in frames of 200 ms; two public clients found them to be all zeros while there is nothing to say (2026-05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from audiokit.catalog.prices import Usage
from audiokit.errors import ReplyUnusable
from audiokit.speech.fields import Json, count_at, object_at, text_at
from audiokit.speech.realtime_events import (
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
from audiokit.speech.realtime_fold import Fold
from audiokit.speech.wire import decoded, expiry

__all__ = ["TRANSLATION_IGNORED", "TranslationFold"]

TRANSLATION_IGNORED: Mapping[str, str] = MappingProxyType(
    {
        "session.updated": "it repeats what we asked for",
        "session.closed": "the line closes with it",
    }
)
"""Events of translation that are ignored, and why."""

_QUIET_MS = 2_000  # before somebody begins the next turn
_OVER_MS = 3_000  # of quiet, when nobody does: so long a translation may still come
_UNANSWERED_MS = 10_000  # of quiet, after what nobody translated
_LONGEST_MS = 60_000  # of a turn, while nobody is ever quiet; it is paid for when it ends
_BEFORE_MS = 1_500  # how far speech may lie before its words
_LANGUAGE = "session.audio.output.language"
_NOT_INTO = "{provider} does not translate into that language. Choose another one, then start again."

Events = tuple[LiveEvent, ...]


class TranslationFold:
    """One translation's events. ``sent_ms`` tells how much sound has been sent: translating is billed by the minute.

    ``provider`` is its name, for whom it refuses. What was said begins a turn with its first word, so that its sound is
    kept until the turn ends.
    """

    def __init__(self, sent_ms: Callable[[], int], errors: Fold, provider: str) -> None:
        self._sent_ms, self._errors, self._provider = sent_ms, errors, provider
        self._number = self._billed_ms = 0
        self._heard = ""
        self._is_answered = self._is_in_words = False
        self._span: tuple[int, int] | None = None  # of what is said, in ms of the sound that was sent
        self._latest_ms = 0  # of any words

    def feed(self, event: Json) -> Events:
        """Return what an event means."""
        match text_at(event, "type"):
            case "session.created":
                session = object_at(event, "session")
                until = expiry(count_at(session, "expires_at") or None)
                return (Opened(text_at(session, "id"), text_at(session, "model"), until),)
            case "session.input_transcript.delta":
                return self._said(event)
            case "session.output_transcript.delta":
                return self._translated(event)
            case "session.output_audio.delta":
                return self._sound(event)
            case "error":
                return self._refused(object_at(event, "error")) or self._errors.feed(event)
            case _:
                return ()

    def finish(self) -> Events:
        """Return the end of the turn under way, if there is one."""
        if not self._heard and not self._is_answered:
            return ()
        usage, response = self._usage(), self._item("reply")
        ended = ReplyEnded(response, (self._item("item"),), ReplyStatus.COMPLETED, usage)
        began: Events = () if self._is_answered else (ReplyBegan(response),)
        said = self._all_said(usage)
        self._heard, self._span = "", None
        self._is_answered = self._is_in_words = False
        return (*said, *began, ended)

    def _all_said(self, usage: Usage) -> Events:
        """Return the end of what the person said; nothing, where nobody has written it down."""
        if self._span is None:
            return ()
        item = self._item("said")
        words = HeardWords(item, self._heard.strip(), is_final=True, usage=usage)
        return (SpeechEnded(item, self._span[1]), Committed(item), words)

    def _said(self, event: Json) -> Events:
        text, at_ms = text_at(event, "delta"), count_at(event, "elapsed_ms")
        if text is None:
            return ()
        at_ms = self._latest_ms if at_ms is None else at_ms
        ended = self.finish() if self._is_new_turn(at_ms) else ()
        self._begin()
        item, is_first = self._item("said"), self._span is None
        began: Events = (SpeechBegan(item, max(0, at_ms - _BEFORE_MS)),) if is_first else ()
        self._span = (self._span[0] if self._span else at_ms, at_ms)
        self._latest_ms = max(self._latest_ms, at_ms)
        self._heard += text
        return (*ended, *began, HeardWords(item, text, is_final=False))

    def _translated(self, event: Json) -> Events:
        text = text_at(event, "delta") or ""
        self._latest_ms = max(self._latest_ms, count_at(event, "elapsed_ms") or 0)
        text = text if self._is_in_words else text.lstrip()
        self._is_in_words = self._is_in_words or bool(text)
        return (*self._answer(), WordPiece(self._item("item"), text)) if text else ()

    def _sound(self, event: Json) -> Events:
        try:
            pcm16 = decoded(text_at(event, "delta"))
        except ReplyUnusable:  # one piece that nobody can read
            return ()
        at_ms = count_at(event, "elapsed_ms")
        if not pcm16 or pcm16.count(0) == len(pcm16):
            return self.finish() if at_ms is not None and self._is_over(at_ms) else ()
        self._latest_ms = max(self._latest_ms, at_ms or 0)
        return (*self._answer(), SoundPiece(self._item("item"), pcm16))

    def _refused(self, error: Json) -> Events:
        """Return that a language is not to be had; another would be spoken instead."""
        if text_at(error, "param") != _LANGUAGE:
            return ()
        sentence = _NOT_INTO.format(provider=self._provider)
        return (Trouble(sentence, is_fatal=True, code=text_at(error, "code")),)

    def _answer(self) -> Events:
        self._begin()
        began: Events = () if self._is_answered else (ReplyBegan(self._item("reply")),)
        self._is_answered = True
        return began

    def _begin(self) -> None:
        if not self._heard and not self._is_answered:
            self._number += 1

    def _is_new_turn(self, at_ms: int) -> bool:
        is_long = self._span is not None and at_ms - self._span[0] >= _LONGEST_MS
        return self._is_answered and (is_long or at_ms - self._latest_ms >= _QUIET_MS)

    def _is_over(self, at_ms: int) -> bool:
        """Whether nothing more comes of a turn, after silence until then."""
        return at_ms - self._latest_ms >= (_OVER_MS if self._is_answered else _UNANSWERED_MS)

    def _usage(self) -> Usage:
        sent_ms = self._sent_ms()
        since_ms, self._billed_ms = sent_ms - self._billed_ms, sent_ms
        return Usage(input_seconds=Decimal(since_ms) / 1000)

    def _item(self, kind: str) -> str:
        return f"{kind}_{self._number}"
