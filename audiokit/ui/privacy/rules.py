"""How long everybody's things are kept here, for who looks after the installation."""

from __future__ import annotations

import streamlit as st

from audiokit.people.retention import MOST_DAYS, Kind
from audiokit.ui import state
from audiokit.ui.account.visit import told
from audiokit.ui.privacy.words import KINDS

__all__ = ["show"]

_INTRO = "After so many days, things are deleted for good; empty keeps them. Everybody may have their own go sooner."
_AUDIT = "Empty keeps the log for good; where nobody has said anything, it is kept for 365 days."


def show() -> None:
    """Show a field for each kind."""
    kept = state.studio().privacy.retention.everybody()
    st.caption(_INTRO)
    for kind in Kind:
        key = f"privacy.here.{kind.value}"
        st.number_input(
            KINDS[kind],
            min_value=1,
            max_value=MOST_DAYS,
            value=kept[kind],
            placeholder="Kept for good",
            help=_AUDIT if kind is Kind.AUDIT else None,
            key=key,
            on_change=_keep_for,
            args=(kind, key),
        )


def _keep_for(kind: Kind, key: str) -> None:
    with told("From now on, for everybody. What is older goes within the hour."):
        state.studio().privacy.keep_for(state.person().id, kind, st.session_state[key])
