"""The lines of a programme beside its sound: click to hear one, its source, and what was not said as written."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit import money
from audiokit.people.addresses import clip_url
from audiokit.summaries.kept import KeptProgramme, Placed
from audiokit.summaries.script import KeptLine, LineState
from audiokit.ui import state
from audiokit.ui.passing import as_it_is
from audiokit.ui.summaries import actions
from audiokit.ui.summaries.visit import person_id, service

__all__ = ["quotes_of", "reader"]

_FOLDER = files("audiokit") / "ui" / "summaries" / "reader"
_WAV = "audio/wav"
_TO_REDO = frozenset({LineState.WRONG, LineState.FAILED})


def reader(programme: KeptProgramme, *, key: str, is_growing: bool = False) -> None:
    """Show the lines; while it ``is_growing``, those that are made are played one by one from here."""
    recording = None if is_growing else programme.recording
    places = {mark.line_id: mark for mark in recording.marks} if recording else {}
    sources = {source.id: source.title or source.name for source in programme.sources}
    shown = {
        "programme": programme.id,
        "digest": recording.clip_digest if recording else None,
        "growing": is_growing,
        "chapters": list(programme.chapters),
        "lines": [
            _line(programme, kept, places.get(kept.id), sources, is_growing=is_growing) for kept in programme.lines
        ],
    }

    def pressed(name: str) -> str | None:
        line_id = st.session_state[key].get(name)
        return None if line_id is None else str(line_id)

    def redo() -> None:
        if line_id := pressed("redo"):
            actions.redo(programme.id, [line_id])

    def accept() -> None:
        if line_id := pressed("accept"):
            actions.accept(programme.id, line_id)

    _component()(key=key, data=as_it_is(shown), on_redo_change=redo, on_accept_change=accept)


def quotes_of(kept: KeptLine, sources: dict[str, str]) -> list[list[str]]:
    """Return where a line comes from: mark, document and words of each passage."""
    return [[one.mark, sources.get(one.source_id, "a document"), one.quote] for one in kept.line.support]


def _line(
    programme: KeptProgramme, kept: KeptLine, place: Placed | None, sources: dict[str, str], *, is_growing: bool
) -> dict[str, Any]:
    personas, line = programme.shape.personas, kept.line
    at_s = place.start_s if place else 0.0
    timed = kept.timings if place or is_growing else ()
    is_wrong = kept.state in _TO_REDO
    return {
        "id": kept.id,
        "text": line.text,
        "chapter": line.chapter,
        "speaker": line.speaker,
        "who": personas[line.speaker].name if 1 < len(personas) > line.speaker else None,
        "start": round(place.start_s, 2) if place else None,
        "url": clip_url(state.studio().signer, person_id(), kept.clip_digest, _WAV)
        if is_growing and kept.clip_digest
        else None,
        "words": [[word.text, round(at_s + word.start_s, 2)] for word in timed],
        "quotes": quotes_of(kept, sources),
        "trouble": (kept.trouble or "It is not what was written.") if is_wrong else None,
        "heard": kept.heard if is_wrong else None,
        "price": _price(programme, kept) if is_wrong and not is_growing else None,
    }


def _price(programme: KeptProgramme, kept: KeptLine) -> str:
    """Return what it costs to say a line again, which the better model does."""
    planner, shape = service().planner.for_person(person_id()), programme.shape
    cost = planner.line_cost(shape, kept.line.text, planner.pace(shape).seconds_of([kept.line]), is_starred=True)
    return "price unknown" if cost is None else money.show(cost) if cost == 0 else f"≈ {money.show(cost)}"


@cache
def _component() -> ComponentRenderer:
    html, css, js = ((_FOLDER / name).read_text("utf-8") for name in ("reader.html", "reader.css", "reader.js"))
    return st.components.v2.component("audiokit_reader", html=html, css=css, js=js)
