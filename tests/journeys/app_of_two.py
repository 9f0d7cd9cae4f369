"""The whole app, with two people in it: whoever opens the page is Bob, who looks after nothing, once a file says so.

It asks OpenAI, by its models and prices, whose part the offline engine plays in this process.
"""

from __future__ import annotations

import os
import sys
import types
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st
from sqlalchemy import insert, update
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from audiokit.api.app import lifespan, middleware, routes
from audiokit.converse.conversation import Options
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.people.persons import LOCAL, Person
from audiokit.settings import Settings
from audiokit.store.tables import person, turn
from audiokit.studio import Studio, open_studio, shared_studio
from audiokit.ui import uploads
from audiokit.usage.ledger import Entry

APP = Path(__file__).resolve().parents[2] / "app.py"
BOB = Person("bob", "Bob")
NOW = datetime.now(UTC)
CALL = Entry(
    id="",
    at=NOW,
    person_id=LOCAL.id,
    page="record_and_converse",
    endpoint="openai",
    kind="converse",
    model_asked="gpt-audio-1.5",
    input_ms=60_000,
    output_ms=30_000,
    cost_nanousd=3_000_000_000,
    cost_audio_out_nanousd=3_000_000_000,
    first_byte_ms=500,
    total_ms=4_000,
    outcome="answered",
)


def _at_openai() -> None:
    """Open the process's studio on OpenAI, for whom the offline engine answers, and who does not list models."""
    os.environ["OPENAI_API_KEY"] = "sk-made-up"
    no_list = Route("/v1/models", lambda _: JSONResponse({}, 404))
    engine = Starlette(routes=[no_list, Mount("/", create_app(Engine()))])
    process = types.ModuleType("_audiokit_process")
    process.__dict__["studio"] = open_studio(Settings.read(), transport=InProcessTransport(engine))
    sys.modules[process.__name__] = process


def _with_something_said(studio: Studio) -> None:
    """Keep what a model that ends can be tried on, as if it had been answered, and one call of that model."""
    conversation = studio.converse.start(LOCAL.id, Options(uses_tools=False))
    said = studio.converse.keep_words(LOCAL.id, conversation.id, "How much is two and two?")
    with studio.database.write() as connection:
        connection.execute(update(turn).where(turn.c.id == said.id).values(state="answered"))
    studio.ledger.write(replace(CALL, id="by-the-mini", model_asked="gpt-audio-mini", cost_nanousd=0))


def _with_calls(studio: Studio) -> None:
    studio.person()
    with studio.database.write() as connection:
        row = {"id": BOB.id, "name": BOB.name, "created_at": NOW, "team": "Radio"}
        connection.execute(insert(person), [row])
    for days in range(8):
        at = NOW - timedelta(days=days)
        studio.ledger.write(replace(CALL, id=f"mine-{days}", at=at))
        studio.ledger.write(replace(CALL, id=f"bobs-{days}", at=at, person_id=BOB.id, cost_nanousd=7_770_000_000))


def _person(self: Studio) -> Person:
    return BOB if (self.settings.data_dir / "bob-is-here").exists() else self.persons.local()


_at_openai()
_with_calls(shared_studio())
_with_something_said(shared_studio())
Studio.person = _person  # type: ignore[method-assign]  # who signs in is another issue's
AROUND = middleware(shared_studio().settings, uploads.held)
app = st.App(APP, routes=routes(), lifespan=lifespan, middleware=AROUND)
