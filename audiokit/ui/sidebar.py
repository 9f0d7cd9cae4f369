"""Beside the conversation: who answers in which voice, what it has cost, and the other conversations."""

from __future__ import annotations

import streamlit as st

from audiokit import money
from audiokit.converse.conversation import Conversation, State
from audiokit.ui import state, widgets

__all__ = ["show"]


def show(conversation: Conversation | None) -> None:
    """Show the cards."""
    with st.container(border=True):
        _voice(conversation)
    if conversation is not None and any(turn.state is State.ANSWERED for turn in conversation.turns):
        with st.container(border=True):
            _figures(conversation)
    with st.container(border=True):
        _conversations(conversation)


def _voice(conversation: Conversation | None) -> None:
    studio, page = state.studio(), state.record()
    now = conversation.heading if conversation else page
    name = conversation.heading.id if conversation else "new"
    tier = widgets.tier_picker(studio, now.tier, key=f"record.tier.{name}")
    voice = widgets.voice_picker(studio, tier, now.voice, key=f"record.voice.{name}")
    if (voice, tier) == (now.voice, now.tier):
        return
    page.voice, page.tier = voice, tier
    if conversation is not None:
        studio.converse.speak_as(state.person().id, conversation.heading.id, voice=voice, tier=tier)
    st.rerun()


def _figures(conversation: Conversation) -> None:
    """Show the time to the first sound of the last reply, and the cost of all turns."""
    costs = tuple(state.studio().converse.costs(conversation.heading.id).values())
    waits = [t.first_sound_ms for t in conversation.turns if t.first_sound_ms is not None]
    first, cost = st.columns(2)
    first.metric("First sound", f"{waits[-1] / 1000:.2f} s" if waits else "none", help="From sending to hearing.")
    cost.metric("Cost so far", _sum(costs), help="By the usage that was reported, at the prices of the day.")


def _sum(costs: tuple[int | None, ...]) -> str:
    """Return the sum for people: at least what is known, where some is unknown."""
    known = [cost for cost in costs if cost is not None]
    if len(known) == len(costs):
        return money.show(sum(known))
    return f"over {money.show(sum(known))}" if any(known) else "unknown"


def _conversations(conversation: Conversation | None) -> None:
    """Show the latest conversations, and let the open one be removed."""
    page, person = state.record(), state.person()
    headings = state.studio().converse.headings(person.id)
    st.markdown("##### Conversations")
    if st.button("New", icon=":material/add:", width="stretch", disabled=conversation is None, key="record.new"):
        page.show(None)
        st.rerun()
    with st.container(gap="xxsmall"):
        for heading in headings[:8]:
            is_open = conversation is not None and heading.id == conversation.heading.id
            name = (heading.title or "Untitled").replace("$", r"\$")
            if st.button(name, type="tertiary", disabled=is_open, key=f"record.open.{heading.id}"):
                page.show(heading.id)
                st.rerun()
    if conversation is not None:
        with st.popover("Remove this conversation", icon=":material/delete:", width="stretch"):
            st.markdown("Its words and recordings are deleted for good. What it cost stays in the ledger.")
            if st.button("Remove for good", type="primary", key="record.remove"):
                state.studio().converse.remove(person.id, conversation.heading.id)
                page.show(None)
                st.rerun()
