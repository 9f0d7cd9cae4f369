"""All batches of a person: found, opened, removed."""

from __future__ import annotations

import streamlit as st

from audiokit.sentiment.batches import BatchHeading
from audiokit.ui import widgets
from audiokit.ui.sentiment import actions, words
from audiokit.ui.sentiment.visit import NEW, person_id, service, visit

__all__ = ["found", "show", "title_of"]

_STYLE = """<style>
[class*="st-key-sentiment-open-"] :is(button, button p) { justify-content: start; text-align: left; }
</style>"""
_NAME_LENGTH = 24  # characters, of each of several names
_NAMES = 3


def found() -> tuple[BatchHeading, ...]:
    """Return what is to be shown."""
    return service().library.batches(person_id(), visit().sought)


def show(found: tuple[BatchHeading, ...]) -> None:
    """Show the batches that were found."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Sentiment Analysis", anchor=False, width="stretch")
        st.button(
            "New analysis",
            type="primary",
            icon=":material/add:",
            key="sentiment.new",
            on_click=actions.open_batch,
            args=(NEW,),
        )
    st.caption(words.STANDING)
    st.text_input(
        "Search",
        placeholder="Search titles, file names and what was said",
        icon=":material/search:",
        label_visibility="collapsed",
        key="sentiment.sought",
        on_change=_seek,
    )
    if not found:
        st.caption("Nothing found. Fewer words find more: titles, file names and what was said are looked through.")
    st.html(_STYLE)
    with st.container(gap="small"):
        for heading in found:
            _row(heading)


def title_of(title: str, names: tuple[str, ...]) -> str:
    """Return what a batch is called: by its title, else by its files."""
    if title or not names:
        return title or "Recordings"
    rest = len(names) - _NAMES
    shown = ", ".join(_short(name) for name in names[:_NAMES])
    return names[0] if len(names) == 1 else f"{shown} and {rest} more" if rest > 0 else shown


def _short(name: str) -> str:
    """Return a file's name without its middle, where it is long: the beginning and the end tell files apart."""
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH // 2]}…{name[-_NAME_LENGTH // 2 :]}"


def _row(heading: BatchHeading) -> None:
    with (
        st.container(border=True, key=f"sentiment.row.{heading.id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        with st.container(gap="xxsmall", width="stretch"):
            st.button(
                f"**{widgets.plain(title_of(heading.title, heading.names))}**",
                type="tertiary",
                icon=":material/graphic_eq:",
                key=f"sentiment.open.{heading.id}",
                on_click=actions.open_batch,
                args=(heading.id,),
            )
            widgets.facts(*_facts(heading), badge=_badge(heading))
        with st.popover("", icon=":material/more_vert:", type="tertiary", help="Delete"):
            st.markdown("Its recordings and everything read from them are deleted for good. What it cost stays.")
            st.button(
                "Delete for good",
                icon=":material/delete:",
                type="primary",
                width="stretch",
                key=f"sentiment.remove.{heading.id}",
                on_click=actions.remove,
                args=(heading.id,),
            )


def _facts(heading: BatchHeading) -> tuple[str | None, ...]:
    return (
        words.many(heading.n_recordings, "recording"),
        words.clock(heading.duration_s) if heading.duration_s else None,
        words.spent_in_short(heading.money) if heading.n_done else None,
        f"{heading.updated_at.astimezone():%-d %b %Y, %H:%M}",
    )


def _badge(heading: BatchHeading) -> str:
    if heading.is_under_way:
        return ":blue-badge[:material/graphic_eq: Analysing]"
    if heading.n_failed:
        return f":red-badge[:material/error: {heading.n_failed} failed]"
    if heading.n_done == heading.n_recordings:
        return ":green-badge[:material/check_circle: Done]"
    if heading.n_done:
        return f":orange-badge[:material/pause_circle: {heading.n_done} of {heading.n_recordings} done]"
    return ":gray-badge[:material/edit_note: Not begun]"


def _seek() -> None:
    visit().sought = st.session_state["sentiment.sought"]
