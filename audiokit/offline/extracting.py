"""Sentences taken from passages, word for word, as many as make a number of words; and one sentence made shorter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audiokit.offline.passages import Passage
from audiokit.offline.sentences import Sentence, sentences
from audiokit.offline.summarise import ranked_sentences

__all__ = ["Said", "filling", "listenable", "ranked", "shortened", "words_in"]

_FEWEST_WORDS = 4
_PLAIN_WORDS = 0.75  # of a sentence; tables and formulas have less
_ENDED = re.compile(r"[.!?…。！？][\"'”’)]*$")  # noqa: RUF001 - the full-width marks are meant
_CAPTION = re.compile(r"(figure|fig\.|table|abb\w*\.?|tab\w*\.?|tableau|figura|tabla) ?\d", re.IGNORECASE)
_AROUND = "(),;:.!?\"'“”‘’«»…"  # noqa: RUF001 - typed quotes
_SPARE = 24  # sentences to try for the last place
_CLOSE_ENOUGH = 0.01
_ASIDE = re.compile(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]|\s[–—]\s[^–—]*\s[–—](?=\s)|, (?:which|who|where)\b[^,]*,")  # noqa: RUF001 - dashes
_CLAUSE = re.compile(r"[,;:]\s+|\s[–—]\s")  # noqa: RUF001 - the dash is meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something to be said, and where it stands. ``is_link``: it is ours, and only leads to what is the document's."""

    text: str
    quote: str = ""
    mark: str = ""
    heading: str = ""
    is_link: bool = False

    @property
    def n_words(self) -> int:
        """How many words it has, as a writer counts them."""
        return len(self.text.split())


def words_in(lines: Sequence[Said]) -> int:
    """Return how many words all of them have."""
    return sum(said.n_words for said in lines)


def listenable(passages: Sequence[Passage], *, said: str = "") -> list[Said]:
    """Return every whole sentence that is not in ``said``, once; where there is none, all that there is."""
    found = dict[str, Said]()
    for passage in passages:
        for sentence in sentences(passage.text):
            one = Said(text=sentence.text, quote=sentence.text, mark=passage.mark, heading=passage.heading)
            found.setdefault(sentence.text, one)
    prose = [one for one in found.values() if _is_prose(one.text)]
    return [one for one in prose if one.text not in said] or prose or list(found.values())


def ranked(pool: Sequence[Said], n_words: int, title: str = "") -> list[Said]:
    """Return those that say most, the best first; more than enough for so many words, where there are as many."""
    by_text = {said.text: said for said in pool}
    n = n_words // _FEWEST_WORDS + _SPARE
    return [by_text[one.text] for one in ranked_sentences([Sentence(said.text) for said in pool], n, title=title)]


def filling(by_rank: Sequence[Said], n_words: int, told: Callable[[Sequence[Said]], list[Said]]) -> list[Said]:
    """Return what is told with the best sentences, as near to ``n_words`` as it comes.

    ``told`` puts a choice of sentences in order, and between them what leads from one to the next. The first of
    ``by_rank`` are chosen as far as they have room; then one more, or another in the place of one, if that fits better.
    """
    n_first = 0
    while n_first < len(by_rank) and words_in(told(by_rank[: n_first + 1])) <= n_words:
        n_first += 1
    chosen, spare = list(by_rank[:n_first]), by_rank[n_first : n_first + _SPARE]

    def off(choice: Sequence[Said]) -> int:
        return abs(words_in(told(choice)) - n_words)

    if chosen and off(chosen) <= _CLOSE_ENOUGH * n_words:
        return told(chosen)
    more = [[*chosen, said] for said in spare]
    other = [[*(said for said in chosen if said is not out), into] for out in reversed(chosen) for into in spare]
    return told(min([chosen, *more, *other] if chosen else more, key=off, default=[]))


def shortened(text: str, most_words: int) -> str:
    """Return a sentence without its asides and last clauses, as far as it takes; what is left is word for word.

    Where there are none to leave out, it is cut after that many words.
    """
    said = " ".join(_ASIDE.sub("", text).split())
    while len(said.split()) > most_words and (cuts := list(_CLAUSE.finditer(said))):
        said = said[: cuts[-1].start()]
    said = " ".join(said.split()[:most_words]).rstrip(" ,;:–—-")  # noqa: RUF001 - dashes
    return said if not said or said[-1] in ".!?…" else f"{said}."


def _is_prose(text: str) -> bool:
    """Whether it is a whole sentence, and not a caption, a formula or a line of a table."""
    words = text.split()
    if len(words) < _FEWEST_WORDS or _CAPTION.match(text) or not _ENDED.search(text):
        return False
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        return False
    n_plain = sum(re.sub(r"[-'’]", "", word.strip(_AROUND)).isalpha() for word in words)  # noqa: RUF001 - typed
    return not text[0].islower() and n_plain >= _PLAIN_WORDS * len(words)
