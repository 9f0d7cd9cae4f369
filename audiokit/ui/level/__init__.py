"""The level meter of a kept take: how loud the voice is, how loud the room, how near the peaks come to clipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.audio.measuring.figures import CLIPPED_RATIO
from audiokit.audio.measuring.room import Room
from audiokit.ui.passing import as_it_is

__all__ = ["meter", "room_words", "words"]

_Levels = Mapping[str, float | None]

_LOWEST_DBFS = -80.0
_NEAR_DB, _QUIET_DBFS, _AT_THE_LIMIT_DBFS = 10.0, -50.0, -1.0
_QUIET_ROOM_DBFS, _LOUD_ROOM_DBFS = -55.0, -40.0


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the levels come to, in words; ``tone`` is what colour it has."""

    tone: str
    words: str


def meter(levels: _Levels, room: Room | None = None, *, key: str) -> None:
    """Show the levels of one recording, as :func:`audiokit.audio.measuring.levels.levels_of` gives them.

    With the person's ``room`` its noise is shown, else what was quietest in the recording itself.
    """
    verdict, noise = _verdict(levels, room), _noise_dbfs(levels, room)
    shown = {
        "words": words(levels, room).replace(" dB", "\N{NO-BREAK SPACE}dB"),
        "tone": verdict.tone,
        "speech": _place(levels.get("speech_dbfs")),
        "noise": _place(noise),
        "peak": _place(levels.get("peak_dbfs")),
    }
    _component()(key=key, data=as_it_is(shown))


def words(levels: _Levels, room: Room | None = None) -> str:
    """Return the same as one sentence: "Speech at -23 dB, room at -55 dB, peaks at -3 dB: good."."""
    parts = {
        "speech": levels.get("speech_dbfs"),
        "room" if room else "background": _noise_dbfs(levels, room),
        "peaks": levels.get("peak_dbfs"),
    }
    told = ", ".join(f"{name} at {_db(dbfs)}" for name, dbfs in parts.items() if dbfs is not None)
    verdict = _verdict(levels, room).words
    return f"{told[:1].upper()}{told[1:]}: {verdict}." if told else f"{verdict[:1].upper()}{verdict[1:]}."


def room_words(room: Room) -> str:
    """Return one sentence on a room that was measured."""
    if room.noise_dbfs < _QUIET_ROOM_DBFS:
        kind = "quiet"
    else:
        kind = "loud: a closer microphone helps" if room.noise_dbfs > _LOUD_ROOM_DBFS else "fine"
    hum = f" Mains hum of {room.hum_hz:.0f} Hz at {_db(room.hum_dbfs)}." if room.hum_hz and room.hum_dbfs else ""
    return f"Your room is at {_db(room.noise_dbfs)}, which is {kind}.{hum}"


def _verdict(levels: _Levels, room: Room | None) -> _Verdict:
    speech, noise, peak = levels.get("speech_dbfs"), _noise_dbfs(levels, room), levels.get("peak_dbfs")
    clipped_ratio = levels.get("clipped_ratio") or 0.0
    if speech is None:
        return _Verdict("bad", "nothing was heard")
    if clipped_ratio >= CLIPPED_RATIO:
        return _Verdict("bad", f"too loud, {clipped_ratio:.0%} is cut off" if clipped_ratio >= 0.01 else "too loud")
    if noise is not None and speech - noise < _NEAR_DB:
        return _Verdict("fair", "the noise is close to your voice")
    if speech < _QUIET_DBFS:
        return _Verdict("fair", "very quiet")
    if peak is not None and peak > _AT_THE_LIMIT_DBFS:
        return _Verdict("fair", "just below too loud")
    return _Verdict("good", "good")


def _noise_dbfs(levels: _Levels, room: Room | None) -> float | None:
    return levels.get("noise_dbfs") if room is None else room.noise_dbfs


def _place(dbfs: float | None) -> float | None:
    """Return where a level stands on the meter, from 0 to 1."""
    return None if dbfs is None else round(min(max(1 - dbfs / _LOWEST_DBFS, 0.0), 1.0), 4)


def _db(dbfs: float | None) -> str:
    """Return a level with a true minus sign, as it is read aloud."""
    return f"{dbfs or 0.0:.0f} dB".replace("-0 ", "0 ").replace("-", "\N{MINUS SIGN}")


@cache
def _component() -> ComponentRenderer:
    folder = files("audiokit") / "ui" / "level"
    html, css, js = ((folder / f"level.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("audiokit_level", html=html, css=css, js=js)
