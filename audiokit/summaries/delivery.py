"""How a line is asked to be spoken, and the name of what comes of it."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Final

from audiokit.catalog.models import Provider
from audiokit.catalog.prices import AUDIO_OUT_TOKENS_PER_S
from audiokit.catalog.roles import Choice
from audiokit.speech.reading import VERBATIM, converses, voice_of
from audiokit.speech.requests import Converse, PersonTurn, Request, Speak
from audiokit.summaries.saying import said_words
from audiokit.summaries.shape import Persona, Shape

__all__ = ["as_spoken", "gives_account", "instructions_for", "line_key", "request_for", "voice_at"]

_VERSION: Final = 1  # of all that is not in a key, such as how clips are trimmed
_SLOWEST_WORDS_PER_S: Final = 1.0  # of plain words: a third of what is usual
_TEXT_TOKENS_PER_WORD: Final = 4
_LEAST_TOKENS: Final = 300


def as_spoken(text: str) -> str:
    """Return the text as it goes out: single spaces, so that a line break is not another line to pay for."""
    return " ".join(text.split())


def gives_account(choice: Choice) -> bool:
    """Whether a model can be asked so that its own words come with its sound, to be compared with the line."""
    return converses(choice.model)


def voice_at(persona: Persona, choice: Choice, provider: Provider) -> str:
    """Return the persona's voice, or the model's first where it does not have that one."""
    return voice_of(choice.model, provider, persona.voice)


def instructions_for(persona: Persona, shape: Shape, *, verbatim: bool) -> str:
    """Return how to speak; ``verbatim`` tells a model that answers what it hears to read instead."""
    part = f"You are {persona.name}, who {persona.part}." if persona.part and persona.name else ""
    tone = f"Your tone is {shape.tone}." if shape.tone else ""
    language = "" if shape.language == "en" else f"The language of the text is {shape.language} (ISO 639-1)."
    return " ".join(filter(None, [VERBATIM if verbatim else "", part, tone, language]))


def request_for(text: str, persona: Persona, shape: Shape, choice: Choice, provider: Provider) -> Request:
    """Return what is asked of a model: a conversation in which it reads, or the plain synthesis of its sound."""
    voice = voice_at(persona, choice, provider)
    if not gives_account(choice):
        told = instructions_for(persona, shape, verbatim=False)
        return Speak(model=choice.model_name, text=as_spoken(text), voice=voice, instructions=told or None)
    return Converse(
        model=choice.model_name,
        turns=(PersonTurn(words=as_spoken(text)),),
        instructions=instructions_for(persona, shape, verbatim=True),
        voice=voice,
        max_completion_tokens=_max_tokens(text, choice.model.max_output_tokens),
        only_whole=True,
    )


def line_key(text: str, persona: Persona, shape: Shape, choice: Choice, *, endpoint: str, provider: Provider) -> str:
    """Return the digest of all that a line's sound is made of; ``endpoint`` is the name of where it is made."""
    made_of = {
        "text": as_spoken(text),
        "voice": voice_at(persona, choice, provider),
        "instructions": instructions_for(persona, shape, verbatim=gives_account(choice)),
        "model": choice.model_name,
        "endpoint": endpoint,
        "format": "wav",
        "version": _VERSION,
    }
    canonical = json.dumps(made_of, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _max_tokens(text: str, most: int | None) -> int:
    """Return a bound on the reply: these models may end in endless noise, and each second of it is paid for."""
    n_words = said_words(text)
    tokens = n_words / _SLOWEST_WORDS_PER_S * AUDIO_OUT_TOKENS_PER_S + n_words * _TEXT_TOKENS_PER_WORD
    return min(_LEAST_TOKENS + math.ceil(tokens), most or 16_384)
