"""Says, before anyone presses record in vain, that there is no microphone or no leave to use it, and what to do."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

__all__ = ["microphone"]


def microphone(*, key: str) -> None:
    """Show a sentence if this browser cannot record here; else nothing."""
    _component()(key=key)


@cache
def _component() -> ComponentRenderer:
    folder = files("audiokit") / "ui" / "microphone"
    html, css, js = ((folder / f"microphone.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("audiokit_microphone", html=html, css=css, js=js)
