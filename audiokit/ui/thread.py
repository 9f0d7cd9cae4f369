"""A conversation on the page: each turn with its sound, words and facts, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from audiokit import money
from audiokit.audio.reading.sniff import Container
from audiokit.converse.conversation import AnswerWith, Conversation, KeptTurn, Speaker, State
from audiokit.converse.history import Carried, Way
from audiokit.people.addresses import clip_url, live_url, words_url
from audiokit.studio import Studio
from audiokit.ui import actions, level, replies, state, widgets
from audiokit.ui.player import LivePlayer, PlayerClip, Word, player

__all__ = ["invitation", "show"]

_AVATARS = {Speaker.PERSON: ":material/person:", Speaker.MODEL: ":material/graphic_eq:"}
_EXAMPLES = ("What can you do?", "What is twelve times seven?", "What day is it today?")
_NAMES = {Speaker.PERSON: "user", Speaker.MODEL: "assistant"}
_EXTENSIONS = {container.media_type: container.extension for container in Container}
_CAN_BE_SENT = {State.RECORDED, State.FAILED}
_CAN_BE_REMOVED = _CAN_BE_SENT | {State.UNUSABLE}
_SHOWN = 12  # turns; more of them cost every visit a moment, and are a press away
_MINUTE_S = 60
_WAYS = {
    Way.CLIP: ":green-badge[:material/mic: goes along as your recording]",
    Way.WORDS: ":gray-badge[:material/notes: goes along in words]",
    Way.DIGEST: ":gray-badge[:material/summarize: goes along in the summary]",
    Way.NOTHING: ":orange-badge[:material/block: does not go along]",
}


@dataclass(frozen=True, slots=True)
class _Visit:
    """What every turn is drawn with, looked up once for all of them; ``awaited`` is the reply to be heard at once."""

    conversation: Conversation
    studio: Studio
    person_id: str
    awaited: str | None


def show(conversation: Conversation) -> None:
    """Show the turns in order; under a reply stands what it and the question before it cost together."""
    heading, page = conversation.heading, state.record()
    visit = _Visit(conversation, state.studio(), state.person().id, page.awaited)
    costs = state.costs(conversation)
    ways = {one.turn.id: _way(one) for one in state.outlook(conversation).carried}
    turns = tuple(enumerate(conversation.turns, 1))
    if len(turns) > _SHOWN and page.shows_all != heading.id:
        st.button(
            f"Show {len(turns) - _SHOWN} earlier turns",
            icon=":material/expand_less:",
            key="record.all",
            on_click=actions.show_all,
            args=(heading.id,),
        )
        turns = turns[-_SHOWN:]
    places = [st.chat_message(_NAMES[turn.speaker], avatar=_AVATARS[turn.speaker]) for _, turn in turns]
    for (number, turn), place in zip(
        reversed(turns), reversed(places), strict=True
    ):  # what can be heard soonest, first
        with place:
            if turn.speaker is Speaker.PERSON:
                _said(visit, turn, f"Your turn {number}", _spent(costs, turn), ways.get(turn.id))
            else:
                asked = _asked_before(conversation, turn)
                _answered(visit, turn, f"Reply {number}", _cost(costs, asked), ways.get(turn.id))


def invitation() -> None:
    """Stand where the first turn will be: what to do, and three things to try."""
    st.title("Say something", anchor=False)
    st.markdown("Press the microphone below and speak, or try one of these:")
    with st.container(horizontal=True):
        for words in _EXAMPLES:
            st.button(words, key=f"record.example.{words}", on_click=actions.begin_with, args=(words,))


def _said(visit: _Visit, turn: KeptTurn, label: str, spent: str | None, way: str | None) -> None:
    """Show the person's turn; what it cost stands under its reply, or here if there is none."""
    _sound(visit, turn, label=label)
    if turn.typed:
        st.markdown(widgets.plain(turn.typed))
    changes = widgets.plain(f"for the model: {', '.join(turn.changes)}") if turn.changes else None
    notes = map(widgets.plain, _not_said_below(turn))
    _facts(visit, turn, way, _seconds(turn.duration_s), spent, changes, *notes)
    if turn.levels and turn.state in _CAN_BE_REMOVED:
        level.meter(turn.levels, visit.studio.converse.rooms.of(visit.person_id), key=f"level.{turn.id}")
    _advice(turn)
    if turn.failure:
        st.error(widgets.plain(turn.failure), icon=":material/error:")
    if turn.state in _CAN_BE_REMOVED:
        _actions(visit.conversation, turn)


def _not_said_below(turn: KeptTurn) -> tuple[str, ...]:
    """Return a turn's notes without those that stand beneath it anyway: as advice, or in what went wrong."""
    if turn.state in {State.RECORDED, State.UNUSABLE}:
        return ()
    return tuple(note for note in turn.notes if not turn.failure or turn.failure not in note)


def _advice(turn: KeptTurn) -> None:
    """Say what would make a recording better while it can still be made again; afterwards it stands with the facts."""
    for sentence in turn.notes if turn.state is State.RECORDED else ():
        st.warning(widgets.plain(sentence), icon=":material/graphic_eq:")


def _answered(visit: _Visit, turn: KeptTurn, label: str, cost: str | None, way: str | None) -> None:
    """Show the model's turn; it is the same player while it grows and when it is whole."""
    replies.calls(turn)
    heading = visit.conversation.heading
    if turn.state is State.SENDING and heading.options.answer_with is AnswerWith.WORDS:
        replies.stream_words(heading.id, turn)
        return
    _sound(visit, turn, label=label)
    if turn.state is State.SENDING:
        replies.watch(heading.id, turn)
        return
    first = None if turn.first_sound_ms is None else f"first sound after {turn.first_sound_ms / 1000:.2f} s"
    model = widgets.plain(turn.model) if turn.model else None
    for note in turn.notes:
        st.markdown(f":small[:material/info: {widgets.plain(note)}]")
    _facts(visit, turn, way, _seconds(turn.duration_s), cost, first, model)


def _facts(visit: _Visit, turn: KeptTurn, way: str | None, *facts: str | None) -> None:
    """Show a quiet line of facts, how the turn goes along with the next, and let the person go on from it elsewhere."""
    if turn.state is not State.ANSWERED:
        widgets.chips(*facts)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"facts.{turn.id}"):
        widgets.facts(*facts, badge=way)
        st.button(
            "Branch",
            type="tertiary",
            icon=":material/fork_right:",
            help="Go on from here in another conversation; this one stays as it is.",
            key=f"turn.branch.{turn.id}",
            on_click=actions.branch,
            args=(visit.conversation.heading.id, turn.id),
        )


def _way(one: Carried) -> str:
    if one.way is Way.ID and one.until is not None:
        return f":green-badge[:material/graphic_eq: goes along as sound until {one.until.astimezone():%H:%M}]"
    return _WAYS[one.way]


def _asked_before(conversation: Conversation, reply: KeptTurn) -> str | None:
    """Return the id of the person's turn that a reply answers."""
    before = [
        turn.id for turn in conversation.turns if turn.speaker is Speaker.PERSON and turn.position < reply.position
    ]
    return before[-1] if before else None


def _spent(costs: dict[str, int | None], turn: KeptTurn) -> str | None:
    """Return what was paid for a turn that has no reply."""
    return _cost(costs, turn.id) if turn.state is State.FAILED and costs.get(turn.id, 0) != 0 else None


def _cost(costs: dict[str, int | None], asked: str | None) -> str | None:
    if asked is None or asked not in costs:
        return None
    return "cost unknown" if costs[asked] is None else widgets.plain(money.show(costs[asked]))


def _sound(visit: _Visit, turn: KeptTurn, *, label: str) -> None:
    """Show sound and words. When a reply is complete, the player has the page drawn again, with what is then known."""
    is_coming = turn.state is State.SENDING and turn.speaker is Speaker.MODEL
    if turn.clip_digest is None and not is_coming and not _is_heard_once(visit, turn):
        st.markdown(widgets.plain(turn.words or ""))
    else:
        player(
            key=f"turn.{turn.id}",
            label=label,
            clip=_clip(visit, turn),
            live=_live(visit, turn),
            words=[Word(one.text, one.start_s, one.end_s) for one in turn.timings] or turn.words or "",
            autoplay=visit.awaited == turn.id,
        )


def _is_heard_once(visit: _Visit, turn: KeptTurn) -> bool:
    """Whether a reply is whole, is kept nowhere, and can still be heard while it is in memory."""
    return turn.state is State.ANSWERED and turn.duration_s is not None and _live(visit, turn) is not None


def _clip(visit: _Visit, turn: KeptTurn) -> PlayerClip | None:
    if turn.clip_digest is None or turn.duration_s is None or turn.clip_media_type is None:
        return None
    signer, kind = visit.studio.signer, turn.clip_media_type
    name = f"{turn.speaker.value}-{turn.created_at:%Y-%m-%d-%H%M%S}.{_EXTENSIONS.get(kind, 'bin')}"
    return PlayerClip(
        digest=turn.clip_digest,
        url=clip_url(signer, visit.person_id, turn.clip_digest, kind),
        duration_s=turn.duration_s,
        peaks=turn.peaks,
        download_url=clip_url(signer, visit.person_id, turn.clip_digest, kind, download_as=name),
    )


def _live(visit: _Visit, turn: KeptTurn) -> LivePlayer | None:
    if turn.speaker is not Speaker.MODEL or visit.studio.growing(turn.id) is None:
        return None
    signer, person_id = visit.studio.signer, visit.person_id
    return LivePlayer(
        turn_id=turn.id,
        sound_url=live_url(signer, person_id, turn.id),
        words_url=words_url(signer, person_id, turn.id),
    )


def _actions(conversation: Conversation, turn: KeptTurn) -> None:
    """Offer to type beside a recording, to send, with the price on the button, and to discard."""
    which = (conversation.heading.id, turn.id)
    if turn.clip_digest is not None and turn.state in _CAN_BE_SENT:
        field = f"turn.typed.{turn.id}"
        st.text_input(
            "Words to go with it",
            value=turn.typed or "",
            placeholder="Add words, such as a question about it",
            label_visibility="collapsed",
            key=field,
            on_change=actions.type_beside,
            args=which,
            kwargs={"field": field},
        )
    with st.container(horizontal=True):
        if turn.state in _CAN_BE_SENT:
            quote = state.outlook(conversation, turn).quote
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


def _seconds(duration_s: float | None) -> str | None:
    if duration_s is None or duration_s < _MINUTE_S:
        return None if duration_s is None else f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), _MINUTE_S)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
