"""Summaries, topics, actions and answers that name the passages they rest on: sentences as they were said, no others.

What is asked for is told by its shape, a list of objects with a text and numbers of passages, and by what it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from audiokit.offline.documents import best_sentences
from audiokit.offline.messages import Turn
from audiokit.offline.passages import Passage, passages_of
from audiokit.offline.sentences import Sentence, sentences, terms
from audiokit.offline.summarise import key_sentences

__all__ = ["citing"]

Schema = Mapping[str, Any]

_TEXT = re.compile(r"^(text|sentence|statement|content)$")
_PASSAGES = re.compile(r"^(passages?|sources?|ids|refs|references|citations)$")
_TOPICS = re.compile(r"topic|theme|subject")
_ACTIONS = re.compile(r"action|task|to_?do|follow")
_QUESTION = re.compile(r"<question>\s*(?P<words>.*?)\s*</question>", re.DOTALL)
_TO_DO = re.compile(
    r"\b(?:i|we)(?:'ll| will| must| promise)\b|\b(?:i|we|you)(?: \w+)? (?:need|have|ought|promised?) to\b|"
    r"\b(?:you|we|they) (?:should|must)\b|\blet'?s\b|\blet us\b|\bplease\b|\bmake sure\b|\bremember to\b|"
    r"\b(?:don't|do not) forget\b|\bby (?:tomorrow|tonight|next week|monday|tuesday|wednesday|thursday|friday)\b",
    re.IGNORECASE,
)
_FEWEST_SENTENCES, _MOST_SENTENCES, _PASSAGES_A_SENTENCE = 3, 6, 20
_MOST_TOPICS, _MOST_ACTIONS, _MOST_CITED = 5, 8, 5
_SHORTEST_TOPIC, _SHORTEST_TASK = 4, 4  # letters, words
_NOT_FOUND = "I did not find that in what was said. I can only read out sentences that share words with a question."


def citing(item: Schema, name: str, turn: Turn) -> list[dict[str, Any]] | None:
    """Return what is asked for under ``name``; None if it is none of these. ``item`` is the schema of one thing."""
    properties = item.get("properties")
    if not isinstance(properties, Mapping):
        return None
    text, numbers = (next((name for name in properties if kind.match(name)), "") for kind in (_TEXT, _PASSAGES))
    if not text or properties.get(numbers, {}).get("items", {}).get("type") != "integer" or len(properties) > 2:
        return None
    if not (passages := passages_of(turn)):
        return None
    return [{text: said, numbers: cited} for said, cited in _found(name.lower(), turn, passages)]


def _found(name: str, turn: Turn, passages: Sequence[Passage]) -> list[tuple[str, list[int]]]:
    if _TOPICS.search(name):
        return _topics(passages)
    if _ACTIONS.search(name):
        return _actions(passages)
    if question := _QUESTION.search(" ".join((turn.question, *(document.text for document in turn.documents)))):
        return _answer(question["words"], passages)
    return _summary(passages)


def _summary(passages: Sequence[Passage]) -> list[tuple[str, list[int]]]:
    n = min(_MOST_SENTENCES, max(_FEWEST_SENTENCES, len(passages) // _PASSAGES_A_SENTENCE))
    return [_cited(sentence) for sentence in key_sentences(_said(passages), n)]


def _topics(passages: Sequence[Passage]) -> list[tuple[str, list[int]]]:
    """Return the words that most passages speak of, the commonest first."""
    bags = [(passage.number, set(terms(passage.text))) for passage in passages]
    spread = Counter(term for _, bag in bags for term in bag if len(term) >= _SHORTEST_TOPIC and term.isalpha())
    common = [term for term, n in spread.most_common(_MOST_TOPICS) if n > 1]
    return [(term.capitalize(), [number for number, bag in bags if term in bag][:_MOST_CITED]) for term in common]


def _actions(passages: Sequence[Passage]) -> list[tuple[str, list[int]]]:
    """Return what sounds like something to do, in English."""
    tasks = [one for one in _said(passages) if _TO_DO.search(one.text) and len(one.text.split()) >= _SHORTEST_TASK]
    return [_cited(sentence) for sentence in tasks[:_MOST_ACTIONS]]


def _answer(question: str, passages: Sequence[Passage]) -> list[tuple[str, list[int]]]:
    return [_cited(sentence) for sentence in best_sentences(question, _said(passages))] or [(_NOT_FOUND, [])]


def _said(passages: Sequence[Passage]) -> list[Sentence]:
    """Return every sentence with the number of its passage in the place of a page."""
    return [Sentence(one.text, passage.number) for passage in passages for one in sentences(passage.text)]


def _cited(sentence: Sentence) -> tuple[str, list[int]]:
    return sentence.text, [] if sentence.page is None else [sentence.page]
