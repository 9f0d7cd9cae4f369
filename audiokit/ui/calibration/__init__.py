"""Three seconds of a room while nobody speaks: recorded in the browser, with a level that shows that it hears.

What is recorded is judged by :func:`audiokit.audio.measuring.room.calibrate`; the browser only delivers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.audio.clip import Clip
from audiokit.audio.wav import from_pcm16
from audiokit.errors import InputError
from audiokit.ui.passing import as_it_is

__all__ = ["calibration", "delivered"]

_RATES_HZ = range(8_000, 192_001)
_MOST_S = 10


def calibration(*, key: str, said: str = "", is_trouble: bool = False) -> Clip | None:
    """Show the button that measures a room; return what was recorded in the one rerun that brings it.

    What stands in the microphone's way is said in place, and brings no rerun. ``said`` is what came of the last
    measurement, to stand under the button; ``is_trouble`` if it has to be made again.

    Raises:
        InputError: what the browser sent is no recording.
    """
    shown = {"said": said, "is_trouble": is_trouble}
    sound = _component()(key=key, data=as_it_is(shown), on_sound_change=lambda: None).get("sound")
    return None if sound is None else delivered(sound)


def delivered(sound: Mapping[str, Any]) -> Clip:
    """Return what a browser sent: ``pcm16`` in base64, one channel at ``rate_hz``.

    Raises:
        InputError: it is something else, or far too much.
    """
    try:
        rate_hz, pcm16 = int(sound["rate_hz"]), base64.b64decode(sound["pcm16"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise _no_recording() from error
    if rate_hz not in _RATES_HZ or len(pcm16) > _MOST_S * rate_hz * 2:
        raise _no_recording()
    return from_pcm16(pcm16, rate_hz)


def _no_recording() -> InputError:
    return InputError("The browser sent no recording of the room. Load the page again, and measure again.")


@cache
def _component() -> ComponentRenderer:
    folder = files("audiokit") / "ui" / "calibration"
    html, css, js = ((folder / f"calibration.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("audiokit_calibration", html=html, css=css, js=js)
