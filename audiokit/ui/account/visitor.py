"""Who is here: whoever the signed cookie names, asked anew in each run whether they may still be."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from audiokit.errors import NotAllowed
from audiokit.people.persons import Person
from audiokit.people.signing_in import Identity, identity_of
from audiokit.studio import Studio

__all__ = ["look_anew", "signed_in", "somebody"]

_VISITOR = "account.visitor"
_NOBODY = "Sign in first."


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Whose visit this is, as the register knows them in this studio."""

    who: Identity
    person_id: str
    studio: Studio


def somebody() -> bool:
    """Return whether a cookie of ours says that somebody signed in; not whether they may come in."""
    return bool(st.user.to_dict().get("is_logged_in"))


def look_anew(studio: Studio) -> None:
    """Have what is asked next of whoever is here answered by what is kept now: another replica may have changed it."""
    known: _Visitor | None = st.session_state.get(_VISITOR)
    if known is not None:
        studio.persons.forget(known.person_id)


def signed_in(studio: Studio) -> Person:
    """Return who signed in; what this visit remembers goes where it is suddenly somebody else's.

    Raises:
        NotAllowed: nobody has, they are blocked, or they have been signed out everywhere since.
    """
    if not somebody():
        raise NotAllowed(_NOBODY)
    who = identity_of(st.user.to_dict(), studio.claim_rules)
    known: _Visitor | None = st.session_state.get(_VISITOR)
    if known is None or known.who != who or known.studio is not studio:
        if known is not None and (known.who.issuer, known.who.subject) != (who.issuer, who.subject):
            st.session_state.clear()
        known = _Visitor(who, studio.people.sign_in(who).id, studio)
        st.session_state[_VISITOR] = known
    return studio.persons.admit(known.person_id, who.at)
