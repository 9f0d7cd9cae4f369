"""A cost in its parts: they add up to it, to the nano-dollar, whatever the price and the usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from audiokit.catalog.facts import Confidence, Evidence, Price, Provider
from audiokit.catalog.prices import Usage, cost
from audiokit.usage.entries import Entry, charged, kinds_of, usage_of
from audiokit.usage.kinds import CostByKind, split

COUNTS = st.none() | st.integers(0, 200_000)
AMOUNTS = st.none() | st.decimals(0, 200_000, places=3)
SECONDS = st.none() | st.decimals(0, 8_000, places=3)


def a_price(**amounts: Decimal | None) -> Price:
    evidence = Evidence(source="made up", checked_on=date(2026, 11, 21), confidence=Confidence.C)
    given = {"id": "p", "model_id": "m", "providers": (Provider.OPENAI,), "from_day": date(2026, 1, 1)}
    return Price(**given, **amounts, evidence=evidence)  # type: ignore[arg-type]  # a test's shorthand


PRICES = st.one_of(
    st.builds(
        a_price,
        text_in=AMOUNTS,
        cached_text_in=AMOUNTS,
        cache_write_text_in=AMOUNTS,
        text_out=AMOUNTS,
        audio_in=AMOUNTS,
        cached_audio_in=AMOUNTS,
        audio_out=AMOUNTS,
    ),
    st.builds(a_price, per_minute=st.decimals(0, 10**9, places=3)),
    st.builds(a_price, per_character=st.decimals(0, 10**6, places=3)),
)
USAGES = st.builds(
    Usage,
    text_in_tokens=COUNTS,
    audio_in_tokens=COUNTS,
    cached_in_tokens=COUNTS,
    cached_text_in_tokens=COUNTS,
    cached_audio_in_tokens=COUNTS,
    cache_write_in_tokens=COUNTS,
    text_out_tokens=COUNTS,
    audio_out_tokens=COUNTS,
    input_seconds=SECONDS,
    characters=COUNTS,
)
CALL = Entry(
    id="one",
    at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    person_id="ada",
    page="usage",
    endpoint="openai",
    kind="converse",
    model_asked="m",
    total_ms=1,
    outcome="answered",
)


@given(PRICES, USAGES)
def test_the_parts_add_up_to_the_cost_and_none_is_negative(price: Price, usage: Usage) -> None:
    kinds, whole = split(price, usage), cost(price, usage)

    assert (kinds and kinds.total_nanousd) == whole
    assert kinds is None or min(kinds.audio_in_nanousd, kinds.audio_out_nanousd, kinds.text_nanousd) >= 0


@given(PRICES, USAGES)
def test_an_entry_keeps_what_is_needed_to_price_it_again(price: Price, usage: Usage) -> None:
    entry = charged(CALL, price, usage)

    assert usage_of(entry) == usage
    assert kinds_of(entry) == split(price, usage)
    assert entry.cost_nanousd == cost(price, usage)


def test_each_part_is_what_it_is_called() -> None:
    price = a_price(
        text_in=Decimal(4000),
        cached_text_in=Decimal(400),
        text_out=Decimal(16_000),
        audio_in=Decimal(32_000),
        cached_audio_in=Decimal(400),
        audio_out=Decimal(64_000),
    )
    usage = Usage(
        text_in_tokens=100,
        cached_text_in_tokens=40,
        audio_in_tokens=50,
        cached_audio_in_tokens=20,
        text_out_tokens=7,
        audio_out_tokens=11,
    )

    assert split(price, usage) == CostByKind(
        audio_in_nanousd=30 * 32_000,
        audio_out_nanousd=11 * 64_000,
        text_nanousd=60 * 4000 + 7 * 16_000,
        cached_nanousd=60 * 400,
    )


def test_minutes_are_sound_that_was_sent_and_characters_buy_speech() -> None:
    minute, letter = a_price(per_minute=Decimal(4_500_000)), a_price(per_character=Decimal(15_000))

    assert split(minute, Usage(input_seconds=Decimal(20))) == CostByKind(audio_in_nanousd=1_500_000)
    assert split(letter, Usage(characters=3)) == CostByKind(audio_out_nanousd=45_000)


def test_without_a_price_the_counts_are_kept_and_the_cost_is_not_known() -> None:
    entry = charged(CALL, None, Usage(text_in_tokens=3))

    assert (entry.text_in_tokens, entry.cost_nanousd, entry.cost_text_nanousd, entry.price_id) == (3, None, None, None)
    assert kinds_of(entry) is None
    assert kinds_of(replace(entry, cost_nanousd=5)) == CostByKind(other_nanousd=5)  # from before kinds were kept
