"""Live talk: a person and a model speak with each other; one round button, and words and cost as they come.

Sound never travels through the page: the component is given the address of a WebSocket, and talks there. The program
runs in the browser (``talk.js`` and the modules beside it, plain and unbuilt); this is the door to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui import player
from audiokit.ui.passing import as_it_is

__all__ = ["LiveResult", "live", "script"]

_FOLDER = files("audiokit") / "ui" / "live"
_REASONS = frozenset({"over", "refused", "lost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResult:
    """How a live session ended: ``over`` by either side, ``refused`` by the server, ``lost`` with the network."""

    reason: str
    duration_s: float


def live(
    *,
    key: str,
    socket_url: str,
    is_push_to_talk: bool = False,
    window: str = "",
    label: str = "Live talk",
    person_name: str = "You",
    model_name: str = "Assistant",
) -> LiveResult | None:
    """Show the live session of a conversation; return how it ended in the one rerun that tells so.

    Until then nothing reruns. By the time it is told, the server has kept what was said, so that the page can show it
    as ordinary turns. A new ``socket_url`` counts from the next start on, and so does ``is_push_to_talk``'s meaning to
    the server.

    Args:
        key: unique on the page, and lasting as long as the conversation is shown.
        socket_url: signed, from :func:`audiokit.people.addresses.live_socket_url`.
        is_push_to_talk: whether the person holds the button to speak.
        window: names the window in which this is shown, so that it is let in again where it sits already; letters and
            digits. Empty: the component names itself, anew each time it is shown.
        label: names the session to a screen reader.
        person_name: stands over what the person says.
        model_name: stands over what the model says.
    """
    shown = {
        "program": script("talk.js"),
        "socket_url": socket_url,
        "push_to_talk": is_push_to_talk,
        "window": window,
        "label": label,
        "begin": "Start talking",
        "names": {"person": person_name, "model": model_name},
    }
    return _result(_component()(key=key, data=as_it_is(shown), on_ended_change=lambda: None).get("ended"))


def script(name: str) -> str:
    """Return the address of one of the browser's modules, under the version that all of them share."""
    return f"/api/assets/{_version()}/{name}"


def _result(told: Mapping[str, Any] | None) -> LiveResult | None:
    if told is None:
        return None
    match told:
        case {"reason": str(reason), "duration_s": int() | float() as duration_s} if (
            reason in _REASONS and duration_s >= 0
        ):
            return LiveResult(reason=reason, duration_s=float(duration_s))
    return LiveResult(reason="lost", duration_s=0.0)


@cache
def _component() -> ComponentRenderer:
    html, css, js = ((_FOLDER / name).read_text("utf-8") for name in ("live.html", "live.css", "live_mount.js"))
    return st.components.v2.component("audiokit_live", html=html, css=css, js=js)


@cache
def _version() -> str:
    """Name this state of the browser's program, which shares a few modules with the player."""
    scripts = sorted((path for path in _FOLDER.iterdir() if path.name.endswith(".js")), key=lambda path: path.name)
    return sha256(b"".join([player.script("").encode(), *(path.read_bytes() for path in scripts)])).hexdigest()[:12]
