"""The whole app, and one more address: what its process holds at the moment, on all its event loops."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from audiokit.api.app import lifespan, middleware, routes
from audiokit.settings import Settings
from audiokit.ui import uploads

APP = Path(__file__).resolve().parents[2] / "app.py"
_INODE = 9  # the column of /proc/net/tcp


def _counts(_: Request) -> JSONResponse:
    gc.collect()
    tasks = [each for each in gc.get_objects() if isinstance(each, asyncio.Task) and not each.done()]
    names = Counter(thread.name.rstrip("0123456789-_") for thread in threading.enumerate())
    return JSONResponse(
        {
            "tasks": len(tasks),
            "live_tasks": sorted(task.get_name() for task in tasks if task.get_name().startswith("live ")),
            "threads": dict(names),
            "connections": _n_connections(),
        }
    )


def _n_connections() -> int:
    """Count this process's TCP sockets; 0 where the system does not tell.

    Streamlit holds two more of another kind for each visit, its script's event loop, for two minutes after.
    """
    own, n = set[str](), 0
    folder = Path("/proc/self/fd")
    for handle in folder.iterdir() if folder.exists() else ():
        with suppress(OSError):  # gone meanwhile
            own.add(str(handle.readlink()).removeprefix("socket:[").removesuffix("]"))
    for table in (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6")):
        rows = table.read_text("ascii").splitlines()[1:] if table.exists() else []
        n += sum(row.split()[_INODE] in own for row in rows)
    return n


AROUND = middleware(Settings.read(), uploads.held)
app = st.App(APP, routes=[Route("/api/try/counts", _counts), *routes()], lifespan=lifespan, middleware=AROUND)
