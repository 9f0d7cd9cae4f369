"""What an analysis can be taken away as: links to where the app puts it together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import streamlit as st

from audiokit.people.addresses import analysis_url, batch_url
from audiokit.sentiment.exporting.choosing import chosen, key_of
from audiokit.sentiment.kept import Batch, KeptRecording
from audiokit.sentiment.whole import Moment
from audiokit.ui import state
from audiokit.ui.sentiment import words
from audiokit.ui.sentiment.visit import person_id

__all__ = ["of_batch", "of_recording", "reel"]

_OF_RECORDING = (
    ("html", "Report", "Charts, moments and every reading on one page, to read or to print."),
    ("csv", "CSV", "A row for each passage, for spreadsheets."),
    ("json", "JSON", "Everything, for programs."),
    ("srt", "SRT", "Subtitles."),
    ("vtt", "VTT", "Subtitles for the web, with the readings in notes."),
)
_OF_BATCH = (
    ("csv", "CSV", "All recordings in one table, a row for each passage."),
    ("json", "JSON", "Everything, for programs."),
    ("zip", "ZIP", "Both, and a report and subtitles of each recording."),
)
_MOST_CHOSEN = 60  # they stand in the address


def of_recording(recording: KeptRecording) -> None:
    """Offer a recording in every format."""
    address = partial(analysis_url, state.studio().signer, person_id(), recording.id)
    with st.popover("Export", icon=":material/download:", type="tertiary"):
        _links(_OF_RECORDING, address)
        st.caption(
            "What was corrected by hand stands beside the readings. SRT has no place for either, only for the words."
        )


def of_batch(batch: Batch) -> None:
    """Offer all recordings of a batch in one file."""
    address = partial(batch_url, state.studio().signer, person_id(), batch.id)
    with st.popover("Export", icon=":material/download:", type="tertiary"):
        _links(_OF_BATCH, address)


def reel(recording: KeptRecording, moments: Iterable[Moment]) -> None:
    """Let moments be chosen, and offer them as one sound file with chapters."""
    by_key = {key_of(one): one for one in moments}
    field = f"sentiment.reel.{recording.id}"
    with st.expander("Clip reel", icon=":material/movie:"):
        keys = st.multiselect(
            "Moments to hear one after another",
            list(by_key),
            format_func=lambda key: _named(by_key[key]),
            placeholder="All in which somebody speaks",
            max_selections=_MOST_CHOSEN,
            key=field,
        )
        st.link_button(
            "Download MP3",
            analysis_url(state.studio().signer, person_id(), recording.id, "reel", moments=keys),
            icon=":material/download:",
            help="Each moment is a chapter, with a short pause between two.",
            disabled=not (keys or chosen(by_key.values())),
            key=f"{field}.get",
        )


def _links(formats: Iterable[tuple[str, str, str]], address: Callable[[str], str]) -> None:
    with st.container(horizontal=True, gap="small"):
        for to, name, what in formats:
            st.link_button(name, address(to), help=what, key=f"sentiment.export.{to}")


def _named(moment: Moment) -> str:
    return f"{words.clock(moment.start_s)} {words.KINDS[moment.kind]}: {moment.sentence}"
