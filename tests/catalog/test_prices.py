"""Money: exact, rounded up once, never guessed."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiokit.catalog.models import Catalog, Model, Provider
from audiokit.catalog.prices import Price, Usage, audio_in_tokens, audio_out_tokens, cost, price_on, text_tokens

CATALOG = Catalog.load()
TODAY = date(2026, 11, 21)
PRICES = [price for model in CATALOG.models for price in model.prices]
OFFER = "Hello! I can hear you loud and clear. Let me know if there's anything specific you'd like me to help with!"
tokens = st.integers(0, 10_000_000)


def model(name: str) -> Model:
    found = CATALOG.find(name)
    assert found is not None
    return found


def price(name: str, provider: Provider = Provider.OPENAI) -> Price:
    found = price_on(model(name), TODAY, provider)
    assert found is not None
    return found


def chat(**counts: Any) -> Usage:
    """A usage as chat reports it: every kind known."""
    nothing = Usage(text_in_tokens=0, audio_in_tokens=0, text_out_tokens=0, audio_out_tokens=0)
    return replace(nothing, **counts)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    text, audio = draw(tokens), draw(tokens)
    return Usage(
        text_in_tokens=text,
        audio_in_tokens=audio,
        cached_text_in_tokens=draw(st.integers(0, text)),
        cached_audio_in_tokens=draw(st.integers(0, audio)),
        text_out_tokens=draw(tokens),
        audio_out_tokens=draw(tokens),
        input_seconds=draw(st.decimals(0, 100_000, places=3)),
        characters=draw(tokens),
    )


def together(one: Usage, other: Usage) -> Usage:
    known = [f.name for f in fields(Usage) if getattr(one, f.name) is not None]
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in known})


def known_cost(one: Price, usage: Usage) -> int:
    """The cost, for a usage that this price can price; others are not what the test is about."""
    amount = cost(one, usage)
    assume(amount is not None)
    assert amount is not None
    return amount


# ----------------------------------------------------------------------------------------------------------- properties


@given(one=st.sampled_from(PRICES), first=usages(), second=usages())
def test_two_calls_cost_what_their_sum_costs_within_rounding(one: Price, first: Usage, second: Usage) -> None:
    apart = known_cost(one, first) + known_cost(one, second)
    joined = cost(one, together(first, second))
    assert joined is not None
    assert joined <= apart <= joined + 1


@given(one=st.sampled_from(PRICES), usage=usages(), more=st.integers(1, 10_000), data=st.data())
def test_more_of_anything_never_costs_less(one: Price, usage: Usage, more: int, data: st.DataObject) -> None:
    counted = [f.name for f in fields(Usage) if getattr(usage, f.name) is not None and "cached" not in f.name]
    grown = data.draw(st.sampled_from(counted))
    assert known_cost(one, replace(usage, **{grown: getattr(usage, grown) + more})) >= known_cost(one, usage)


@given(one=st.sampled_from(PRICES), usage=usages())
def test_the_cache_never_makes_a_call_dearer(one: Price, usage: Usage) -> None:
    uncached = replace(usage, cached_text_in_tokens=None, cached_audio_in_tokens=None)
    assert known_cost(one, usage) <= known_cost(one, uncached)


@given(one=st.sampled_from(PRICES), usage=usages())
def test_money_is_a_whole_number_of_nano_dollars_and_never_a_float(one: Price, usage: Usage) -> None:
    assert type(cost(one, usage)) in {int, type(None)}


@given(one=st.sampled_from(PRICES), usage=usages(), data=st.data())
def test_an_unknown_count_never_makes_a_call_cheaper(one: Price, usage: Usage, data: st.DataObject) -> None:
    hidden = data.draw(st.sampled_from([f.name for f in fields(Usage)]))
    known, unknown = known_cost(one, usage), cost(one, replace(usage, **{hidden: None}))
    assert unknown is None or unknown >= known


# -------------------------------------------------------------------------------------------------------------- by hand


def test_a_recorded_answer_costs_what_the_price_list_says() -> None:
    usage = chat(text_in_tokens=26, audio_in_tokens=38, text_out_tokens=17, audio_out_tokens=37)
    assert cost(price("gpt-audio-1.5"), usage) == 26 * 2_500 + 38 * 32_000 + 17 * 10_000 + 37 * 64_000


def test_a_minute_of_sound_costs_what_the_facts_say() -> None:
    full, mini = price("gpt-audio-1.5"), price("gpt-audio-mini")
    assert cost(full, chat(audio_in_tokens=audio_in_tokens(60))) == 19_200_000
    assert cost(full, chat(audio_out_tokens=audio_out_tokens(60))) == 76_800_000
    assert cost(mini, chat(audio_in_tokens=audio_in_tokens(60))) == 6_000_000
    assert cost(mini, chat(audio_out_tokens=audio_out_tokens(60))) == 24_000_000


def test_azure_charges_its_own_price_for_gpt_audio() -> None:
    assert price("gpt-audio", Provider.AZURE).id == "gpt-audio@2025-08-28/azure"
    assert cost(price("gpt-audio", Provider.AZURE), chat(audio_in_tokens=1)) == 40_000


def test_minutes_are_billed_by_the_second_exactly() -> None:
    translate = price("gpt-realtime-translate")  # 0.034 USD a minute is no whole number per second
    assert cost(translate, Usage(input_seconds=Decimal(60))) == 34_000_000
    assert cost(translate, Usage(input_seconds=Decimal(1))) == 566_667
    assert cost(price("gpt-transcribe"), Usage(input_seconds=Decimal(3600))) == 270_000_000


@given(seconds=st.decimals(0, 10_000_000, places=6))
def test_no_length_is_rounded_twice(seconds: Decimal) -> None:
    exact = Fraction(34_000_000) * Fraction(seconds) / 60
    assert cost(price("gpt-realtime-translate"), Usage(input_seconds=seconds)) == math.ceil(exact)


def test_characters_are_billed_where_they_are_what_is_billed() -> None:
    assert cost(price("tts-1"), Usage(characters=4096)) == 4096 * 15_000
    assert cost(price("gpt-4o-mini-tts"), Usage(text_in_tokens=1, audio_out_tokens=20, characters=4096)) == 240_600


@pytest.mark.parametrize("name", ["gpt-transcribe", "tts-1"])
def test_tokens_are_not_looked_at_where_minutes_or_characters_are_billed(name: str) -> None:
    measured = Usage(input_seconds=Decimal(1), characters=1)
    assert cost(price(name), measured) == cost(price(name), replace(measured, text_in_tokens=9, audio_out_tokens=9))


@pytest.mark.parametrize("missing", ["text_in_tokens", "audio_in_tokens", "text_out_tokens", "audio_out_tokens"])
def test_a_missing_count_makes_the_cost_unknown_and_not_zero(missing: str) -> None:
    assert cost(price("gpt-audio-1.5"), replace(chat(audio_in_tokens=9), **{missing: None})) is None


def test_nothing_reported_is_nothing_known() -> None:
    assert cost(price("gpt-audio-1.5"), Usage()) is None
    assert cost(price("gpt-transcribe"), Usage()) is None
    assert cost(price("tts-1"), Usage()) is None


def test_a_kind_that_cannot_occur_need_not_be_reported() -> None:
    assert cost(price("gpt-6-luna"), Usage(text_in_tokens=1000, text_out_tokens=10)) == 100_000 + 5_000


def test_tokens_that_nobody_priced_do_not_pass_for_free() -> None:
    assert cost(price("gpt-6-luna"), chat(text_in_tokens=1000, audio_out_tokens=1)) is None


def test_the_offline_engine_is_free_even_where_nothing_was_counted() -> None:
    assert cost(price("audiokit-offline", Provider.OFFLINE), Usage()) == 0


# ---------------------------------------------------------------------------------------------------------------- cache


def test_cached_tokens_of_realtime_are_priced_by_kind() -> None:
    usage = chat(text_in_tokens=100, audio_in_tokens=100, cached_text_in_tokens=60, cached_audio_in_tokens=10)
    assert cost(price("gpt-realtime-2.1"), usage) == 40 * 4_000 + 60 * 400 + 90 * 32_000 + 10 * 400


def test_cached_tokens_that_cannot_be_told_apart_are_priced_as_uncached() -> None:
    usage = chat(text_in_tokens=100, audio_in_tokens=100)
    realtime = price("gpt-realtime-2.1")
    assert cost(realtime, replace(usage, cached_in_tokens=150)) == cost(realtime, usage)


def test_cached_tokens_of_a_call_without_sound_can_only_be_text() -> None:
    usage = Usage(text_in_tokens=1000, cached_in_tokens=900, text_out_tokens=0)
    assert cost(price("gpt-6-luna"), usage) == 100 * 100 + 900 * 10


def test_cached_tokens_of_a_call_without_text_can_only_be_sound() -> None:
    usage = chat(audio_in_tokens=100, cached_in_tokens=100)
    assert cost(price("gpt-realtime-2.1"), usage) == 100 * 400


def test_without_a_cached_price_there_is_no_discount() -> None:
    usage = chat(text_in_tokens=100, cached_in_tokens=100)
    assert cost(price("gpt-audio-1.5"), usage) == 100 * 2_500


def test_what_is_written_into_the_cache_costs_more_where_the_price_says_so() -> None:
    usage = Usage(text_in_tokens=1000, cache_write_in_tokens=400, text_out_tokens=0)
    assert cost(price("gpt-6-luna"), usage) == 600 * 100 + 400 * 125


def test_a_provider_that_counts_more_cached_than_sent_gets_no_negative_bill() -> None:
    usage = Usage(text_in_tokens=10, cached_in_tokens=1000, cache_write_in_tokens=5000, text_out_tokens=0)
    assert cost(price("gpt-6-luna"), usage) == 10 * 10


# --------------------------------------------------------------------------------------------------------- dated prices


def test_every_price_is_found_again_by_the_id_that_a_ledger_keeps() -> None:
    assert len({one.id for one in PRICES}) == len(PRICES)
    assert all(CATALOG.price(one.id) is one for one in PRICES)
    assert CATALOG.price("gpt-audio-1.5@1999-01-01") is None


def test_before_the_first_day_listed_nothing_is_claimed() -> None:
    assert price_on(model("gpt-audio-1.5"), date(2026, 2, 22), Provider.OPENAI) is None
    assert price_on(model("gpt-audio-1.5"), date(2026, 2, 23), Provider.OPENAI) is not None


def test_a_price_ends_on_the_day_it_says() -> None:
    old = replace(price("gpt-audio-1.5"), until_day=date(2026, 12, 1))
    assert old.holds(date(2026, 11, 30), Provider.OPENAI)
    assert not old.holds(date(2026, 12, 1), Provider.OPENAI)


def test_nothing_is_known_of_a_compatible_server_s_prices() -> None:
    assert all(price_on(one, TODAY, Provider.COMPATIBLE) is None for one in CATALOG.models)


def test_the_snapshot_that_a_reply_names_has_the_price_of_its_day() -> None:
    assert price("gpt-4o-audio-preview-2024-10-01").audio_in == 100_000
    assert price("gpt-4o-audio-preview-2025-06-03").audio_in == 40_000


# ------------------------------------------------------------------------------------------------ usage and token rules


def test_a_usage_holds_no_floats_and_nothing_negative() -> None:
    with pytest.raises(TypeError, match="input_seconds is a float"):
        Usage(input_seconds=1.5)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="text_in_tokens is -1"):
        Usage(text_in_tokens=-1)


@pytest.mark.parametrize(
    ("seconds", "heard"),
    [("1.704", 17), ("1.14", 11), ("3.70", 37), ("4.32", 43), ("4.49", 44), ("6.96", 69), ("2.5", 25)],
)
def test_sound_sent_counts_ten_tokens_a_second_rounded_down(seconds: str, heard: int) -> None:
    assert audio_in_tokens(Decimal(seconds)) == audio_in_tokens(float(seconds)) == heard


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        ("8.10", 162),
        ("19.15", 383),
        ("6.65", 133),
        ("0.60", 12),
        ("4.65", 93),
        ("4.05", 81),
        ("1.70", 34),
        ("0.55", 11),
    ],
)
def test_sound_received_counts_twenty_tokens_a_second(seconds: str, spoken: int) -> None:
    assert audio_out_tokens(Decimal(seconds)) == audio_out_tokens(float(seconds)) == spoken


@given(n_tokens=st.integers(0, 1_000_000))
def test_lengths_in_floating_point_count_no_token_too_many(n_tokens: int) -> None:
    assert audio_out_tokens(n_tokens * 1200 / 24_000) == n_tokens
    assert audio_in_tokens(n_tokens * 2400 / 24_000) == n_tokens


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("", 11),
        ("Hello", 5),
        ("Hi there! I can hear you loud and clear. How can I assist you today?", 30),
        (OFFER, 36),
    ],
)
def test_a_quote_for_text_is_never_below_what_was_recorded(text: str, recorded: int) -> None:
    assert text_tokens(text) >= recorded


@given(text=st.text())
def test_any_text_can_be_quoted(text: str) -> None:
    assert text_tokens(text) >= 11


def test_even_half_a_surrogate_pair_can_be_quoted() -> None:
    assert text_tokens("\ud83d") == 12
