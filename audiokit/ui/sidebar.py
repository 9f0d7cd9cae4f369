"""Beside the conversation: how it is answered, what it costs, and the other conversations."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from audiokit import money
from audiokit.converse.conversation import Conversation
from audiokit.ui import actions, choices, state, talking, widgets

__all__ = ["show", "show_live"]

_SHOWN = 8  # conversations; more of them scroll
_LIST_PX = 320
_STYLE = """<style>
.st-key-record-conversations button { text-align: left; }
.st-key-record-open-OPEN button:disabled, .st-key-record-open-OPEN button:disabled p {
  color: inherit; font-weight: 650; opacity: 1;
}
</style>"""
"""The conversation that is open cannot be opened, and is the one that should stand out, not fade."""


def show(conversation: Conversation | None) -> None:
    """Show the cards beside a conversation that goes turn by turn."""
    with st.container(border=True):
        choices.show(conversation)
    _rest(conversation)


def show_live(conversation: Conversation) -> None:
    """Show the cards beside one that is had live."""
    with st.container(border=True):
        talking.choices(conversation)
    if any(turn.first_sound_ms for turn in conversation.turns):
        with st.container(border=True):
            talking.latencies(conversation)
    with st.container(border=True):
        _conversations(conversation)


def _rest(conversation: Conversation | None) -> None:
    if conversation is not None and conversation.answered:
        with st.container(border=True):
            _next_turn(conversation)
    with st.container(border=True):
        _conversations(conversation)


def _next_turn(conversation: Conversation) -> None:
    """Show what was spent, what the next turn costs in its parts, and what compacting would save."""
    costs = tuple(state.costs(conversation).values())
    waits = [t.first_sound_ms for t in conversation.turns if t.first_sound_ms is not None]
    outlook = state.outlook(conversation)
    cost, first = st.columns(2)
    cost.metric("Cost so far", _sum(costs), help="By the usage that was reported, at the prices of the day.")
    first.metric(
        "First sound",
        f"{waits[-1] / 1000:.2f} s" if waits else "none",
        help="From sending to the first piece of sound, as it reached the app.",
    )
    st.markdown(f"**Next turn** {widgets.price(outlook.quote)}".replace("$", r"\$"))
    widgets.parts(outlook.quote)
    if outlook.compact is not None:
        saving = "" if not outlook.saving_nanousd else f" · saves ≈ {money.show(outlook.saving_nanousd)}"
        st.button(
            f"Compact{saving}".replace("$", r"\$"),
            icon=":material/compress:",
            width="stretch",
            help="Each turn: earlier answers go along in words, no longer as sound. All can still be heard here.",
            key="record.compact",
            on_click=actions.compact,
            args=(conversation.heading.id,),
        )


def _sum(costs: tuple[int | None, ...]) -> str:
    """Return the sum for people: at least what is known, where some is unknown."""
    known = [cost for cost in costs if cost is not None]
    if len(known) == len(costs):
        return money.show(sum(known))
    return f"over {money.show(sum(known))}" if any(known) else "unknown"


def _conversations(conversation: Conversation | None) -> None:
    """Show the latest conversations, or those that are looked for."""
    open_id = conversation.heading.id if conversation else None
    title, new = st.columns([3, 2], vertical_alignment="center")
    title.markdown("##### Conversations")
    new.button(
        "New",
        icon=":material/add:",
        width="stretch",
        disabled=open_id is None,
        key="record.new",
        on_click=actions.open_conversation,
        args=(None,),
    )
    found = state.studio().converse.find(state.person().id, state.record().sought)
    if len(found) > 1 or state.record().sought:
        field = "record.sought"
        st.text_input(
            "Search",
            key=field,
            placeholder="Search titles and words",
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=actions.seek,
            kwargs={"field": field},
        )
    if not found and state.record().sought:
        st.caption("Nothing found. Fewer words find more.")
    st.html(_STYLE.replace("OPEN", open_id or "none"))
    height: int | Literal["content"] = _LIST_PX if len(found) > _SHOWN else "content"
    with st.container(gap="xxsmall", height=height, border=False, key="record-conversations"):
        for heading in found:
            st.button(
                widgets.plain(heading.title) or f"Untitled, {heading.updated_at.astimezone():%-d %b %H:%M}",
                type="tertiary",
                icon=":material/fork_right:" if heading.branched_from else None,
                disabled=heading.id == open_id,
                key=f"record.open.{heading.id}",
                on_click=actions.open_conversation,
                args=(heading.id,),
            )
