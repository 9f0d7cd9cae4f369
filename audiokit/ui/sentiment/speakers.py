"""Who talked how much and how: a table of the voices of a recording, and their names."""

from __future__ import annotations

from html import escape

import streamlit as st

from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.talk import Silence, Talk, silence, talk
from audiokit.ui.sentiment import actions, words

__all__ = ["speakers"]

_STYLE = """<style>
.talk { width: 100%; border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
.talk th, .talk td { padding: .3rem .5rem .3rem 0; border: 0; border-top: 1px solid var(--st-border-color, #8884); }
.talk th, .talk td { text-align: left; font-weight: 400; }
.talk thead th { border-top: 0; font-weight: 650; }
.talk tbody th { opacity: .75; }
.talk i { display: block; height: .35rem; border-radius: 1rem; margin-top: .2rem; }
.talk i { background: currentColor; opacity: .55; }
.talk-box { overflow-x: auto; }
</style>"""


def speakers(recording: KeptRecording) -> None:
    """Show the table, one column a voice, and fields for their names."""
    duration_s = recording.duration_s or 0.0
    told = talk(recording.segments, duration_s)
    names = {one.number: one.name for one in recording.speakers}
    if any(one.is_assumed for one in recording.speakers):
        st.caption(
            "Nobody told voices apart here: all that is said is taken for one speaker. A transcriber that tells "
            "speakers apart would show each of them."
        )
    st.html(_STYLE + _table(told, names))
    st.caption(_silence(silence(recording.segments, duration_s)))
    for one in recording.speakers:
        field = f"sentiment.name.{recording.id}.{one.number}"
        st.session_state[field] = one.name
        st.text_input(
            f"Name of voice {one.number + 1}",
            max_chars=60,
            disabled=recording.state.is_under_way,
            key=field,
            on_change=actions.name_in,
            args=(recording.id, one.number, field),
        )


def _table(told: tuple[Talk, ...], names: dict[int, str]) -> str:
    called = (names.get(one.speaker, f"Voice {one.speaker + 1}") for one in told)
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in called)
    rows = (
        ("Share of talk", [_share(one) for one in told]),
        ("Speaking", [words.clock(one.speaking_s) for one in told]),
        ("Turns", [str(one.n_turns) for one in told]),
        ("Words", [_known(one.n_words) for one in told]),
        ("Words a minute", [_known(one.words_per_minute) for one in told]),
        ("Longest turn", [f"{words.clock(one.longest_s)} at {words.clock(one.longest_at_s)}" for one in told]),
        ("Interruptions", [str(one.n_interruptions) for one in told]),
        ("Questions", [_known(one.n_questions) for one in told]),
        ("Waits before speaking", [_seconds(one.patience_s) for one in told]),
    )
    body = "".join(
        f"<tr><th scope='row'>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for name, cells in rows
    )
    head = f"<thead><tr><th></th>{heads}</tr></thead>"
    return f"<div class='talk-box'><table class='talk'>{head}<tbody>{body}</tbody></table></div>"


def _share(one: Talk) -> str:
    percent = round(100 * one.share)
    return f"{percent} %<i style='width:{max(2, percent)}%'></i>"


def _known(value: float | None) -> str:
    return "not known" if value is None else f"{value:.0f}"


def _seconds(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f} s"


def _silence(of: Silence) -> str:
    long = f", {words.many(of.n_long, 'pause')} of two seconds or more" if of.n_long else ""
    return f"Nobody speaks for {words.clock(of.total_s)} of it ({100 * of.share:.0f} %){long}."
