"""All programmes of a person: found, sorted, opened, copied, removed."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import streamlit as st

from audiokit.summaries.formats import formats
from audiokit.summaries.kept import Heading, Progress
from audiokit.ui import widgets
from audiokit.ui.summaries import actions, words
from audiokit.ui.summaries.feed import feed
from audiokit.ui.summaries.visit import NEW, person_id, service, visit
from audiokit.usage.purse import Money

__all__ = ["badge", "found", "show"]

_AT_FIRST, _MORE = 20, 40
_STYLE = """<style>
[class*="st-key-summaries-open-"] :is(button, button p) { justify-content: start; text-align: left; }
</style>"""
_LATEST = "Latest first"
_ORDERS: MappingProxyType[str, tuple[Callable[[Heading], Any], bool]] = MappingProxyType(
    {
        _LATEST: (lambda heading: heading.updated_at, True),
        "Oldest first": (lambda heading: heading.created_at, False),
        "Title": (lambda heading: heading.title.casefold(), False),
        "Longest first": (lambda heading: heading.duration_s or 0.0, True),
        "Dearest first": (lambda heading: heading.spent.spent_nanousd, True),
    }
)


def show(found: tuple[Heading, ...]) -> None:
    """Show the programmes that were found, with what narrows and orders them."""
    page = visit()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Spoken Summaries", anchor=False, width="stretch")
        st.button(
            "New programme",
            type="primary",
            icon=":material/add:",
            key="summaries.new",
            on_click=actions.open_programme,
            args=(NEW,),
        )
    _narrow()
    if not found:
        st.caption("Nothing found. Fewer words find more: titles, documents and lines are looked through.")
    by, is_reversed = _ORDERS.get(page.order, _ORDERS[_LATEST])
    ordered = sorted(found, key=by, reverse=is_reversed)
    n_shown = _AT_FIRST + page.n_shown
    st.html(_STYLE)
    with st.container(gap="small"):
        for heading in ordered[:n_shown]:
            _row(heading)
    if len(ordered) > n_shown:
        st.button(f"Show {min(_MORE, len(ordered) - n_shown)} more", key="summaries.more", on_click=_show_more)
    feed()


def badge(state: Progress) -> str:
    """Return a state as a badge, with icon and words."""
    icon, name, colour = words.STATES[state]
    return f":{colour}-badge[{icon} {name}]"


def _narrow() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search",
            placeholder="Search titles, documents and lines",
            icon=":material/search:",
            label_visibility="collapsed",
            key="summaries.sought",
            on_change=_seek,
        )
        st.selectbox(
            "Order", list(_ORDERS), label_visibility="collapsed", key="summaries.order", width=170, on_change=_order
        )


def _row(heading: Heading) -> None:
    with (
        st.container(border=True, key=f"summaries.row.{heading.id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        with st.container(gap="xxsmall", width="stretch"):
            st.button(
                f"**{widgets.plain(heading.title) or 'Untitled programme'}**",
                type="tertiary",
                icon=words.FORMAT_ICONS.get(heading.format, ":material/headphones:"),
                key=f"summaries.open.{heading.id}",
                on_click=actions.open_programme,
                args=(heading.id,),
            )
            widgets.facts(*_facts(heading), badge=badge(heading.state))
        with st.popover("", icon=":material/more_vert:", type="tertiary", help="Duplicate or delete"):
            _manage(heading)


def _facts(heading: Heading) -> tuple[str | None, ...]:
    known = formats().get(heading.format)
    done = heading.state.is_under_way or heading.state is Progress.PAUSED
    return (
        known.title if known else heading.format,
        words.clock(heading.duration_s) if heading.duration_s else None,
        f"{heading.n_spoken} of {heading.n_lines} lines" if done and heading.n_lines else None,
        words.spent_in_short(heading.spent) if heading.duration_s or _has_cost(heading.spent) else None,
        f"{heading.updated_at.astimezone():%-d %b %Y, %H:%M}",
    )


def _has_cost(paid: Money) -> bool:
    return bool(paid.spent_nanousd or paid.n_unknown)


def _manage(heading: Heading) -> None:
    st.button(
        "Duplicate",
        icon=":material/content_copy:",
        width="stretch",
        help="Another one with the same documents and script: for another voice, format or language.",
        key=f"summaries.copy.{heading.id}",
        on_click=actions.duplicate,
        args=(heading.id,),
    )
    st.markdown("Its documents, script and sound are deleted for good. What it cost stays in the ledger.")
    st.button(
        "Delete for good",
        icon=":material/delete:",
        type="primary",
        width="stretch",
        key=f"summaries.remove.{heading.id}",
        on_click=actions.remove,
        args=(heading.id,),
    )


def found() -> tuple[Heading, ...]:
    """Return what is to be shown."""
    return service().library.headings(person_id(), visit().sought)


def _seek() -> None:
    visit().sought = st.session_state["summaries.sought"]


def _order() -> None:
    visit().order = st.session_state["summaries.order"]


def _show_more() -> None:
    visit().n_shown += _MORE
