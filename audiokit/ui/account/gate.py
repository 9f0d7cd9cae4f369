"""What stands before every page where people sign in: nothing is drawn, and no service is asked, for anybody else."""

from __future__ import annotations

import streamlit as st

from audiokit.errors import AudiokitError
from audiokit.people.roles import Action, allows
from audiokit.settings import Mode
from audiokit.ui import state
from audiokit.ui.account.visitor import look_anew, somebody

__all__ = ["note", "refusal", "show"]

_STYLE = "<style>.st-key-gate { max-width: 26rem; margin: 16vh auto 0 } .st-key-gate p { text-align: center }</style>"
_LOOKS_ONLY = "You may look, listen and export here. To start something new, ask an admin for the role of a member."
_WELCOME = "Talk with a model by voice, turn documents into programmes, and hear what was felt. Sign in to begin."


def refusal() -> str | None:
    """Return in a sentence why whoever is here does not come in; None where they do."""
    studio = state.studio()
    if studio.settings.mode is Mode.SINGLE:
        return None
    if not somebody():
        return _WELCOME
    try:
        look_anew(studio)
        state.person()
    except AudiokitError as error:
        return str(error)
    return None


def note() -> None:
    """Tell whoever may not start anything so, above every page: the services would refuse them one by one."""
    try:
        may_start = allows(state.person(), Action.CALL_MODELS)
    except AudiokitError:  # the page says it
        return
    if not may_start:
        st.caption(f":material/visibility: {_LOOKS_ONLY}")


def show(sentence: str, logo: str) -> None:
    """Show the logo, one sentence and one button: to sign in, or as somebody else."""
    st.html(_STYLE)
    with st.container(key="gate", horizontal_alignment="center", gap="medium"):
        st.image(logo, width=200)
        st.markdown(sentence)
        if somebody():
            st.button("Sign in again", type="primary", on_click=st.logout, key="account.again")
        else:
            st.button("Sign in", type="primary", on_click=st.login, key="account.sign_in")
