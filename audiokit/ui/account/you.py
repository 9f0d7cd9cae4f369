"""Who I am here, and how I leave."""

from __future__ import annotations

import streamlit as st

from audiokit.people.persons import Person
from audiokit.people.roles import Role
from audiokit.settings import Mode
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import service, told

__all__ = ["show"]

_MAY = {
    Role.VIEWER: "You see, hear and export what is yours. To start something new, ask an admin for another role.",
    Role.MEMBER: "You may do everything with what is yours.",
    Role.ADMIN: "You look after this installation: its people, budgets and numbers, beside what is yours.",
}
_ALONE = "Nobody signs in on this machine: whoever is at it is you, and looks after it."
_EVERYWHERE = (
    "On this and every other device. Addresses of your sound and files, your podcast feed among them, lead nowhere "
    "any more; tokens of programs stay, and are revoked one by one."
)


def show() -> None:
    """Show who is here."""
    who = state.person()
    with st.container(border=True):
        st.subheader(widgets.plain(who.name), anchor=False)
        st.markdown(_facts(who))
        signs_in = state.studio().settings.mode is Mode.OIDC
        st.caption(_MAY[who.role] if signs_in else _ALONE)
        if signs_in:
            _leave(who)


def _facts(who: Person) -> str:
    role = f":material/badge: {who.role.value.capitalize()}"
    email = f":material/mail: {widgets.plain(who.email)}" if who.email else None
    team = f":material/groups: {widgets.plain(who.team)}" if who.team else None
    return "&emsp;".join(fact for fact in (email, role, team) if fact)


def _leave(who: Person) -> None:
    with st.container(horizontal=True):
        st.button("Sign out", on_click=st.logout, key="account.sign_out")
        with st.popover("Sign out everywhere", type="tertiary"):
            st.markdown(_EVERYWHERE)
            st.button(
                "Sign out everywhere", type="primary", key="account.everywhere", on_click=_everywhere, args=(who.id,)
            )


def _everywhere(person_id: str) -> None:
    with told():
        service().sign_out_everywhere(person_id, person_id)
