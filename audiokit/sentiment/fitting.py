"""Transcripts that are longer than a model's context: parted in order, or cut down to what is most like a question."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from audiokit.sentiment.passages import Passage

__all__ = ["most_alike", "parted"]

_UNPARTED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNPARTED}]+|[^\W_{_UNPARTED}]+")
_STEM = 6  # letters by which forms of a word are taken for one: refund, refunds, refunding
_AROUND = 1  # passages before and after one that is alike, without which it may not be understood


def parted(passages: Sequence[Passage], n_tokens: int) -> list[tuple[Passage, ...]]:
    """Return all passages in as few parts as have room in ``n_tokens`` each, in order and about equally long."""
    total = sum(passage.n_tokens for passage in passages)
    share = total / max(1, math.ceil(total / n_tokens))
    parts, size = [list[Passage]()], 0
    for passage in passages:
        is_full = size + passage.n_tokens / 2 >= share or size + passage.n_tokens > n_tokens
        if parts[-1] and is_full:
            parts.append([])
            size = 0
        parts[-1].append(passage)
        size += passage.n_tokens
    return [tuple(part) for part in parts if part]


def most_alike(question: str, passages: Sequence[Passage], n_tokens: int) -> tuple[Passage, ...]:
    """Return all passages if there is room; else those most alike to the question and the ones beside them, in order.

    Alike is what shares rare words with it (TF-IDF). Room that is left, or a question that shares no words with any
    passage, as one about the whole does, is filled with passages from everywhere, evenly.
    """
    room, chosen = n_tokens, set[int]()
    for index in _in_order_of_use(question, passages):
        if index not in chosen and passages[index].n_tokens <= room:
            chosen.add(index)
            room -= passages[index].n_tokens
    return tuple(passages[index] for index in sorted(chosen))


def _in_order_of_use(question: str, passages: Sequence[Passage]) -> Iterator[int]:
    if not passages:
        return
    scores = _scores(question, passages)
    for index in sorted((index for index, score in enumerate(scores) if score), key=lambda index: -scores[index]):
        yield index
        around = range(max(0, index - _AROUND), min(len(passages), index + _AROUND + 1))
        yield from (near for near in around if passages[near].title == passages[index].title)
    yield from _evenly(len(passages))


def _scores(question: str, passages: Sequence[Passage]) -> list[float]:
    """Return how alike each passage is: the sum of (1 + log tf) x idf of the question's words, for its length."""
    bags = [Counter(_words(f"{each.speaker} {each.signals} {each.text}")) for each in passages]
    wanted = set(_words(question))
    spread = Counter(word for bag in bags for word in wanted & bag.keys())
    rarity = {word: math.log(len(bags) / n) for word, n in spread.items()}
    return [
        sum((1 + math.log(bag[word])) * of for word, of in rarity.items() if word in bag) / math.sqrt(1 + bag.total())
        for bag in bags
    ]


def _words(text: str) -> Iterator[str]:
    """Yield words by how they begin, in one case; pairs of characters where words are not parted."""
    for found in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        if re.match(rf"[{_UNPARTED}]", found[0]):
            yield from (first + second for first, second in pairwise(found[0]))
        else:
            yield found[0].rstrip("s")[:_STEM] or found[0]


def _evenly(n: int) -> Iterable[int]:
    """Yield all numbers below ``n``, those first that are far apart: the first, then halves, quarters and so on."""
    step = 1 << max(0, n - 1).bit_length()
    yield 0
    while step > 1:
        yield from range(step // 2, n, step)
        step //= 2
