"""Record & Converse: speak or type, be answered aloud, see the words and what it cost."""

import streamlit as st

from audiokit.ui import composer, dictation, notices, sidebar, state, thread, title, ways

page, studio = state.record(), state.studio()
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    way = ways.show()
    notices.engine(studio)
notices.trouble(page)

if way is ways.Way.PROMPT:
    with notices.shown():
        dictation.show(studio.pipeline, on_send=ways.send_as_turn)
    st.stop()

conversation = None
with notices.shown():
    conversation = state.conversation(page)

main, side = st.columns([2.7, 1], gap="large")
with main, notices.shown():  # first, so that a reply can be heard while the rest is drawn
    if conversation is None or not conversation.turns:
        thread.invitation()
    else:
        title.show(conversation)
        thread.show(conversation)
with side, notices.shown():
    sidebar.show(conversation)
with notices.shown():
    composer.show(conversation)
