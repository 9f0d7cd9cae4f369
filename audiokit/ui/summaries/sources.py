"""What a programme is made of: a drop zone, pasted text, an address; then a row for each document."""

from __future__ import annotations

from functools import partial

import streamlit as st

from audiokit.documents.document import Kind
from audiokit.summaries.formats import format_called
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.sources import Source, Taking
from audiokit.ui import widgets
from audiokit.ui.summaries import actions
from audiokit.ui.summaries.visit import visit

__all__ = ["drop", "rows"]

_TYPES = [kind.value for kind in Kind] + ["htm", "markdown", "xhtml"]
_TAKINGS = {Taking.OFF: "Off", Taking.SUMMARY: "Summary", Taking.FULL: "In full"}
_ICONS = {
    "pdf": ":material/picture_as_pdf:",
    "pptx": ":material/slideshow:",
    "csv": ":material/table:",
    "xlsx": ":material/table:",
    "epub": ":material/menu_book:",
    "html": ":material/language:",
}
_MAX_CHARS = 400_000


def drop() -> None:
    """Take files, text or an address."""
    field = f"summaries.files.{visit().n_uploads}"
    st.file_uploader(
        "Drop documents here: PDF, Word, PowerPoint, ODT, EPUB, HTML, RTF, Markdown, text, CSV or Excel",
        type=_TYPES,
        accept_multiple_files=True,
        key=field,
    )
    if actions.are_waiting(field):
        actions.add_files(field)
        st.rerun()
    with st.container(horizontal=True):
        with st.popover("Paste text", icon=":material/content_paste:"):
            pasted = "summaries.pasted"
            st.text_area("Text", height=200, max_chars=_MAX_CHARS, key=pasted, placeholder="Paste or type it here")
            st.button(
                "Add this text", type="primary", key="summaries.paste", on_click=partial(actions.add_pasted, pasted)
            )
        with st.popover("From an address", icon=":material/link:"):
            address = "summaries.address"
            st.text_input("Address on the public web", key=address, placeholder="https://…")
            st.button("Fetch it", type="primary", key="summaries.fetch", on_click=partial(actions.add_address, address))


def rows(programme: KeptProgramme) -> None:
    """Show each document with what is taken of it, or why it cannot be read."""
    reads_all = format_called(programme.shape.format).reads_in_full
    for source in programme.sources:
        with (
            st.container(border=True, key=f"summaries.source.{source.id}"),
            st.container(horizontal=True, vertical_alignment="center"),
        ):
            _row(programme.id, source, reads_all=reads_all)


def _row(programme_id: str, source: Source, *, reads_all: bool) -> None:
    with st.container(gap="xxsmall", width="stretch"):
        icon = ":red[:material/error:]" if source.trouble else _ICONS.get(source.kind or "", ":material/description:")
        st.markdown(f"{icon} **{widgets.plain(source.title or source.name)}**")
        if source.trouble:
            st.markdown(f":red[{widgets.plain(source.trouble)}]")
        else:
            name = source.name if source.title and source.title != source.name else None
            widgets.chips(
                f"{source.n_words:,} words".replace(",", "\u202f"),
                (source.kind or "").upper(),
                widgets.plain(name) if name else None,
                *map(widgets.plain, source.notes),
            )
    if source.trouble is None:
        _taking(programme_id, source, reads_all=reads_all)
    st.button(
        "",
        icon=":material/close:",
        type="tertiary",
        help=f"Take {widgets.plain(source.name)} out",
        key=f"summaries.drop.{source.id}",
        on_click=actions.remove_source,
        args=(programme_id, source.id),
    )


def _taking(programme_id: str, source: Source, *, reads_all: bool) -> None:
    """Let the person choose; in a format that reads everything, it is read or left out."""
    takings = [Taking.OFF, Taking.FULL] if reads_all else list(Taking)
    field = f"summaries.take.{source.id}.{reads_all}"
    st.session_state[field] = Taking.FULL if reads_all and source.is_taken else source.taking
    st.segmented_control(
        f"How much of {widgets.plain(source.name)}",
        takings,
        format_func=_TAKINGS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=field,
        on_change=actions.take,
        args=(programme_id, source.id, field),
    )
