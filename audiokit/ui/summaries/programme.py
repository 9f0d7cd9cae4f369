"""One programme: its name, the sides of it that there are by now, and the one that is shown."""

from __future__ import annotations

import streamlit as st

from audiokit.summaries.formats import formats
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.ui import widgets
from audiokit.ui.summaries import actions, draft, going, listen, script, words
from audiokit.ui.summaries.library import badge
from audiokit.ui.summaries.visit import View, visit

__all__ = ["back", "show"]

_SHORT = 40  # characters of a title; a longer one would fill a phone

_VIEWS = {
    View.SOURCES: ":material/description: Documents",
    View.SCRIPT: ":material/edit_note: Script",
    View.LISTEN: ":material/headphones: Listen",
}


def back() -> None:
    """Lead back to the library."""
    st.button(
        "All programmes",
        type="tertiary",
        icon=":material/arrow_back:",
        key="summaries.back",
        on_click=actions.open_programme,
        args=(None,),
    )


def show(programme: KeptProgramme) -> None:
    """Show a programme as far as it has come."""
    _heading(programme)
    if programme.state.is_under_way:
        going.show(programme)
        return
    if programme.state in {Progress.PAUSED, Progress.FAILED}:
        going.stopped(programme)
    view = _choose(programme)
    if view is View.LISTEN:
        listen.show(programme)
    elif view is View.SCRIPT:
        script.show(programme)
    else:
        draft.show(programme)


def _heading(programme: KeptProgramme) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        name, more = st.container(width="stretch", gap="xxsmall"), st.container(width="content")
    with name:
        heading = st.title if len(programme.title) <= _SHORT else st.header
        heading(widgets.plain(programme.title) or "New programme", anchor=False)
        known = formats().get(programme.shape.format)
        length = words.clock(programme.recording.duration_s) if programme.recording else None
        paid = words.spent(programme.money) if programme.money.high_nanousd is not None else None
        if programme.lines or programme.state is not Progress.DRAFT:
            widgets.facts(known.title if known else None, length, paid, badge=badge(programme.state))
    with more, st.popover("Manage", icon=":material/more_horiz:", type="tertiary"):
        _manage(programme)


def _manage(programme: KeptProgramme) -> None:
    field = f"summaries.title.{programme.id}"
    st.text_input(
        "Title", value=programme.title, max_chars=120, key=field, on_change=actions.rename, args=(programme.id, field)
    )
    st.button(
        "Duplicate",
        icon=":material/content_copy:",
        width="stretch",
        help="Another one with the same documents and script: for another voice, format or language.",
        key="summaries.duplicate",
        on_click=actions.duplicate,
        args=(programme.id,),
    )
    st.divider()
    st.markdown("Its documents, script and sound are deleted for good. What it cost stays in the ledger.")
    st.button(
        "Delete for good",
        icon=":material/delete:",
        type="primary",
        key="summaries.remove",
        on_click=actions.remove,
        args=(programme.id,),
    )


def _choose(programme: KeptProgramme) -> View:
    """Let the person choose a side, where there is more than one; the furthest is shown first."""
    there = [View.SOURCES]
    if programme.lines:
        there.append(View.SCRIPT)
    if programme.recording is not None:
        there.append(View.LISTEN)
    asked = visit().view
    first = View.SCRIPT if programme.state is Progress.WRITTEN else there[-1]
    shown = asked if asked in there else first
    if len(there) == 1:
        return shown
    field = f"summaries.view.{programme.id}"
    st.session_state[field] = shown
    st.segmented_control(
        "Show",
        there,
        format_func=_VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=field,
        on_change=_look_at,
        args=(programme.id, field),
    )
    return shown


def _look_at(programme_id: str, field: str) -> None:
    if (view := st.session_state[field]) is not None:
        visit().show(programme_id, view)
