"""The functions that models are made to answer with: strict, so every property is required and none is added."""

from __future__ import annotations

from typing import Any

from audiokit.sentiment.readings import Confidence
from audiokit.sentiment.tone import Tone
from audiokit.speech.requests import Tool

__all__ = ["ANSWER", "SUM_UP", "VOICE", "WORDS"]

_Schema = dict[str, Any]


def _closed(**properties: _Schema) -> _Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str) -> _Schema:
    return {"type": "string", "description": description}


def _score(description: str) -> _Schema:
    """Bounds stand in words: not every model takes a ``minimum`` in a strict function."""
    return {"type": ["number", "null"], "description": description}


def _list(of: _Schema, description: str) -> _Schema:
    return {"type": "array", "items": of, "description": description}


def _cited(text: str) -> _Schema:
    passages = _list({"type": "integer"}, "The ids of the passages that it rests on, those that show it best.")
    return _closed(text=_text(text), passages=passages)


_SURE: _Schema = {
    "type": "string",
    "enum": [each.value for each in Confidence],
    "description": "How sure you are.",
}

WORDS = Tool(
    name="judge_words",
    description="Hand in what the words of each passage say.",
    parameters=_closed(
        readings=_list(
            _closed(
                passage={"type": "integer", "description": "The id of the passage."},
                quote=_text("The words that show it, copied letter by letter from the passage; empty if none do."),
                reason=_text("Why, in one short plain English sentence."),
                sentiment=_score("From -1, very unpleasant, over 0, neither, to +1, very pleasant; null: nothing."),
                confidence=_SURE,
            ),
            "One for each passage, in order, none left out.",
        )
    ),
)
"""What the words of many passages say."""

VOICE = Tool(
    name="judge_voice",
    description="Hand in how the voice sounds.",
    parameters=_closed(
        reason=_text("What you hear that it rests on, in one or two short plain English sentences."),
        tone={
            "type": "string",
            "enum": [tone.value for tone in Tone],
            "description": "The tone that fits best; cannot_tell where none does.",
        },
        sentiment=_score("How it sounds, from -1, very unpleasant, to +1, very pleasant; null: you cannot tell."),
        arousal=_score("From -1, very calm, over 0, as people talk, to +1, very excited; null: you cannot tell."),
        confidence=_SURE,
    ),
)
"""How one voice sounds."""

SUM_UP = Tool(
    name="sum_up",
    description="Hand in the summary, the topics and the actions.",
    parameters=_closed(
        summary=_list(_cited("One sentence."), "Three to six sentences that together tell what happened."),
        topics=_list(_cited("A topic in a few words."), "What was talked about, in order; at most eight."),
        actions=_list(
            _cited("Who is to do what, and until when if that was said; one sentence."),
            "What somebody promised, was asked or was told to do; empty if there is nothing.",
        ),
    ),
)
"""What a recording comes to."""

ANSWER = Tool(
    name="answer_question",
    description="Hand in the answer.",
    parameters=_closed(answer=_list(_cited("One sentence of the answer."), "One to six sentences.")),
)
"""The answer to a question."""
