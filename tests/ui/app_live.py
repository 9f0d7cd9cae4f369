"""A tiny app around live talk: ``?mode=echo|quiet``, ``?hold`` for push-to-talk, ``?conversation=…``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from live_source import PERSON, SOURCE, trying
from player_source import SOURCE as MEDIA
from starlette.middleware import Middleware
from streamlit import runtime

from audiokit.api.guard import SecurityHeaders
from audiokit.api.live import live_routes
from audiokit.api.routes import routes
from audiokit.people.addresses import live_socket_url
from audiokit.ui.live import live


def show() -> None:
    asked, state = st.query_params, st.session_state
    state.runs = state.get("runs", 0) + 1
    conversation, person = asked.get("conversation", "c1"), asked.get("person", PERSON)
    url = live_socket_url(SOURCE.signer, person, conversation, options=asked.get("mode", "echo"))
    ended = live(key="live", socket_url=url, is_push_to_talk="hold" in asked, model_name="Marin")
    state.ended = state.get("ended", 0) + (ended is not None)
    if ended is not None:
        state.last = ended.reason
    st.button("Run again")
    st.text(f"runs {state.runs}; ended {state.ended}; {state.get('last', '')}")


if not runtime.exists():
    app = st.App(
        Path(__file__).resolve(),
        routes=routes(MEDIA, *trying(), *live_routes(lambda: SOURCE)),
        middleware=[Middleware(SecurityHeaders)],
    )
else:
    show()
