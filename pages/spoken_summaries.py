"""Spoken Summaries: documents become programmes that are worth listening to."""

import streamlit as st

from audiokit.ui import notices, state
from audiokit.ui.summaries import draft, library, programme, visit

page = visit.visit()
top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
visit.tell(page)

opened = None
with notices.shown():
    opened = visit.programme(page)

with notices.shown():
    if opened is not None:
        with top:
            programme.back()
        programme.show(opened)
    elif page.programme_id == visit.NEW:
        with top:
            programme.back()
        st.title("New programme", anchor=False)
        draft.new()
    elif (found := library.found()) or page.sought:
        library.show(found)
    else:
        draft.empty()
if opened is None or not opened.lines:
    with top, st.container(width="content"):  # a line of its own where there is no room for both
        notices.engine(state.studio())
