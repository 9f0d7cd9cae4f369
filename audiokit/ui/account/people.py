"""Everybody here, for admins: what they may do, their teams, and who is kept out."""

from __future__ import annotations

import streamlit as st

from audiokit.people.persons import LOCAL, Person
from audiokit.people.roles import Role
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import service, told

__all__ = ["show"]

_MOST = 25
_NOBODY = "Nobody has signed in yet."


def show() -> None:
    """Show those who are looked for, who came first first."""
    everybody = [one for one in service().all(state.person().id) if one.id != LOCAL.id]
    if not everybody:
        st.caption(_NOBODY)
        return
    sought = ""
    if len(everybody) > _MOST:
        sought = st.text_input("Find a person", key="account.sought", placeholder="Name, e-mail address or team")
    found = [one for one in everybody if _matches(one, sought)]
    for one in found[:_MOST]:
        _row(one)
    if len(found) > _MOST:
        st.caption(f"{len(found) - _MOST} more. Look for a name to see them.")


def _matches(one: Person, sought: str) -> bool:
    words = " ".join(filter(None, (one.name, one.email, one.team))).casefold()
    return all(part in words for part in sought.casefold().split())


def _row(one: Person) -> None:
    with st.container(border=True, key=f"person-{one.id}"):
        name, role, team, more = st.columns([2.2, 1.2, 1.4, 0.6], vertical_alignment="bottom")
        name.markdown(_named(one))
        role.selectbox(
            "Role",
            list(Role),
            index=list(Role).index(one.role),
            format_func=str.capitalize,
            key=f"account.role.{one.id}.{one.role}",
            on_change=_set_role,
            args=(one,),
        )
        team.text_input(
            "Team", value=one.team or "", key=f"account.team.{one.id}.{one.team}", on_change=_set_team, args=(one,)
        )
        with more.popover("", icon=":material/more_horiz:", help=f"More about {widgets.plain(one.name)}"):
            _more(one)


def _named(one: Person) -> str:
    blocked = " :red-badge[Blocked]" if one.is_blocked else ""
    fixed = " :gray-badge[Role given here]" if one.is_role_fixed else ""
    seen = f"signed in {one.seen_at:%-d %B %Y}" if one.seen_at else "not signed in yet"
    email = f"{widgets.plain(one.email)}, " if one.email else ""
    return f"**{widgets.plain(one.name)}**{blocked}{fixed}  \n:small[{email}{seen}]"


def _more(one: Person) -> None:
    if one.is_blocked:
        st.button("Unblock", key=f"account.unblock.{one.id}", on_click=_unblock, args=(one,))
    else:
        st.button("Block", key=f"account.block.{one.id}", on_click=_block, args=(one,))
    st.button("Sign out everywhere", key=f"account.out.{one.id}", on_click=_sign_out, args=(one,))
    if one.is_role_fixed:
        st.button("Let the provider say the role", key=f"account.free.{one.id}", on_click=_release, args=(one,))


def _set_role(one: Person) -> None:
    role = Role(st.session_state[f"account.role.{one.id}.{one.role}"])
    with told(f"{one.name} is {'an' if role is Role.ADMIN else 'a'} {role.value} from now on."):
        service().set_role(state.person().id, one.id, role)


def _set_team(one: Person) -> None:
    team = str(st.session_state[f"account.team.{one.id}.{one.team}"])
    with told(f"{one.name} is in the team {team}." if team.strip() else f"{one.name} is in no team."):
        service().set_team(state.person().id, one.id, team)


def _block(one: Person) -> None:
    with told(f"{one.name} is kept out from now on. What is theirs stays."):
        service().block(state.person().id, one.id)


def _unblock(one: Person) -> None:
    with told(f"{one.name} may come in again."):
        service().unblock(state.person().id, one.id)


def _sign_out(one: Person) -> None:
    with told(f"{one.name} has been signed out everywhere."):
        service().sign_out_everywhere(state.person().id, one.id)


def _release(one: Person) -> None:
    with told(f"The provider says what {one.name} may do, from the next time that they sign in."):
        service().release_role(state.person().id, one.id)
