"""What was said, in words: by the first transcriber, or by the next where the first cannot have billed anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audiokit.errors import ProviderError, ProviderRefused
from audiokit.speech.fallback import may_go_elsewhere
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Transcribe

__all__ = ["Transcriber", "WrittenDown", "written_down"]

_INSTEAD = "{model} wrote it down, since {first} could not: {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcriber:
    """Who may be asked, and what."""

    speech: Speech
    request: Transcribe


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """The words, by whom, and what is to be said of it."""

    words: str
    model: str
    notes: tuple[str, ...] = ()


def written_down(transcribers: Iterable[Transcriber]) -> WrittenDown:
    """Return what was said.

    Raises:
        ProviderError: nobody could tell; the sentence is the first one's.
    """
    failed: list[tuple[str, ProviderError]] = []
    for one in transcribers:
        try:
            words = one.speech.reply(one.request).words
        except ProviderError as error:
            if not may_go_elsewhere(error):
                raise
            failed.append((one.request.model, error))
        else:
            notes = [_INSTEAD.format(model=one.request.model, first=first, why=why) for first, why in failed[:1]]
            return WrittenDown(words=words, model=one.request.model, notes=tuple(notes))
    raise failed[0][1] if failed else ProviderRefused("There is nobody here who can write down what was said.")
