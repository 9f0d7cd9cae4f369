"""A tiny app whose presses take a while, and touch the session's state all along."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import runtime

from audiokit.ui.pressing import carry_out_whole

NAMES = ("first", "second", "third")


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({})


def press(name: str) -> None:
    done: list[str] = st.session_state.setdefault("done", [])
    done.append(f"{name} began")
    for _ in range(20):
        time.sleep(0.02)
        assert st.session_state["done"] is done
    done.append(f"{name} ended")


def show() -> None:
    for name in NAMES:
        st.button(name, on_click=press, args=(name,))
    st.text(", ".join(st.session_state.get("done", ["nothing yet"])))


if not runtime.exists():
    carry_out_whole()
    app = st.App(Path(__file__).resolve(), routes=[Route("/api/health", _health)])
else:
    show()
