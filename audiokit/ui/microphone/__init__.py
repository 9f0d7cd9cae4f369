"""Readies the browser: says what stands in the way of recording, and opens the output before the first reply."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is
from audiokit.ui.player import script

__all__ = ["microphone"]


def microphone(*, key: str, instead: str = "type, or upload a recording") -> None:
    """Show a sentence if this browser cannot record here, else nothing; and open the output that replies come from.

    ``instead`` is what can be done without a microphone.
    """
    _component()(key=key, data=as_it_is({"player": script("player.js"), "instead": instead}))


@cache
def _component() -> ComponentRenderer:
    folder = files("audiokit") / "ui" / "microphone"
    html, css, js = ((folder / f"microphone.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("audiokit_microphone", html=html, css=css, js=js)
