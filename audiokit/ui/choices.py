"""How a conversation is answered: sound or words, by whom, in which voice and language, and what the model is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from audiokit.converse.conversation import AnswerWith, Conversation, Memory, Options
from audiokit.converse.instructions import INSTRUCTIONS, LANGUAGES
from audiokit.errors import InputError
from audiokit.ui import actions, state, widgets
from audiokit.ui.calibration import calibration
from audiokit.ui.level import room_words

__all__ = ["show"]

_ANSWERS = {AnswerWith.SOUND: ":material/volume_up: Voice", AnswerWith.WORDS: ":material/notes: Words only"}
_MEMORIES = {Memory.VOICES: "Voices", Memory.BALANCED: "Balanced", Memory.WORDS: "Words"}
_TOOLS_AT_ONCE = (
    "Time, calculator, units, and a search in what you have said here. What is called is shown in the thread."
)
_TOOLS_APART = "With this model another one decides first, by your words: answers begin a moment later."
_ANY = ""
_ANY_AND_ONE = 2
_SAME = ""  # the language that the person speaks


def show(conversation: Conversation | None) -> None:
    """Show the choices; each holds from the next turn on, and for the next new conversation."""
    options = conversation.heading.options if conversation else state.record().options
    conversation_id = conversation.heading.id if conversation else None

    def field(option: str) -> tuple[str, Callable[[], None]]:
        key = f"record.{option}.{conversation_id}"
        return key, partial(actions.choose, conversation_id, option, field=key)

    _answer_with(options, *field("answer_with"))
    key, change = field("tier")
    widgets.tier_picker(state.studio(), state.person().id, options.tier, key=key, on_change=change)
    if options.answer_with is AnswerWith.SOUND:
        key, change = field("voice")
        widgets.voice_picker(state.studio(), state.person().id, options.tier, options.voice, key=key, on_change=change)
    _language(options, *field("language"))
    if options.language:
        _translate(options, *field("translates"))
    with st.popover("More", icon=":material/tune:", width="stretch"):
        _model(options, *field("model"))
        _tools(options, *field("uses_tools"))
        _memory(options, *field("memory"))
        _instructions(options, *field("instructions"))
        _room()


def _answer_with(options: Options, key: str, change: Callable[[], None]) -> None:
    st.segmented_control(
        "Answer with",
        list(AnswerWith),
        default=options.answer_with,
        format_func=_ANSWERS.__getitem__,
        required=True,
        width="stretch",
        key=key,
        on_change=change,
    )


def _language(options: Options, key: str, change: Callable[[], None]) -> None:
    codes = [_SAME, *LANGUAGES]
    st.selectbox(
        "Speak to me in",
        codes,
        index=codes.index(options.language) if options.language in codes else 0,
        format_func=lambda code: LANGUAGES.get(code, "The language I speak"),
        key=key,
        on_change=change,
    )


def _translate(options: Options, key: str, change: Callable[[], None]) -> None:
    st.toggle(
        "Translate what I say",
        value=options.translates,
        help="The model says in that language what you said, and answers nothing.",
        key=key,
        on_change=change,
    )


def _model(options: Options, key: str, change: Callable[[], None]) -> None:
    """Let the person insist on a model by name, and say what became of those that are gone."""
    offers = state.studio().converse.offers()
    names = [_ANY, *dict.fromkeys(offer.model_name for offer in offers if offer.is_available)]
    if len(names) <= _ANY_AND_ONE and options.model is None:
        return
    why = {offer.model_name: offer.why for offer in offers}
    st.selectbox(
        "Insist on a model",
        names,
        index=names.index(options.model) if options.model in names else 0,
        format_func=lambda name: name or "No, take the best there is",
        key=key,
        on_change=change,
    )
    if options.model:
        st.caption(widgets.plain(why.get(options.model) or f"{options.model} is not served here."))
    gone = [offer for offer in offers if not offer.is_available]
    if gone:
        with st.expander("Models that cannot be had"):
            for offer in gone:
                st.caption(f"**{widgets.plain(offer.model_name)}** · {widgets.plain(offer.why)}")


def _tools(options: Options, key: str, change: Callable[[], None]) -> None:
    st.toggle(
        "Tools",
        value=options.uses_tools,
        help=_TOOLS_AT_ONCE if state.studio().converse.calls_while_speaking() else f"{_TOOLS_AT_ONCE} {_TOOLS_APART}",
        key=key,
        on_change=change,
    )


def _memory(options: Options, key: str, change: Callable[[], None]) -> None:
    st.session_state[key] = options.memory  # compacting changes it as well
    st.segmented_control(
        "What goes along of earlier turns",
        list(Memory),
        format_func=_MEMORIES.__getitem__,
        required=True,
        width="stretch",
        help="Voices: your recordings and the answers, as sound; the dearest. Balanced: your words, and the answers as "
        "sound while the provider has them. Words: words only; the cheapest.",
        key=key,
        on_change=change,
    )


def _instructions(options: Options, key: str, change: Callable[[], None]) -> None:
    st.text_area(
        "Instructions",
        value=options.instructions or "",
        placeholder=INSTRUCTIONS,
        height=140,
        max_chars=4_000,
        key=key,
        on_change=change,
    )


def _room() -> None:
    """Let the person measure how loud their room is, which sets what counts as nothing heard."""
    page, rooms, person = state.record(), state.studio().converse.rooms, state.person()
    known = rooms.of(person.id)
    st.markdown("**Your room**", help="Three quiet seconds tell noise from speech: what stays within it is not sent.")
    said = page.room_said or (room_words(known) if known else "")
    try:
        quiet = calibration(key="record.calibration", said=said, is_trouble=page.room_failed)
        if quiet is None:
            return
        page.room_said, page.room_failed = room_words(rooms.measure(person.id, quiet)), False
    except InputError as error:
        page.room_said, page.room_failed = str(error), True
    st.rerun()
