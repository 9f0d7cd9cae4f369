"""A conversation on the page: each turn with its player, words and facts, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from audiokit import money
from audiokit.audio.reading.sniff import Container
from audiokit.converse.conversation import Conversation, KeptTurn, Speaker, State
from audiokit.errors import AudiokitError
from audiokit.people.addresses import clip_url, live_url, words_url
from audiokit.ui import actions, state, widgets
from audiokit.ui.player import LivePlayer, PlayerClip, player

__all__ = ["invitation", "show"]

_AVATARS = {Speaker.PERSON: ":material/person:", Speaker.MODEL: ":material/graphic_eq:"}
_EXAMPLES = ("What can you do?", "What is twelve times seven?", "What day is it today?")
_NAMES = {Speaker.PERSON: "user", Speaker.MODEL: "assistant"}
_EXTENSIONS = {container.media_type: container.extension for container in Container}
_CAN_BE_SENT = {State.RECORDED, State.FAILED}
_CAN_BE_REMOVED = _CAN_BE_SENT | {State.UNUSABLE}


def show(conversation: Conversation) -> None:
    """Show every turn in order; under a reply stands what it and the question before it cost together."""
    costs = state.studio().converse.costs(conversation.heading.id)
    asked: str | None = None
    st.title(widgets.plain(conversation.heading.title) or "New conversation", anchor=False)
    for number, turn in enumerate(conversation.turns, 1):
        with st.chat_message(_NAMES[turn.speaker], avatar=_AVATARS[turn.speaker]):
            if turn.speaker is Speaker.PERSON:
                asked = turn.id
                _said(conversation, turn, f"Your turn {number}", costs.get(turn.id, 0))
            else:
                _answered(conversation, turn, f"Reply {number}", _cost(costs, asked))


def invitation() -> None:
    """Stand where the first turn will be: what to do, and three things to try."""
    st.title("Say something", anchor=False)
    st.markdown("Press the microphone below and speak, or try one of these:")
    with st.container(horizontal=True):
        for words in _EXAMPLES:
            st.button(words, key=f"record.example.{words}", on_click=actions.begin_with, args=(words,))


def _said(conversation: Conversation, turn: KeptTurn, label: str, cost: int | None) -> None:
    """Show the person's turn; what it cost stands under its reply, or here if there is none."""
    _player(turn, label=label)
    spent = _cost({turn.id: cost}, turn.id) if turn.state is State.FAILED and cost != 0 else None
    changes = f"for the model: {', '.join(turn.changes)}" if turn.changes else None
    widgets.chips(_seconds(turn.duration_s), spent, changes)
    _advice(turn)
    if turn.failure:
        st.error(turn.failure, icon=":material/error:")
    if turn.state in _CAN_BE_REMOVED:
        _actions(conversation, turn)


def _advice(turn: KeptTurn) -> None:
    """Say what would make a recording better while it can still be made again; afterwards, quietly, what was so."""
    if turn.state is not State.RECORDED:
        widgets.chips(*turn.notes)
        return
    for sentence in turn.notes:
        st.warning(sentence, icon=":material/graphic_eq:")


def _answered(conversation: Conversation, turn: KeptTurn, label: str, cost: str | None) -> None:
    """Show the model's turn; it is the same player while it grows and when it is whole."""
    _player(turn, label=label)
    if turn.state is State.SENDING:
        _watch(conversation.heading.id, turn.id)
        return
    first = None if turn.first_sound_ms is None else f"first sound after {turn.first_sound_ms / 1000:.2f} s"
    widgets.chips(_seconds(turn.duration_s), cost, first, turn.model, *turn.notes)


def _cost(costs: dict[str, int | None], asked: str | None) -> str | None:
    if asked is None or asked not in costs:
        return None
    return "cost unknown" if costs[asked] is None else money.show(costs[asked])


def _player(turn: KeptTurn, *, label: str) -> None:
    """Show sound and words. When a reply is complete, the player has the page drawn again, with what is then known."""
    if turn.clip_digest is None and turn.state is not State.SENDING:
        st.markdown(widgets.plain(turn.words or ""))
    else:
        player(
            key=f"turn.{turn.id}",
            label=label,
            clip=_clip(turn),
            live=_live(turn),
            words=turn.words or "",
            autoplay=state.record().awaited == turn.id,
        )


def _clip(turn: KeptTurn) -> PlayerClip | None:
    if turn.clip_digest is None or turn.duration_s is None or turn.clip_media_type is None:
        return None
    signer, person, kind = state.studio().signer, state.person(), turn.clip_media_type
    name = f"{turn.speaker.value}-{turn.created_at:%Y-%m-%d-%H%M%S}.{_EXTENSIONS.get(kind, 'bin')}"
    return PlayerClip(
        digest=turn.clip_digest,
        url=clip_url(signer, person.id, turn.clip_digest, kind),
        duration_s=turn.duration_s,
        peaks=turn.peaks,
        download_url=clip_url(signer, person.id, turn.clip_digest, kind, download_as=name),
    )


def _live(turn: KeptTurn) -> LivePlayer | None:
    if turn.speaker is not Speaker.MODEL or state.studio().growing(turn.id) is None:
        return None
    signer, person = state.studio().signer, state.person()
    return LivePlayer(
        turn_id=turn.id,
        sound_url=live_url(signer, person.id, turn.id),
        words_url=words_url(signer, person.id, turn.id),
    )


def _actions(conversation: Conversation, turn: KeptTurn) -> None:
    """Offer to send, with the price on the button, and to discard."""
    heading, which = conversation.heading, (conversation.heading.id, turn.id)
    with st.container(horizontal=True):
        if turn.state in _CAN_BE_SENT:
            quote = state.studio().converse.quote(heading.tier, conversation.turns, turn)
            verb = "Send again" if turn.state is State.FAILED else "Send"
            st.button(
                f"{verb} · {widgets.price(quote)}".replace("$", r"\$"),
                type="primary",
                icon=":material/send:",
                help=widgets.price_in_parts(quote).replace("$", r"\$"),
                key=f"turn.send.{turn.id}",
                on_click=actions.send,
                args=which,
            )
        st.button(
            "Discard", icon=":material/delete:", key=f"turn.discard.{turn.id}", on_click=actions.discard, args=which
        )


@st.fragment(run_every=1.0)
def _watch(conversation_id: str, reply_id: str) -> None:
    """Look, while a reply is being spoken, whether it is there or has failed; the player usually tells sooner."""
    try:
        turns = state.studio().converse.open(state.person().id, conversation_id).turns
    except AudiokitError:
        turns = ()  # removed in another window, say: the page finds out when it is drawn again
    if all(turn.id != reply_id or turn.state is not State.SENDING for turn in turns):
        st.rerun()


def _seconds(duration_s: float | None) -> str | None:
    return None if duration_s is None else f"{duration_s:.1f} s"
