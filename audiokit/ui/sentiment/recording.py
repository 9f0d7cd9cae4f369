"""One recording: its sound in the colours of its tones, the arcs of its voices, the transcript, and what stands out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from audiokit.converse.instructions import LANGUAGES
from audiokit.people.addresses import clip_url
from audiokit.sentiment.kept import KeptRecording, Progress
from audiokit.ui import state, widgets
from audiokit.ui.player import PlayerClip, player
from audiokit.ui.sentiment import actions, exports, sides, words
from audiokit.ui.sentiment.parts import part
from audiokit.ui.sentiment.shown import arcs_of, passages_of, tones_of
from audiokit.ui.sentiment.visit import person_id, service, visit

__all__ = ["back", "show"]

_SHORT = 40
_EACH_S, _EACH_OF_LONG_S, _LONG = (
    2.0,
    10.0,
    400,
)  # how often a growing transcript is looked at, and from how many passages


def back(recording: KeptRecording) -> None:
    """Lead back to the batch."""
    st.button(
        "All recordings of this batch",
        type="tertiary",
        icon=":material/arrow_back:",
        key="sentiment.back",
        on_click=actions.open_batch,
        args=(recording.batch_id,),
    )


def show(recording: KeptRecording) -> None:
    """Show a recording as far as it has come."""
    _, under_way = service().making.look(person_id(), recording.batch_id)
    is_going = under_way is not None and recording.state.is_under_way
    _heading(recording, is_going=is_going)
    _trouble(recording, is_going=is_going)
    if is_going:
        every_s = _EACH_S if len(recording.segments) < _LONG else _EACH_OF_LONG_S
        st.fragment(_growing, run_every=every_s)(recording)
    else:
        _body(recording)


def _growing(drawn: KeptRecording) -> None:
    """Show what there is by now: words first, then what they say, then the voices, each in its place."""
    recording = service().library.recording(person_id(), drawn.id)
    if recording.state != drawn.state:
        st.rerun()
    _body(recording)
    if not recording.segments:
        st.caption("What is said will stand here as soon as it is written down. You can close this page; it goes on.")


def _heading(recording: KeptRecording, *, is_going: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        name, more = st.container(width="stretch", gap="xxsmall"), st.container(width="content", horizontal=True)
    mark, said = words.STATES[recording.state]
    assumed = any(one.is_assumed for one in recording.speakers)
    n_voices = words.many(len(recording.speakers), "voice") if recording.speakers else None
    with name:
        heading = st.title if len(recording.name) <= _SHORT else st.header
        heading(widgets.plain(recording.name), anchor=False)
        widgets.facts(
            words.clock(recording.duration_s) if recording.duration_s else None,
            f"{n_voices}, assumed: nobody told voices apart" if assumed else n_voices,
            LANGUAGES.get(recording.language or "", recording.language),
            _cost(recording) if recording.state is Progress.DONE else None,
            None if recording.state is Progress.DONE else f"{mark} {said if is_going else _at_rest(recording)}",
            badge=None,
        )
        st.caption(words.STANDING)
    with more:
        if recording.segments:
            exports.of_recording(recording)
        manage = st.popover("Manage", icon=":material/more_horiz:", type="tertiary")
    with manage:
        field = f"sentiment.called.{recording.id}"
        st.text_input(
            "Name",
            value=recording.name,
            max_chars=200,
            key=field,
            on_change=actions.rename_recording,
            args=(recording.id, field),
        )
        if recording.state is Progress.DONE and _has_unread(recording):
            st.button(
                "Read again what was changed",
                icon=":material/refresh:",
                width="stretch",
                help="Words that were changed by hand, and no longer hold what was read from them, are read anew.",
                key="sentiment.reread",
                on_click=actions.retry,
                args=(recording.batch_id, [recording.id]),
            )
        st.divider()
        st.markdown("This recording and everything read from it is deleted for good. What it cost stays in the ledger.")
        st.button(
            "Delete for good",
            icon=":material/delete:",
            type="primary",
            key="sentiment.remove",
            on_click=actions.remove_recording,
            args=(recording.batch_id, recording.id),
        )


def _cost(recording: KeptRecording) -> str:
    return "cost unknown" if recording.spent_nanousd is None else words.dollars(recording.spent_nanousd)


def _has_unread(recording: KeptRecording) -> bool:
    return any(one.text and one.heard is not None and one.readings.words is None for one in recording.segments)


def _at_rest(recording: KeptRecording) -> str:
    return "Not analysed yet" if recording.state.is_under_way else words.STATES[recording.state][1]


def _trouble(recording: KeptRecording, *, is_going: bool) -> None:
    """Say why it does not go on, and offer what helps."""
    if recording.trouble:
        st.error(widgets.plain(recording.trouble), icon=":material/error:")
    if is_going or recording.state is Progress.DONE:
        return
    if recording.state is Progress.FAILED and recording.duration_s is not None:
        st.button(
            "Try it again",
            icon=":material/replay:",
            key="sentiment.retry",
            on_click=actions.retry,
            args=(recording.batch_id, [recording.id]),
        )
    elif recording.state is not Progress.FAILED:
        st.button(
            "See the price, and have it analysed" if recording.state is Progress.WAITING else "Go on with the batch",
            icon=":material/graphic_eq:",
            key="sentiment.to_batch",
            on_click=actions.open_batch,
            args=(recording.batch_id,),
        )


def _body(recording: KeptRecording) -> None:
    told = _told(recording)
    if recording.clip_digest is not None:
        _sound(recording, told["tones"])
    if not recording.segments:
        if recording.state is Progress.DONE:
            st.info(
                "No speech was found in this recording, so there is nothing to read.",
                icon=":material/hearing_disabled:",
            )
        return
    if _has_curve(told["arcs"]):
        with st.container(border=True, key="sentiment.arcs"):
            part("arcs", key=f"sentiment.arcs.{recording.id}", data=told["arcs"])
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        _transcript(recording, told["passages"])
    with right:
        sides.show(recording)
    for note in recording.notes:
        st.caption(f":material/info: {widgets.plain(note)}")


def _has_curve(arcs: dict[str, Any]) -> bool:
    """Whether any line has two points: less is no course of anything."""
    rows = [list(zip(*voice["points"], strict=True))[1:4] for voice in arcs["voices"] if voice["points"]]
    return any(sum(value is not None for value in values) > 1 for curves in rows for values in curves)


def _told(recording: KeptRecording) -> dict[str, Any]:
    """Return the recording as the browser is told it, made anew only where something has changed."""
    page = visit()
    if page.drawn is None or page.drawn[0] != recording:
        told = {
            "passages": passages_of(recording),
            "arcs": arcs_of(recording),
            "tones": tones_of(recording),
        }
        page.drawn = recording, told
    return page.drawn[1]


def _sound(recording: KeptRecording, tones: list[tuple[float, float, str, str]]) -> None:
    digest, media_type = recording.clip_digest or "", recording.clip_media_type or "audio/wav"
    signer = state.studio().signer
    with st.container(border=True, key="sentiment.player"):
        player(
            key=f"sentiment.player.{recording.id}",
            label=recording.name,
            clip=PlayerClip(
                digest=digest,
                url=clip_url(signer, person_id(), digest, media_type),
                duration_s=recording.duration_s or 0.0,
                peaks=recording.peaks,
            ),
            tones=tones,
        )
        if not tones and recording.state is Progress.DONE:
            st.caption("No tone could be told from the voices here, so the waveform has no colours.")


def _transcript(recording: KeptRecording, passages: dict[str, Any]) -> None:
    key = f"sentiment.transcript.{recording.id}"

    def sent(name: str) -> str | None:
        told = st.session_state[key].get(name)
        return None if told is None else str(told)

    def corrected() -> None:
        if told := sent("correct"):
            actions.correct(recording.id, told)

    def rewritten() -> None:
        if told := sent("rewrite"):
            actions.rewrite(recording.id, told)

    def named() -> None:
        if told := sent("name"):
            actions.name_of(recording.id, told)

    changes = {"on_correct_change": corrected, "on_rewrite_change": rewritten, "on_name_change": named}
    part("transcript", key=key, data={**passages, "n_decided": visit().n_decided}, **changes)
