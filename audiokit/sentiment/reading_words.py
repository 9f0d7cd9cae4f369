"""What the words alone say: many passages to a text model in one call, each of them answered for, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from audiokit.errors import ProviderError, ProviderRefused
from audiokit.sentiment.asked import Asked, Order, again, wishes
from audiokit.sentiment.billed import is_paid, sentence_of
from audiokit.sentiment.forms import WORDS
from audiokit.sentiment.given import confidence_at, items, score_at, why_none, words_at
from audiokit.sentiment.passages import MATERIAL, Passage, batched, told
from audiokit.sentiment.quoting import as_it_stands
from audiokit.sentiment.readings import Confidence, WordsReading
from audiokit.speech.fields import Json, count_at, text_at
from audiokit.speech.in_turn import Answer
from audiokit.speech.replies import Ending

__all__ = ["read_words"]

_RULES = (
    "You read what people said in a recording, and judge what the words alone say: how pleasant or unpleasant is what "
    "they speak of, and what they make of it. You do not hear them. "
    f"{MATERIAL}\n\n"
    "Judge each passage by its own words, in the light of those around it. The sentiment is a number from -1 to +1. "
    "0 is for words that are plainly neither, or both in equal parts. null is for words from which nothing can be "
    "told: a sound, a fragment, something garbled. Do not guess at tone of voice or at irony, which the words do not "
    "show. Be as sure as the words allow: low where it rests on one weak word, or on words that were "
    "heard with a low confidence.\n\n"
    "The quote is part of the same passage, letter by letter. Never make one up, nor take it from another one."
)
_REQUEST = "Judge the words of each of the {n} passages above. Answer for every one of them, in order."
_LEFT_OUT = "It left some passages out."
_TOKENS_TO_THINK, _TOKENS_A_PASSAGE = 4_000, 250
_FEW = 8  # passages; more are asked for again in halves, so that one that is refused does not take the others with it


@dataclass(frozen=True, slots=True)
class _Round:
    """What came of one call: readings by passage id; where there are none, why, and whether the model declined."""

    readings: Mapping[str, WordsReading]
    trouble: str = ""
    declined: bool = False
    model: str = ""


def read_words(asked: Asked, passages: Sequence[Passage], steering: str = "") -> dict[str, WordsReading]:
    """Return what the words of each passage say, by its id, a call for each of :func:`passages.batched`.

    What was left out or cannot be read is asked for once more; a passage that is missing then too, or has no words, is
    not in what is returned. Where the model declined twice, in words, its words are the reading's reason.

    Raises:
        ProviderError: nobody answered, and nothing was billed.
        NotConfigured: there is no text model.
    """
    found = dict[str, WordsReading]()
    for batch in batched(passages):
        found |= _of_batch(asked, batch, steering)
    return found


def _of_batch(asked: Asked, batch: Sequence[Passage], steering: str) -> dict[str, WordsReading]:
    first = _asked_once(asked, batch, steering)
    found = dict(first.readings)
    missing = [passage for passage in batch if passage.id not in found]
    with suppress(ProviderError):  # what came before is paid for
        for part in _parts(missing):
            second = _asked_once(asked, part, steering, trouble=first.trouble or _LEFT_OUT)
            found |= dict.fromkeys((passage.id for passage in part), _declined(second)) if second.declined else {}
            found |= second.readings
    return found


def _asked_once(asked: Asked, batch: Sequence[Passage], steering: str, *, trouble: str = "") -> _Round:
    request = f"{told(batch)}\n\n{_REQUEST.format(n=len(batch))}"
    order = Order(
        tool=WORDS,
        rules=f"{_RULES}{wishes(steering)}",
        words=again(request, trouble) if trouble else request,
        max_tokens=_TOKENS_TO_THINK + _TOKENS_A_PASSAGE * len(batch),
    )
    try:
        answer = asked.read(order)
    except ProviderError as error:
        if not is_paid(error):
            raise
        return _Round(readings={}, trouble=sentence_of(error), declined=isinstance(error, ProviderRefused))
    if readings := _readings(answer, batch):
        return _Round(readings=readings)
    reply = answer.reply
    in_words = bool(reply.words) and not reply.tool_calls and reply.ending not in {Ending.LENGTH, Ending.CUT}
    return _Round(readings={}, trouble=why_none(reply), declined=in_words, model=answer.model)


def _readings(answer: Answer, batch: Sequence[Passage]) -> dict[str, WordsReading]:
    """Return the first reading of each passage; of a number that is no passage's, none."""
    found = dict[str, WordsReading]()
    for item in items(answer.reply, WORDS, "readings"):
        number = count_at(item, "passage") or 0
        if 1 <= number <= len(batch) and "sentiment" in item:
            passage = batch[number - 1]
            found.setdefault(passage.id, _reading(item, passage, answer.model))
    return found


def _reading(item: Json, passage: Passage, model: str) -> WordsReading:
    return WordsReading(
        sentiment=score_at(item, "sentiment"),
        confidence=confidence_at(item, "confidence"),
        reason=words_at(item, "reason"),
        quote=as_it_stands(text_at(item, "quote") or "", passage.text),
        model=model,
    )


def _declined(of: _Round) -> WordsReading:
    return WordsReading(sentiment=None, confidence=Confidence.LOW, reason=of.trouble, model=of.model)


def _parts(missing: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    half = len(missing) if len(missing) <= _FEW else -(-len(missing) // 2)
    yield from (missing[start : start + half] for start in range(0, len(missing), max(1, half)))
