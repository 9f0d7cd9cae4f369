"""The Account page put together: one part of it at a time, and only those that a person may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from audiokit.people.roles import Action
from audiokit.ui.account import people, programs, you
from audiokit.ui.account.visit import may, tell
from audiokit.ui.privacy import log, mine, rules

__all__ = ["PARTS", "Part", "show"]

_KEY = "part"  # in the address, too


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page; whoever may not do ``needs`` does not see it."""

    title: str
    show: Callable[[], None]
    needs: Action = Action.SEE_OWN


PARTS: tuple[Part, ...] = (
    Part("You", you.show),
    Part("My data", mine.show),
    Part("Tokens", programs.show, Action.HAVE_TOKENS),
    Part("People", people.show, Action.MANAGE_PEOPLE),
    Part("Retention", rules.show, Action.SET_RETENTION),
    Part("Log", log.show),
)


def show() -> None:
    """Show the part that was chosen."""
    st.title("Account", anchor=False)
    tell()
    parts = {part.title: part for part in PARTS if may(part.needs)}
    chosen = st.segmented_control(
        "Part of this page",
        list(parts),
        default=next(iter(parts)),
        required=True,
        key=_KEY,
        label_visibility="collapsed",
        bind="query-params",
    )
    parts.get(chosen or "", next(iter(parts.values()))).show()
