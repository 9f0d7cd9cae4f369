"""Usage & Cost through app.py, without a browser: what each state shows, and to whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from audiokit.errors import InputError, NotAllowed
from audiokit.store.tables import person
from audiokit.studio import Studio, shared_studio
from audiokit.ui.usage.banners import ending
from audiokit.ui.usage.budgets import amount_of
from audiokit.usage.budget import Every, ScopeKind
from audiokit.usage.ledger import Entry
from audiokit.usage.reports import Period, Scope
from audiokit.usage.retiring import Retiring

APP = str(Path(__file__).resolve().parents[2] / "app.py")
USD = 10**9
NOW = datetime.now(UTC)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """The process's studio, opened anew in this test's data folder, with somebody else's calls in it."""
    monkeypatch.setenv("AUDIOKIT_TIME_ZONE", "UTC")
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    with studio.database.write() as connection:
        connection.execute(insert(person), [{"id": "bob", "name": "Bob", "created_at": NOW, "team": "Radio"}])
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


CALL = Entry(
    id="",
    at=NOW,
    person_id="local",
    page="record_and_converse",
    endpoint="openai",
    kind="converse",
    model_asked="gpt-audio-1.5",
    input_ms=60_000,
    output_ms=30_000,
    cost_nanousd=2 * USD,
    cost_audio_in_nanousd=USD,
    cost_audio_out_nanousd=USD,
    first_byte_ms=500,
    total_ms=4_000,
    outcome="answered",
)


def called(studio: Studio, **more: Any) -> None:
    number = len(studio.ledger.recent(more.get("person_id", "local"), 1_000))
    entry = replace(CALL, **more)
    studio.ledger.write(replace(entry, id=f"{entry.person_id}-{number}"))


def page(**address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.switch_page("pages/usage_and_cost.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def part(at: AppTest, key: str) -> dict[str, Any]:
    """Return what a part in the browser is given."""
    (proto,) = [one.proto for one in at.get("bidi_component") if one.proto.id.endswith(key)]
    data: dict[str, Any]
    (data,) = json.loads(getattr(proto, proto.WhichOneof("data")))
    return data


def parts(at: AppTest) -> str:
    return " ".join(str(one.proto) for one in at.get("bidi_component"))


def shown(at: AppTest) -> str:
    words = [*at.title, *at.header, *at.subheader, *at.markdown, *at.caption, *at.error, *at.warning]
    return "\n".join([*(str(one.value) for one in words), *(str(one.proto.body) for one in at.get("html"))])


def figures(at: AppTest) -> dict[str, str]:
    return {metric.label: str(metric.value) for metric in at.metric}


def pill() -> str:
    """Return what the pill says in the header; AppTest runs the front door only before it switches to a page."""
    at = AppTest.from_file(APP, default_timeout=60).run()
    (proto,) = [one.proto for one in at.get("page_link")]
    assert proto.page == "usage_and_cost"
    return str(proto.label).replace("\\", "")


@pytest.mark.usefixtures("studio")
def test_who_has_called_nothing_sees_what_it_will_look_like_marked_as_an_example() -> None:
    at = page()

    assert not at.exception
    assert "Nothing has been called yet" in shown(at)
    assert "Example, not your numbers" in shown(at)
    assert figures(at) == {}
    assert pill() == "$0 this month"


def test_everybody_begins_with_their_own_numbers_and_what_is_unknown_is_said(studio: Studio) -> None:
    called(studio)
    called(studio, cost_nanousd=None, cost_audio_in_nanousd=None, cost_audio_out_nanousd=None)
    called(studio, person_id="bob", cost_nanousd=40 * USD)
    at = page()

    assert not at.exception
    assert figures(at)["Spent"] == "$2.00"
    assert figures(at)["Sound in · out"] == "2.0 min · 1.0 min"
    assert figures(at)["Cost per minute"] == "≥ $0.67"
    assert "and 1 call whose cost is not known" in shown(at)
    assert pill() == "$2.00 this month"
    assert "Bob" not in shown(at) + json.dumps(part(at, "usage.speed"))


def test_what_was_saved_is_told_in_its_parts_and_what_nobody_knows_stays_unknown(studio: Studio) -> None:
    nothing_else = {"text_in_tokens": 0, "audio_in_tokens": 0, "text_out_tokens": 0, "input_ms": None}
    called(
        studio, model_asked="gpt-audio-mini", audio_out_tokens=25_000, **nothing_else
    )  # $0.50, and $1.60 by the full
    called(studio, cached=True, cost_nanousd=0, saved_nanousd=USD // 4, saved_silence_nanousd=USD // 10)
    at = page()

    assert figures(at)["Saved"] == "$1.45"
    assert "$0.25 by 1 answer at hand" in shown(at)
    assert "$1.10 by the mini model" in shown(at)
    assert "$0.10 by silence left out, compacted history: unknown" in shown(at)


def test_who_looks_after_it_sees_everybody_a_team_a_person_and_a_press_narrows_to_one(studio: Studio) -> None:
    called(studio)
    called(studio, person_id="bob", cost_nanousd=40 * USD)
    called(studio, person_id="bob", outcome="refused", error="BudgetExceeded", cost_nanousd=0)

    at = page(view="all")
    assert figures(at)["Spent"] == "$42.00"
    first, second = part(at, "usage.top.person")["rows"]
    assert (first["id"], second["id"]) == ("bob", "local")
    (refused,) = part(at, "usage.refused")["rows"]
    assert [cell["text"] for cell in refused["cells"]][1:] == [
        "Bob",
        "Record & Converse",
        "gpt-audio-1.5",
        "A budget did not reach for it",
    ]
    for address, spent in (
        ({"view": "team", "team": "Radio"}, "$40.00"),
        ({"view": "person", "person": "bob"}, "$40.00"),
    ):
        assert figures(page(**address))["Spent"] == spent
    assert figures(page(view="model", model="gpt-audio-1.5"))["Spent"] == "$42.00"


def test_a_day_opens_its_calls_and_other_days_are_other_numbers(studio: Studio) -> None:
    called(studio, at=NOW - timedelta(days=40), cost_nanousd=7 * USD)
    called(studio)
    day = NOW.date().isoformat()

    assert figures(page(period="90d"))["Spent"] == "$9.00"
    at = page(period="7d", day=day)
    (call,) = part(at, f"usage.day.{day}")["rows"]
    assert call["cells"][-1]["text"] == "$2.00"
    empty = page(period="custom", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert "From 1 to 31 January 2020 nothing was called here" in shown(empty)
    empty.button(key="usage.year").click().run()
    assert figures(empty)["Spent"] == "$9.00"


def test_days_in_the_address_that_make_no_sense_are_as_good_as_none(studio: Studio) -> None:
    called(studio)
    at = page(period="custom", view="nobody", day="no day", **{"from": "2026-13-01", "to": "x"})

    assert not at.exception
    assert figures(at)["Spent"] == "$2.00"


def test_budgets_show_how_they_stand_by_colour_and_in_words_and_the_fullest_own_one_is_the_pill(studio: Studio) -> None:
    called(studio)
    studio.usage.put_budget("local", ScopeKind.PERSON, "local", Every.MONTH, 2_200_000_000, is_hard=True)
    studio.usage.put_budget("local", ScopeKind.INSTALLATION, "", Every.DAY, USD, is_hard=False)
    at = page()

    full, own = part(at, "usage.budgets")["rows"]
    assert (full["title"], full["used"]["level"], full["at"]) == ("Everybody here", "over", "soft")
    assert "$2.00 of $1.00 today · 200 %, used up" in full["used"]["text"]
    assert (own["title"], own["used"]["level"], own["limit"]) == ("You", "warn", "2.20")
    assert "nearly used up" in own["used"]["text"]
    assert pill() == ":orange[$2.00 of $2.20]"


@pytest.mark.parametrize(("written", "nanousd"), [("25", 25 * USD), (" $12,50 ", 12_500_000_000), ("0", 0)])
def test_an_amount_is_read_as_people_write_it(written: str, nanousd: int) -> None:
    assert amount_of(written) == nanousd


@pytest.mark.parametrize("written", ["", "-1", "1e3", "ten", "1.2.3", "٣"])
def test_what_is_no_amount_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(InputError, match="amount in dollars"):
        amount_of(written)


def test_a_member_sees_own_numbers_only_on_the_page_and_in_the_service(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    called(studio, cost_nanousd=3 * USD)
    called(studio, person_id="bob", cost_nanousd=40 * USD)
    studio.usage.put_budget("local", ScopeKind.INSTALLATION, "", Every.MONTH, 500 * USD, is_hard=True)
    bob = studio.persons.get("bob")
    monkeypatch.setattr("audiokit.studio.Studio.person", lambda _: bob)

    own = page()
    assert figures(own)["Spent"] == "$40.00"
    assert "Everybody" not in [option for group in own.button_group for option in group.options]
    assert part(own, "usage.budgets")["rows"] == []
    assert not part(own, "usage.budgets")["may_edit"]
    for address in {"view": "all"}, {"view": "person", "person": "local"}, {"view": "team", "team": "Radio"}:
        at = page(**address)
        assert "not your numbers" in shown(at)
        assert figures(at) == {}
        assert "$3.00" not in shown(at) + parts(at)

    today = studio.usage.today()
    with pytest.raises(NotAllowed):
        studio.usage.view("bob", Scope(person_id="local"), Period(today, today))
    with pytest.raises(NotAllowed):
        studio.usage.put_budget("bob", ScopeKind.PERSON, "bob", Every.DAY, 10**15, is_hard=True)
    with pytest.raises(NotAllowed):
        studio.usage.agreement("bob", Period(today, today))


def test_without_an_admin_key_the_page_says_how_to_have_the_bill_checked(studio: Studio) -> None:
    called(studio)
    assert "OPENAI_ADMIN_KEY" in shown(page())


def test_a_call_without_a_cost_is_priced_again_after_the_difference_was_shown(studio: Studio) -> None:
    unpriced = {"cost_nanousd": None, "cost_audio_in_nanousd": None, "cost_audio_out_nanousd": None}
    called(studio, text_in_tokens=0, audio_in_tokens=600, text_out_tokens=0, audio_out_tokens=600, **unpriced)
    at = page()
    assert "and 1 call whose cost is not known" in shown(at)

    at.button(key="usage.reprice.look").click().run()
    assert "the cost of 1 call was not known until now" in shown(at)
    at.button(key="usage.reprice.write").click().run()
    assert not at.exception
    assert figures(at)["Spent"] == "$0.058"  # 600 tokens at 32 and 600 at 64 dollars a million
    assert "whose cost is not known" not in shown(at)


def test_a_model_that_ends_is_told_with_its_pages_its_days_and_who_takes_over() -> None:
    pages = ("spoken_summaries", "record_and_converse", "sentiment_analysis")
    one = Retiring(
        model="old", pages=pages, n_calls=9, shuts_down_on=date(2027, 1, 20), days_left=60, replacement="new"
    )

    assert ending(one).startswith(
        "**old** is used on 3 pages (Spoken Summaries, Record & Converse, Sentiment Analysis)"
    )
    assert "60 days left: it ends on 20 January 2027. **new** takes its place." in ending(one)
    assert "Your calls go to **new** already" in ending(one, "new")
    assert "ended on 20 January 2027" in ending(replace(one, days_left=-3))


def test_what_sounds_were_like_stands_beside_the_speed_and_members_see_their_own(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: dict[str, Any] = {"in_sound_ms": 60_000, "in_speech_ms": 30_000, "in_clipped_ratio": 0.02}
    called(studio, **heard, in_loudness_lufs=-31.0, in_snr_db=6.0, in_bandwidth_hz=3_400)
    called(studio, out_sound_ms=8_000, out_speech_ms=6_000, out_clipped_ratio=0.0, out_loudness_lufs=-19.2)
    called(studio, person_id="bob", **heard)

    rows = part(page(), "usage.sound")["rows"]
    told = {row["cells"][2]["text"]: [cell["text"].replace("\xa0", " ") for cell in row["cells"][3:]] for row in rows}
    assert told == {
        "In": ["1", "100 %, often", "50 %", "−31 LUFS", "6 dB, noisy", "3.4 kHz", "–"],  # noqa: RUF001 - as shown
        "Out": ["1", "0 %", "75 %", "−19 LUFS", "–", "–", "0 %"],  # noqa: RUF001 - as shown
    }
    everybody = part(page(view="all"), "usage.sound")["rows"]
    assert {row["cells"][2]["text"]: row["cells"][3]["text"] for row in everybody} == {"In": "2", "Out": "1"}

    bob = studio.persons.get("bob")
    monkeypatch.setattr("audiokit.studio.Studio.person", lambda _: bob)
    (of_bob,) = part(page(), "usage.sound")["rows"]
    assert [cell["text"] for cell in of_bob["cells"][2:4]] == ["In", "1"]
