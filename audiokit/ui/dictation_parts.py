"""The parts of "Voice to prompt": four steps with how far they are, the sounds, and what is told of each stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from audiokit import money
from audiokit.audio.reading.sniff import Container
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import KeptPrompt, Progress, Stage
from audiokit.people.addresses import clip_url
from audiokit.ui import dictation_actions as actions
from audiokit.ui import state, widgets
from audiokit.ui.dictation_state import DictationPage
from audiokit.ui.player import PlayerClip, player

__all__ = ["cleaned", "heading", "recorded", "steps", "told", "trouble"]

_HEADING_PX = 40  # as high as its button, also where there is none
_Colour = Literal["gray", "blue", "green", "red", "orange", "violet"]
_STEPS = {
    Stage.RECORD: (":material/mic:", "Record"),
    Stage.CLEAN: (":material/graphic_eq:", "Clean"),
    Stage.TRANSCRIBE: (":material/notes:", "Transcribe"),
    Stage.REFINE: (":material/auto_awesome:", "Refine"),
}
_STATES: dict[Progress, tuple[str, str, _Colour]] = {
    Progress.WAITING: ("Waiting", ":material/schedule:", "gray"),
    Progress.RUNNING: ("Working…", ":material/hourglass_top:", "violet"),
    Progress.DONE: ("Done", ":material/check:", "green"),
    Progress.FAILED: ("Failed", ":material/error:", "red"),
}
_OUT_OF_DATE: tuple[str, str, _Colour] = ("Out of date", ":material/update:", "orange")
_EDITED: tuple[str, str, _Colour] = ("Edited", ":material/edit:", "blue")
_EXPLAINED = {
    Stage.RECORD: "Your voice, as it is",
    Stage.CLEAN: "Less noise, one level",
    Stage.TRANSCRIBE: "What you said, in words",
    Stage.REFINE: "What you meant, in order",
}
_CHANGED = "What it was made of has changed since. Make it again when you are ready."
_PAID = {Stage.TRANSCRIBE, Stage.REFINE}
_EXTENSIONS = {container.media_type: container.extension for container in Container}


def trouble(page: DictationPage) -> None:
    """Show what went wrong at the last press of a button, once."""
    if page.trouble is not None:
        st.error(widgets.plain(page.trouble), icon=":material/error:")
        page.trouble = None


def steps(prompt: KeptPrompt | None, costs: Mapping[Stage, int | None]) -> None:
    """Show the four stages in a row: how far each is, how long it took, and what it cost."""
    for column, stage in zip(st.columns(4, gap="small"), Stage, strict=True):
        with column, st.container(border=True, gap="xxsmall", height="stretch", key=f"dictation.step.{stage}"):
            icon, name = _STEPS[stage]
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"{icon} **{name}**", width="content")
                label, mark, colour = _state(prompt, stage)
                st.badge(label, icon=mark, color=colour)
            st.caption(_facts(prompt, stage, costs))


def recorded(pipeline: PipelineService, prompt: KeptPrompt) -> None:
    """Show the recording as it came, and what could be better about it."""
    with st.container(border=True, height="stretch"):
        heading(pipeline, prompt, Stage.RECORD, "Your recording")
        _sound(prompt, Stage.RECORD, "Your recording")
        told(prompt, Stage.RECORD)


def cleaned(pipeline: PipelineService, prompt: KeptPrompt) -> None:
    """Show the recording as the transcriber hears it."""
    with st.container(border=True, height="stretch"):
        heading(pipeline, prompt, Stage.CLEAN, "Cleaned")
        _sound(prompt, Stage.CLEAN, "Cleaned")
        told(prompt, Stage.CLEAN)


def heading(pipeline: PipelineService, prompt: KeptPrompt, stage: Stage, name: str) -> None:
    """Stand over what a stage made, with a way to do it once more."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        height=_HEADING_PX,
        border=False,
    ):
        st.markdown(f"**{name}**", width="content")
        _again(pipeline, prompt, stage)


def told(prompt: KeptPrompt, stage: Stage) -> None:
    """Show why a stage failed, or else what is to be known of what it made."""
    kept = prompt.at(stage)
    if kept.failure and kept.progress is Progress.FAILED:
        st.error(widgets.plain(kept.failure), icon=":material/error:")
    elif prompt.is_out_of_date(stage) and prompt.output_of(stage):
        st.warning(_CHANGED, icon=":material/update:")
    elif stage is Stage.RECORD:
        for note in kept.notes:
            st.warning(widgets.plain(note), icon=":material/graphic_eq:")
    if stage is not Stage.RECORD and prompt.output_of(stage):
        widgets.chips(
            widgets.plain(f"by {kept.model}") if kept.model else None,
            *map(widgets.plain, kept.notes),
            "edited by you" if prompt.is_edited(stage) and kept.made else None,
        )


def _state(prompt: KeptPrompt | None, stage: Stage) -> tuple[str, str, _Colour]:
    if prompt is None:
        return _STATES[Progress.WAITING]
    kept = prompt.at(stage)
    if kept.progress in {Progress.RUNNING, Progress.FAILED} and not (
        kept.progress is Progress.FAILED and prompt.is_edited(stage)
    ):
        return _STATES[kept.progress]
    if prompt.is_out_of_date(stage):
        return _OUT_OF_DATE
    return _EDITED if prompt.is_edited(stage) else _STATES[kept.progress]


def _facts(prompt: KeptPrompt | None, stage: Stage, costs: Mapping[Stage, int | None]) -> str:
    """Return time and cost, as far as they are known."""
    if prompt is None or prompt.at(stage).progress in {Progress.WAITING, Progress.RUNNING}:
        return _EXPLAINED[stage]
    kept = prompt.at(stage)
    if stage is Stage.RECORD:
        return f"{kept.duration_s:.1f} s long" if kept.duration_s is not None else " "
    took = None if kept.total_ms is None else f"{kept.total_ms / 1000:.1f} s" if kept.total_ms >= 100 else "< 0.1 s"
    cost = "free" if stage not in _PAID else money.show(costs[stage]) if stage in costs else None
    return " · ".join(filter(None, [took, "cost unknown" if cost == "unknown" else cost])).replace("$", r"\$") or " "


def _again(pipeline: PipelineService, prompt: KeptPrompt, stage: Stage) -> None:
    if stage is Stage.RECORD or prompt.at(stage).progress in {Progress.WAITING, Progress.RUNNING}:
        return
    price = money.show(pipeline.quote(prompt, stage).total_nanousd, free="free")
    st.button(
        "Again",
        type="tertiary",
        icon=":material/refresh:",
        help=f"Do this step once more: {price}. It replaces what stands there.".replace("$", r"\$"),
        disabled=prompt.running is not None or not prompt.is_ready_for(stage),
        key=f"dictation.again.{stage}",
        on_click=actions.make,
        args=(pipeline, prompt, stage),
    )


def _sound(prompt: KeptPrompt, stage: Stage, label: str) -> None:
    """Show a player, or where one will be."""
    kept, digest = prompt.at(stage), prompt.output_of(stage)
    if digest is None or kept.duration_s is None or kept.media_type is None:
        unplayable = "This cannot be played." if digest else "The cleaned sound will be here."
        st.caption(unplayable)
        return
    signer, person = state.studio().signer, state.person()
    name = f"{stage}-{prompt.created_at:%Y-%m-%d-%H%M%S}.{_EXTENSIONS.get(kept.media_type, 'bin')}"
    player(
        key=f"dictation.sound.{prompt.id}.{stage}.{digest[:8]}",
        label=label,
        clip=PlayerClip(
            digest=digest,
            url=clip_url(signer, person.id, digest, kept.media_type),
            duration_s=kept.duration_s,
            peaks=kept.peaks,
            download_url=clip_url(signer, person.id, digest, kept.media_type, download_as=name),
        ),
    )
