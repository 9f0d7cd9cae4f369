"""Which models in use have an end: by what the endpoint itself lists, and by the catalog where it lists none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
from scripted import ENDPOINT, Server, on_wire

from audiokit.catalog.models import Catalog, Provider
from audiokit.people.persons import Persons
from audiokit.speech.placing import place_at
from audiokit.speech.served import Served
from audiokit.store.database import open_database
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.reports import Reports, Scope
from audiokit.usage.retiring import retiring

CATALOG, DAY = Catalog.load(), date(2026, 11, 21)
CALL = Entry(
    id="1", at=datetime(2026, 11, 20, 9, tzinfo=UTC), person_id="local", page="record_and_converse", endpoint="openai",
    kind="converse", model_asked="gpt-audio-mini", cost_nanousd=1, total_ms=1, outcome="answered",
)  # fmt: skip


def test_the_day_that_the_endpoint_tells_goes_before_the_catalog_s_and_who_takes_over_can_be_asked(
    tmp_path: Path,
) -> None:
    database = open_database(None, tmp_path)
    Persons(database).local()
    ledger = Ledger(database)
    long_ago = datetime(2026, 10, 1, 9, tzinfo=UTC)
    for number, entry in enumerate(
        (
            CALL,
            replace(CALL, page="spoken_summaries"),
            replace(CALL, page="spoken_summaries"),
            replace(CALL, model_asked="gpt-audio-1.5"),
            replace(CALL, model_asked="whisper-1", kind="transcribe"),
            replace(CALL, model_asked="tts-1", kind="speak", at=long_ago),
        )
    ):
        ledger.write(replace(entry, id=str(number)))
    days = {"gpt-audio-mini-2025-12-15": "2026-12-31", "gpt-audio-1.5": None, "gpt-transcribe": None, "whisper-1": None}
    listed = [{"id": name, "object": "model", "shutdown_date": day} for name, day in days.items()]
    wire = on_wire(Server(httpx2.Response(200, json={"object": "list", "data": listed})))
    served = Served(wire, run=lambda look: look())
    place = place_at(wire, served, CATALOG, ledger, today=lambda: DAY)
    assert place.endpoint.provider is Provider.OPENAI

    def heir(name: str) -> str | None:
        found = place.heir_of(name)
        return found.model_name if found else None

    reports = Reports(database, ZoneInfo("UTC"))
    found = retiring(reports, CATALOG, Provider.OPENAI, Scope(), DAY, ends_on=place.ends_on, heir_of=heir)
    database.close()

    assert [(one.model, one.days_left, one.pages, one.replacement) for one in found] == [
        ("gpt-audio-mini", 40, ("spoken_summaries", "record_and_converse"), "gpt-audio-1.5"),
        ("whisper-1", 97, ("record_and_converse",), "gpt-transcribe"),
    ]


def test_of_a_compatible_server_only_its_own_word_counts_and_who_has_no_end_has_none(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    listed = [{"id": "gpt-audio-mini"}, {"id": "own-model", "shutdown_date": "2027-03-01"}]
    ends = dict[Provider, list[date | None]]()
    for provider in (Provider.COMPATIBLE, Provider.AZURE, Provider.OFFLINE):
        wire = on_wire(Server(httpx2.Response(200, json=listed)), endpoint=replace(ENDPOINT, provider=provider))
        served = Served(wire, run=lambda look: look())
        place = place_at(wire, served, CATALOG, Ledger(database), today=lambda: DAY)
        ends[provider] = [place.ends_on(name) for name in ("gpt-audio-mini", "own-model", "audiokit-offline")]
        assert place.heir_of("own-model") is None
    database.close()

    assert ends == {
        Provider.COMPATIBLE: [None, date(2027, 3, 1), None],
        Provider.AZURE: [date(2027, 6, 15), None, None],
        Provider.OFFLINE: [None, None, None],
    }
