"""What a programme can be taken away as: links to where the app makes it."""

from __future__ import annotations

import streamlit as st

from audiokit.people.addresses import programme_url
from audiokit.summaries.kept import KeptProgramme
from audiokit.ui import state
from audiokit.ui.summaries.visit import person_id

__all__ = ["exports"]

_SOUND = (
    ("mp3", "MP3", "With chapters, tags and cover; plays everywhere."),
    ("m4b", "M4B audiobook", "With chapters and cover, for audiobook players."),
    ("opus", "Opus", "The smallest."),
    ("wav", "WAV", "Uncompressed, for editing."),
)
_WORDS = (
    ("txt", "Text", "The words, with who says them."),
    ("md", "Markdown", "With chapters and sources."),
    ("srt", "SRT", "Subtitles."),
    ("vtt", "VTT", "Subtitles for the web."),
    ("karaoke", "Karaoke VTT", "With the time of every word."),
    ("json", "JSON", "Everything, for programs."),
)


def exports(programme: KeptProgramme) -> None:
    """Offer every format, the usual one outside."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _link(programme, "mp3", "Download MP3", _SOUND[0][2])
        with st.popover("Other formats", icon=":material/download:"):
            st.markdown("**Sound**")
            with st.container(horizontal=True, gap="small"):
                for to, name, what in _SOUND[1:]:
                    _link(programme, to, name, what)
            st.markdown("**Words**")
            with st.container(horizontal=True, gap="small"):
                for to, name, what in _WORDS:
                    _link(programme, to, name, what)
            st.markdown("**All of it**")
            _link(programme, "zip", "ZIP", "Sound in every format, all transcripts, and the cover.")


def _link(programme: KeptProgramme, to: str, name: str, what: str) -> None:
    st.link_button(
        name,
        programme_url(state.studio().signer, person_id(), programme.id, to),
        icon=":material/download:" if to == "mp3" else None,
        help=what,
        key=f"summaries.export.{to}",
    )
