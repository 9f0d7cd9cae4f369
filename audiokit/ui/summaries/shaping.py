"""What a programme is to be: format, length, language, tone, steering, voices, quality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from audiokit.catalog.models import Provider, Tier
from audiokit.converse.instructions import LANGUAGES
from audiokit.summaries.formats import default_shape, format_called, formats
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.shape import Persona, Shape
from audiokit.ui import state, widgets
from audiokit.ui.summaries import actions, words
from audiokit.ui.summaries.hearing import hear
from audiokit.ui.summaries.visit import visit, voices

__all__ = ["limit", "show"]

_LEAST_MIN, _MOST_MIN = 0.5, 60.0
_TIERS = {Tier.MINI: "Mini", Tier.FULL: "Full"}


def show(programme_id: str | None, shape: Shape, *, is_script: bool = False) -> None:
    """Show the choices; each holds at once. Where there is a script, only what can still be changed about it."""
    at = programme_id or "new"
    _format(programme_id, shape, f"summaries.format.{at}")
    if not is_script and not format_called(shape.format).reads_in_full:
        _minutes(programme_id, shape, f"summaries.minutes.{at}")
    left, right = st.columns(2, gap="medium")
    with left:
        _language(programme_id, shape, f"summaries.language.{at}")
    with right:
        _text(programme_id, shape, "tone", "Tone", "calm, warm, brisk…", f"summaries.tone.{at}")
    if not format_called(shape.format).reads_in_full:
        st.text_area(
            "What to pay attention to",
            value=shape.steering,
            placeholder="For somebody who knows the field. Dwell on the results; leave out the history.",
            height=80,
            max_chars=2_000,
            key=f"summaries.steering.{at}",
            on_change=partial(_set, programme_id, shape, "steering", f"summaries.steering.{at}"),
        )
    _voices(programme_id, shape, at)
    _tier(programme_id, shape, f"summaries.tier.{at}")


def limit(programme: KeptProgramme) -> None:
    """Show what it may cost at most, to be changed."""
    cap_nanousd = programme.money.cap_nanousd
    field = f"summaries.cap.{programme.id}"
    kept = "" if cap_nanousd is None else words.in_usd(cap_nanousd)
    st.session_state[field] = visit().limits.get(programme.id, kept)
    st.text_input(
        "Spend at most, in dollars",
        placeholder="no limit",
        max_chars=12,
        width=220,
        help="It stops before it would go beyond this, and keeps what was made.",
        key=field,
        on_change=actions.limit,
        args=(programme.id, field),
    )


def _set(
    programme_id: str | None, shape: Shape, name: str, field: str, read: Callable[[Any], Any] = lambda v: v
) -> None:
    value = st.session_state[field]
    if value is not None:
        actions.reshape(programme_id, replace(shape, **{name: read(value)}))


def _format(programme_id: str | None, shape: Shape, field: str) -> None:
    known = formats()
    st.session_state[field] = shape.format
    st.pills(
        "Format",
        list(known),
        format_func=lambda name: f"{words.FORMAT_ICONS.get(name, '')} {known[name].title}",
        required=True,
        key=field,
        on_change=_change_format,
        args=(programme_id, shape, field),
    )
    st.caption(known[shape.format].description)


def _change_format(programme_id: str | None, shape: Shape, field: str) -> None:
    """Take another format with its length and speakers; what a person wrote stays."""
    name = st.session_state[field]
    if name and name != shape.format:
        kept = {one: getattr(shape, one) for one in ("language", "tone", "steering", "tier")}
        actions.reshape(programme_id, replace(default_shape(name), **kept))


def _minutes(programme_id: str | None, shape: Shape, field: str) -> None:
    minutes = min(max(shape.minutes or 5.0, _LEAST_MIN), _MOST_MIN)
    slider, number = f"{field}.slider", f"{field}.number"
    st.session_state[slider] = st.session_state[number] = minutes
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider(
            "How long",
            _LEAST_MIN,
            _MOST_MIN,
            step=0.5,
            format="%g min",
            key=slider,
            width="stretch",
            on_change=partial(_set, programme_id, shape, "minutes", slider),
        )
        st.number_input(
            "Minutes",
            _LEAST_MIN,
            _MOST_MIN,
            step=0.5,
            format="%g",
            key=number,
            width=130,
            on_change=partial(_set, programme_id, shape, "minutes", number),
        )


def _language(programme_id: str | None, shape: Shape, field: str) -> None:
    codes = list(LANGUAGES)
    st.selectbox(
        "Language",
        codes,
        index=codes.index(shape.language) if shape.language in codes else codes.index("en"),
        format_func=LANGUAGES.__getitem__,
        key=field,
        on_change=partial(_set, programme_id, shape, "language", field),
    )


def _text(programme_id: str | None, shape: Shape, name: str, label: str, example: str, field: str) -> None:
    st.text_input(
        label,
        value=getattr(shape, name),
        placeholder=example,
        max_chars=200,
        key=field,
        on_change=partial(_set, programme_id, shape, name, field, str.strip),
    )


def _tier(programme_id: str | None, shape: Shape, field: str) -> None:
    st.session_state[field] = shape.tier
    st.segmented_control(
        "Quality",
        list(_TIERS),
        format_func=_TIERS.__getitem__,
        required=True,
        help="Mini is cheap. Lines with a star, and those that mini does not say as written, are spoken by full.",
        key=field,
        on_change=partial(_set, programme_id, shape, "tier", field),
    )


def _voices(programme_id: str | None, shape: Shape, at: str) -> None:
    chosen = format_called(shape.format)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**Voices**")
        if len(shape.personas) < chosen.most_voices:
            st.button(
                "Add a voice",
                type="tertiary",
                icon=":material/person_add:",
                key=f"summaries.voice.add.{at}",
                on_click=_add,
                args=(programme_id, shape),
            )
    for number, persona in enumerate(shape.personas):
        can_go = len(shape.personas) > chosen.least_voices
        _persona(programme_id, shape, number, persona, f"{at}.{shape.format}.{len(shape.personas)}", can_go=can_go)


def _persona(programme_id: str | None, shape: Shape, number: int, persona: Persona, at: str, *, can_go: bool) -> None:
    change = partial(_change_persona, programme_id, shape, number)
    names = voices(shape)
    fields = {name: f"summaries.{name}.{at}.{number}" for name in ("name", "voice", "part")}
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"summaries.persona.{at}.{number}"):
        st.text_input(
            f"Name of voice {number + 1}",
            value=persona.name,
            max_chars=40,
            label_visibility="collapsed",
            key=fields["name"],
            width=120,
            on_change=change,
            args=("name", fields["name"]),
        )
        st.selectbox(
            f"Voice {number + 1}",
            names,
            index=names.index(persona.voice) if persona.voice in names else 0,
            format_func=_voice_label,
            label_visibility="collapsed",
            key=fields["voice"],
            width=190,
            on_change=change,
            args=("voice", fields["voice"]),
        )
        st.text_input(
            f"Part of voice {number + 1}",
            value=persona.part,
            placeholder="what they do, such as: asks what a listener would ask",
            max_chars=200,
            label_visibility="collapsed",
            key=fields["part"],
            width="stretch",
            on_change=change,
            args=("part", fields["part"]),
        )
        hear(shape, number, persona, at)
        if can_go:
            st.button(
                "",
                icon=":material/close:",
                type="tertiary",
                help=f"Take {widgets.plain(persona.name)} out",
                key=f"summaries.voice.remove.{at}.{number}",
                on_click=_remove,
                args=(programme_id, shape, number),
            )


def _voice_label(name: str) -> str:
    """Return a voice with its character; the offline voices only share the names."""
    studio = state.studio()
    described = studio.endpoint.provider is not Provider.OFFLINE
    character = studio.catalog.voice_character(name) if described else None
    return f"{name.capitalize()} · {character.lower()}" if character else name.capitalize()


def _change_persona(programme_id: str | None, shape: Shape, number: int, name: str, field: str) -> None:
    value = str(st.session_state[field]).strip()
    if value or name == "part":
        personas = list(shape.personas)
        personas[number] = replace(personas[number], **{name: value})
        actions.reshape(programme_id, replace(shape, personas=tuple(personas)))


def _add(programme_id: str | None, shape: Shape) -> None:
    taken = {persona.voice for persona in shape.personas}
    free = [name for name in voices(shape) if name not in taken] or list(voices(shape))
    added = Persona(name=f"Voice {len(shape.personas) + 1}", voice=free[0])
    actions.reshape(programme_id, replace(shape, personas=(*shape.personas, added)))


def _remove(programme_id: str | None, shape: Shape, number: int) -> None:
    personas = tuple(persona for index, persona in enumerate(shape.personas) if index != number)
    actions.reshape(programme_id, replace(shape, personas=personas))
