"""What a translation is set to, how it says so, and what of it a client may change. Keys as recorded, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from audiokit.offline.fields import a_mapping, one_of, only
from audiokit.offline.glossary import LANGUAGES
from audiokit.offline.interpreting import ONLY_THESE
from audiokit.offline.realtime.updates import a_transcriber
from audiokit.offline.refusals import Refused

__all__ = ["TranslationSetup", "updated"]

_AUDIO = "session.audio"
_DISTANCES = ("near_field", "far_field")


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationSetup:
    """Everything about a translation that holds until it is changed; ``into`` as recorded before anybody said so.

    ``transcription`` and ``noise_reduction`` are as they stand on the wire; the second changes nothing here.
    """

    model: str
    into: str = "es"
    transcription: Mapping[str, Any] | None = None
    noise_reduction: Mapping[str, Any] | None = None

    def on_wire(self, session_id: str, *, expires_at: int) -> dict[str, Any]:
        """Return the session as it stands in ``session.created`` and ``session.updated``."""
        heard = {"noise_reduction": self.noise_reduction, "transcription": self.transcription}
        return {
            "id": session_id,
            "type": "translation",
            "expires_at": expires_at,
            "model": self.model,
            "audio": {"input": heard, "output": {"language": self.into}},
            "include": None,
        }


def updated(setup: TranslationSetup, session: Mapping[str, Any]) -> TranslationSetup:
    """Return ``setup`` with what ``session`` changes; what it does not name stays.

    Raises:
        Refused: a field that is unknown, or of a value that is not supported.
    """
    only(session, ("audio",), "session")
    audio = a_mapping(session.get("audio"), _AUDIO, default={})
    only(audio, ("input", "output"), _AUDIO)
    setup = _heard(setup, a_mapping(audio.get("input"), f"{_AUDIO}.input", default={}))
    return _spoken(setup, a_mapping(audio.get("output"), f"{_AUDIO}.output", default={}))


def _heard(setup: TranslationSetup, given: Mapping[str, Any]) -> TranslationSetup:
    param = f"{_AUDIO}.input"
    only(given, ("noise_reduction", "transcription"), param)
    if "transcription" in given:
        setup = replace(setup, transcription=_transcription(given["transcription"], f"{param}.transcription"))
    if "noise_reduction" in given:
        setup = replace(setup, noise_reduction=_reduction(given["noise_reduction"], f"{param}.noise_reduction"))
    return setup


def _spoken(setup: TranslationSetup, given: Mapping[str, Any]) -> TranslationSetup:
    param = f"{_AUDIO}.output"
    only(given, ("language",), param)
    if (into := given.get("language")) is None:
        return setup
    if into not in tuple(LANGUAGES):
        raise Refused(ONLY_THESE, param=f"{param}.language", code="invalid_value")
    return replace(setup, into=str(into))


def _transcription(given: object, param: str) -> Mapping[str, Any] | None:
    if given is None:
        return None
    found = a_mapping(given, param)
    only(found, ("model", "language"), param)
    return {**found, "model": a_transcriber(found.get("model"), f"{param}.model")}


def _reduction(given: object, param: str) -> Mapping[str, Any] | None:
    if given is None:
        return None
    found = a_mapping(given, param)
    only(found, ("type", "strength"), param)
    one_of(found.get("type"), _DISTANCES, f"{param}.type")
    return dict(found)
