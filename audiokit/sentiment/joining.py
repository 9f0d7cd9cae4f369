"""Parts of a recording that were heard one by one, joined: what two of them heard is kept once.

Where two parts overlap, the words that both have heard, at the same time, tell where to go over from one to the other:
not at the edges, where words are cut, but as near to the middle of the overlap as there is such a word. They also tell
which speaker of the one is which of the other, where the voice was not recognised (:mod:`audiokit.sentiment.samples`).
Other speakers get a number of their own in each part: two numbers may be one person, and who listens can say so.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from audiokit.sentiment.heard import HeardPart, HeardWord

__all__ = ["joined"]

_SAME_S = 0.8  # so far apart may the times be that two parts give to one word
_NOTHING = HeardPart(words=(), language=None, model="", tells_speakers=False)

_Words = Sequence[HeardWord]
_Pair = tuple[int, int]  # the places of one word in the words of two parts


def joined(parts: Iterable[HeardPart]) -> HeardPart:
    """Return all that was heard in the parts, which stand in order; no time is changed.

    Whoever answered is named, and so is the language that most words are in. Some parts may tell speakers and others
    not: then the result does, and words of the others have none.
    """
    parts = list(parts)
    if not parts:
        return _NOTHING
    languages = Counter[str]()
    for part in parts:
        if part.language:
            languages[part.language] += 1 + len(part.words)
    return replace(
        functools.reduce(_with, parts),
        language=languages.most_common(1)[0][0] if languages else None,
        model=", ".join(dict.fromkeys(part.model for part in parts if part.model)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _with(before: HeardPart, after: HeardPart) -> HeardPart:
    pairs = _pairs(before, after)
    kept, added = _seamed(before, after, pairs)
    numbers = _numbers(before, after, pairs)
    renumbered = (word if word.speaker is None else replace(word, speaker=numbers[word.speaker]) for word in added)
    return replace(
        before,
        words=(*kept, *renumbered),
        tells_speakers=before.tells_speakers or after.tells_speakers,
        end_s=max(before.end_s, after.end_s),
        recognised=before.recognised,
    )


def _pairs(before: HeardPart, after: HeardPart) -> list[_Pair]:
    """Return the words that both have heard, in the order of time; none where there is no overlap."""
    if after.start_s >= before.end_s:
        return []
    tail = [n for n, word in enumerate(before.words) if word.end_s > after.start_s - _SAME_S]
    head = [n for n, word in enumerate(after.words) if word.start_s < before.end_s + _SAME_S]
    return _matched(before.words, sorted(tail, key=_when(before)), after.words, sorted(head, key=_when(after)))


def _when(part: HeardPart) -> Callable[[int], tuple[float, int]]:
    """Return what orders the words of a part in time, by their places in it."""
    return lambda n: (part.words[n].middle_s, n)


def _matched(ours: _Words, tail: Sequence[int], theirs: _Words, head: Sequence[int]) -> list[_Pair]:
    """Return the pairs, in order in both, that are most and nearest to each other: a longest common subsequence."""
    best = [[0.0] * (len(head) + 1) for _ in range(len(tail) + 1)]
    likeness = [[_likeness(ours[n], theirs[m]) for m in head] for n in tail]
    for i in reversed(range(len(tail))):
        for j in reversed(range(len(head))):
            as_pair = best[i + 1][j + 1] + likeness[i][j]
            best[i][j] = max(as_pair if likeness[i][j] else 0.0, best[i + 1][j], best[i][j + 1])
    pairs, i, j = list[_Pair](), 0, 0
    while i < len(tail) and j < len(head):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((tail[i], head[j]))
            i, j = i + 1, j + 1
    return pairs


def _likeness(one: HeardWord, other: HeardWord) -> float:
    """Return 1 for the same word at the same time, and 0 where it is another, or far away."""
    if abs(one.middle_s - other.middle_s) >= _SAME_S or _bare(one.text) != _bare(other.text):
        return 0.0
    return 1.0 - abs(one.middle_s - other.middle_s) / _SAME_S


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text


def _seamed(before: HeardPart, after: HeardPart, pairs: Sequence[_Pair]) -> tuple[_Words, _Words]:
    """Return what to keep of the one, and what of the other comes after it."""
    ours, theirs = before.words, after.words
    middle_s = (after.start_s + before.end_s) / 2
    if pairs:
        last, first = min(pairs, key=lambda pair: abs(ours[pair[0]].middle_s - middle_s))
        until, since = _when(before)(last), _when(after)(first)
        return (
            [word for n, word in enumerate(ours) if (word.middle_s, n) <= until],
            [word for n, word in enumerate(theirs) if (word.middle_s, n) > since],
        )
    is_heard_twice = any(word.middle_s > after.start_s for word in ours) and any(
        word.middle_s < before.end_s for word in theirs
    )
    if not is_heard_twice:
        return ours, theirs
    return [word for word in ours if word.middle_s <= middle_s], [word for word in theirs if word.middle_s > middle_s]


def _numbers(before: HeardPart, after: HeardPart, pairs: Sequence[_Pair]) -> Mapping[int, int]:
    """Return which number each speaker of ``after`` has in all.

    It is its own where the voice was recognised, or else that of whoever says the same words, or else the next one.
    """
    votes = Counter((after.words[m].speaker, before.words[n].speaker) for n, m in pairs)
    numbers = {speaker: speaker for speaker in after.recognised}
    for (theirs, ours), _ in votes.most_common():
        is_new = theirs not in numbers and ours not in numbers.values()
        if theirs is not None and ours is not None and is_new:
            numbers[theirs] = ours
    following = 1 + max([*before.speakers, *after.recognised], default=0)
    for speaker in after.speakers:
        if speaker not in numbers:
            numbers[speaker], following = following, following + 1
    return numbers
