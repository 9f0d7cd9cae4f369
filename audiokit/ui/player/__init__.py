"""The player: a reply while it is spoken, then the same as a finished clip; one component, one instance a turn.

Sound never travels through the page: the component is given addresses, and fetches from them. The program runs in the
browser (``player.js`` and the modules beside it, plain and unbuilt); this is the door to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is

__all__ = ["LivePlayer", "PlayerClip", "Word", "player", "script", "tones_css"]

_FOLDER = files("audiokit") / "ui" / "player"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerClip:
    """A finished clip. ``peaks`` are 0…1, some hundreds of them; without ``download_url`` there is no such link."""

    digest: str
    url: str
    duration_s: float
    peaks: Sequence[float]
    download_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlayer:
    """A reply that is growing, and where its sound (PCM16 mono at 24 kHz) and its words come from."""

    turn_id: str
    sound_url: str
    words_url: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word, with its punctuation, and when it is said.

    White space at the end of ``text`` stands after the word as it is, such as the end of a line; without it, one space
    does. What is said of several words at once, such as their speaker, would be a further field with a default.
    """

    text: str
    start_s: float
    end_s: float


def player(
    *,
    key: str,
    label: str,
    clip: PlayerClip | None = None,
    live: LivePlayer | None = None,
    words: str | Sequence[Word] = "",
    tones: Sequence[tuple[float, float, str, str]] = (),
    autoplay: bool = False,
) -> bool:
    """Show one turn's sound and words; return ``True`` in the one rerun that tells that ``live`` is complete.

    A growing reply plays as it arrives. When it is complete, give ``clip`` (with or without ``live``) under the same
    ``key``: what plays goes on undisturbed. Until then ``words`` may stay empty; they come with the sound.

    Args:
        key: of this turn, and unique on the page.
        label: names the player to a screen reader, such as "Reply 2".
        clip: what is finished.
        live: what is growing.
        words: what is said, as text, or with the times of its words; these are marked as they are said, and a click on
            one plays from there. Times may come at any moment: the text they belong to stays where it is.
        tones: of a finished clip, in the order of time: (start_s, end_s, family, label). The waveform is drawn in the
            colour of the family, with a lane in its pattern below it, and a legend; the label is what is said of the
            stretch. The families are those of :class:`audiokit.sentiment.tone.Family`.
        autoplay: whether a finished clip starts by itself where the browser allows it: once in a window, however
            often it is drawn.
    """
    shown = {
        "program": script("player.js"),
        "label": label,
        "clip": _clip(clip),
        "live": _live(live),
        "words": words if isinstance(words, str) else [[w.text, round(w.start_s, 3), round(w.end_s, 3)] for w in words],
        "tones": [[round(start_s, 2), round(end_s, 2), family, label] for start_s, end_s, family, label in tones],
        "autoplay": key if autoplay else None,
    }
    events = _component()(key=key, data=as_it_is(shown), on_finished_change=lambda: None)
    return events.get("finished") is not None


def script(name: str) -> str:
    """Return the address of one of the browser's modules, under the version that all of them share."""
    return f"/api/assets/{_version()}/{name}"


def _clip(clip: PlayerClip | None) -> dict[str, Any] | None:
    if clip is None:
        return None
    return {
        "digest": clip.digest,
        "url": clip.url,
        "duration_s": clip.duration_s,
        "peaks": [round(float(peak), 3) for peak in clip.peaks],
        "download_url": clip.download_url,
    }


def _live(live: LivePlayer | None) -> dict[str, str] | None:
    if live is None:
        return None
    return {"turn": live.turn_id, "sound_url": live.sound_url, "words_url": live.words_url}


@cache
def _component() -> ComponentRenderer:
    html, css, js = ((_FOLDER / name).read_text("utf-8") for name in ("player.html", "player.css", "mount.js"))
    return st.components.v2.component("audiokit_player", html=html, css=f"{css}\n{tones_css()}", js=js)


@cache
def tones_css() -> str:
    """Return how tones are drawn, for every component that shows them; its root has the class ``toned``."""
    return (_FOLDER / "tones.css").read_text("utf-8")


@cache
def _version() -> str:
    """Name this state of the browser's program, so that a browser may keep it."""
    scripts = sorted((path for path in _FOLDER.iterdir() if path.name.endswith(".js")), key=lambda path: path.name)
    return sha256(b"".join(path.read_bytes() for path in scripts)).hexdigest()[:12]
