"""Usage & Cost: what was spent, on what, how fast it was, and what may still be spent."""

import streamlit as st

from audiokit.ui import notices, state
from audiokit.ui.usage import shown, visit

page = visit.visit()
visit.tell(page)
with notices.shown():
    shown.show(page)
with st.container(width="content"):
    notices.engine(state.studio())
