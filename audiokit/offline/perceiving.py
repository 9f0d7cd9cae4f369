"""What words and voices seem to say, as far as that was measured: pleasant words, and how activated a voice is.

What is asked for is told by its shape: a list of objects with the number of a passage and a sentiment is about words,
an object with a tone and an arousal is about a voice. No feeling is ever named: no rule that we tried could tell glad
from angry voices in recordings other than those it was made on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from audiokit.offline.messages import Turn
from audiokit.offline.passages import Passage, passages_of
from audiokit.offline.polarity import is_english, is_there, polarity_of

__all__ = ["is_of_voice", "of_voice", "of_words"]

Schema = Mapping[str, Any]

_NUMBER = re.compile(r"^(passage|id|number|index)s?$|passage")
_SENTIMENT = re.compile(r"sentiment|polarity|valence")
_CONFIDENCE = re.compile(r"confidence|certainty")
_REASON = re.compile(r"reason|why|because|explanation")
_QUOTE = re.compile(r"quote|evidence|support|excerpt")
_TONE = re.compile(r"tone|emotion|mood|affect")
_AROUSAL = re.compile(r"arousal|activation|excitement")
_ACTIVATION = re.compile(r"vocal activation: (?P<size>\d+(?:\.\d+)?) deviations (?P<side>above|below)", re.IGNORECASE)
_ENGLISH = ("", "en", "english")
_NO_TONE = ("cannot_tell", "unknown", "unclear", "not_known", "other", "neutral")

_STRONG, _CLEAR = 0.5, 1.0
_SURE_FROM = 0.5  # of the recogniser: 89 of 100 words from here on are right, 63 below
_NOT_ENGLISH = "The offline engine knows English words only."
_NO_LIST = "The offline engine has no list of words here. Install audiokit[offline] to have it."
_NO_WORD = "None of these words is on the offline engine's list of pleasant and unpleasant words."
_NO_MEASURE = (
    "The vocal activation is not known here: there is too little voice, or too little of this speaker to know what is "
    "usual. The offline engine names no tone."
)
_MEASURED = (
    "Measured and not heard: vocal activation (pitch, melody and brightness) is {size} deviations {side} what is usual "
    "for this speaker in this recording. The offline engine names no tone; this is not a measure of what the person "
    "feels."
)


def of_words(item: Schema, turn: Turn) -> list[dict[str, Any]] | None:
    """Return what the words of each passage say; None if that is not asked. ``item`` is the schema of one answer."""
    slots = _slots(item, _NUMBER, _SENTIMENT)
    if slots is None or not (passages := passages_of(turn)):
        return None
    english = is_english([passage.text for passage in passages])
    return [_read(item, slots, passage, english=english) for passage in passages]


def is_of_voice(schema: Schema) -> bool:
    """Whether a function wants to know how a voice sounds, for which nobody need know its words."""
    slots = _slots(schema, _TONE, _AROUSAL)
    return slots is not None and isinstance(_properties(schema)[slots[0]].get("enum"), list)


def of_voice(schema: Schema, turn: Turn) -> dict[str, Any] | None:
    """Return how a voice sounds, from the measures that stand beside it; None if that is not asked.

    In the speaker's own terms, two deviations are much: in acted recordings, angry, glad and frightened voices were
    told from calm and sad ones in 88 to 99 of 100 pairs.
    """
    if not is_of_voice(schema):
        return None
    tone, arousal = _slots(schema, _TONE, _AROUSAL) or ("", "")
    found = _ACTIVATION.search(" ".join((turn.note, turn.question, *(document.text for document in turn.documents))))
    said: dict[str, Any] = {tone: _no_tone(schema, tone), arousal: None}
    said |= dict.fromkeys(_named(schema, _SENTIMENT))
    if found is None:
        return said | _evidence(schema, "low", _NO_MEASURE, "")
    size = float(found["size"])
    said[arousal] = round(math.tanh((size if found["side"] == "above" else -size) / 2), 2)
    confidence = "medium" if size >= _CLEAR else "low"
    return said | _evidence(schema, confidence, _MEASURED.format(size=found["size"], side=found["side"]), "")


def _read(item: Schema, slots: Sequence[str], passage: Passage, *, english: bool) -> dict[str, Any]:
    said, sentiment = {slots[0]: passage.number}, slots[1]
    if passage.language.split("-")[0] not in _ENGLISH or (not passage.language and not english):
        return said | {sentiment: None} | _evidence(item, "low", _NOT_ENGLISH, "")
    if not is_there():
        return said | {sentiment: None} | _evidence(item, "low", _NO_LIST, "")
    found = polarity_of(passage.text)
    if found.score is None:
        return said | {sentiment: None} | _evidence(item, "low", _NO_WORD, "")
    is_clear = abs(found.score) >= _STRONG and len(found.words) > 1 and not _is_misheard(passage)
    reason = _reason(found.words)
    return said | {sentiment: found.score} | _evidence(item, "medium" if is_clear else "low", reason, found.strongest)


def _reason(words: Sequence[tuple[str, float]]) -> str:
    """Return a sentence with the words that counted, as they count where they stand: "not good" is unpleasant."""
    pleasant = ", ".join(f'"{word}"' for word, value in words if value > 0)
    unpleasant = ", ".join(f'"{word}"' for word, value in words if value < 0)
    told = [f"{said} {kind}" for said, kind in ((pleasant, "as pleasant"), (unpleasant, "as unpleasant")) if said]
    return f"The offline engine's list of words counts {' and '.join(told)} here."


def _is_misheard(passage: Passage) -> bool:
    return passage.confidence is not None and passage.confidence < _SURE_FROM


def _evidence(schema: Schema, confidence: str, reason: str, quote: str) -> dict[str, Any]:
    """Return what is said beside a figure, under the names that it is asked for."""
    said = dict.fromkeys(_named(schema, _REASON), reason) | dict.fromkeys(_named(schema, _QUOTE), quote)
    choices = {name: _properties(schema)[name].get("enum") for name in _named(schema, _CONFIDENCE)}
    return said | {name: confidence for name, words in choices.items() if words is None or confidence in words}


def _no_tone(schema: Schema, name: str) -> str | None:
    choices = _properties(schema)[name]["enum"]
    return next((choice for choice in (*_NO_TONE, None) if choice in choices), choices[-1])


def _slots(schema: Schema, *wanted: re.Pattern[str]) -> tuple[str, ...] | None:
    found = [next(iter(_named(schema, kind)), "") for kind in wanted]
    return tuple(found) if all(found) and len(set(found)) == len(found) else None


def _named(schema: Schema, kind: re.Pattern[str]) -> list[str]:
    return [name for name in _properties(schema) if kind.search(name.lower())]


def _properties(schema: Schema) -> Mapping[str, Schema]:
    found = schema.get("properties")
    return {name: of for name, of in found.items() if isinstance(of, Mapping)} if isinstance(found, Mapping) else {}
