"""Which pages there are, and the frame around them. A page is in the navigation once it exists, not before."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.pages_manager import PagesManager

from audiokit.ui.account import gate
from audiokit.ui.usage import pill

__all__ = ["navigation", "only_ours"]

_STYLE = """<style>
#stFloatingOverlayPortal, .stDialog { color-scheme: light dark; }
[data-testid=stBaseButton-primary]:enabled:not(:hover, :active) { color: light-dark(#fff, #0F0E17); }
@media (max-width: 640px) {
  [role=radiogroup]:has(> [data-variant=segmented_control]) {
    flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none;
  }
  [role=radiogroup] > [data-variant=segmented_control] { flex-shrink: 0; padding-inline: .5rem; }
}
</style>"""
"""What the theme cannot say: white on the dark theme's lighter violet is hard to read (3.3:1), until it darkens; a row
that is wider than a phone is pushed along, not broken in two."""

_STATIC = Path(__file__).resolve().parents[2] / "static"  # wherever the app was started


def navigation() -> StreamlitPage:
    """Set up the frame and return the page that was asked for; whoever may not come in is told so in its place."""
    st.set_page_config(page_title="audiokit", page_icon=str(_STATIC / "icon.svg"), layout="wide")
    st.html(_STYLE)
    st.logo(str(_STATIC / "logo.svg"), size="large")
    usage = st.Page("pages/usage_and_cost.py", title="Usage & Cost", icon=":material/bar_chart:")
    pages = [
        st.Page("pages/record_and_converse.py", title="Record & Converse", icon=":material/mic:", default=True),
        st.Page("pages/spoken_summaries.py", title="Spoken Summaries", icon=":material/headphones:"),
        st.Page("pages/sentiment_analysis.py", title="Sentiment Analysis", icon=":material/sentiment_satisfied:"),
        usage,
        st.Page("pages/account.py", title="Account", icon=":material/account_circle:"),
    ]
    refusal = gate.refusal()
    page = st.navigation(pages, position="top" if refusal is None else "hidden")
    if refusal is not None:
        gate.show(refusal, str(_STATIC / "logo.svg"))
        st.stop()
    pill.show(usage)
    gate.note()
    return page


def only_ours() -> None:
    """Tell Streamlit that ``pages/`` is ours to show: else the first visit at a page's own address is without a frame.

    It finds out by itself at the first call of ``st.navigation``, in whichever visit that is.
    """
    PagesManager.uses_pages_directory = False
