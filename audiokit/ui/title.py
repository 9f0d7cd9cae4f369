"""Above the conversation: its name, and what can be done with the whole of it."""

from __future__ import annotations

import streamlit as st

from audiokit.converse.conversation import Conversation
from audiokit.people.addresses import export_url
from audiokit.ui import actions, state, widgets

__all__ = ["show"]


def show(conversation: Conversation) -> None:
    """Show the title, and let the conversation be renamed, exported and removed."""
    heading = conversation.heading
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        name, more = st.container(width="stretch"), st.container(width="content")
    name.title(widgets.plain(heading.title) or "New conversation", anchor=False)
    with more.popover("Manage", icon=":material/more_horiz:", type="tertiary"):
        field = f"record.title.{heading.id}"
        st.text_input(
            "Title",
            value=heading.title,
            max_chars=120,
            key=field,
            on_change=actions.rename,
            args=(heading.id,),
            kwargs={"field": field},
        )
        if conversation.answered:
            st.link_button(
                "Export everything",
                export_url(state.studio().signer, state.person().id, heading.id),
                icon=":material/folder_zip:",
                width="stretch",
                help="One ZIP: both voices, the whole conversation as one recording, and the words in five formats.",
            )
        st.divider()
        st.markdown("Its words and recordings are deleted for good. What it cost stays in the ledger.")
        st.button(
            "Remove for good",
            icon=":material/delete:",
            type="primary",
            key="record.remove",
            on_click=actions.remove,
            args=(heading.id,),
        )
