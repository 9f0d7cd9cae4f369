"""Record & Converse: speak or type, be answered aloud, see the words and what it cost."""

import streamlit as st

from audiokit.ui import composer, notices, sidebar, state, thread

notices.engine(state.studio())
conversation = None
with notices.shown():
    conversation = state.conversation(state.record())

main, side = st.columns([2.7, 1], gap="large")
with side:
    sidebar.show(conversation)
with main:
    if conversation is None or not conversation.turns:
        thread.invitation(conversation)
    else:
        thread.show(conversation)
composer.show(conversation)
