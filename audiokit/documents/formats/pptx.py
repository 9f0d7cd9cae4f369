"""PowerPoint presentations: one passage for a slide, another for what its speaker wrote beneath it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.text.text import TextFrame

from audiokit.documents.archive import Archive
from audiokit.documents.blocks import Block, Found, Shape, text_of
from audiokit.documents.document import Passage
from audiokit.documents.limits import Limits
from audiokit.documents.tidy import clean, joined, one_line

__all__ = ["read"]

_NOT_SAID = frozenset({PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER})
_TITLES = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
_SAME_HEIGHT = 200_000  # EMU, 5.5 mm: shapes that differ by less stand beside each other
_DEEPEST = 20


def read(data: bytes, limits: Limits) -> Found:
    """Return the slides that are shown, in their order."""
    Archive(data, limits).refuse_entities()
    presentation = Presentation(io.BytesIO(data))
    passages, n_hidden = list[Passage](), 0
    for number, slide in enumerate(presentation.slides, 1):
        if slide._element.get("show") in {"0", "false"}:  # noqa: SLF001 - the library has no other way to ask
            n_hidden += 1
            continue
        passages += _passages(slide, number)
    notes = [f"{n_hidden} hidden {'slide was' if n_hidden == 1 else 'slides were'} left out."] if n_hidden else []
    return Found(titles=[presentation.core_properties.title or ""], passages=passages, notes=notes)


def _passages(slide: Slide, number: int) -> Iterator[Passage]:
    title = _title(slide)
    text = text_of(block for block in _blocks(_in_reading_order(slide.shapes)) if block.text)
    spoken = _lines(slide.notes_slide.notes_text_frame) if slide.has_notes_slide else []
    mark = f"slide {number}"
    if text or (title and not spoken):
        yield Passage(mark=mark, heading=title if text else None, text=text or title or "")
    if spoken:
        yield Passage(mark=f"{mark}, speaker notes", heading=title, text="\n\n".join(spoken))


def _title(slide: Slide) -> str | None:
    shape = slide.shapes.title
    return (one_line(clean(shape.text_frame.text)) or None) if shape is not None and shape.has_text_frame else None


def _in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    """Sort from top to bottom, and from left to right at one height; what has no place of its own comes first."""
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // _SAME_HEIGHT, shape.left or 0))


def _blocks(shapes: Iterable[BaseShape], depth: int = 0) -> Iterator[Block]:
    for shape in shapes:
        if shape.is_placeholder and shape.placeholder_format.type in _NOT_SAID | _TITLES:
            continue
        if isinstance(shape, GroupShape):
            if depth < _DEEPEST:
                yield from _blocks(_in_reading_order(shape.shapes), depth + 1)
        elif isinstance(shape, GraphicFrame) and shape.has_table:
            for row in shape.table.rows:
                cells = (one_line(clean(cell.text)) for cell in row.cells)
                yield Block(Shape.ROW, "; ".join(cell for cell in cells if cell))
        elif shape.has_text_frame:
            lines = _lines(shape.text_frame)  # type: ignore[attr-defined]  # shapes that have one have it
            is_list = len(lines) > 1
            yield from (Block(Shape.ITEM, f"- {line}") if is_list else Block(Shape.PARAGRAPH, line) for line in lines)


def _lines(frame: TextFrame | None) -> list[str]:
    """Return the paragraphs of a frame; a line break within one is a space."""
    if frame is None:
        return []
    lines = (joined(clean(paragraph.text).split("\n")) for paragraph in frame.paragraphs)
    return [line.removeprefix("• ") for line in lines if line]
