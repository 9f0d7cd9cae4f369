"""A programme that is made: the player, what it can be taken away as, and the lines with their sources."""

from __future__ import annotations

import streamlit as st

from audiokit.people.addresses import clip_url
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.programmes import fingerprint_of
from audiokit.summaries.script import KeptLine
from audiokit.ui import state, widgets
from audiokit.ui.player import PlayerClip, player
from audiokit.ui.summaries import actions, words
from audiokit.ui.summaries.exports import exports
from audiokit.ui.summaries.reader import reader
from audiokit.ui.summaries.visit import person_id, service

__all__ = ["show"]


def show(programme: KeptProgramme) -> None:
    """Show the recording and its lines."""
    recording = programme.recording
    if recording is None:
        return
    if recording.of != fingerprint_of(programme.lines):
        st.info(
            "The script has changed since this was recorded. Generate its sound again to hear the changes, and to take "
            "them away.",
            icon=":material/history:",
        )
    with st.container(border=True, key="summaries.player"):
        url = clip_url(state.studio().signer, person_id(), recording.clip_digest, recording.media_type)
        player(
            key=f"summaries.player.{programme.id}",
            label=programme.title or "Programme",
            clip=PlayerClip(
                digest=recording.clip_digest, url=url, duration_s=recording.duration_s, peaks=recording.peaks
            ),
        )
    if recording.of == fingerprint_of(programme.lines):
        exports(programme)
    _wrong(programme)
    reader(programme, key=f"summaries.reader.{programme.id}")
    for note in programme.notes:
        st.caption(f":material/info: {widgets.plain(note)}")


def _wrong(programme: KeptProgramme) -> None:
    """Say which lines were not said as written, and offer to say all of them again."""
    if not (wrong := programme.to_redo):
        return
    lines = "A line was" if len(wrong) == 1 else f"{len(wrong)} lines were"
    with st.container(border=True, key="summaries.wrong"):
        marked = "It is marked below." if len(wrong) == 1 else "They are marked below."
        st.markdown(f":red[:material/warning:] **{lines} not said as written.** {marked}")
        st.button(
            f"Say {'it' if len(wrong) == 1 else 'all of them'} again · {_price(programme, wrong)}",
            icon=":material/replay:",
            key="summaries.redo",
            on_click=actions.redo,
            args=(programme.id, [kept.id for kept in wrong]),
        )


def _price(programme: KeptProgramme, wrong: tuple[KeptLine, ...]) -> str:
    planner, shape, total = service().planner.for_person(person_id()), programme.shape, 0
    for kept in wrong:
        cost = planner.line_cost(shape, kept.line.text, planner.pace(shape).seconds_of([kept.line]), is_starred=True)
        if cost is None:
            return "price unknown"
        total += cost
    return words.dollars(total) if total == 0 else f"≈ {words.dollars(total)}"
