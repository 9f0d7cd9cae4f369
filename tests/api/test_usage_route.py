"""Numbers of usage over HTTP: signed, expiring, exact, safe in a spreadsheet, and nobody else's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.usage import usage_routes
from audiokit.catalog.models import Catalog, Provider
from audiokit.people.addresses import Signer, export_url, usage_url
from audiokit.people.persons import Persons
from audiokit.store.database import open_database
from audiokit.store.tables import person
from audiokit.usage.budgets import Budgets
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.reconcile import Reconciliation
from audiokit.usage.reports import Reports
from audiokit.usage.repricing import Repricing, catalog_prices
from audiokit.usage.views import UsageService

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = {"first": "2026-11-01", "last": "2026-11-20"}
FORMULA = "=HYPERLINK(1)"


def call(number: int, person_id: str, **more: object) -> Entry:
    known: dict[str, object] = {
        "id": f"call-{number}",
        "at": NOW,
        "person_id": person_id,
        "page": "record_and_converse",
        "endpoint": "openai",
        "kind": "converse",
        "model_asked": "gpt-audio-1.5",
        "cost_nanousd": 1_500_000_001,
        "total_ms": 900,
        "outcome": "answered",
    }
    return Entry(**{**known, **more})  # type: ignore[arg-type]  # a row of names and values


@dataclass(frozen=True)
class Source:
    signer: Signer
    usage: UsageService


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """You, who look after it, and Bob, who does not; each has called once."""
    database, zone, catalog = open_database(None, tmp_path_factory.mktemp("usage")), ZoneInfo("UTC"), Catalog.load()
    Persons(database).local()
    with database.write() as connection:
        connection.execute(insert(person), [{"id": "bob", "name": "Bob", "created_at": NOW, "team": None}])
    ledger = Ledger(database, zone)
    ledger.write(call(1, "local"))
    ledger.write(call(2, "bob", model_asked=FORMULA, cost_nanousd=None))
    usage = UsageService(
        reports=Reports(database, zone),
        budgets=Budgets(database, zone),
        reconciliation=Reconciliation(database, None, catalog),
        repricing=Repricing(database, zone, catalog_prices(catalog)),
        catalog=catalog,
        provider=Provider.OPENAI,
        zone=zone,
        may_see_all=lambda person_id: person_id == "local",
    )
    yield Source(Signer(b"s" * 32), usage)
    database.close()


@pytest.fixture
def web(source: Source) -> TestClient:
    return TestClient(Starlette(routes=usage_routes(lambda: source)))


def address(source: Source, sheet: str, kind: str, person_id: str = "local", **scope: str) -> str:
    return usage_url(source.signer, person_id, {"sheet": sheet, "kind": kind, **DAYS, **scope})


def rows(body: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))


def test_a_table_comes_as_csv_with_exact_amounts_and_what_is_unknown_is_empty(source: Source, web: TestClient) -> None:
    answer = web.get(address(source, "calls", "csv"))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "audiokit%20calls%202026-11-01%20to%202026-11-20.csv" in answer.headers["content-disposition"]
    found = {row["person_id"]: row for row in rows(answer.text)}
    assert (found["local"]["cost_usd"], found["bob"]["cost_usd"]) == ("1.500000001", "")


def test_no_cell_of_a_csv_begins_a_formula(source: Source, web: TestClient) -> None:
    for sheet in ("calls", "models", "latency"):
        body = web.get(address(source, sheet, "csv")).text
        assert f"'{FORMULA}" in body
        assert not any(cell.startswith(("=", "+", "@")) for row in rows(body) for cell in row.values())


def test_parquet_holds_the_same_amounts_as_decimals(source: Source, web: TestClient) -> None:
    from pyarrow import parquet  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy, and publishes no types

    for sheet in (
        "days",
        "people",
        "models",
        "pages",
        "teams",
        "latency",
        "refused",
        "calls",
        "budgets",
        "prices",
        "bill",
    ):
        answer = web.get(address(source, sheet, "parquet"))
        assert answer.status_code == 200, sheet
        table = parquet.read_table(io.BytesIO(answer.content))
        if sheet == "days":
            assert str(table.schema.field("cost_usd").type) == "decimal128(38, 9)"
            assert str(sum(table["cost_usd"].to_pylist())) == "1.500000001"
            assert table.num_rows == 20


def test_the_report_is_a_page_without_a_script_that_shows_names_as_words(source: Source, web: TestClient) -> None:
    answer = web.get(address(source, "report", "html"))

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "$1.50" in answer.text
    assert "and 1 of unknown cost" in answer.text
    assert "@media print" in answer.text
    assert "<script" not in answer.text


def test_a_member_gets_own_numbers_and_nobody_elses_whatever_was_signed(source: Source, web: TestClient) -> None:
    own = rows(web.get(address(source, "calls", "csv", "bob", of_person_id="bob")).text)
    assert [row["person_id"] for row in own] == ["bob"]

    for scope in ({}, {"of_person_id": "local"}, {"of_team": "Radio"}, {"of_page": "record_and_converse"}):
        for sheet, kind in (("calls", "csv"), ("people", "parquet"), ("bill", "csv"), ("report", "html")):
            answer = web.get(address(source, sheet, kind, "bob", **scope))
            assert answer.status_code == 403
            assert "not your numbers" in answer.json()["error"]["message"]


def test_an_address_for_something_else_and_a_table_that_is_none_get_nothing(source: Source, web: TestClient) -> None:
    other = export_url(source.signer, "local", "c").replace("/api/export/", "/api/usage/")
    assert web.get(other).status_code == 403
    assert web.get(address(source, "secrets", "csv")).status_code == 404
    assert web.get(address(source, "days", "exe")).status_code == 404
