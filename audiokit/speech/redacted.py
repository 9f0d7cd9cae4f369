"""Personal data are taken out of what comes back in words, before anybody stores it; sound is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from audiokit.speech.place import Place
from audiokit.speech.replies import Event, Reply, Speech, TimedText
from audiokit.speech.requests import Caller, Converse, Request
from audiokit.words.redaction import merged, redacted

__all__ = ["Redacted", "redacting"]


@dataclass(frozen=True, slots=True)
class Redacted:
    """Passes on to ``inner``; of each whole reply, the words are redacted. What is shown while it grows is not."""

    inner: Speech

    def reply(self, request: Request) -> Reply:
        """Ask, and redact what comes."""
        return _redacted(self.inner.reply(request))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on pieces as they come, and the whole reply redacted."""
        for event in self.inner.stream(request):
            yield _redacted(event) if isinstance(event, Reply) else event


def redacting(place: Place, redacts: Callable[[str], bool], *, leaving: str) -> Place:
    """Return a place that redacts for those persons, by id, who want it, but what is asked for by the page ``leaving``.

    That is where documents are quoted, word by word.
    """

    def speech_for(caller: Caller) -> Speech:
        return careful(place.speech_for(caller), caller)

    def speech_as_named(caller: Caller) -> Speech:
        return careful((place.speech_as_named or place.speech_for)(caller), caller)

    def careful(speech: Speech, caller: Caller) -> Speech:
        return Redacted(speech) if caller.page != leaving and redacts(caller.person_id) else speech

    return replace(place, speech_for=speech_for, speech_as_named=speech_as_named if place.speech_as_named else None)


def _redacted(reply: Reply) -> Reply:
    return replace(
        reply,
        words=redacted(reply.words),
        timed_words=_timed(reply.timed_words),
        timed_segments=tuple(replace(one, text=redacted(one.text)) for one in reply.timed_segments),
    )


def _timed(words: tuple[TimedText, ...]) -> tuple[TimedText, ...]:
    """Return words with what takes several of them as one, from the first one's start to the last one's end."""
    return tuple(
        replace(words[where[0]], text=text, end_s=words[where[-1]].end_s)
        for where, text in merged([word.text for word in words])
    )
