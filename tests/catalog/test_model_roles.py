"""Who plays a role: the first that lives, is served and can be reached; and what the page is told."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.prices import price_on
from audiokit.catalog.roles import REALTIME, Choice, choose
from audiokit.errors import ModelRetired, NotConfigured
from audiokit.offline.glossary import LANGUAGES

CATALOG = Catalog.load()
TODAY = date(2026, 11, 21)
LIVE_ROLES = (Role.LIVE, Role.TRANSLATE)
days = st.dates(TODAY, date(2028, 12, 31))


def at_openai(role: Role, tier: Tier = Tier.FULL, on: date = TODAY) -> Choice:
    return choose(CATALOG, role, tier, on, Provider.OPENAI)


@given(day=days, role=st.sampled_from(Role), tier=st.sampled_from(Tier), provider=st.sampled_from(Provider))
def test_on_every_day_a_living_model_is_chosen_or_the_error_says_that_there_is_none(
    day: date, role: Role, tier: Tier, provider: Provider
) -> None:
    if not any(model.lives(day, provider) for model in CATALOG.preferred(role, tier)):
        with pytest.raises((ModelRetired, NotConfigured), match=r"\.$"):
            choose(CATALOG, role, tier, day, provider)
        return
    choice = choose(CATALOG, role, tier, day, provider)
    assert choice.model.lives(day, provider)
    assert role in choice.model.roles
    assert choice.endpoint in choice.model.endpoints
    assert choice.endpoint.startswith("realtime") == (role in LIVE_ROLES)
    assert choice.retires_in_days is None or choice.retires_in_days > 0
    assert choice.why.startswith(f"{choice.model_name}: ")
    assert choice.why.endswith(".")


@given(day=days, role=st.sampled_from(Role), tier=st.sampled_from(Tier), provider=st.sampled_from(Provider))
def test_what_is_chosen_at_a_provider_whose_prices_we_know_has_a_price(
    day: date, role: Role, tier: Tier, provider: Provider
) -> None:
    try:
        choice = choose(CATALOG, role, tier, day, provider)
    except (ModelRetired, NotConfigured):
        return
    assert (price_on(choice.model, day, provider) is None) == (provider is Provider.COMPATIBLE)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("role", Role)
def test_openai_has_somebody_for_every_role_as_far_as_anything_is_announced(role: Role, tier: Tier) -> None:
    assert at_openai(role, tier, date(2028, 12, 31)).retires_in_days is None


def test_the_full_model_for_conversation_has_no_end_announced() -> None:
    choice = at_openai(Role.CONVERSE)
    assert (choice.model_name, choice.endpoint) == ("gpt-audio-1.5", "chat/completions")
    assert choice.why == "gpt-audio-1.5: the full model for conversation; no end date announced."


def test_the_mini_model_says_when_it_ends_and_what_comes_then() -> None:
    choice = at_openai(Role.CONVERSE, Tier.MINI)
    assert choice.retires_in_days == 60
    assert choice.why == (
        "gpt-audio-mini: the cheaper model for conversation; OpenAI switches it off on 2027-01-20, in 60 days. "
        "Then this tier moves to gpt-audio-1.5."
    )


def test_on_the_last_day_it_is_one_day() -> None:
    assert "in 1 day." in at_openai(Role.CONVERSE, Tier.MINI, date(2027, 1, 19)).why


def test_when_the_mini_is_gone_the_full_one_serves_and_the_page_says_that_no_cheaper_one_is_left() -> None:
    choice = at_openai(Role.CONVERSE, Tier.MINI, date(2027, 1, 20))
    assert choice.model_name == "gpt-audio-1.5"
    assert "no cheaper model for conversation is left" in choice.why


def test_with_a_realtime_transport_the_mini_tier_moves_to_the_realtime_mini() -> None:
    choice = choose(
        CATALOG, Role.CONVERSE, Tier.MINI, date(2027, 1, 20), Provider.OPENAI, transports=frozenset({REALTIME})
    )
    assert (choice.model_name, choice.endpoint) == ("gpt-realtime-2.1-mini", "realtime")


@pytest.mark.parametrize("tier", Tier)
def test_reading_aloud_moves_to_chat_when_the_speech_models_end_and_warns_of_paraphrase(tier: Tier) -> None:
    before, after = at_openai(Role.SPEAK, tier, date(2027, 1, 5)), at_openai(Role.SPEAK, tier, date(2027, 1, 6))
    assert (before.model_name, before.endpoint) == ("gpt-4o-mini-tts", "audio/speech")
    assert "moves to gpt-audio-1.5, which may paraphrase" in before.why
    assert (after.model_name, after.endpoint) == ("gpt-audio-1.5", "chat/completions")
    assert "may paraphrase" in after.why


@pytest.mark.parametrize(
    ("role", "tier", "name"),
    [
        (Role.TRANSCRIBE, Tier.FULL, "gpt-transcribe"),
        (Role.TRANSCRIBE, Tier.MINI, "gpt-transcribe"),
        (Role.WRITE, Tier.FULL, "gpt-6.1-terra"),
        (Role.WRITE, Tier.MINI, "gpt-6-luna"),
        (Role.LIVE, Tier.FULL, "gpt-realtime-2.1"),
        (Role.LIVE, Tier.MINI, "gpt-realtime-2.1-mini"),
        (Role.TRANSLATE, Tier.FULL, "gpt-realtime-translate"),
        (Role.JUDGE, Tier.FULL, "gpt-audio-1.5"),
        (Role.JUDGE, Tier.MINI, "gpt-audio-mini"),
    ],
)
def test_today_s_model_for_a_role(role: Role, tier: Tier, name: str) -> None:
    assert at_openai(role, tier).model_name == name


def test_azure_runs_out_of_conversation_and_says_so() -> None:
    with pytest.raises(ModelRetired, match=r"Every model for conversation .* at Azure has been switched off"):
        choose(CATALOG, Role.CONVERSE, Tier.FULL, date(2027, 8, 24), Provider.AZURE)


def test_before_the_last_model_of_a_provider_ends_the_page_says_that_nothing_follows() -> None:
    assert "Nothing that we know follows it." in choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.AZURE).why


def test_the_offline_engine_plays_every_role() -> None:
    for role in Role:
        assert choose(CATALOG, role, Tier.FULL, TODAY, Provider.OFFLINE).model_name == "audiokit-offline"


def test_the_offline_engine_interprets_where_only_that_is_done_and_says_how_little_it_can() -> None:
    chosen = choose(CATALOG, Role.TRANSLATE, Tier.FULL, TODAY, Provider.OFFLINE)

    assert chosen.endpoint == "realtime/translations"
    assert "word by word" in chosen.why
    assert all(language in chosen.why for language in LANGUAGES.values())


# ---------------------------------------------------------------------------------------------- what the endpoint lists


def test_what_this_key_may_not_use_is_passed_over() -> None:
    served = frozenset({"gpt-audio"})
    choice = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.OPENAI, served=served)
    assert choice.model_name == "gpt-audio"
    assert "this key at OpenAI does not list gpt-audio-1.5" in choice.why


def test_the_name_sent_is_the_one_that_the_endpoint_lists() -> None:
    served = frozenset({"gpt-audio-mini-2025-12-15"})
    choice = choose(CATALOG, Role.CONVERSE, Tier.MINI, TODAY, Provider.OPENAI, served=served)
    assert (choice.model.id, choice.model_name) == ("gpt-audio-mini", "gpt-audio-mini-2025-12-15")


def test_a_listing_does_not_raise_the_dead_at_openai() -> None:
    with pytest.raises(NotConfigured, match="lists no model for conversation"):
        choose(
            CATALOG,
            Role.CONVERSE,
            Tier.FULL,
            TODAY,
            Provider.OPENAI,
            served=frozenset({"gpt-4o-audio-preview"}),
        )


def test_what_a_compatible_server_lists_lives_whatever_became_of_openai_s_own() -> None:
    choice = choose(
        CATALOG,
        Role.TRANSCRIBE,
        Tier.FULL,
        date(2028, 1, 1),
        Provider.COMPATIBLE,
        served=frozenset({"whisper-1"}),
    )
    assert (choice.model_name, choice.retires_in_days) == ("whisper-1", None)
    assert choice.why.endswith("this server lists it.")


def test_a_compatible_server_that_lists_nothing_we_know_gets_one_next_step() -> None:
    with pytest.raises(NotConfigured, match="AUDIOKIT_MODELS"):
        choose(CATALOG, Role.WRITE, Tier.MINI, TODAY, Provider.COMPATIBLE, served=frozenset({"qwen"}))


# ----------------------------------------------------------------------------------------------- what the operator says


def told(name: str, role: Role = Role.CONVERSE, provider: Provider = Provider.OPENAI) -> Choice:
    return choose(CATALOG, role, Tier.FULL, TODAY, provider, overrides={role.value: name})


def test_the_operator_wins_and_the_page_says_who_decided() -> None:
    choice = told("gpt-audio")
    assert choice.model_name == "gpt-audio"
    assert choice.why.startswith("gpt-audio: set by the operator; OpenAI switches it off on 2027-01-20")


def test_the_operator_s_dead_model_is_sent_with_a_warning() -> None:
    choice = told("gpt-4o-audio-preview")
    assert "OpenAI switched gpt-4o-audio-preview off on 2026-05-07, so it may be refused" in choice.why
    assert (choice.retires_in_days or 0) < 0


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE, Provider.COMPATIBLE])
def test_a_model_newer_than_the_catalog_is_sent_and_its_price_is_unknown(provider: Provider) -> None:
    choice = told("kokoro", Role.SPEAK, provider)
    assert (choice.model_name, choice.endpoint) == ("kokoro", "audio/speech")
    assert price_on(choice.model, TODAY, provider) is None
    assert choice.retires_in_days is None
    assert "its price and its end are unknown" in choice.why


def test_a_model_that_cannot_play_the_role_is_refused() -> None:
    with pytest.raises(NotConfigured, match="gives converse to gpt-6-luna, which cannot be used for conversation here"):
        told("gpt-6-luna")


def test_a_model_that_needs_a_websocket_is_refused_where_there_is_none() -> None:
    with pytest.raises(NotConfigured, match="gives converse to gpt-realtime"):
        told("gpt-realtime-2.1-mini")


def test_a_compatible_server_may_give_a_known_name_to_something_else() -> None:
    assert told("gpt-4o", Role.CONVERSE, Provider.COMPATIBLE).model_name == "gpt-4o"


def test_the_offline_engine_keeps_its_one_model() -> None:
    assert told("gpt-audio", provider=Provider.OFFLINE).model_name == "audiokit-offline"


def test_a_misspelt_role_is_refused_with_a_guess() -> None:
    with pytest.raises(NotConfigured, match="Did you mean converse"):
        choose(CATALOG, Role.WRITE, Tier.FULL, TODAY, Provider.OPENAI, overrides={"convers": "gpt-audio"})
