"""What the Account page remembers of a visit, typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from audiokit.errors import AudiokitError
from audiokit.people.roles import Action, allows
from audiokit.people.service import PeopleService
from audiokit.ui import state, widgets

__all__ = ["AccountPage", "may", "service", "tell", "told", "visit"]

_PAGE = "account"


@dataclass(slots=True)
class AccountPage:
    """``trouble`` and ``said`` are sentences on the last press of a button, until they have been shown.

    ``made`` is a token that was just made, which can be read this once.
    """

    trouble: str | None = None
    said: str | None = None
    made: str | None = None


def visit() -> AccountPage:
    """Return what this page remembers of this visit."""
    if _PAGE not in st.session_state:
        st.session_state[_PAGE] = AccountPage()
    page: AccountPage = st.session_state[_PAGE]
    return page


def service() -> PeopleService:
    """Return the service that knows people and tokens."""
    return state.studio().people


def may(action: Action) -> bool:
    """Whether who is here may do that; the service asks again."""
    return allows(state.person(), action)


@contextmanager
def told(said: str | None = None) -> Iterator[None]:
    """Say what was done, or make an error of ours the page's trouble, to be shown with the next run."""
    try:
        yield
        visit().said = said
    except AudiokitError as error:
        visit().trouble = str(error)


def tell() -> None:
    """Show what became of the last press of a button, once."""
    page = visit()
    with st.container():
        if page.trouble is not None:
            st.error(widgets.plain(page.trouble), icon=":material/error:")
    if page.said is not None:
        st.toast(widgets.plain(page.said), icon=":material/check_circle:")
    page.trouble = page.said = None
