"""A programme before there is a script: its documents, its shape, and at the end what it will cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.ui.summaries import actions, shaping, sources, table, words
from audiokit.ui.summaries.visit import service, visit

__all__ = ["empty", "new", "show"]

_WAYS = {False: ":material/description: From documents", True: ":material/table_rows: From lines of your own"}
_SPLIT = {False: "One programme of all", True: "A programme of each"}


def empty() -> None:
    """Invite somebody who has no programme yet."""
    st.title("Listen to your documents", anchor=False)
    st.markdown(
        "Drop in papers, reports or chapters, and get a programme that is worth listening to: written from them, "
        "spoken, and checked word by word. You see the price before anything is paid for."
    )
    new()


def new() -> None:
    """Show a programme that is kept nowhere yet: it is from its first document on."""
    page = visit()
    way = "summaries.way"
    st.session_state[way] = page.of_lines
    st.segmented_control(
        "Make it from",
        [False, True],
        format_func=_WAYS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=way,
        on_change=_choose_way,
        args=(way,),
    )
    if page.of_lines:
        table.show()
        return
    sources.drop()
    with st.expander("Format, length and voices", icon=":material/tune:", expanded=page.programme_id is not None):
        shaping.show(None, page.shape)


def show(programme: KeptProgramme) -> None:
    """Show its documents and its shape, then what it will cost."""
    sources.drop()
    sources.rows(programme)
    st.subheader("What it is to be", anchor=False)
    with st.container(border=True):
        shaping.show(programme.id, programme.shape, is_script=False)
    _order(programme)


def _order(programme: KeptProgramme) -> None:
    """Show length and price in one line, the limit, and the two ways to begin."""
    unwritten = replace(programme, lines=(), chapters=())
    quote = service().planner.quote(unwritten)
    if not programme.taken:
        st.caption("Add a document, or set one to be summarised or read in full, and its price stands here.")
        return
    is_split = False
    if len(programme.sources) > 1 and programme.state is Progress.DRAFT:
        is_split = _split()
    with st.container(horizontal=True, vertical_alignment="center", key="summaries.quote"):
        if is_split:
            st.markdown(
                f"**{len(programme.taken)} programmes**, each about {words.length(programme.shape.minutes or 5)}"
            )
        else:
            st.markdown(f"about **{words.length(quote.minutes)}** · {quote.n_words} words · **{words.span(quote)}**")
    shaping.limit(programme)
    with st.container(horizontal=True):
        if is_split:
            _button(
                f"Generate {len(programme.taken)} programmes · {_each_price(unwritten)}", actions.make_each, programme
            )
        elif programme.lines:
            _button("Write the script again", partial(actions.write, goes_on=False), programme, is_first=False)
        else:
            _button(f"Generate · {words.on_button(quote)}", partial(actions.write, goes_on=True), programme)
            _button("Write the script first", partial(actions.write, goes_on=False), programme, is_first=False)
    if programme.lines:
        st.caption(
            "A new script takes the place of the one that is there, and of its sound. To hear the one that is there in "
            "other voices, choose them above, then generate its sound under Script."
        )


def _button(label: str, press: Callable[[str], None], programme: KeptProgramme, *, is_first: bool = True) -> None:
    st.button(
        label,
        type="primary" if is_first and not programme.can_go_on else "secondary",  # to go on is nearer then
        icon=":material/auto_awesome:" if is_first else ":material/edit_note:",
        help=None if is_first else "You can change every line before any sound is paid for.",
        key="summaries.generate" if is_first else "summaries.write",
        on_click=press,
        args=(programme.id,),
    )


def _each_price(programme: KeptProgramme) -> str:
    """Return what a programme of each document costs together."""
    total = 0
    for source in programme.taken:
        middle = service().planner.quote(replace(programme, sources=(source,))).middle_nanousd
        if middle is None:
            return "price unknown"
        total += middle
    return words.dollars(total) if total == 0 else f"≈ {words.dollars(total)}"


def _split() -> bool:
    field = "summaries.split"
    st.session_state[field] = visit().is_split
    chosen = st.segmented_control(
        "Of these documents make",
        [False, True],
        format_func=_SPLIT.__getitem__,
        required=True,
        key=field,
        on_change=_choose_split,
        args=(field,),
    )
    return bool(chosen)


def _choose_split(field: str) -> None:
    visit().is_split = bool(st.session_state[field])


def _choose_way(field: str) -> None:
    visit().of_lines = bool(st.session_state[field])
