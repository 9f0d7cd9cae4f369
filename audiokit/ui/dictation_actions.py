"""What a press of a button does in "Voice to prompt". It runs before the page is drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import KeptPrompt, Stage
from audiokit.errors import AudiokitError
from audiokit.ui import dictation_state, state, uploads

__all__ = [
    "edit_refined",
    "edit_transcript",
    "keep_take",
    "keep_upload",
    "make",
    "open_prompt",
    "remove",
    "rename",
    "restyle",
    "send",
]


def keep_take(pipeline: PipelineService, recorder: str) -> None:
    """Keep what was recorded, before anything else is done with it, and open it."""
    page, take = dictation_state.page(), _given(recorder)
    if take is None:
        return
    with _told():
        prompt = pipeline.capture(state.person().id, take.getvalue(), style=page.style)
        page.taken.add(take.file_id)
        uploads.let_go(take)
        page.show(prompt.id)


def keep_upload(pipeline: PipelineService, uploader: str) -> None:
    """Keep an uploaded recording; what is no sound is refused, and begins no prompt."""
    page, file = dictation_state.page(), _given(uploader)
    if file is None:
        return
    page.taken.add(file.file_id)  # the person has the file still, whatever becomes of this
    with _told():
        data = file.getvalue()
        uploads.let_go(file)
        with st.spinner("Listening to what you uploaded…"):
            known = pipeline.look(data, whose=state.person().id)
        page.show(pipeline.capture(state.person().id, data, style=page.style, known=known).id)


def make(pipeline: PipelineService, seen: KeptPrompt, stage: Stage | None = None) -> None:
    """Begin one stage, or all that remain; the price stood on the button."""
    with _told():
        pipeline.begin(seen, stage)


def restyle(pipeline: PipelineService, prompt_id: str | None, field: str) -> None:
    """Take the style from its picker, for the open prompt and for the next one."""
    page, style = dictation_state.page(), st.session_state[field]
    page.style = style or page.style
    if prompt_id is not None:
        with _told():
            pipeline.restyle(state.person().id, prompt_id, page.style)


def edit_transcript(pipeline: PipelineService, prompt_id: str, field: str) -> None:
    """Keep what the person wrote in place of the transcript."""
    with _told():
        pipeline.edit(state.person().id, prompt_id, transcript=st.session_state[field] or "")


def edit_refined(pipeline: PipelineService, prompt_id: str, field: str) -> None:
    """Keep what the person wrote in place of the finished prompt."""
    with _told():
        pipeline.edit(state.person().id, prompt_id, refined=st.session_state[field] or "")


def send(pipeline: PipelineService, prompt_id: str, on_send: Callable[[str], object]) -> None:
    """Hand the finished prompt over to the conversation, as it stands now."""
    with _told():
        words = pipeline.open(state.person().id, prompt_id).refined
        if words:
            on_send(words)


def open_prompt(prompt_id: str | None) -> None:
    """Open another prompt, or an empty page for a new one."""
    dictation_state.page().show(prompt_id)


def rename(pipeline: PipelineService, prompt_id: str, field: str) -> None:
    """Give the prompt another title."""
    with _told():
        pipeline.rename(state.person().id, prompt_id, st.session_state[field] or "")


def remove(pipeline: PipelineService, prompt_id: str) -> None:
    """Remove the prompt with its recordings."""
    with _told():
        pipeline.remove(state.person().id, prompt_id)
        dictation_state.page().show(None)


def _given(widget: str) -> Any:
    """Return what a recorder or an uploader holds, unless it was taken already."""
    file: Any = st.session_state[widget]
    return None if file is None or file.file_id in dictation_state.page().taken else file


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except AudiokitError as error:
        dictation_state.page().trouble = str(error)
