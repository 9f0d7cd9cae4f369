"""Which pages there are, and the frame around them. A page is in the navigation once it exists, not before."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

__all__ = ["navigation"]

_STATIC = Path(__file__).resolve().parents[2] / "static"  # wherever the app was started


def navigation() -> StreamlitPage:
    """Set up the frame and return the page that was asked for."""
    st.set_page_config(page_title="audiokit", page_icon=str(_STATIC / "icon.svg"), layout="wide")
    st.logo(str(_STATIC / "logo.svg"), size="large")
    pages = [
        st.Page("pages/record_and_converse.py", title="Record & Converse", icon=":material/mic:", default=True),
    ]
    return st.navigation(pages, position="top")
