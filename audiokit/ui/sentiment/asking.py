"""What is asked for: language, quality, second opinion, whether voices are read, and how often."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from audiokit.catalog.models import Tier
from audiokit.converse.instructions import LANGUAGES
from audiokit.sentiment.kept import Options
from audiokit.sentiment.service import NOT_READ
from audiokit.ui.sentiment import actions
from audiokit.ui.sentiment.visit import service

__all__ = ["WHY_OFF", "show"]

WHY_OFF = (
    "To infer emotions from voices at work or in education is prohibited in the European Union, but for medical or "
    "safety reasons (AI Act, Regulation (EU) 2024/1689, Article 5(1)(f)). Switched off, no model hears how a voice "
    "sounds: what the words say, and plain measures of the sound, stay."
)
_FIND_OUT = ""
_TIERS = {Tier.MINI: "Mini", Tier.FULL: "Full"}
_MOST_RUNS = 5


def show(batch_id: str | None, options: Options) -> None:
    """Show the choices; each holds at once."""
    at = batch_id or "new"
    left, right = st.columns(2, gap="medium")
    with left:
        _language(batch_id, options, f"sentiment.language.{at}")
        _tier(batch_id, options, f"sentiment.tier.{at}")
    with right:
        _voice(batch_id, options, f"sentiment.voice.{at}")
        _second(batch_id, options, f"sentiment.second.{at}")
        _runs(batch_id, options, f"sentiment.runs.{at}")
    _steering(batch_id, options, f"sentiment.steering.{at}")


def _set(batch_id: str | None, options: Options, name: str, field: str) -> None:
    value: Any = st.session_state[field]
    if name == "language":
        value = value or None
    elif value is None:
        return
    actions.ask_for(batch_id, replace(options, **{name: value}))


def _language(batch_id: str | None, options: Options, field: str) -> None:
    codes = [_FIND_OUT, *LANGUAGES]
    st.session_state[field] = options.language if options.language in codes else _FIND_OUT
    st.selectbox(
        "Language",
        codes,
        format_func=lambda code: LANGUAGES.get(code, "Find out"),
        key=field,
        on_change=partial(_set, batch_id, options, "language", field),
    )


def _tier(batch_id: str | None, options: Options, field: str) -> None:
    st.session_state[field] = options.tier
    st.segmented_control(
        "Quality",
        list(_TIERS),
        format_func=_TIERS.__getitem__,
        required=True,
        help="Mini is cheap. With a second opinion, full is asked about what contrasts or is strong, and nothing else.",
        key=field,
        on_change=partial(_set, batch_id, options, "tier", field),
    )


def _voice(batch_id: str | None, options: Options, field: str) -> None:
    is_offered = service().reads_voice
    st.session_state[field] = options.reads_voice and is_offered
    st.toggle(
        "Read voices",
        help=WHY_OFF,
        disabled=not is_offered,
        key=field,
        on_change=partial(_set, batch_id, options, "reads_voice", field),
    )
    if not is_offered or not options.reads_voice:
        st.caption(WHY_OFF if is_offered else NOT_READ)


def _second(batch_id: str | None, options: Options, field: str) -> None:
    is_offered = options.reads_voice and options.tier is Tier.MINI
    st.session_state[field] = options.escalates and is_offered
    st.toggle(
        "Second opinion where it matters",
        help="The full model hears what contrasts or is strong, and both readings are shown."
        if is_offered
        else "Only where voices are read by mini: full has no better one to ask.",
        disabled=not is_offered,
        key=field,
        on_change=partial(_set, batch_id, options, "escalates", field),
    )


def _runs(batch_id: str | None, options: Options, field: str) -> None:
    st.session_state[field] = options.n_runs
    st.number_input(
        "Times to read each voice",
        1,
        _MOST_RUNS,
        help="More than once shows whether the model agrees with itself; each time costs as much as the first.",
        disabled=not options.reads_voice,
        width=200,
        key=field,
        on_change=partial(_set, batch_id, options, "n_runs", field),
    )


def _steering(batch_id: str | None, options: Options, field: str) -> None:
    st.session_state[field] = options.steering
    st.text_area(
        "What to pay attention to",
        placeholder="These are calls about deliveries. What matters is when a caller gives up.",
        height=80,
        max_chars=2_000,
        key=field,
        on_change=partial(_set, batch_id, options, "steering", field),
    )
