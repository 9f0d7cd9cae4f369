"""Where recordings come in: a drop zone and a recorder; and what a newcomer is told."""

from __future__ import annotations

import streamlit as st

from audiokit.catalog.models import Provider
from audiokit.ui import state
from audiokit.ui.microphone import microphone
from audiokit.ui.privacy import consent
from audiokit.ui.privacy.words import recordings_kept
from audiokit.ui.sentiment import actions, asking, words
from audiokit.ui.sentiment.visit import visit

__all__ = ["drop", "empty", "new"]

_TYPES = ["wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "aiff", "aif", "amr", "wma", "caf"]
_RATE_HZ = 24_000
_STEPS = (
    (":material/graphic_eq:", "Words and voices", "What is said is written down, with who and when."),
    (
        ":material/compare_arrows:",
        "Three readings, kept apart",
        "What the words say, how the voice sounds, and what was measured: pitch, loudness, pace, pauses.",
    ),
    (":material/fact_check:", "Proof", "Each claim opens its sound, its words and its figures. You can correct it."),
)


def empty() -> None:
    """Invite somebody who has analysed nothing yet."""
    st.title("Hear what was felt, and see why", anchor=False)
    st.markdown(
        "Drop in a recording, or a hundred: calls, interviews, meetings. You get who said what, how it went over time, "
        "and where words and voice differ. You see the price before anything is sent."
    )
    with st.container(horizontal=True):
        for icon, title, what in _STEPS:
            with st.container(border=True, height="stretch", width=320, gap="xxsmall"):
                st.markdown(f"{icon} **{title}**")
                st.markdown(f":small[:gray[{what}]]")
    new()


def new() -> None:
    """Show where the first recordings of a batch come in, and what will be asked for."""
    drop()
    with st.expander("Language, quality and what is read", icon=":material/tune:"):
        asking.show(None, visit().options)
    st.caption(f":material/info: {words.STANDING} {_retention()}")


def drop() -> None:
    """Take files, or a recording made here."""
    if consent.is_asked():
        consent.show()
        return
    n_uploads = visit().n_uploads
    files, take = f"sentiment.files.{n_uploads}", f"sentiment.take.{n_uploads}"
    st.file_uploader(
        "Drop recordings here, as many as you like: WAV, MP3, M4A, FLAC, Ogg, Opus, WebM and more",
        type=_TYPES,
        accept_multiple_files=True,
        key=files,
        on_change=actions.add_files,
        args=(files,),
    )
    with st.popover("Record something", icon=":material/mic:"):
        microphone(key="sentiment.microphone", instead="upload a recording")
        st.audio_input(
            "Record",
            sample_rate=_RATE_HZ,
            label_visibility="collapsed",
            width=360,
            key=take,
            on_change=actions.add_take,
            args=(take,),
        )


def _retention() -> str:
    """Return the one line on where recordings go and how long they stay."""
    names = [wire.endpoint.name for wire in state.studio().wires if wire.endpoint.provider is not Provider.OFFLINE]
    goes = f"are sent to {' or '.join(names)} once you press Analyse" if names else "stay on this machine"
    kept = recordings_kept(state.studio().privacy, state.person().id, "remove them")
    return f"Recordings {goes}, and are {kept}."
