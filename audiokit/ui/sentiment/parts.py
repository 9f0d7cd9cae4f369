"""The parts of this page that run in the browser: a table, arcs, a transcript, statements with their places.

Their programs lie in ``browser/``, plain and unbuilt; this is the door to them. Each is told values and addresses,
never sound, and speaks to Python only where a person has decided something.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is
from audiokit.ui.player import script as player_script
from audiokit.ui.player import tones_css

__all__ = ["part", "program"]

_FOLDER = files("audiokit") / "ui" / "sentiment" / "browser"


def part(name: str, *, key: str, data: dict[str, Any], **on_change: Any) -> None:
    """Show a part with its data; ``on_change`` are the callbacks of what it tells, as ``on_open_change``."""
    _component(name)(key=key, data=as_it_is({"program": program(name), **data}), **on_change)


def program(name: str) -> str:
    """Return the address of a part's program, under the version that all modules of the page share."""
    return f"/api/assets/{_version()}/{name}.js"


@cache
def _component(name: str) -> ComponentRenderer:
    html, css, js = (_read(file) for file in (f"{name}.html", f"{name}.css", "sentiment_mount.js"))
    styles = "\n".join([_read("shared.css"), tones_css(), css])
    return st.components.v2.component(f"audiokit_sentiment_{name}", html=html, css=styles, js=js)


@cache
def _version() -> str:
    """Name this state of the browser's programs, which share a few modules with the player."""
    scripts = sorted((path for path in _FOLDER.iterdir() if path.name.endswith(".js")), key=lambda path: path.name)
    return sha256(b"".join([player_script("").encode(), *(path.read_bytes() for path in scripts)])).hexdigest()[:12]


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
