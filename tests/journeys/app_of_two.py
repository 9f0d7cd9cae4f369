"""The whole app, with two people in it: whoever opens the page is Bob, who looks after nothing, once a file says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st
from sqlalchemy import insert

from audiokit.api.app import lifespan, middleware, routes
from audiokit.people.persons import LOCAL, Person
from audiokit.store.tables import person
from audiokit.studio import Studio, shared_studio
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


_with_calls(shared_studio())
Studio.person = _person  # type: ignore[method-assign]  # who signs in is another issue's
app = st.App(APP, routes=routes(), lifespan=lifespan, middleware=middleware())
