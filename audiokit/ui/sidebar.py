"""Beside the conversation: who answers in which voice, what it has cost, and the other conversations."""

from __future__ import annotations

from functools import partial

import streamlit as st

from audiokit import money
from audiokit.converse.conversation import Conversation, State
from audiokit.ui import actions, state, widgets

__all__ = ["show"]

_SHOWN = 8  # conversations; more of them scroll
_LIST_PX = 320


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
    now = conversation.heading if conversation else state.record()
    conversation_id = conversation.heading.id if conversation else None
    keys = {"tier_key": f"record.tier.{conversation_id}", "voice_key": f"record.voice.{conversation_id}"}
    change = partial(actions.change_voice, conversation_id, **keys)
    widgets.tier_picker(state.studio(), now.tier, key=keys["tier_key"], on_change=change)
    widgets.voice_picker(state.studio(), now.tier, now.voice, key=keys["voice_key"], on_change=change)


def _figures(conversation: Conversation) -> None:
    """Show the time to the first sound of the last reply, and the cost of all turns."""
    costs = tuple(state.studio().converse.costs(conversation.heading.id).values())
    waits = [t.first_sound_ms for t in conversation.turns if t.first_sound_ms is not None]
    first, cost = st.columns(2)
    first.metric(
        "First sound",
        f"{waits[-1] / 1000:.2f} s" if waits else "none",
        help="From the request to the first piece of sound, as it reached the app.",
    )
    cost.metric("Cost so far", _sum(costs), help="By the usage that was reported, at the prices of the day.")


def _sum(costs: tuple[int | None, ...]) -> str:
    """Return the sum for people: at least what is known, where some is unknown."""
    known = [cost for cost in costs if cost is not None]
    if len(known) == len(costs):
        return money.show(sum(known))
    return f"over {money.show(sum(known))}" if any(known) else "unknown"


def _conversations(conversation: Conversation | None) -> None:
    """Show the latest conversations, and let the open one be removed."""
    open_id = conversation.heading.id if conversation else None
    st.markdown("##### Conversations")
    st.button(
        "New",
        icon=":material/add:",
        width="stretch",
        disabled=open_id is None,
        key="record.new",
        on_click=actions.open_conversation,
        args=(None,),
    )
    headings = state.studio().converse.headings(state.person().id)
    with st.container(gap="xxsmall", height=_LIST_PX if len(headings) > _SHOWN else "content", border=False):
        for heading in headings:
            st.button(
                widgets.plain(heading.title) or "Untitled",
                type="tertiary",
                disabled=heading.id == open_id,
                key=f"record.open.{heading.id}",
                on_click=actions.open_conversation,
                args=(heading.id,),
            )
    if open_id is not None:
        with st.popover("Remove this conversation", icon=":material/delete:", width="stretch"):
            st.markdown("Its words and recordings are deleted for good. What it cost stays in the ledger.")
            st.button("Remove for good", type="primary", key="record.remove", on_click=actions.remove, args=(open_id,))
