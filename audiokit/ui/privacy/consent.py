"""The text that somebody has to agree to before they record; in the place of the microphone until they do."""

from __future__ import annotations

import streamlit as st

from audiokit.ui import notices, state

__all__ = ["is_asked", "show"]


def is_asked() -> bool:
    """Whether whoever is here has to be asked first."""
    return state.studio().privacy.consent.is_needed(state.person().id)


def show() -> None:
    """Show the text and one button."""
    with st.container(border=True, key="consent"):
        st.subheader("Before you record", anchor=False)
        st.markdown(state.studio().privacy.consent.text or "")
        st.button("I agree", type="primary", on_click=_agree, key="consent.agree")
        st.caption("You can take this back at any time: Account, My data.")


def _agree() -> None:
    with notices.shown():
        state.studio().privacy.consent.agree(state.person().id)
