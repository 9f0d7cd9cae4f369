"""A tiny app around the player: ``?show=clip`` or ``?show=live`` with seconds, wait, pace, fails, unasked, late, timed;
``?show=long``; ``?show=many`` with n.

With ``late`` the page is drawn only when the reply is complete, as it is where an engine answers at once.
"""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st
from player_source import PERSON, SOURCE, WORDS, peaks, speechlike, wav
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import runtime

from audiokit.api.guard import SecurityHeaders
from audiokit.api.routes import routes
from audiokit.people.addresses import clip_url, live_url, words_url
from audiokit.ui.player import LivePlayer, PlayerClip, Word, player


async def _reply(request: Request) -> JSONResponse:
    growing = SOURCE.replies[request.path_params["turn"]]
    return JSONResponse({"first_sound_at": growing.first_sound_at, "ended": growing.ended})


def finished(pcm16: bytes) -> PlayerClip:
    digest = SOURCE.keep(wav(pcm16))
    return PlayerClip(
        digest=digest,
        url=clip_url(SOURCE.signer, PERSON, digest, "audio/wav"),
        duration_s=len(pcm16) / 48_000,
        peaks=peaks(pcm16),
        download_url=clip_url(SOURCE.signer, PERSON, digest, "audio/wav", download_as="Reply 1.wav"),
    )


def evenly(words: str, seconds: float) -> list[Word]:
    """Give the words times as if each took as long as the others."""
    said = words.split(" ")
    return [Word(word, i * seconds / len(said), (i + 1) * seconds / len(said)) for i, word in enumerate(said)]


def show_clips() -> None:
    with st.chat_message("user"):
        question = "Is there a table for two by the river tomorrow evening?"
        player(key="clip.1", label="Your question", clip=finished(speechlike(7, seed=4).tobytes()), words=question)
    with st.chat_message("assistant"):
        player(key="clip.2", label="Reply", clip=finished(speechlike(25).tobytes()), words=evenly(WORDS, 25))
    with st.chat_message("assistant"):
        missing = clip_url(SOURCE.signer, PERSON, "0" * 64, "audio/wav")
        lost = PlayerClip(digest="0" * 64, url=missing, duration_s=3, peaks=[0.2, 0.5] * 30)
        player(key="clip.3", label="Lost", clip=lost)


def _said(words: str, seconds: float) -> str | list[Word]:
    """Give the words as they are, or with times if ``timed`` is asked for."""
    return evenly(words, seconds) if "timed" in st.query_params else words


def show_long() -> None:
    """Draw a text too long to be seen whole; each word lasts a fifth of a second."""
    said = " ".join([WORDS] * 8)
    seconds = len(said.split(" ")) / 5
    with st.chat_message("assistant"):
        player(key="long", label="Reply", clip=finished(speechlike(seconds).tobytes()), words=evenly(said, seconds))


def show_many() -> None:
    """Draw as many as a long conversation has, each with a minute of speech and its words."""
    said = [Word(f"word{i}", i * 0.4, i * 0.4 + 0.3) for i in range(150)]
    clip = finished(speechlike(60).tobytes())
    for i in range(int(st.query_params["n"])):
        with st.chat_message("assistant"):
            player(key=f"many.{i}", label=f"Reply {i}", clip=clip, words=said)


def show_live() -> None:
    asked = st.query_params
    state = st.session_state
    if st.button("Ask") or ("unasked" in asked and "turn" not in state):
        state.turn = f"turn-{len(SOURCE.replies) + 1}"
        seconds, wait_s, pace = (float(asked.get(k, d)) for k, d in (("seconds", 3), ("wait", 0.5), ("pace", 2)))
        SOURCE.ask(state.turn, seconds=seconds, wait_s=wait_s, pace=pace, fails="fails" in asked)
        while "late" in asked and not SOURCE.replies[state.turn].ended:
            time.sleep(0.02)  # a page's script cannot wait in any other way
    st.button("Run again")
    state.runs = state.get("runs", 0) + 1
    if (turn := state.get("turn")) and not st.toggle("Elsewhere"):
        growing = SOURCE.replies[turn]
        done = growing.ended and growing.failure is None and growing.n_bytes > 0
        with st.chat_message("assistant"):
            told = player(
                key=f"live.{turn}",
                label="Reply",
                live=LivePlayer(
                    turn_id=turn,
                    sound_url=live_url(SOURCE.signer, PERSON, turn),
                    words_url=words_url(SOURCE.signer, PERSON, turn),
                ),
                clip=finished(growing.sound()) if done else None,
                words=_said(growing.words.strip(), len(growing.sound()) / 48_000) if done else "",
                autoplay="late" in asked,
            )
        state.told = state.get("told", 0) + told
        st.text(f"turn {turn}; runs {state.runs}; told {state.told}")


if not runtime.exists():
    app = st.App(
        Path(__file__).resolve(),
        routes=[Route("/api/try/{turn}", _reply), *routes(SOURCE)],
        middleware=[Middleware(SecurityHeaders)],
    )
elif st.query_params.get("show") == "live":
    show_live()
elif st.query_params.get("show") == "long":
    show_long()
elif st.query_params.get("show") == "many":
    show_many()
else:
    show_clips()
