"""The ledger against the bill: over a served copy of OpenAI's endpoints, with every likely cause of what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bills import ADMIN_KEY, Billed, bill_server, completion
from postgres import fresh_database_url
from pydantic import SecretStr
from recordings import ABSENT, exchanges
from scripted import Server

from audiokit.catalog.models import Catalog
from audiokit.errors import KeyRefused, NotConfigured, ProviderBusy, ReplyUnusable
from audiokit.people.persons import Persons
from audiokit.settings import Settings
from audiokit.speech.admin import Admin, open_admin
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.usage.bill import Bill, Charged, Counts, Used
from audiokit.usage.causes import CauseKind
from audiokit.usage.checks import CheckState
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.reconcile import Reconciliation, model_named

pytestmark = pytest.mark.real  # the description stands beside the project

DAY, NOW = date(2026, 11, 10), datetime(2026, 11, 21, 12, tzinfo=UTC)
CATALOG = Catalog.load()
CALL = Entry(
    id="",
    at=datetime(2026, 11, 10, 9, tzinfo=UTC),
    person_id="local",
    page="tests",
    endpoint="openai",
    kind="converse",
    model_asked="gpt-audio-1.5",
    text_in_tokens=11,
    audio_in_tokens=17,
    cached_in_tokens=0,
    text_out_tokens=5,
    audio_out_tokens=28,
    cost_nanousd=2_413_500,
    total_ms=900,
    outcome="answered",
)
ON_BILL = completion(DAY, "gpt-audio-1.5", text=11, heard=17, said=28, words=5, usd="0.0024135")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    one = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    Persons(one).local()
    yield one
    one.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = open_database(None, tmp_path)
    Persons(one).local()
    yield one
    one.close()


def admin_at(base_url: str, *, key: str = ADMIN_KEY, **settings: Any) -> Admin:
    own = Settings(
        OPENAI_API_KEY="sk-made-up", OPENAI_ADMIN_KEY=SecretStr(key), OPENAI_BASE_URL=base_url,
        AUDIOKIT_ENGINE="openai", AUDIOKIT_MAX_RETRIES=0, **settings,
    )  # fmt: skip
    admin = open_admin(own)
    assert admin is not None
    return admin


def booked(database: Database, *entries: Entry) -> None:
    for entry in entries:
        Ledger(database).write(replace(entry, id=entry.id or new_id()))


def causes(database: Database, *calls: Billed, now: datetime = NOW, first: date = DAY) -> dict[str, list[CauseKind]]:
    """What a check of a few days finds, by day and model."""
    with bill_server(*calls) as bill:
        check = Reconciliation(database, admin_at(bill.base_url), CATALOG, now=lambda: now)
        found = check.check(first, DAY + timedelta(days=1))
    return {f"{one.day:%d} {one.model}": [cause.kind for cause in one.causes] for one in found.drifts}


def test_a_ledger_that_agrees_with_the_bill_says_so_to_the_nano_dollar_over_several_pages(either: Database) -> None:
    """Twelve days, three a page, two of them with calls; a snapshot's name is the model's."""
    later = DAY + timedelta(days=8)
    speech = Entry(
        id="", at=datetime(2026, 11, 18, 23, 59, tzinfo=UTC), person_id="local", page="tests", endpoint="openai",
        kind="speak", model_asked="tts-1", characters=22, cost_nanousd=330_000, total_ms=1, outcome="answered",
    )  # fmt: skip
    refused = replace(CALL, outcome="refused", cost_nanousd=0)
    offline = replace(CALL, endpoint="offline")
    booked(either, CALL, speech, refused, offline)
    snapshot = replace(ON_BILL, model="gpt-audio-1.5-2026-02-23")
    said = Billed(day=later, model="tts-1", kind="audio_speeches", usage={"characters": 22}, usd="0.00033")
    with bill_server(snapshot, said) as bill:
        found = Reconciliation(either, admin_at(bill.base_url), CATALOG, now=lambda: NOW).check(DAY, date(2026, 11, 21))

    assert {(one.day, one.model): one.agrees for one in found.drifts} == {
        (DAY, "gpt-audio-1.5"): True,
        (later, "tts-1"): True,
    }
    assert (found.ledger_nanousd, found.bill_nanousd, found.share) == (2_743_500, 2_743_500, 0.0)
    assert len(bill.asked) == 16  # four pages of each


def test_each_likely_cause_is_told_from_the_others(database: Database) -> None:
    yesterday, tomorrow = replace(CALL, at=datetime(2026, 11, 9, 9, tzinfo=UTC)), DAY + timedelta(days=1)
    booked(database, CALL)
    young = datetime(2026, 11, 11, 6, tzinfo=UTC)
    chat = "10 gpt-audio-1.5"

    assert causes(database, ON_BILL)[chat] == []
    assert causes(database, replace(ON_BILL, usd=None), now=young)[chat] == [CauseKind.LAG]
    assert causes(database, now=young)[chat] == [CauseKind.LAG]
    assert causes(database, ON_BILL, ON_BILL)[chat] == [CauseKind.OTHER_USER]
    assert causes(database)[chat] == [CauseKind.NOT_COUNTED]
    assert causes(database, replace(ON_BILL, usd="0.00265485"))[chat] == [CauseKind.PRICE]
    from_cache = replace(ON_BILL, usage={**ON_BILL.usage, "input_cached_tokens": 11}, usd="0.0023")
    assert causes(database, from_cache)[chat] == [CauseKind.CACHED]
    assert causes(database, replace(ON_BILL, day=tomorrow)) == {
        chat: [CauseKind.MIDNIGHT],
        "11 gpt-audio-1.5": [CauseKind.MIDNIGHT],
    }
    assert causes(database, ON_BILL, Billed(day=DAY, model="dall-e-3", kind="images", usd="0.04"))["10 dall-e-3"] == [
        CauseKind.OTHER_USER
    ]
    miscounted = replace(ON_BILL, usage={**ON_BILL.usage, "output_tokens": 40}, usd="0.003")
    assert causes(database, miscounted)[chat] == [CauseKind.UNEXPLAINED]
    booked(database, replace(yesterday, cost_nanousd=None))
    day_before = replace(ON_BILL, day=DAY - timedelta(days=1))
    found = causes(database, ON_BILL, day_before, first=DAY - timedelta(days=1))
    assert found == {"09 gpt-audio-1.5": [CauseKind.UNKNOWN_COST], chat: []}


def test_seconds_that_are_rounded_for_each_call_are_no_disagreement_where_the_costs_agree(database: Database) -> None:
    whisper = replace(
        CALL, kind="transcribe", model_asked="whisper-1", text_in_tokens=None, audio_in_tokens=None,
        text_out_tokens=None, audio_out_tokens=None, input_ms=1_700, cost_nanousd=200_000,
    )  # fmt: skip
    booked(database, whisper, whisper)
    told = Billed(day=DAY, model="whisper-1", kind="audio_transcriptions", usage={"seconds": 2}, usd="0.0002")
    with bill_server(told, told) as bill:
        found = Reconciliation(database, admin_at(bill.base_url), CATALOG, now=lambda: NOW).check(DAY, DAY)

    (drift,) = found.drifts
    assert drift.agrees
    assert [cause.kind for cause in drift.causes] == [CauseKind.ROUNDING]
    assert "4 s on the bill, 3 s in the ledger" in drift.causes[0].sentence


def test_only_the_project_that_is_named_is_looked_at(database: Database) -> None:
    booked(database, CALL)
    stranger = replace(ON_BILL, project="proj_theirs")
    with bill_server(ON_BILL, stranger) as bill:
        ours = admin_at(bill.base_url, AUDIOKIT_BILL_PROJECT_ID="proj_ours", AUDIOKIT_BILL_API_KEY_ID="key_ours")
        found = Reconciliation(database, ours, CATALOG, now=lambda: NOW).check(DAY, DAY)

    assert [one.agrees for one in found.drifts] == [True]


def test_a_night_is_checked_once_and_what_was_found_is_kept(database: Database) -> None:
    booked(database, CALL)
    with bill_server(ON_BILL, page_days=31) as bill:
        clock = [datetime(2026, 11, 15, 3, 1, tzinfo=UTC)]
        nights = [Reconciliation(database, admin_at(bill.base_url), CATALOG, now=lambda: clock[0]) for _ in range(2)]
        first, second = (one.nightly() for one in nights)
        assert first is not None
        assert first.check is not None
        assert (first.check.first, first.check.last) == (date(2026, 11, 8), date(2026, 11, 14))
        assert second is None
        clock[0] = datetime(2026, 11, 16, 2, 59, tzinfo=UTC)
        assert nights[0].nightly() is None
        clock[0] = datetime(2026, 11, 26, 4, tzinfo=UTC)  # nobody was here for ten nights
        late = nights[1].nightly()
        assert late is not None
        assert late.check is not None
        assert (late.check.first, late.check.last) == (date(2026, 11, 7), date(2026, 11, 25))

    kept = Reconciliation(database, None, CATALOG).agreement(DAY, DAY)
    assert [(one.model, one.agrees, one.difference_nanousd) for one in kept.drifts] == [("gpt-audio-1.5", True, 0)]


def test_a_key_that_may_not_see_the_bill_is_said_so_and_the_night_goes_on(database: Database) -> None:
    with bill_server() as bill:
        refused = Reconciliation(database, admin_at(bill.base_url, key="sk-plain"), CATALOG, now=lambda: NOW)
        with pytest.raises(KeyRefused, match="Make an admin key") as caught:
            refused.check(DAY, DAY)
        assert refused.nightly() is None
        latest = refused.latest()
        assert latest is not None
        assert (latest.state, latest.trouble) == (CheckState.FAILED, str(caught.value))
        mended = admin_at(bill.base_url)
        assert Reconciliation(database, mended, CATALOG, now=lambda: NOW).nightly() is None  # this hour's was made
        an_hour_later = Reconciliation(database, mended, CATALOG, now=lambda: NOW + timedelta(hours=1))
        assert an_hour_later.nightly() is not None
        assert Reconciliation(database, mended, CATALOG, now=lambda: NOW + timedelta(hours=3)).nightly() is None
    assert "sk-plain" not in f"{caught.value} {caught.value.detail}"
    with pytest.raises(NotConfigured, match="OPENAI_ADMIN_KEY"):
        Reconciliation(database, open_admin(Settings()), CATALOG).check(DAY, DAY)


def test_amounts_are_read_with_all_their_decimals_and_what_is_no_bill_is_refused() -> None:

    def answer(body: object) -> Admin:
        server = Server(httpx2.Response(200, content=body if isinstance(body, bytes) else b""))
        admin = open_admin(Settings(OPENAI_ADMIN_KEY=SecretStr(ADMIN_KEY)), transport=server)
        assert admin is not None
        return admin

    page = b"""{"object":"page","has_more":false,"next_page":null,"data":[{"object":"bucket","start_time":1762732800,
      "end_time":1762819200,"results":[{"object":"organization.costs.result","line_item":"whisper-1",
      "amount":{"value":%b,"currency":"usd"}}]}]}"""
    for value in (b'"0.012345678900000000000000001"', b"0.0123456789"):
        bill = answer(page % value).bill(DAY, DAY)
        assert bill.charged == (Charged(day=date(2025, 11, 10), line_item="whisper-1", nanousd=12_345_679),)
    for wrong in (b"", b"<html>", b"[]", b'{"data": null}', page % b'"a lot"', page % b"NaN"):
        with pytest.raises(ReplyUnusable, match="no bill"):
            answer(wrong).bill(DAY, DAY)


def test_recorded_answers_of_these_endpoints_are_read() -> None:
    recorded = [one for one in exchanges() if "/organization/usage/" in one.path]
    if not recorded:
        pytest.skip(ABSENT)

    read = {}
    for one in recorded:
        empty = httpx2.Response(200, json={"object": "page", "data": [], "has_more": False, "next_page": None})
        answers = [empty, empty, empty]
        answers.insert(1 if "speeches" in one.path else 2, httpx2.Response(200, content=one.answer))
        admin = open_admin(Settings(OPENAI_ADMIN_KEY=SecretStr(ADMIN_KEY)), transport=Server(*answers))
        assert admin is not None
        (used,) = admin.bill(date(2025, 2, 9), date(2025, 2, 10)).used
        read[one.path.rpartition("/")[2]] = used

    assert read == {
        "audio_speeches": Used(day=date(2025, 2, 10), model=None, counts=Counts(n_requests=1, characters=22)),
        "audio_transcriptions": Used(day=date(2025, 2, 10), model=None, counts=Counts(n_requests=2, seconds=22)),
    }


def test_a_bill_that_cannot_be_had_leaves_what_was_found_before(database: Database) -> None:
    class Source:
        down = False

        def bill(self, first: date, last: date) -> Bill:
            if self.down:
                raise ProviderBusy(f"No bill from {first} to {last}.")
            return Bill(charged=(Charged(day=DAY, line_item="gpt-audio-1.5, output_tokens", nanousd=2_413_500),))

    source = Source()
    booked(database, CALL)
    check = Reconciliation(database, source, CATALOG, now=lambda: NOW)
    check.check(DAY, DAY)
    source.down = True

    with pytest.raises(ProviderBusy):
        check.check(DAY, DAY)

    kept = check.agreement(DAY, DAY)
    assert [one.sides.charged_nanousd for one in kept.drifts] == [2_413_500]


def test_a_line_of_the_bill_names_its_model() -> None:
    assert model_named("gpt-audio-1.5, input_tokens", CATALOG) == "gpt-audio-1.5"
    assert model_named("Whisper 1", CATALOG) == "whisper-1"
    assert model_named("gpt-99, output_tokens", CATALOG) == "gpt-99"
    assert model_named(None, CATALOG) == "other"
