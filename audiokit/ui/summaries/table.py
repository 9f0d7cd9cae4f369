"""Lines of a person's own, from a table or a list: each is spoken as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from audiokit.errors import InputError
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from audiokit.ui.summaries import actions
from audiokit.ui.summaries.visit import visit, voices

__all__ = ["of_rows", "parse", "show"]

_MOST_LINES = 2_000
_MAX_CHARS = 400_000
_LONGEST = 4_000  # characters of a line, as in audiokit.ui.summaries.editor
_SEPARATORS = ",;\t|"
_MAX_FILE_BYTES = 10_000_000  # as many lines as there can be, each as long as it can be
_NO_TABLE = (
    "This table is not well-formed: a quote is opened and never closed. Mend it where it was made, and drop it again."
)
_NOTHING = "There are no lines in this. Write one on each line, or a table with a column called text."


def show() -> None:
    """Take a table or a list, and begin a programme of it."""
    field = f"summaries.table.{visit().n_uploads}"
    st.file_uploader("Drop a CSV or a text file here", type=["csv", "tsv", "txt"], key=field)
    st.text_area(
        "…or write them here, one on each line",
        height=180,
        max_chars=_MAX_CHARS,
        placeholder="text,voice,title\nWelcome to the museum.,marin,Entrance\nThis hall is from 1902.,cedar,Hall 1",
        help="With a first line that names the columns text, voice and title, it is read as a table; only text must be "
        "there. A title begins a chapter. Without one, each line is spoken by the first voice.",
        key="summaries.lines",
    )
    st.text_input("Title", placeholder="Untitled programme", max_chars=120, key="summaries.lines.title")
    st.button(
        "Make a script of these lines",
        type="primary",
        icon=":material/table_rows:",
        key="summaries.lines.make",
        on_click=_make,
        args=(field,),
    )


def _make(field: str) -> None:
    file: Any = st.session_state.get(field)
    text = str(st.session_state["summaries.lines"])
    with actions.told():
        if file is not None:
            text = _told_by(file)
        title = str(st.session_state["summaries.lines.title"]).strip()
        lines, chapters, shape = of_rows(parse(text), visit().shape)
        actions.make_of_lines(title or (file.name.rpartition(".")[0] if file else "Lines"), lines, chapters, shape)


def _told_by(file: Any) -> str:
    """Return a file's text.

    Raises:
        InputError: it is larger than any list that could be taken.
    """
    if file.size > _MAX_FILE_BYTES:
        raise InputError(
            f"This file has {file.size / 1e6:.1f} MB; a list of lines has {_MAX_FILE_BYTES / 1e6:.0f} MB at most. "
            "Part it into several, or drop it as a document."
        )
    return str(file.getvalue().decode("utf-8-sig", errors="replace"))


def parse(text: str) -> list[tuple[str, str, str]]:
    """Return ``(text, voice, title)`` of each line; voice and title may be empty.

    Raises:
        InputError: there is nothing to speak, or too much.
    """
    first = text.lstrip("\ufeff\n\r ").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    names = [name.strip().strip('"').casefold() for name in first.split(separator)]
    if "text" in names:
        table = csv.DictReader(io.StringIO(text.lstrip("\ufeff\n\r ")), delimiter=separator, fieldnames=names)
        try:
            next(table, None)
            found = [tuple((row.get(name) or "").strip() for name in ("text", "voice", "title")) for row in table]
        except csv.Error as error:
            raise InputError(_NO_TABLE) from error
    else:
        found = [(line.strip(), "", "") for line in text.splitlines()]
    rows = [(row[0], row[1], row[2]) for row in found if row[0]]
    if not rows:
        raise InputError(_NOTHING)
    if len(rows) > _MOST_LINES:
        raise InputError(f"These are {len(rows)} lines; a programme takes {_MOST_LINES}. Make two of them.")
    for number, row in enumerate(rows, 1):
        if len(row[0]) > _LONGEST:
            raise InputError(
                f"Line {number} has {len(row[0])} characters; a line takes {_LONGEST}. Part it into several."
            )
    return rows


def of_rows(rows: Sequence[tuple[str, str, str]], shape: Shape) -> tuple[tuple[Line, ...], tuple[str, ...], Shape]:
    """Return lines, chapters and a shape whose personas are the voices that are named.

    Raises:
        InputError: there is no such voice; the sentence names those there are.
    """
    there = voices(shape)
    usual = shape.personas[0].voice if shape.personas else there[0]
    speakers, chapters, lines = dict[str, int](), list[str](), list[Line]()
    for text, voice, title in rows:
        name = voice.casefold() or usual
        if name not in there:
            raise InputError(f"There is no voice called {voice!r}. Take one of {', '.join(there)}.")
        if title and (not chapters or chapters[-1] != title):
            chapters = [*chapters, title] if chapters or not lines else ["", title]
        speaker = speakers.setdefault(name, len(speakers))
        lines.append(Line(text=text, speaker=speaker, chapter=max(0, len(chapters) - 1)))
    personas = tuple(Persona(name=name.capitalize(), voice=name) for name in speakers)
    return tuple(lines), tuple(chapters), replace(shape, format="announcement", minutes=None, personas=personas)
