"""Material with marks, and what a request says of a script: how many words, which section, in which language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from audiokit.offline.messages import Turn
from audiokit.offline.sentences import sentences

__all__ = ["Order", "Passage", "order_of", "passages_of"]

_PASSAGE = re.compile(r"<passage(?P<attributes>[^>]*)>\s*(?P<text>.*?)\s*</passage>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*\"([^\"]*)\"")
_SHARE = re.compile(r"[01](?:\.\d+)?")
_N_WORDS = re.compile(r"\b(\d[\d,]*) words\b")
_N_SECTIONS = re.compile(r"\b(\d+|one) sections?\b")
_WHICH_SECTION = re.compile(r"\bsection (\d+) of \d+\b")
_LANGUAGE = re.compile(r"ISO 639-1 code \"(\w\w)\"")
_RECAP = re.compile(r"\brecap questions\b")
_ASKER = re.compile(r"(?:^|[:;] )([^:;]+), who asks\b")
_SO_FAR = re.compile(r"\bso far\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a document: its number in the request, where it stands, and what it stands under.

    ``language`` is empty, and ``confidence`` None, where the request does not say how it was heard.
    """

    number: int
    mark: str
    heading: str
    text: str
    language: str = ""
    confidence: float | None = None

    @property
    def n_words(self) -> int:
        """How many words it has, as a writer counts them."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted of a script or a plan; None and empty is what the request does not say.

    ``said`` is what the script says already. ``asker`` is the name of who is there to ask.
    """

    title: str
    n_words: int | None
    n_sections: int
    is_opening: bool
    is_english: bool
    wants_recap: bool
    asker: str
    said: str


def passages_of(turn: Turn) -> list[Passage]:
    """Return the marked passages of all documents; where none are marked, their pages."""
    found = [one for document in turn.documents for one in _PASSAGE.finditer(document.text)]
    known = [dict(_ATTRIBUTE.findall(one["attributes"])) for one in found]
    return [
        Passage(
            number=int(of["id"]) if of.get("id", "").isdecimal() else index,
            mark=of.get("mark", ""),
            heading=of.get("heading", ""),
            text=one["text"],
            language=of.get("language", "").lower(),
            confidence=_share(of.get("heard_with_confidence", "")),
        )
        for index, (of, one) in enumerate(zip(known, found, strict=True), 1)
    ] or _pages(turn)


def order_of(turn: Turn) -> Order:
    """Read the request. A long one was taken for a document of its own, which has neither title nor passages."""
    others = (d.text for d in turn.documents if not d.title and not _PASSAGE.search(d.text))
    request = " ".join((turn.question, *others))
    which, language = _WHICH_SECTION.search(request), _LANGUAGE.search(request)
    n_words, n_sections = _N_WORDS.search(request), _N_SECTIONS.search(request)
    return Order(
        title=next((d.title for d in turn.documents if d.title and not _SO_FAR.search(d.title)), ""),
        n_words=int(n_words[1].replace(",", "")) if n_words else None,
        n_sections=int(n_sections[1]) if n_sections and n_sections[1] != "one" else 1,
        is_opening=which is not None and which[1] == "1",
        is_english=language is None or language[1] == "en",
        wants_recap=bool(_RECAP.search(request)),
        asker=asker[1] if (asker := _ASKER.search(turn.instructions)) else "",
        said=" ".join(d.text for d in turn.documents if _SO_FAR.search(d.title)),
    )


def _share(text: str) -> float | None:
    return float(text) if _SHARE.fullmatch(text) else None


def _pages(turn: Turn) -> list[Passage]:
    every = (sentence for document in turn.documents for sentence in sentences(document.text))
    return [
        Passage(number=page, mark=f"page {page}", heading="", text="\n\n".join(sentence.text for sentence in of_it))
        for page, of_it in groupby(every, key=lambda sentence: sentence.page)
        if page is not None
    ]
