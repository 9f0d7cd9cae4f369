"""The script as a table that is edited in the browser: what is changed is sent a moment later, all of it at once."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field
from streamlit.components.v2.types import ComponentRenderer

from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.quote import Writing
from audiokit.summaries.script import KeptLine, Line, LineState
from audiokit.summaries.scripts import ScriptChanged
from audiokit.ui.passing import as_it_is
from audiokit.ui.summaries import words
from audiokit.ui.summaries.actions import told
from audiokit.ui.summaries.reader import quotes_of
from audiokit.ui.summaries.visit import person_id, service, visit

__all__ = ["editor", "merged"]

_FOLDER = files("audiokit") / "ui" / "summaries" / "editor"
_MAX_CHARS = 4_000
_MOST_LINES = 5_000


def editor(programme: KeptProgramme, *, key: str) -> None:
    """Show the script, and keep what is changed in it."""
    sources = {source.id: source.title or source.name for source in programme.sources}
    shown = {
        "lines": [_line(kept, sources) for kept in programme.lines],
        "chapters": list(programme.chapters),
        "speakers": [persona.name for persona in programme.shape.personas] or ["Voice 1"],
        "has_sources": bool(programme.sources),
        "shorter_price": _shorter_price(programme),
        "proposals": dict(visit().shorter),
        "seen": visit().seen,
        "refused": visit().refused,
        "state": programme.script_state,
    }

    def sent(name: str) -> str | None:
        value = st.session_state[key].get(name)
        return None if value is None else str(value)

    def save() -> None:
        if (script := sent("script")) is not None:
            _save(programme.id, script)

    def shorten() -> None:
        if (line_id := sent("shorter")) is not None:
            _shorten(programme.id, line_id)

    def keep() -> None:
        if (line_id := sent("keep")) is not None:
            visit().shorter.pop(line_id, None)

    _component()(key=key, data=as_it_is(shown), on_script_change=save, on_shorter_change=shorten, on_keep_change=keep)


def merged(programme: KeptProgramme, script: str) -> tuple[list[tuple[str | None, Line]], list[str]]:
    """Return the lines that the browser sent, each with what it keeps of the one it was, and the chapters.

    Raises:
        ValueError: it is none of ours.
    """
    given = _Script.model_validate(json.loads(script))
    were = {kept.id: kept.line for kept in programme.lines}
    last = max(0, len(programme.shape.personas) - 1)
    lines = [
        (
            line.id if line.id in were else None,
            replace(
                were.get(line.id or "", Line(text="")),
                text=line.text,
                chapter=line.chapter,
                speaker=min(line.speaker, last),
                is_starred=line.starred,
            ),
        )
        for line in given.lines
    ]
    return lines, given.chapters


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Line(_Given):
    id: str | None
    text: Annotated[str, Field(max_length=_MAX_CHARS)]
    chapter: Annotated[int, Field(ge=0, le=_MOST_LINES)]
    speaker: Annotated[int, Field(ge=0, le=_MOST_LINES)]
    starred: bool


class _Script(_Given):
    name: Annotated[str, Field(max_length=40)] = ""
    of: Annotated[str, Field(max_length=40)] = ""
    lines: Annotated[list[_Line], Field(max_length=_MOST_LINES)]
    chapters: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=_MOST_LINES)]


def _save(programme_id: str, script: str) -> None:
    page = visit()
    page.seen, page.refused = _told(script, "name"), ""
    with told():
        programme = service().library.open(person_id(), programme_id)
        try:
            lines, chapters = merged(programme, script)
        except ValueError:
            page.trouble = "A line of this script is too long to be kept. Part it into several (Enter), each a breath."
            return
        # What this window saved last is what it goes on from, also where it has not been shown that yet.
        follows = {_told(script, "of"), page.saved.get(programme_id, "")}
        try:
            after = service().editing.edit(person_id(), programme_id, lines, chapters=chapters, follows=follows)
        except ScriptChanged:
            page.refused = page.seen
            raise
        page.saved[programme_id] = after.script_state
        there = {kept.id: kept.line.text for kept in after.lines}
        page.shorter = {one: text for one, text in page.shorter.items() if there.get(one, text) != text}


def _told(script: str, name: str) -> str:
    """Return what the browser calls this state of the script (name), or the state that it was edited from (of)."""
    try:
        return str(json.loads(script)[name])
    except (ValueError, KeyError, TypeError):
        return ""


def _shorten(programme_id: str, line_id: str) -> None:
    with told(), st.spinner("Saying it shorter…"):
        visit().shorter[line_id] = service().editing.shorter(person_id(), programme_id, line_id)


def _shorter_price(programme: KeptProgramme) -> str:
    """Return what saying a line of the usual length shorter costs."""
    n_words = 25
    writing = Writing(material_words=n_words, n_sections=1, n_words=n_words)
    cost = service().planner.for_person(person_id()).writing_cost(programme.shape, writing)
    return "price unknown" if cost is None else words.dollars(cost).replace("\\", "")


def _line(kept: KeptLine, sources: dict[str, str]) -> dict[str, Any]:
    line = kept.line
    return {
        "id": kept.id,
        "text": line.text,
        "chapter": line.chapter,
        "speaker": line.speaker,
        "starred": line.is_starred,
        "state": kept.state.value,
        "trouble": (kept.trouble or "not said as written")
        if kept.state in {LineState.WRONG, LineState.FAILED}
        else None,
        "quotes": quotes_of(kept, sources),
    }


@cache
def _component() -> ComponentRenderer:
    html, css, js = ((_FOLDER / name).read_text("utf-8") for name in ("editor.html", "editor.css", "editor.js"))
    return st.components.v2.component("audiokit_script_editor", html=html, css=css, js=js)
