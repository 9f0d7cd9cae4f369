"""A tiny app around the level meter and the measuring of a room."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import runtime

from audiokit.api.guard import SecurityHeaders
from audiokit.audio.measuring.room import Room, calibrate
from audiokit.errors import InputError
from audiokit.ui.calibration import calibration
from audiokit.ui.level import meter, room_words

GOOD: dict[str, float | None] = {
    "peak_dbfs": -3.2,
    "speech_dbfs": -23.4,
    "noise_dbfs": -52.0,
    "clipped_ratio": 0.0,
    "speech_ratio": 0.6,
}
TAKES = {
    "Good": GOOD,
    "Quiet": GOOD | {"peak_dbfs": -38.0, "speech_dbfs": -56.0, "noise_dbfs": -74.0},
    "Noisy": GOOD | {"noise_dbfs": -30.0},
    "Loud": GOOD | {"peak_dbfs": 0.0, "speech_dbfs": -8.0, "clipped_ratio": 0.08},
    "Nothing": GOOD | {"peak_dbfs": -48.0, "speech_dbfs": None, "noise_dbfs": -54.0},
}


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({})


def show() -> None:
    state = st.session_state
    clip = calibration(key="room.measure", said=state.get("said", ""), is_trouble=state.get("is_trouble", False))
    if clip is not None:
        try:
            state.room = calibrate(clip)
            state.said, state.is_trouble = room_words(state.room), False
        except InputError as error:
            state.said, state.is_trouble = str(error), True
        state.heard = f"{clip.duration_s:.1f} s at {clip.sample_rate_hz} Hz"
        st.rerun()
    st.text(state.get("heard", "not measured"))
    room: Room | None = state.get("room")
    for name, levels in TAKES.items():
        meter(levels, room, key=f"level.{name}")


if not runtime.exists():
    app = st.App(
        Path(__file__).resolve(),
        routes=[Route("/api/health", _health)],
        middleware=[Middleware(SecurityHeaders)],
    )
else:
    show()
