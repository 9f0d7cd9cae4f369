"""A tiny app around live talk over WebRTC, as the first of several pages: what its first run makes is stopped."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from live_source import PERSON, SOURCE, trying
from player_source import SOURCE as MEDIA
from streamlit import runtime

from audiokit.api.routes import routes
from audiokit.ui.live_webrtc import live_webrtc


def talk() -> None:
    state = st.session_state
    mode = st.query_params.get("mode", "echo")
    window, patience_s = st.query_params.get("window", "one"), float(st.query_params.get("patience", 8))
    ended = live_webrtc(
        key="live",
        open_live=lambda: SOURCE.open_live(PERSON, "c1", mode),
        seat=lambda: SOURCE.seats.taken(PERSON, "c1", window),
        patience_s=patience_s,
        model_name="Marin",
    )
    state.ended = state.get("ended", 0) + (ended is not None)
    state.last = ended.reason if ended else state.get("last", "")  # a further run may follow at once
    st.text(f"ended {state.ended}; {state.last}")


def elsewhere() -> None:
    st.text("elsewhere")


if not runtime.exists():
    app = st.App(Path(__file__).resolve(), routes=routes(MEDIA, *trying()))
else:
    st.navigation([st.Page(talk, title="Talk", default=True), st.Page(elsewhere, title="Elsewhere")]).run()
