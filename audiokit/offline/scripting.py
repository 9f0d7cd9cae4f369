"""Scripts without a writer: the sentences that say most of the material, word for word, dealt out to the speakers.

What is asked for is told by its shape, not by a function's name: a list of objects with a text and a quote is a script,
a list of objects with a title and numbers of passages is a plan. The length is the number of words that the request
names. Beside the documents' sentences there are a few linking phrases, and a first line that says what this is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, groupby, islice
from typing import Any

from audiokit.offline.extracting import Said, filling, listenable, ranked, words_in
from audiokit.offline.messages import Turn
from audiokit.offline.passages import Order, Passage, order_of, passages_of
from audiokit.offline.sectioning import plain_heading, sections, titles

__all__ = ["Schema", "scripted"]

Schema = Mapping[str, Any]

_SPEAKER = re.compile(r"speaker|voice|who|role|persona|character")
_TEXT = re.compile(r"^(text|line|says?|said|content|sentence|words)$")
_QUOTE = re.compile(r"quote|evidence|support|excerpt|citation")
_MARK = re.compile(r"^(mark|page|place|passage|location|source)$")
_TITLE = re.compile(r"title|heading|name")
_PASSAGES = re.compile(r"passages?|sources?|ids|refs|references|pages")

_TURN = 2  # sentences that one says before the next does
_TURNS_OF_OTHERS = 3  # before one who asks has a turn
_LONGEST_HEADING = 12  # words
_WORTH_A_LINK = 2  # sentences
_LEAST_FOR_RECAP = 100  # words
_N_QUESTIONS = 2
_SHORTEST_QUESTION, _SHORTEST_ANSWER, _LONGEST_ANSWER = 5, 2, 12  # words
_TURNING = {"is", "are", "was", "were", "means", "by", "because", "called", "from"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cast:
    """Who there is to speak: so many, and which of them is there to ask, if any."""

    n_voices: int
    asker: int | None

    @property
    def round(self) -> list[int]:
        """Who reads the sentences that follow each other; one who asks reads few, so as not to be forgotten."""
        everybody = range(max(1, self.n_voices))
        if self.asker is None:
            return [number for number in everybody for _ in range(_TURN)]
        others = [number for number in everybody if number != self.asker]
        turns = [*islice(cycle(others), _TURNS_OF_OTHERS), self.asker]
        return [number for number in turns for _ in range(_TURN)]


def scripted(item: Schema, turn: Turn) -> list[dict[str, Any]] | None:
    """Return the items of a script or a plan, each with those of its properties that are known; None if it is neither.

    ``item`` is the schema of one of them.
    """
    properties = item.get("properties")
    if not isinstance(properties, Mapping) or not (passages := passages_of(turn)):
        return None
    if (slots := _slots(properties, _TEXT, _QUOTE)) is not None:
        return _script(properties, slots, passages, order_of(turn))
    if (slots := _slots(properties, _TITLE, _PASSAGES)) is not None and "items" in properties[slots[1]]:
        return _plan(properties, slots, passages, order_of(turn))
    return None


def _script(
    properties: Mapping[str, Schema], slots: Sequence[str], passages: Sequence[Passage], order: Order
) -> list[dict[str, Any]]:
    text, quote = slots
    mark = next((name for name in properties if _MARK.search(name.lower())), None)
    speaker = next((name for name, of in properties.items() if _SPEAKER.search(name.lower()) and "enum" in of), None)
    voices = list(properties[speaker]["enum"]) if speaker else []
    is_asked = order.asker in voices and len(voices) > 1
    cast = _Cast(n_voices=len(voices), asker=voices.index(order.asker) if is_asked else None)
    items = list[dict[str, Any]]()
    for number, said in _dealt(_lines(passages, order, cast), cast):
        item: dict[str, Any] = {text: said.text, quote: said.quote}
        item |= {mark: said.mark} if mark else {}
        item |= {speaker: voices[number]} if speaker else {}
        items.append(item)
    return items


def _plan(
    properties: Mapping[str, Schema], slots: Sequence[str], passages: Sequence[Passage], order: Order
) -> list[dict[str, Any]]:
    title, numbers = slots
    in_words = properties[numbers]["items"].get("type") == "string"
    groups = sections(passages, order.n_sections)
    return [
        {title: name, numbers: [passage.mark if in_words else passage.number for passage in group]}
        for name, group in zip(titles(groups), groups, strict=True)
    ]


def _slots(properties: Mapping[str, Schema], *wanted: re.Pattern[str]) -> list[str] | None:
    found = [next((name for name in properties if kind.search(name.lower())), None) for kind in wanted]
    return None if None in found or len(set(found)) < len(wanted) else [str(name) for name in found]


def _lines(passages: Sequence[Passage], order: Order, cast: _Cast) -> list[Said]:
    """Return what is said in order: an opening, links where several talk, and sentences that fill the words."""
    pool = listenable(passages, said=order.said)
    n_words = order.n_words or words_in(pool)
    opening = [_opening(order)] if order.is_opening and order.is_english else []
    recap = _recap(pool) if order.wants_recap and order.is_english and n_words >= _LEAST_FOR_RECAP else []
    by_rank = ranked(pool, n_words, f"{passages[0].heading} {order.title}")
    place = {said.text: index for index, said in enumerate(pool)}
    has_links = cast.n_voices > 1 and order.is_english

    def told(choice: Sequence[Said]) -> list[Said]:
        lines = sorted(choice, key=lambda said: place[said.text])
        return _linked(lines, order, cast) if has_links else lines

    return [*opening, *filling(by_rank, max(1, n_words - words_in([*opening, *recap])), told), *recap]


def _opening(order: Order) -> Said:
    title = order.title.rstrip(".") or "the document"
    return Said(text=f"You will hear sentences from {title}, word for word.", is_link=True)


def _linked(chosen: Sequence[Said], order: Order, cast: _Cast) -> list[Said]:
    """Put a question or a link before what stands under another heading than what was before, if it is worth one."""
    lines, before = list[Said](), ""
    for heading, under_it in groupby(chosen, key=lambda said: said.heading):
        said = list(under_it)
        is_new = heading not in {"", before} and len(heading.split()) <= _LONGEST_HEADING
        if is_new and len(said) >= _WORTH_A_LINK and heading not in order.title:
            lines.append(_link(said[0], cast))
            before = heading
        lines += said
    return lines


def _link(said: Said, cast: _Cast) -> Said:
    name = plain_heading(said.heading).rstrip(".:!?")
    name = name.capitalize() if name.isupper() else name
    text = f"What does it say about {name}?" if cast.asker is not None else f"Let us look at {name}."
    return Said(text=text, quote=said.heading, mark=said.mark, is_link=True)


def _recap(pool: Sequence[Said]) -> list[Said]:
    """Return two sentences asked back: the first part as a question, the rest as its answer."""
    lines, known = list[Said](), set[str]()
    for said in ranked([one for one in pool if _halves(one.text)], 0):
        begun, rest = _halves(said.text) or ("", "")
        if {begun, rest} & known:
            continue
        known |= {begun, rest}
        lines.append(Said(text=f"How does this go on? {begun} …", quote=said.quote, mark=said.mark, is_link=True))
        lines.append(Said(text=f"The answer: {rest}", quote=said.quote, mark=said.mark))
        if len(lines) == 2 * _N_QUESTIONS:
            break
    return lines


def _halves(text: str) -> tuple[str, str] | None:
    """Part a sentence after a word that leads to what it says, or a comma; None where the answer would be no answer."""
    words = text.split()
    shortest, longest = len(words) - _LONGEST_ANSWER, len(words) - _SHORTEST_ANSWER
    cuts = range(longest, max(_SHORTEST_QUESTION, shortest) - 1, -1)
    cut = next((at for at in cuts if words[at - 1].endswith(",") or words[at - 1].lower() in _TURNING), None)
    return None if cut is None else (" ".join(words[:cut]).rstrip(","), " ".join(words[cut:]))


def _dealt(lines: Sequence[Said], cast: _Cast) -> Iterator[tuple[int, Said]]:
    """Yield who says what: one asks or links, and all take turns at the sentences. What follows a link is another's.

    Where there is nothing to ask, who is there to ask is one like the others.
    """
    if not any(said.is_link and said.quote for said in lines):
        cast = replace(cast, asker=None)
    at, turns = 0, cast.round
    for said in lines:
        if said.is_link:
            yield cast.asker or 0, said
            at = _TURN if cast.asker is None else 0
        else:
            yield turns[at % len(turns)], said
            at += 1
