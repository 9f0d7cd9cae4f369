"""Sentiment Analysis: what was felt, when, by whom, with the proof beside it."""

import streamlit as st

from audiokit.ui import notices, state
from audiokit.ui.sentiment import batch, gathering, library, recording, visit

page = visit.visit()
top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
visit.tell(page)

opened_batch = opened = None
with notices.shown():
    opened = visit.recording(page)
with notices.shown():
    opened_batch = visit.batch(page) if opened is None else None

with notices.shown():
    if opened is not None:
        with top:
            recording.back(opened)
        recording.show(opened)
    elif opened_batch is not None:
        with top:
            batch.back()
        batch.show(opened_batch)
    elif page.batch_id == visit.NEW:
        with top:
            batch.back()
        st.title("New analysis", anchor=False)
        gathering.new()
    elif (found := library.found()) or page.sought:
        library.show(found)
    else:
        gathering.empty()
if opened is None:
    with top, st.container(width="content"):  # a line of its own where there is no room for both
        notices.engine(state.studio())
