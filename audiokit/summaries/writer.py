"""Scripts written by a text model: a plan first, then section by section; each line with the passage that supports it.

A section that comes back too long or too short is asked for once more with its count named; what it is still off by,
the sections that follow make good. Lengths are plain words; see :mod:`audiokit.summaries.saying`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from audiokit.documents.document import count_words
from audiokit.errors import BudgetExceeded, EmptyDocument, ProviderError
from audiokit.speech.place import Place
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Caller, Tool
from audiokit.summaries import asking
from audiokit.summaries.asked import Asked, Paying, unlimited
from audiokit.summaries.drafts import (
    DraftLine,
    DraftOutline,
    NoDraft,
    line_tool,
    outline_tool,
    read_line,
    read_lines,
    read_outline,
    section_tool,
)
from audiokit.summaries.in_full import in_full
from audiokit.summaries.length import as_planned, budget, sections_for
from audiokit.summaries.material import Sources, Stretch, merged, so_far, stretches, told, within, written
from audiokit.summaries.outline import Outline, Section
from audiokit.summaries.quotes import Quotes
from audiokit.summaries.saying import density, said_words
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Shape
from audiokit.summaries.speakable import breaths, speakable
from audiokit.words.plain_text import one_line

__all__ = ["Writer", "sections_for"]

_OFF, _OFF_AT_LAST = 0.12, 0.05  # of a section's words; beyond, it is asked for once more
_MOST_OF_IT = 0.8  # what has more is no summary, and what a model adds to it is made up
_SHORTER = 0.6
_LONGEST_TITLE = 120  # characters
_EMPTY = "There are no words in these documents. Choose others."


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes with the text models of some places, the first that answers."""

    places: tuple[Place, ...]

    def outline(
        self, caller: Caller, shape: Shape, documents: Sources, n_words: int, *, paying: Paying = unlimited
    ) -> Outline:
        """Plan a programme of ``n_words``, or of four fifths of what the documents have if those are fewer. One call.

        Raises:
            EmptyDocument: there is nothing in the documents.
            ProviderError: nobody answered, or not with a plan, twice.
        """
        asked, everything = Asked(self.places, caller, shape, paying), stretches(documents)
        n_words = min(n_words, math.ceil(_MOST_OF_IT * sum(part.n_words for part in everything)))
        if n_words < 1:
            raise EmptyDocument(_EMPTY)
        parts, n_sections = merged(everything), sections_for(n_words)
        request = asking.outline_request(shape, _as_counted(n_words, parts), n_sections)
        words = f"{told(within(parts, asked.room()))}\n\n{request}"
        draft = asked.for_(outline_tool(), words, read_outline, n_words=100 * n_sections)
        return _planned(draft, parts, n_words)

    def section(
        self,
        caller: Caller,
        shape: Shape,
        outline: Outline,
        index: int,
        documents: Sources,
        before: Sequence[Line],
        *,
        paying: Paying = unlimited,
    ) -> tuple[Line, ...]:
        """Write one section. ``before`` is all that was written of those before it, and is not said again.

        Where those became longer or shorter than planned, this one takes its share of the difference. One call, two
        where the length of the first draft is off by more than 12 %; 5 % in the last section, which none follows.

        Raises:
            ProviderError: nobody answered, or not with lines, twice.
        """
        asked, wanted = Asked(self.places, caller, shape, paying), _due(outline, index, before)
        refs = outline.sections[index].passages
        parts = within(stretches(documents, refs), asked.room())
        material, quotes = "\n".join(filter(None, (told(parts), so_far(before)))), Quotes(documents, refs)
        tool = section_tool(tuple(asking.cast(shape)))

        def written_in(n_counted: int, draft: Sequence[Line] = ()) -> tuple[Line, ...]:
            words = _section_words(shape, outline, index, material, n_counted, draft)
            return _lines(asked.for_(tool, words, read_lines, n_words=n_counted), shape, index, quotes)

        lines = written_in(_as_counted(wanted, parts))
        if _off(lines, wanted) <= (_OFF_AT_LAST if index == len(outline.sections) - 1 else _OFF):
            return lines
        other = lines
        with suppress(ProviderError, BudgetExceeded):  # the first draft is paid for, and can be listened to
            other = written_in(max(1, round(_counted(lines) * wanted / max(1.0, as_planned(lines)))), lines)
        return min((lines, other), key=lambda each: _off(each, wanted))

    def shorter(self, caller: Caller, line: Line, shape: Shape, *, paying: Paying = unlimited) -> str:
        """Return a line's text said shorter. One call.

        Raises:
            ProviderError: nobody answered, or with nothing shorter, twice.
        """
        n_had = count_words(line.text)
        request = asking.shorter_request(line, max(3, round(_SHORTER * n_had)), shape)

        def read(reply: Reply, tool: Tool) -> str:
            text = speakable(read_line(reply, tool), tuple(asking.cast(shape)))
            if not text or said_words(text) >= said_words(line.text):
                raise NoDraft("It is not shorter.")
            return text

        words = f"{written(line.text, 'The line')}\n\n{request}"
        return Asked(self.places, caller, shape, paying).for_(line_tool(), words, read, n_words=n_had)

    def read_in_full(self, shape: Shape, documents: Sources) -> tuple[Outline, tuple[Line, ...]]:
        """Return a script that is the documents, sentence for sentence. Nobody is asked.

        Raises:
            EmptyDocument: there is nothing in the documents.
        """
        outline, lines = in_full(shape, documents)
        if not lines:
            raise EmptyDocument(_EMPTY)
        return outline, lines


def _planned(draft: DraftOutline, parts: Sequence[Stretch], n_words: int) -> Outline:
    """Give each section its passages and its share of the words; one without passages is made from all."""
    chosen = [[parts[n - 1] for n in dict.fromkeys(s.passages) if 0 < n <= len(parts)] for s in draft.sections]
    usual = sum(part.n_words for part in parts) / len(draft.sections)
    shares = budget(n_words, [sum(part.n_words for part in own) or usual for own in chosen])
    sections = tuple(
        Section(title=_short(section.title), n_words=n, passages=tuple(ref for part in own for ref in part.refs))
        for section, own, n in zip(draft.sections, chosen, shares, strict=True)
    )
    return Outline(title=_short(draft.title) or parts[0].title, sections=sections)


def _due(outline: Outline, index: int, before: Sequence[Line]) -> int:
    """Return how long a section is to be now: as planned, and its share of what those before it are off by."""
    earlier = [line for line in before if line.chapter < index]
    planned = sum(outline.sections[chapter].n_words for chapter in {line.chapter for line in earlier})
    own, left = outline.sections[index].n_words, sum(section.n_words for section in outline.sections[index:])
    return max(own // 2, min(2 * own, round(own * (1 + (planned - as_planned(earlier)) / max(1, left)))))


def _section_words(
    shape: Shape, outline: Outline, index: int, material: str, n_counted: int, draft: Sequence[Line]
) -> str:
    request = asking.section_request(shape, outline, index, n_counted)
    if not draft:
        return f"{material}\n\n{request}"
    request = asking.resized(request, n_had=_counted(draft), n_wanted=n_counted)
    text = "\n".join(line.text for line in draft)
    return f"{material}\n{written(text, 'Your draft')}\n\n{request}"


def _lines(drafted: Sequence[DraftLine], shape: Shape, index: int, quotes: Quotes) -> tuple[Line, ...]:
    names = asking.cast(shape)
    by_name = {name.casefold(): number for name, number in names.items()}
    return tuple(
        Line(
            text=piece,
            chapter=index,
            speaker=by_name.get(draft.speaker.strip().casefold(), 0),
            support=() if (found := quotes.find(draft.quote, draft.mark)) is None else (found,),
        )
        for draft in drafted
        for piece in breaths(speakable(draft.text, tuple(names)))
    )


def _as_counted(n_words: float, parts: Sequence[Stretch]) -> int:
    """Return plain words as words that can be counted, of the kind that the material has."""
    return max(1, round(n_words / density("\n".join(part.text for part in parts))))


def _counted(lines: Sequence[Line]) -> int:
    return sum(count_words(line.text) for line in lines)


def _off(lines: Sequence[Line], n_words: int) -> float:
    return abs(as_planned(lines) / max(1, n_words) - 1)


def _short(title: str) -> str:
    return one_line(title)[:_LONGEST_TITLE]
