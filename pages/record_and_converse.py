"""Record & Converse: speak or type, be answered aloud, see the words and what it cost."""

import streamlit as st

from audiokit.ui import composer, dictation, notices, sidebar, state, talking, thread, title, ways
from audiokit.ui.privacy import consent

page, studio = state.record(), state.studio()
top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
with top:
    way = ways.show()
with st.bottom:  # where the button was that was pressed, however long the thread is
    notices.trouble(page)

if way is ways.Way.PROMPT:
    with top:
        notices.engine(studio)
    with notices.shown():
        dictation.show(studio.pipeline, on_send=ways.send_as_turn)
    st.stop()

conversation = None
with notices.shown():
    conversation = state.conversation(page)
if way is ways.Way.LIVE and conversation is None:
    with notices.shown():
        conversation = state.begun_for_live(page)

main, side = st.columns([2.7, 1], gap="large")
with main, notices.shown():  # first, so that a reply can be heard while the rest is drawn
    if conversation is not None and (conversation.turns or way is ways.Way.LIVE):
        heading, turns = st.container(), st.container()
        with turns:
            if way is ways.Way.LIVE:
                if consent.is_asked():
                    consent.show()
                else:
                    talking.show(conversation.heading)
            thread.show(conversation)
        with heading:
            title.show(conversation)
    else:
        thread.invitation()
with top:
    notices.engine(studio)
with side, notices.shown():
    if way is ways.Way.LIVE and conversation is not None:
        sidebar.show_live(conversation)
    else:
        sidebar.show(conversation)
if way is ways.Way.CONVERSE:
    with notices.shown():
        composer.show(conversation)
