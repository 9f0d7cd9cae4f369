"""A plan without a planner: passages parted into sections where headings are, each named by its heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from audiokit.offline.passages import Passage
from audiokit.offline.sentences import terms

__all__ = ["plain_heading", "sections", "titles"]

_NOT_SAID = re.compile(
    r"^\W*(references|bibliography|works cited|acknowledge?ments?|(table of )?contents|index|external links|see also|"
    r"literatur\w*|inhalt\w*|bibliographie|références|referencias)\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.|§ ?\d+)\s+(?=\w)")
_TITLE_TERMS, _TITLE_WORDS, _SHORTEST_TERM = 3, 12, 4
_IN_THE_MIDDLE = 0.35  # of a section's length: so much out of proportion is better than to begin under a heading


def sections(passages: Sequence[Passage], n: int) -> list[list[Passage]]:
    """Part what can be listened to into ``n`` runs of about equal length, at a new heading if one is near."""
    said = [passage for passage in passages if not _NOT_SAID.match(plain_heading(passage.heading))] or list(passages)
    n = max(1, min(n, len(said)))
    ends = [0, *accumulate(passage.n_words for passage in said)]
    usual, cuts = ends[-1] / n, [0]
    for k in range(1, n):
        places = range(cuts[-1] + 1, len(said) - (n - k) + 1)
        off = {at: abs(ends[at] - k * usual) + _unwanted(said, at) * usual for at in places}
        cuts.append(min(off, key=lambda at: off[at]))
    return [said[start:end] for start, end in zip(cuts, [*cuts[1:], len(said)], strict=True)]


def titles(groups: Sequence[Sequence[Passage]]) -> list[str]:
    """Return the headings that sections begin with; where there are none, the terms that they most speak of."""
    bags = [Counter(_telling(group)) for group in groups]
    spread = Counter(term for bag in bags for term in bag)
    found = list[str]()
    for group, bag in zip(groups, bags, strict=True):
        headings = (plain_heading(passage.heading) for passage in group)
        title = next((h for h in headings if h and len(h.split()) <= _TITLE_WORDS), "")
        if not title or title in found:
            best = sorted(bag, key=lambda term: -bag[term] / spread[term] ** 1.5)[:_TITLE_TERMS]
            title = ", ".join(best).capitalize() or group[0].mark or f"Part {len(found) + 1}"
        found.append(title)
    return found


def plain_heading(heading: str) -> str:
    """Return a heading without its number."""
    return _NUMBERED.sub("", heading.strip())


def _unwanted(passages: Sequence[Passage], at: int) -> float:
    """Return how bad it is to begin a section there, against being off by a whole one."""
    begins = bool(passages[at].heading) and passages[at].heading != passages[at - 1].heading
    return 0.0 if begins else _IN_THE_MIDDLE


def _telling(group: Sequence[Passage]) -> list[str]:
    every = (term for passage in group for term in terms(passage.text))
    return [term for term in every if len(term) >= _SHORTEST_TERM and term.isalpha() and not term.startswith("http")]
