"""What a person may choose at an endpoint today; the seeds' models among it, or what replaces them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.catalog.models import Catalog, Confidence, Provider, Role, Tier
from audiokit.catalog.offers import Offer, offers
from audiokit.catalog.prices import price_on
from audiokit.catalog.roles import choose
from audiokit.errors import ModelRetired, NotConfigured

CATALOG = Catalog.load()
TODAY = date(2026, 11, 21)
# Name, role, tier and end at OpenAI and at Azure of what the seeds used; None: never known to be offered there.
SEEDS: list[tuple[str, Role, date, date | None]] = [
    ("gpt-4o-audio-preview-2024-10-01", Role.CONVERSE, date(2025, 10, 10), None),
    ("gpt-4o-audio-preview-2024-12-17", Role.CONVERSE, date(2026, 5, 7), None),
    ("gpt-4o-mini-audio-preview-2024-12-17", Role.CONVERSE, date(2026, 5, 7), None),
    ("gpt-4o-mini", Role.WRITE, date(2027, 1, 14), date(2027, 4, 14)),
    ("whisper-1", Role.TRANSCRIBE, date(2027, 2, 26), date(2026, 12, 15)),
]
SEED_NAMES = [name for name, *_ in SEEDS]
names = st.sampled_from([name for model in CATALOG.models for name in model.names] + ["qwen", "gpt-audio-9", ""])
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def offered(
    role: Role, provider: Provider = Provider.OPENAI, on: date = TODAY, served: frozenset[str] | None = None
) -> dict[str, Offer]:
    return {offer.model_name: offer for offer in offers(CATALOG, role, on, provider, served=served)}


def why(name: str, role: Role, provider: Provider = Provider.OPENAI, on: date = TODAY) -> str:
    return offered(role, provider, on)[name].why


@pytest.mark.parametrize(("name", "role", "openai", "azure"), SEEDS, ids=SEED_NAMES)
def test_every_model_of_the_seeds_is_there_with_its_role_and_its_ends(
    name: str, role: Role, openai: date, azure: date | None
) -> None:
    model = CATALOG.find(name)

    assert model is not None
    assert role in model.roles
    assert (model.shuts_down_on(Provider.OPENAI), model.shuts_down_on(Provider.AZURE)) == (openai, azure)
    assert all(life.evidence.source for life in model.lifecycles)
    assert {offer.model.id for offer in offers(CATALOG, role, TODAY, Provider.OPENAI)} >= {model.id}


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, role, *_ in SEEDS], ids=SEED_NAMES)
def test_where_a_compatible_server_lists_a_model_of_the_seeds_it_can_be_chosen(name: str, role: Role) -> None:
    served = frozenset({name, "gpt-audio-1.5", "gpt-transcribe", "gpt-6-luna"})
    later = date(2028, 1, 1)  # whatever OpenAI did with its own

    offer = offered(role, Provider.COMPATIBLE, later, served)[name]
    choice = choose(CATALOG, role, Tier.FULL, later, Provider.COMPATIBLE, served=served, asked=name)

    assert (offer.is_available, offer.why) == (True, "This server lists it.")
    assert choice.model_name == name
    assert choice.why == f"{name}: your choice. This server lists it."


@pytest.mark.parametrize(
    ("name", "role", "provider", "sentence"),
    [
        ("gpt-4o-audio-preview", Role.CONVERSE, Provider.OPENAI, "Ended 2026-05-07. gpt-audio-1.5 replaces it."),
        (
            "gpt-4o-audio-preview-2024-10-01",
            Role.CONVERSE,
            Provider.OPENAI,
            "Ended 2025-10-10. gpt-audio-1.5 replaces it.",
        ),
        ("gpt-4o-mini-audio-preview", Role.CONVERSE, Provider.OPENAI, "Ended 2026-05-07. gpt-audio-mini replaces it."),
        (
            "gpt-4o-audio-preview",
            Role.CONVERSE,
            Provider.AZURE,
            "Azure is not known to offer it; gpt-audio-1.5 replaces it.",
        ),
        ("gpt-4o-mini", Role.WRITE, Provider.OPENAI, "Ends 2027-01-14, in 54 days; gpt-6-luna replaces it."),
        ("whisper-1", Role.TRANSCRIBE, Provider.OPENAI, "Ends 2027-02-26, in 97 days; gpt-transcribe replaces it."),
        ("whisper-1", Role.TRANSCRIBE, Provider.AZURE, "Ends 2026-12-15, in 24 days; gpt-transcribe replaces it."),
        ("gpt-audio-mini", Role.CONVERSE, Provider.OPENAI, "Ends 2027-01-20, in 60 days; gpt-audio-1.5 replaces it."),
        (
            "gpt-audio-mini",
            Role.CONVERSE,
            Provider.COMPATIBLE,
            "OpenAI ends its own 2027-01-20, in 60 days; gpt-audio-1.5 replaces it.",
        ),
        ("gpt-audio-1.5", Role.CONVERSE, Provider.OPENAI, "No end date announced."),
        (
            "gpt-audio-1.5",
            Role.CONVERSE,
            Provider.AZURE,
            "Ends 2027-08-24, in 276 days; nothing that we know replaces it.",
        ),
        # Its named replacement, gpt-realtime-2.1-mini, is not served over plain HTTP.
        (
            "tts-1",
            Role.SPEAK,
            Provider.OPENAI,
            "Ends 2027-01-06, in 46 days; gpt-audio-1.5 replaces it, and may paraphrase.",
        ),
    ],
)
def test_an_offer_says_until_when_and_what_replaces_it(
    name: str, role: Role, provider: Provider, sentence: str
) -> None:
    assert why(name, role, provider) == sentence


def test_a_replacement_that_has_ended_too_is_followed_to_one_that_lives() -> None:
    after = date(2027, 1, 20)  # gpt-audio-mini goes as well

    assert why("gpt-4o-mini-audio-preview", Role.CONVERSE, on=after) == "Ended 2026-05-07. gpt-audio-1.5 replaces it."


def test_where_nothing_is_left_it_says_so_in_a_sentence_of_its_own() -> None:
    after = date(2027, 8, 24)

    assert why("gpt-audio-1.5", Role.CONVERSE, Provider.AZURE, after) == (
        "Ended 2027-08-24. Nothing that we know replaces it."
    )


def test_on_the_last_day_it_is_one_day() -> None:
    assert "in 1 day;" in why("gpt-audio-mini", Role.CONVERSE, on=date(2027, 1, 19))


def test_what_can_be_had_comes_first_and_the_roles_own_choice_before_all() -> None:
    found = offers(CATALOG, Role.CONVERSE, TODAY, Provider.OPENAI)

    assert [offer.model_name for offer in found[:3]] == ["gpt-audio-1.5", "gpt-audio", "gpt-audio-mini"]
    assert [offer.is_available for offer in found] == [True] * 3 + [False] * (len(found) - 3)
    assert [offer.tier for offer in found[:3]] == [Tier.FULL, Tier.FULL, Tier.MINI]


def test_what_needs_a_live_connection_is_offered_only_to_those_who_have_one() -> None:
    live = offers(CATALOG, Role.CONVERSE, TODAY, Provider.OPENAI, transports=frozenset({"realtime"}))

    assert "gpt-realtime-2.1-mini" not in offered(Role.CONVERSE)
    assert "gpt-realtime-2.1-mini" in {offer.model_name for offer in live}


def test_the_offline_engine_offers_itself() -> None:
    (offer,) = offers(CATALOG, Role.CONVERSE, TODAY, Provider.OFFLINE)

    assert (offer.model_name, offer.is_available) == ("audiokit-offline", True)
    assert "audiokit-offline" not in offered(Role.CONVERSE, Provider.OPENAI)


# ---------------------------------------------------------------------------------------------- what the endpoint lists


def test_a_compatible_servers_own_models_are_offered_last_with_what_is_not_known_of_them() -> None:
    found = offered(Role.TRANSCRIBE, Provider.COMPATIBLE, served=frozenset({"whisper-1", "faster-whisper"}))
    available = [name for name, offer in found.items() if offer.is_available]

    assert available == ["whisper-1", "faster-whisper"]
    own = found["faster-whisper"]
    assert own.why == "This server lists it. Whether it can do this, and what it costs, is not known."
    assert price_on(own.model, TODAY, Provider.COMPATIBLE) is None
    assert own.model.evidence.confidence is Confidence.C


def test_each_listed_snapshot_of_a_model_can_be_chosen_also_one_that_is_newer_than_the_catalog() -> None:
    served = frozenset({"gpt-audio", "gpt-audio-2025-08-28", "gpt-audio-2031-01-01", "gpt-audiobook"})

    found = offered(Role.CONVERSE, Provider.COMPATIBLE, served=served)

    assert [name for name, offer in found.items() if offer.is_available] == [
        "gpt-audio",
        "gpt-audio-2025-08-28",
        "gpt-audio-2031-01-01",
        "gpt-audiobook",
    ]
    assert {found[name].model.id for name in served - {"gpt-audiobook"}} == {"gpt-audio"}


def test_what_openai_still_lists_after_its_end_may_be_tried_but_is_not_chosen_by_itself() -> None:
    """Sources disagree on when the previews ended."""
    served = frozenset({"gpt-4o-audio-preview", "gpt-audio"})

    offer = offered(Role.CONVERSE, served=served)["gpt-4o-audio-preview"]
    normal = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.OPENAI, served=served)
    asked = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.OPENAI, served=served, asked=offer.model_name)

    assert offer.is_available
    assert offer.why == "It was to end on 2026-05-07, and is still listed; gpt-audio replaces it."
    assert (normal.model_name, asked.model_name) == ("gpt-audio", "gpt-4o-audio-preview")


def test_what_a_key_does_not_list_is_not_available() -> None:
    offer = offered(Role.CONVERSE, served=frozenset({"gpt-audio"}))["gpt-audio-1.5"]

    assert not offer.is_available
    assert offer.why == "This key at OpenAI does not list it; gpt-audio replaces it."


def test_openais_other_models_are_not_offered_for_what_nobody_knows_they_can_do() -> None:
    assert "text-embedding-3-large" not in offered(Role.CONVERSE, served=frozenset({"text-embedding-3-large"}))


# ------------------------------------------------------------------------------------------------ who decides


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("gpt-audio", "Set by the operator. Ends 2027-01-20, in 60 days; gpt-audio-1.5 replaces it."),
        ("my-own", "Set by the operator. It is not in our catalog, so its price and its end are unknown."),
    ],
)
def test_the_operators_model_comes_first_and_once(told: str, sentence: str) -> None:
    found = offers(CATALOG, Role.CONVERSE, TODAY, Provider.OPENAI, overrides={"converse": told})

    assert (found[0].model_name, found[0].why, found[0].is_available) == (told, sentence, True)
    assert [offer.model_name for offer in found].count(told) == 1


def test_a_persons_choice_goes_before_the_operators() -> None:
    choice = choose(
        CATALOG,
        Role.CONVERSE,
        Tier.FULL,
        TODAY,
        Provider.OPENAI,
        overrides={"converse": "gpt-audio"},
        asked="gpt-audio-1.5",
    )

    assert choice.model_name == "gpt-audio-1.5"
    assert choice.why == "gpt-audio-1.5: your choice. No end date announced."


@pytest.mark.parametrize(
    ("asked", "provider", "because"),
    [
        ("gpt-4o-audio-preview-2024-12-17", Provider.OPENAI, "OpenAI switched it off on 2026-05-07"),
        ("gpt-4o-audio-preview-2024-12-17", Provider.AZURE, "Azure is not known to offer it"),
        ("gpt-audio", Provider.OFFLINE, "the offline engine is not known to offer it"),
        ("whisper-1", Provider.OPENAI, "it cannot be used for conversation"),
        ("gpt-realtime-2.1", Provider.OPENAI, "it needs a live connection"),
        ("never-heard-of", Provider.OPENAI, "it is not known here"),
    ],
)
def test_where_a_persons_choice_cannot_be_had_the_roles_own_serves_and_says_in_whose_place(
    asked: str, provider: Provider, because: str
) -> None:
    normal = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, provider)

    choice = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, provider, asked=asked)

    assert (choice.model, choice.model_name, choice.endpoint) == (normal.model, normal.model_name, normal.endpoint)
    assert choice.why.startswith(f"{normal.model_name}: in place of {asked}, as {because}; ")


def test_the_operators_model_stands_in_for_a_choice_that_cannot_be_had() -> None:
    overrides = {"converse": "gpt-audio"}
    choice = choose(
        CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.OPENAI, overrides=overrides, asked="gpt-4o-audio-preview"
    )

    assert choice.model_name == "gpt-audio"


@pytest.mark.parametrize(("served", "name"), [(None, "qwen"), ({"qwen"}, "qwen"), ({"gpt-audio"}, "gpt-audio")])
def test_a_name_that_only_a_compatible_server_knows_holds_until_its_list_says_otherwise(
    served: set[str] | None, name: str
) -> None:
    """Else a conversation would change its model while the list is still being looked up."""
    known = None if served is None else frozenset(served)

    choice = choose(CATALOG, Role.CONVERSE, Tier.FULL, TODAY, Provider.COMPATIBLE, served=known, asked="qwen")

    assert choice.model_name == name


@given(
    role=st.sampled_from(Role),
    provider=st.sampled_from(Provider),
    day=days,
    served=st.none() | st.frozensets(names, max_size=6),
)
def test_whatever_is_offered_as_available_is_what_one_gets_by_asking_for_it(
    role: Role, provider: Provider, day: date, served: frozenset[str] | None
) -> None:
    for offer in offers(CATALOG, role, day, provider, served=served):
        assert offer.why.endswith(".")
        try:
            choice = choose(CATALOG, role, offer.tier, day, provider, served=served, asked=offer.model_name)
        except (ModelRetired, NotConfigured):
            assert not offer.is_available
            continue
        if offer.is_available:
            assert (choice.model_name, choice.model) == (offer.model_name, offer.model)
            assert choice.why.startswith(f"{offer.model_name}: your choice. ")
        else:
            assert ": in place of " in choice.why
