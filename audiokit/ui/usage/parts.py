"""The parts of this page that run in the browser: a table that is sorted and pressed, and budgets edited in place.

Their programs lie in ``browser/``, plain and unbuilt; how elements are made and mounted is Sentiment Analysis's.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is
from audiokit.ui.sentiment.parts import program as shared_program

__all__ = ["part"]

_UI = files("audiokit") / "ui"
_OURS, _SHARED = _UI / "usage" / "browser", _UI / "sentiment" / "browser"


def part(name: str, *, key: str, data: dict[str, Any], **on_change: Any) -> None:
    """Show a part with its data; ``on_change`` are the callbacks of what it tells, as ``on_pick_change``."""
    program = f"/api/assets/{_version()}/{name}.js"
    _component(name)(key=key, data=as_it_is({"program": program, **data}), **on_change)


@cache
def _component(name: str) -> ComponentRenderer:
    mount = (_SHARED / "sentiment_mount.js").read_text("utf-8")
    styles = [(_SHARED / "shared.css"), (_OURS / "usage_table.css"), (_OURS / f"{name}.css")]
    css = "\n".join(path.read_text("utf-8") for path in dict.fromkeys(styles))
    html = (_OURS / f"{name}.html").read_text("utf-8")
    return st.components.v2.component(f"audiokit_{name}", html=html, css=css, js=mount)


@cache
def _version() -> str:
    """Name this state of our programs and of those that they share."""
    scripts = sorted((path for path in _OURS.iterdir() if path.name.endswith(".js")), key=lambda path: path.name)
    shared = shared_program("making").encode()  # holds the version of what we import from there
    return sha256(b"".join([shared, *(path.read_bytes() for path in scripts)])).hexdigest()[:12]
