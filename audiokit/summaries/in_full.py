"""Documents read word for word: their sentences are the lines, their headings the chapters. Nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from audiokit.documents.document import Document, Passage
from audiokit.offline.sentences import sentences
from audiokit.summaries.length import as_planned
from audiokit.summaries.material import Sources
from audiokit.summaries.outline import Outline, Section
from audiokit.summaries.script import Line, Support
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source
from audiokit.summaries.speakable import breaths, speakable
from audiokit.words.plain_text import one_line

__all__ = ["in_full"]

_LONGEST_TITLE = 120  # characters


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    heading: str | None
    source: Source
    passages: tuple[Passage, ...]


def in_full(shape: Shape, sources: Sources) -> tuple[Outline, tuple[Line, ...]]:
    """Return every sentence of the documents as a line of the first speaker, with the place it stands at.

    A heading begins a chapter and is read out; a document without headings is one chapter.
    """
    chapters = [chapter for source, document in sources for chapter in _chapters(source, document)]
    lines = [tuple(_lines(chapter, index)) for index, chapter in enumerate(chapters)]
    sections = tuple(
        Section(
            title=chapter.title,
            n_words=round(as_planned(own)),
            passages=tuple(dict.fromkeys((chapter.source.id, passage.mark) for passage in chapter.passages)),
        )
        for chapter, own in zip(chapters, lines, strict=True)
    )
    title = _title(*sources[0]) if sources else shape.format
    return Outline(title=title, sections=sections), tuple(line for own in lines for line in own)


def _chapters(source: Source, document: Document) -> Iterator[_Chapter]:
    title = _title(source, document)
    for heading, passages in groupby(document.passages, key=lambda passage: passage.heading):
        yield _Chapter(_short(heading) if heading else title, heading, source, tuple(passages))


def _title(source: Source, document: Document) -> str:
    return _short(document.title or source.title or source.name)


def _short(title: str) -> str:
    return one_line(title)[:_LONGEST_TITLE]


def _lines(chapter: _Chapter, index: int) -> Iterator[Line]:
    if chapter.heading and (said := speakable(chapter.heading)):
        yield _line(said if said[-1] in ".!?…" else f"{said}.", chapter.heading, chapter, chapter.passages[0], index)
    for passage in chapter.passages:
        for sentence in sentences(passage.text):
            for piece in breaths(speakable(sentence.text)):
                yield _line(piece, sentence.text, chapter, passage, index)


def _line(text: str, quote: str, chapter: _Chapter, passage: Passage, index: int) -> Line:
    support = Support(source_id=chapter.source.id, mark=passage.mark, quote=one_line(quote))
    return Line(text=text, chapter=index, support=(support,))
