"""Who did what: what concerns oneself, and for who may read it, all of it."""

from __future__ import annotations

import streamlit as st

from audiokit.people.addresses import audit_url
from audiokit.people.audit import FEED, Sighting
from audiokit.people.deleting import NOBODY
from audiokit.people.roles import Action
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import may

__all__ = ["show"]

_SHOWN = 100
_NONE = "Nothing has been noted yet."


def show() -> None:
    """Show the latest entries."""
    studio, who = state.studio(), state.person()
    of_all = may(Action.READ_AUDIT) and st.toggle("Everybody's", key="privacy.log.all")
    entries = studio.privacy.log(who.id, of_all=of_all)[:_SHOWN]
    names = {one.id: one.name for one in studio.persons.all()} if of_all else {who.id: "You"}
    if not entries:
        st.caption(_NONE)
        return
    st.link_button("Save all of it (CSV)", audit_url(studio.signer, who.id, of_all=of_all), icon=":material/table:")
    for entry in entries:
        st.markdown(_line(entry, names))


def _line(entry: Sighting, names: dict[str, str]) -> str:
    whose = f", {_named(entry.person_id, names)}'s" if entry.person_id not in {None, entry.actor_id} else ""
    facts = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in (entry.detail or {}).items())
    subject = f" ({entry.subject_kind})" if entry.subject_kind else ""
    told = f"{_named(entry.actor_id, names)} {entry.action}{subject}{whose}"
    at = f"{entry.at:%-d %B %Y, %H:%M} UTC"
    return f"{widgets.plain(told)}  \n:small[{widgets.plain(f'{at}. {facts}' if facts else at)}]"


def _named(person_id: str | None, names: dict[str, str]) -> str:
    ours = {NOBODY: "A rule here", FEED: "Whoever has the feed's address"}
    return (ours | names).get(person_id or "", "Somebody else")
