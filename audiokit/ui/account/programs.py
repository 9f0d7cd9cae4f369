"""My tokens: how programs read what is mine."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from audiokit.people.tokens import Scope, Token
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import service, told, visit

__all__ = ["show"]

_INTRO = "A program that shows one of your tokens reads what is yours, and nobody else's. It changes nothing."
_SCOPES = {
    Scope.READ: "Conversations, programmes and analyses",
    Scope.USAGE: "My usage and what it cost",
}
_ONCE = "Copy it now: it is kept nowhere, and cannot be shown again."
_LASTS_DAYS = 90


def show() -> None:
    """Show them, and a form for another one."""
    st.markdown(_INTRO)
    if (made := visit().made) is not None:
        visit().made = None
        with st.container(border=True):
            st.markdown(f"**Your new token.** {_ONCE}")
            st.code(made, language=None)
    _form()
    good = [one for one in service().own_tokens(state.person().id) if one.is_good(datetime.now(UTC))]
    for one in good:
        _row(one)
    if not good:
        st.caption("You have no tokens.")


def _form() -> None:
    with st.form("account.token", clear_on_submit=True, border=True):
        st.text_input("What it is for", key="account.token.name", placeholder="Nightly report", max_chars=80)
        st.pills(
            "It may read",
            list(_SCOPES),
            selection_mode="multi",
            default=[Scope.READ],
            format_func=_SCOPES.__getitem__,
            key="account.token.scopes",
        )
        today = datetime.now(UTC).date()
        st.date_input(
            "It ends on",
            value=today + timedelta(days=_LASTS_DAYS),
            min_value=today + timedelta(days=1),
            key="account.token.ends",
        )
        st.form_submit_button("Make a token", on_click=_make)


def _make() -> None:
    asked = st.session_state
    ends: date = asked["account.token.ends"]
    with told("The token is made."):
        _, visit().made = service().issue(
            state.person().id,
            str(asked["account.token.name"]),
            asked["account.token.scopes"] or [],
            datetime.combine(ends, time(), UTC),
        )


def _row(one: Token) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        used = "never used" if one.last_used_at is None else f"last used {one.last_used_at:%-d %B %Y, %H:%M} UTC"
        ends = "" if one.expires_at is None else f", ends {one.expires_at:%-d %B %Y}"
        reads = " and ".join(_SCOPES[scope].lower() for scope in sorted(one.scopes))
        st.markdown(f"**{widgets.plain(one.name)}**  \n:small[{reads}; {used}{ends}]", width="stretch")
        st.button("Revoke", key=f"account.revoke.{one.id}", on_click=_revoke, args=(one.id,))


def _revoke(token_id: str) -> None:
    with told("The token is revoked, and lets nobody in any more."):
        service().revoke(state.person().id, token_id)
