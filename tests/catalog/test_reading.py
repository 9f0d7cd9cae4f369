"""A catalog that contradicts itself does not load, and the sentence names the place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audiokit.catalog.models import Catalog, CatalogMistake, Provider

GOOD = """
checked_on = 2026-11-21
[sources]
page = { what = "a page", checked_on = 2026-11-01 }
old = { what = "an older page", checked_on = 2025-01-01 }
[voices]
alloy = "Clear"
[voice_sets.few]
names = ["alloy"]
source = "page"
confidence = "A"
[roles.converse]
full = ["talker"]
mini = ["talker"]
[families.chat]
roles = ["converse"]
endpoints = ["chat/completions"]
input = ["text", "audio"]
output = ["text", "audio"]
voices = "few"
calls_tools = true
structured_outputs = false
source = ["page", "old"]
confidence = "A"
[models.talker]
family = "chat"
tier = "full"
aliases = ["talker-one"]
prices = [
  { from = 2026-01-01, until = 2026-06-01, at = ["openai"], usd_per_million_tokens = { audio_in = 32 }, source = "page", confidence = "A" },
  { from = 2026-06-01, at = ["openai"], usd_per_million_tokens = { audio_in = 0.125 }, source = "page", confidence = "A" },
]
openai = { shuts_down_on = 2027-01-20, replacement = "other", source = "page", confidence = "A" }
[models.other]
family = "chat"
tier = "mini"
"""  # noqa: E501 - TOML's inline tables cannot be broken


def test_a_good_catalog_loads_with_exact_amounts() -> None:
    model = Catalog.parse(GOOD).find("talker-one")
    assert model is not None
    assert [price.audio_in for price in model.prices] == [Decimal(32_000), Decimal(125)]
    assert [price.id for price in model.prices] == ["talker@2026-01-01", "talker@2026-06-01"]


def test_facts_from_two_sources_name_both_and_the_older_day() -> None:
    model = Catalog.parse(GOOD).find("other")
    assert model is not None
    assert model.evidence.source == "a page; an older page"
    assert str(model.evidence.checked_on) == "2025-01-01"


def test_a_model_says_only_what_differs_from_its_family() -> None:
    catalog = Catalog.parse(GOOD + "\nvoices = 'few'\nmax_output_tokens = 7\n")
    other, talker = catalog.find("other"), catalog.find("talker")
    assert other is not None
    assert talker is not None
    assert (other.max_output_tokens, talker.max_output_tokens) == (7, None)


@pytest.mark.parametrize(
    ("there", "instead", "complaint"),
    [
        ("tier = 'mini'", "tear = 'mini'", "tier is missing"),
        ('tier = "full"', 'tier = "full"\ncolour = "red"', "unknown key colour"),
        ('tier = "full"', 'tier = "best"', "'best' is no tier"),
        ('replacement = "other"', 'replacement = "nobody"', "gives way to nobody"),
        ('replacement = "other", source = "page"', 'replacement = "other"', "source must be"),
        ('what = "a page", checked_on = 2026-11-01', 'what = "a page"', "checked_on is missing"),
        ('source = ["page", "old"]', 'source = ["page", "rumour"]', "source must be"),
        ('source = ["page", "old"]\nconfidence = "A"', 'source = "page"\nconfidence = "Z"', "no confidence"),
        ('aliases = ["talker-one"]', 'aliases = ["other"]', "two models are called other"),
        ("until = 2026-06-01", "until = 2026-06-02", "two prices on 2026-06-01"),
        ("until = 2026-06-01", "until = 2026-01-01", "holds nowhere or never"),
        ("{ audio_in = 32 }", "{ audio_inn = 32 }", "unknown key audio_inn"),
        ("{ audio_in = 32 }", '{ audio_in = "32" }', "must be an amount in USD"),
        ("{ audio_in = 32 }", "{ audio_in = -32 }", "must be an amount in USD"),
        ("{ audio_in = 32 }", "{}", "by tokens, by the minute or by characters"),
        ("{ audio_in = 32 }", "{ audio_in = 32 }, usd_per_minute = 1", "only one of them"),
        ('at = ["openai"]', 'at = ["nowhere"]', "'nowhere' is no provider"),
        ("from = 2026-01-01", 'from = "2026-01-01"', "from must be date"),
        ('endpoints = ["chat/completions"]', 'endpoints = ["chat"]', "endpoints must be some of"),
        ('voices = "few"', 'voices = "many"', "no voice set 'many'"),
        ('family = "chat"\ntier = "full"', 'family = "chatter"\ntier = "full"', "no family 'chatter'"),
        ('full = ["talker"]', 'full = ["nobody"]', "nobody called nobody can converse"),
        ("[roles.converse]", "[roles.write]", "nobody called talker can write"),
        ("[roles.converse]", "[roles.sing]", "'sing' is no role"),
        ("calls_tools = true", "calls_tools = 1", "calls_tools must be bool"),
        ("checked_on = 2026-11-21", "checked_on = ", "not valid TOML"),
    ],
)
def test_a_mistake_stops_the_start_and_names_the_place(there: str, instead: str, complaint: str) -> None:
    text = GOOD.replace(there, instead, 1) if there in GOOD else GOOD.replace(there.replace("'", '"'), instead, 1)
    assert text != GOOD
    with pytest.raises(CatalogMistake, match=complaint):
        Catalog.parse(text)


def test_two_providers_may_have_two_prices_on_one_day() -> None:
    elsewhere = GOOD.replace('from = 2026-06-01, at = ["openai"]', 'from = 2026-03-01, at = ["azure"]')
    model = Catalog.parse(elsewhere).find("talker")
    assert model is not None
    assert [price.providers for price in model.prices] == [(Provider.OPENAI,), (Provider.AZURE,)]
    assert model.prices[1].id == "talker@2026-03-01/azure"
