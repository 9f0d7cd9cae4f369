"""Live: speech to speech on the page, beside what makes of a talk an ordinary conversation."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex

import streamlit as st

from audiokit import money
from audiokit.converse.conversation import Conversation, Heading, Speaker
from audiokit.converse.instructions import LANGUAGES
from audiokit.converse.live import PRESETS, LiveOptions
from audiokit.errors import AudiokitError
from audiokit.people.addresses import live_socket_url
from audiokit.speech.realtime import TurnTaking
from audiokit.ui import actions, state, widgets
from audiokit.ui.live import LiveResult, live
from audiokit.ui.live_webrtc import is_installed, live_webrtc

__all__ = ["choices", "latencies", "show"]

_TAKING = {
    TurnTaking.SERVER_VAD: "When I pause",
    TurnTaking.SEMANTIC_VAD: "When I have finished",
    TurnTaking.PUSH_TO_TALK: "Push to talk",
}
_BUDGETS_USD = (0, 0.25, 0.5, 1, 2, 5)
_NANO = 1_000_000_000


def show(heading: Heading) -> None:
    """Show the session of a conversation: a round button, and what is said while it is said."""
    studio, person, window = state.studio(), state.person(), st.session_state.setdefault("live.window", token_hex(16))
    options = replace(state.record().live, home=st.context.timezone)
    if state.record().live_over_webrtc:
        ended = live_webrtc(
            key=f"live.webrtc.{heading.id}",
            open_live=lambda: studio.live.open(person.id, heading.id, options),
            seat=lambda: studio.live.seats.taken(person.id, heading.id, window),
        )
    else:
        ended = live(
            key=f"live.{heading.id}",
            socket_url=live_socket_url(studio.signer, person.id, heading.id, options=options.written()),
            is_push_to_talk=options.turns is TurnTaking.PUSH_TO_TALK,
            window=window,
        )
    _told(ended)


def choices(conversation: Conversation) -> None:
    """Show how the next session is to be: what for, in which languages, whose turn it is, how dear it may become."""
    page, options = state.record(), state.record().live
    st.selectbox(
        "What for",
        list(PRESETS),
        index=list(PRESETS).index(options.preset),
        format_func=lambda name: PRESETS[name].title,
        key="live.preset",
        on_change=actions.choose_live,
        args=("preset", "live.preset"),
    )
    st.caption(options.way.about)
    if options.way.languages:
        _language("Language", "language", options.language)
        _language("The other language", "other", options.other)
    st.selectbox(
        "The answer comes",
        list(TurnTaking),
        index=list(TurnTaking).index(options.turns),
        format_func=_TAKING.__getitem__,
        key="live.turn_taking",
        on_change=actions.choose_live,
        args=("turn_taking", "live.turn_taking"),
    )
    _voice(conversation)
    _line(conversation, options)
    with st.popover("More", icon=":material/tune:", width="stretch"):
        _more(options, over_webrtc=page.live_over_webrtc)


def latencies(conversation: Conversation) -> None:
    """Show how long the answers took to begin, turn by turn, and offer the latest session's log."""
    waits = [t.first_sound_ms for t in conversation.turns if t.speaker is Speaker.MODEL and t.first_sound_ms]
    if waits:
        st.metric(
            "First sound",
            f"{waits[-1] / 1000:.2f} s",
            chart_data=[wait / 1000 for wait in waits[-40:]],
            chart_type="bar",
            help="From the end of what you said to the first sound of the answer.",
        )
    _log(conversation.heading)


def _log(heading: Heading) -> None:
    """Offer what went over the provider's wire, as long as that is remembered."""
    live, person = state.studio().live, state.person()
    if live.logs.of(person.id, heading.id) is not None:
        st.download_button(
            "The provider's event log",
            lambda: live.log_of(person.id, heading.id),
            file_name=f"live-{heading.id}.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="What the model was sent and what it answered in the latest session, one event a line, without sound.",
            key="live.log",
        )


def _told(ended: LiveResult | None) -> None:
    """Have a session's turns shown once it has ended; why it did stands beside the button."""
    if ended is not None:
        st.rerun()


def _language(label: str, option: str, chosen: str | None) -> None:
    codes, key = list(LANGUAGES), f"live.{option}"
    st.selectbox(
        label,
        codes,
        index=codes.index(chosen) if chosen in codes else None,
        format_func=LANGUAGES.__getitem__,
        placeholder="Choose a language",
        key=key,
        on_change=actions.choose_live,
        args=(option, key),
    )


def _voice(conversation: Conversation) -> None:
    options, key = conversation.heading.options, f"live.voice.{conversation.heading.id}"
    widgets.voice_picker(
        state.studio(),
        state.person().id,
        options.tier,
        options.voice,
        key=key,
        on_change=lambda: actions.choose(conversation.heading.id, "voice", field=key),
    )


def _line(conversation: Conversation, options: LiveOptions) -> None:
    """Say who will answer, or why nobody can."""
    try:
        line = state.studio().live.line(state.person().id, conversation.heading.options, options)
    except AudiokitError as error:
        st.error(widgets.plain(str(error)), icon=":material/error:")
    else:
        st.caption(widgets.plain(line.choice.why))


def _more(options: LiveOptions, *, over_webrtc: bool) -> None:
    st.selectbox(
        "A session may cost",
        _BUDGETS_USD,
        index=_BUDGETS_USD.index((options.budget_nanousd or 0) / _NANO),
        format_func=lambda usd: "As much as it does" if not usd else widgets.plain(money.show(round(usd * _NANO))),
        help="Near the end you are told; then the model finishes its sentence, and the session ends.",
        key="live.budget",
        on_change=actions.limit_live,
        args=("live.budget",),
    )
    st.text_area(
        "Instructions",
        value=options.instructions or "",
        placeholder=options.way.instructions,
        height=180,
        max_chars=8_000,
        key="live.instructions",
        on_change=actions.choose_live,
        args=("instructions", "live.instructions"),
    )
    st.toggle(
        "Over WebRTC",
        value=over_webrtc,
        disabled=not is_installed(),
        help="For networks that lose packets. Answers come half a second later; UDP must reach the server.",
        key="live.webrtc",
        on_change=actions.carry_live,
        args=("live.webrtc",),
    )
