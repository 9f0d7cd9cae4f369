"""Parts of pages that run in the browser: how they are mounted, styled and named, for every room that has some.

A room's programs lie in its ``browser/``, plain and unbuilt: for each part an ``html``, a ``css`` and a ``js`` of its
name. What all rooms share, which is how elements are made and what fields and buttons look like, is in ``ui/browser/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is
from audiokit.ui.player import script as player_script

__all__ = ["Parts"]

_UI = files("audiokit") / "ui"
_SHARED = _UI / "browser"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one room; ``styles`` are files beneath ``ui/`` that all of them take beside their own."""

    room: str
    styles: tuple[str, ...] = ()

    def show(self, name: str, *, key: str, data: dict[str, Any], **on_change: Any) -> None:
        """Show a part with its data; ``on_change`` are the callbacks of what it tells, as ``on_open_change``."""
        program = f"/api/assets/{_version(self.room)}/{name}.js"
        _component(self, name)(key=key, data=as_it_is({"program": program, **data}), **on_change)


def _of(room: str) -> Traversable:
    return _UI / room / "browser"


@cache
def _component(parts: Parts, name: str) -> ComponentRenderer:
    folder = _of(parts.room)
    styles = [_SHARED / "shared.css", *(_UI / style for style in parts.styles), folder / f"{name}.css"]
    css = "\n".join(path.read_text("utf-8") for path in dict.fromkeys(styles))
    html, mount = ((folder / f"{name}.html").read_text("utf-8"), (_SHARED / "part_mount.js").read_text("utf-8"))
    return st.components.v2.component(f"audiokit_{parts.room}_{name}", html=html, css=css, js=mount)


@cache
def _version(room: str) -> str:
    """Name this state of a room's programs, which share a few modules with all others and with the player."""
    scripts = (path.read_bytes() for folder in (_SHARED, _of(room)) for path in _scripts(folder))
    return sha256(b"".join([player_script("").encode(), *scripts])).hexdigest()[:12]


def _scripts(folder: Traversable) -> Iterator[Traversable]:
    found = (path for path in folder.iterdir() if path.name.endswith(".js"))
    yield from sorted(found, key=lambda path: path.name)
