"""Which model names are answered, and at which address. Anybody's client may name OpenAI's models here.

``audiokit-offline`` does everything; ``audiokit-offline-text`` is a text model, which refuses sound as text models do.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from audiokit.offline.refusals import model_not_found

__all__ = ["EVERYTHING", "MODEL_IDS", "WORDS_ONLY", "Offer", "offers", "require"]

EVERYTHING = "audiokit-offline"
WORDS_ONLY = "audiokit-offline-text"
MODEL_IDS = (EVERYTHING, WORDS_ONLY)

_OPENAIS = re.compile(r"gpt-|whisper-1$|tts-1(-hd)?$")
_RETIRED = re.compile(r"gpt-4o(-mini)?-audio-preview|gpt-4o(-mini)?-realtime-preview")  # 404 since 2026-05
_OVER_SOCKETS = re.compile(r"gpt-realtime(?P<interprets>-translate)?")
_ELSEWHERE = re.compile(r"gpt-(realtime-whisper|live)")


class Offer(Enum):
    """What a model can be asked for."""

    CHAT_WITH_AUDIO = auto()
    CHAT_IN_TEXT = auto()
    TRANSCRIPTION = auto()
    SPEECH = auto()
    REALTIME = auto()
    TRANSLATION = auto()


_OWN = {EVERYTHING: frozenset(Offer), WORDS_ONLY: frozenset({Offer.CHAT_IN_TEXT})}


def offers(model: str) -> frozenset[Offer]:
    """Return what a model of that name does here; nothing if it is unknown or retired."""
    if model in _OWN:
        return _OWN[model]
    if not _OPENAIS.match(model) or _RETIRED.match(model) or _ELSEWHERE.match(model):
        return frozenset()
    if (found := _OVER_SOCKETS.match(model)) is not None:
        return frozenset({Offer.TRANSLATION if found["interprets"] else Offer.REALTIME})
    if "transcribe" in model or model.startswith("whisper"):
        return frozenset({Offer.TRANSCRIPTION})
    if "tts" in model:
        return frozenset({Offer.SPEECH})
    return frozenset({Offer.CHAT_WITH_AUDIO if "audio" in model else Offer.CHAT_IN_TEXT})


def require(model: str, *wanted: Offer) -> frozenset[Offer]:
    """Return what ``model`` does, if any of ``wanted`` is among it.

    Raises:
        Refused: 404, as for every model that is not there.
    """
    found = offers(model)
    if found.isdisjoint(wanted):
        raise model_not_found(model)
    return found
