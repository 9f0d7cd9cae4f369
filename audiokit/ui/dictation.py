"""Voice to prompt: a recording, its cleaned sound, its words, and the finished prompt, each to be heard or mended."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from audiokit import money
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompt_quote import PromptQuote
from audiokit.converse.prompting.prompts import KeptPrompt, Progress, Stage
from audiokit.converse.prompting.styles import STYLES, style_of
from audiokit.errors import AudiokitError
from audiokit.ui import dictation_actions as actions
from audiokit.ui import dictation_parts as parts
from audiokit.ui import dictation_state, state, widgets
from audiokit.ui.copier import copier
from audiokit.ui.microphone import microphone
from audiokit.ui.privacy import consent

__all__ = ["show"]

_RATE_HZ = 24_000
_UPLOADS = ["wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "aiff", "aif", "amr", "wma"]
_FIELD_PX = 260
_LIST_PX = 320
_SHOWN = 8  # prompts; more of them scroll
_WATCH_S = 0.7


def show(pipeline: PipelineService, *, on_send: Callable[[str], object] | None = None) -> None:
    """Show the prompt that is open, or where to record one.

    ``on_send`` takes a finished prompt into the conversation; without it, there is no such button.
    """
    prompt = dictation_state.opened(pipeline)
    parts.trouble(dictation_state.page())
    _heading(pipeline, prompt)
    if prompt is None:
        _recorder(pipeline)
        parts.steps(None, {})
        return
    parts.steps(prompt, pipeline.costs(prompt.person_id, prompt.id))
    _make(pipeline, prompt)
    left, right = st.columns(2, gap="medium")
    with left:
        parts.recorded(pipeline, prompt)
    with right:
        parts.cleaned(pipeline, prompt)
    left, right = st.columns(2, gap="medium")
    with left:
        _transcript(pipeline, prompt)
    with right:
        _finished(pipeline, prompt, on_send)
    if prompt.running is not None:
        _watch(pipeline, prompt.id, _signature(prompt))


def _heading(pipeline: PipelineService, prompt: KeptPrompt | None) -> None:
    title, tools = st.columns([1.3, 1], vertical_alignment="center")
    title.title(widgets.plain(prompt.title) if prompt and prompt.title else "Voice to prompt", anchor=False)
    with tools, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if prompt is not None:
            _more(pipeline, prompt)
            st.button("New", icon=":material/add:", key="dictation.new", on_click=actions.open_prompt, args=(None,))
        _kept(pipeline, prompt)


def _more(pipeline: PipelineService, prompt: KeptPrompt) -> None:
    with st.popover("Edit", icon=":material/edit:"):
        field = f"dictation.title.{prompt.id}"
        st.text_input(
            "Title", prompt.title, max_chars=60, key=field, on_change=actions.rename, args=(pipeline, prompt.id, field)
        )
        st.caption("Removing deletes its words and recordings for good. What it cost stays in the ledger.")
        st.button(
            "Remove for good",
            icon=":material/delete:",
            key="dictation.remove",
            on_click=actions.remove,
            args=(pipeline, prompt.id),
        )


def _kept(pipeline: PipelineService, prompt: KeptPrompt | None) -> None:
    headings = pipeline.headings(state.person().id)
    if not headings:
        return
    with (
        st.popover(f"Kept prompts · {len(headings)}", icon=":material/inventory_2:"),
        st.container(gap="xxsmall", height=_LIST_PX if len(headings) > _SHOWN else "content", border=False),
    ):
        for heading in headings:
            st.button(
                widgets.plain(heading.title) or f"Recording of {heading.updated_at:%d %b, %H:%M}",
                type="tertiary",
                disabled=prompt is not None and heading.id == prompt.id,
                key=f"dictation.open.{heading.id}",
                on_click=actions.open_prompt,
                args=(heading.id,),
            )


def _recorder(pipeline: PipelineService) -> None:
    """Stand where the first stage will be: record or upload."""
    if consent.is_asked():
        consent.show()
        return
    microphone(key="dictation.microphone")
    with st.container(border=True):
        st.markdown("**Say what you want.** Think aloud if you like: it is cleaned, written down and put in order.")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _record(pipeline)
            _upload(pipeline)
        _style(pipeline, None, dictation_state.page().style)
        st.caption("The recording is kept until you remove the prompt. Nothing is sent before you press the button.")


def _record(pipeline: PipelineService) -> None:
    key = f"dictation.take.{len(dictation_state.page().taken)}"
    take = st.audio_input(
        "Record",
        sample_rate=_RATE_HZ,
        label_visibility="collapsed",
        width=420,
        key=key,
        on_change=actions.keep_take,
        args=(pipeline, key),
    )
    if take is not None:  # it could not be kept, or the recorder would be gone
        st.button(
            "Keep it", icon=":material/save:", key=f"{key}.keep", on_click=actions.keep_take, args=(pipeline, key)
        )


def _upload(pipeline: PipelineService) -> None:
    key = f"dictation.upload.{len(dictation_state.page().taken)}"
    with st.popover("Upload", icon=":material/upload_file:"):
        st.file_uploader("A recording", type=_UPLOADS, key=key, on_change=actions.keep_upload, args=(pipeline, key))


def _style(pipeline: PipelineService, prompt_id: str | None, chosen: str, *, disabled: bool = False) -> None:
    field = f"dictation.style.{prompt_id}"
    st.pills(
        "Make it",
        [style.key for style in STYLES],
        default=style_of(chosen).key,
        format_func=lambda key: style_of(key).name,
        required=True,
        disabled=disabled,
        label_visibility="collapsed",
        wrap=True,
        key=field,
        on_change=actions.restyle,
        args=(pipeline, prompt_id, field),
    )


def _make(pipeline: PipelineService, prompt: KeptPrompt) -> None:
    """Offer the one thing to do next, with its price on it."""
    is_free = prompt.running is None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        _style(pipeline, prompt.id, prompt.style, disabled=not is_free)
        remaining = prompt.remaining
        if not remaining and is_free:
            return
        quote = pipeline.quote(prompt)
        verb = "Make the prompt" if prompt.refined is None else "Make it again"
        st.button(
            f"{verb} · {_price(quote)}".replace("$", r"\$") if is_free else "Being made…",
            type="primary",
            icon=":material/auto_awesome:",
            help=_in_parts(quote).replace("$", r"\$") if is_free else None,
            disabled=not (is_free and prompt.is_ready_for(remaining[0])),
            key="dictation.make",
            on_click=actions.make,
            args=(pipeline, prompt),
        )


def _transcript(pipeline: PipelineService, prompt: KeptPrompt) -> None:
    """Show what was said in words, to be mended; without a transcript, to be typed."""
    field = f"dictation.transcript.{prompt.id}.{prompt.at(Stage.TRANSCRIBE).made}"
    with st.container(border=True, height="stretch"):
        parts.heading(pipeline, prompt, Stage.TRANSCRIBE, "Transcript")
        st.text_area(
            "Transcript",
            prompt.transcript or "",
            label_visibility="collapsed",
            height=_FIELD_PX,
            placeholder="What you said will stand here. You can also type it.",
            disabled=prompt.running is not None,
            key=field,
            on_change=actions.edit_transcript,
            args=(pipeline, prompt.id, field),
        )
        parts.told(prompt, Stage.TRANSCRIBE)


def _finished(pipeline: PipelineService, prompt: KeptPrompt, on_send: Callable[[str], object] | None) -> None:
    """Show the finished prompt, to be mended, copied and sent on."""
    field = f"dictation.refined.{prompt.id}.{prompt.at(Stage.REFINE).made}"
    with st.container(border=True, height="stretch"):
        parts.heading(pipeline, prompt, Stage.REFINE, "Finished prompt")
        st.text_area(
            "Finished prompt",
            prompt.refined or "",
            label_visibility="collapsed",
            height=_FIELD_PX,
            placeholder="The finished prompt will stand here.",
            disabled=prompt.running is not None or prompt.refined is None,
            key=field,
            on_change=actions.edit_refined,
            args=(pipeline, prompt.id, field),
        )
        parts.told(prompt, Stage.REFINE)
        if prompt.refined:
            with st.container(horizontal=True, gap="small"):
                with st.container(width=130):
                    copier(prompt.refined, key=f"dictation.copy.{prompt.id}", field=field)
                if on_send is not None:
                    st.button(
                        "Send into the conversation",
                        icon=":material/send:",
                        type="secondary" if prompt.remaining else "primary",
                        key="dictation.send",
                        on_click=actions.send,
                        args=(pipeline, prompt.id, on_send),
                    )


def _price(quote: PromptQuote) -> str:
    total = quote.total_nanousd
    if total is None:
        return "price unknown"
    return money.show(total) if total == 0 else f"≈ {money.show(total)}"


def _in_parts(quote: PromptQuote) -> str:
    parts_of_it = {"writing it down": quote.transcribe_nanousd, "refining it": quote.refine_nanousd}
    return " · ".join(f"{name} {money.show(cost)}" for name, cost in parts_of_it.items())


def _signature(prompt: KeptPrompt) -> tuple[tuple[Progress, int], ...]:
    return tuple((prompt.at(stage).progress, prompt.at(stage).runs) for stage in Stage)


@st.fragment(run_every=_WATCH_S)
def _watch(pipeline: PipelineService, prompt_id: str, drawn: tuple[tuple[Progress, int], ...]) -> None:
    """Have the page drawn again once a stage has come further than what is shown."""
    try:
        now = _signature(pipeline.open(state.person().id, prompt_id))
    except AudiokitError:
        now = ()  # removed in another window, say: the page finds out when it is drawn again
    if now != drawn:
        st.rerun()
