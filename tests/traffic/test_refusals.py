"""Every recorded refusal becomes one of our errors: a sentence with a next step, without key, prompt or their words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from desk import KEY, OPENAI, metered, on_wire
from ledgers import open_ledger
from real import real_file
from recordings import ABSENT, Exchange, Replay, each, exchanges

from audiokit.errors import (
    KeyRefused,
    ModelRetired,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)
from audiokit.speech.requests import Converse, PersonTurn
from audiokit.speech.wire import WithheldReply
from audiokit.usage.ledger import Ledger

pytestmark = pytest.mark.real

SECRETS = ("my private words", "a quiet instruction", KEY, "invalid-key")
ASKED = Converse(model="gpt-audio-1.5", turns=(PersonTurn(words=SECRETS[0]),), instructions=SECRETS[1], voice="alloy")
# By status and code, as recorded; (400, None) among them.
BECOMES: dict[tuple[int, str | None], type[ProviderError]] = {
    (200, "content_filter"): ProviderRefused,
    (400, None): ProviderRefused,
    (400, "decimal_below_min_value"): ProviderRefused,
    (400, "invalid_function_parameters"): ProviderRefused,
    (400, "invalid_value"): ProviderRefused,
    (400, "model_not_found"): ModelRetired,
    (400, "unsupported_file"): ProviderRefused,
    (400, "unsupported_value"): ProviderRefused,
    (401, "invalid_api_key"): KeyRefused,
    (404, "model_not_found"): ModelRetired,
    (500, None): ProviderBusy,
}
REFUSALS = [one for one in exchanges() if one.is_error]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


def code_of(exchange: Exchange) -> str | None:
    code = exchange.said["error"].get("code") if exchange.answer else None
    return None if code is None else str(code)


def assert_speaks_to_a_person(error: ProviderError, exchange: Exchange) -> None:
    sentence = str(error)
    assert sentence.startswith((OPENAI.name, "gpt-audio-1.5", "The "))
    assert sentence.endswith(".")
    assert ". " in sentence
    shown = sentence + json.dumps(dict(error.detail), default=str)
    assert not [secret for secret in SECRETS if secret in shown]
    if exchange.answer:
        assert exchange.said["error"]["message"][:30] not in shown


@each(REFUSALS)
def test_a_recorded_refusal_becomes_our_error(exchange: Exchange) -> None:
    with pytest.raises(ProviderError) as refused:
        on_wire(Replay([exchange])).reply(ASKED)

    assert type(refused.value) is BECOMES[exchange.status, code_of(exchange)]
    assert refused.value.detail["status"] == exchange.status
    assert refused.value.detail["model"] == "gpt-audio-1.5"
    assert refused.value.detail.get("code") == code_of(exchange)
    assert_speaks_to_a_person(refused.value, exchange)


@each(one for one in REFUSALS if one.status >= 400)
def test_a_stream_is_refused_in_the_same_words(exchange: Exchange) -> None:
    with pytest.raises(ProviderError) as refused:
        list(on_wire(Replay([exchange])).stream(ASKED))

    assert type(refused.value) is BECOMES[exchange.status, code_of(exchange)]
    assert_speaks_to_a_person(refused.value, exchange)


@each(REFUSALS)
def test_a_refusal_costs_nothing_and_an_error_in_an_answer_costs_nobody_knows_what(
    exchange: Exchange, ledger: Ledger
) -> None:
    turn_id = f"refused {exchange.name}"

    with pytest.raises(ProviderError) as refused:
        metered(on_wire(Replay([exchange])), ledger, turn_id=turn_id).reply(ASKED)

    (entry,) = ledger.of_turn(turn_id)
    expected = ("failed", None, None) if exchange.status == 200 else ("refused", 0, 0)
    assert (entry.outcome, entry.cost_nanousd, entry.audio_out_tokens) == expected
    assert entry.error == type(refused.value).__name__


def test_every_kind_of_refusal_was_recorded() -> None:
    if not REFUSALS:
        pytest.skip(ABSENT)
    assert {(one.status, code_of(one)) for one in REFUSALS} == BECOMES.keys()


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("chat____fixtures____reasoning-model-legacy-parameter-error.json", 400, ProviderRefused),
        ("responses____fixtures____openai-error.1.json", 429, QuotaExhausted),
    ],
)
def test_a_recorded_error_body_without_its_status_is_read_too(
    name: str, status: int, kind: type[ProviderError]
) -> None:
    answer = real_file(f"traffic/vercel__ai/packages__openai__src__{name}").read_bytes()
    exchange = Exchange(
        name=name, method="POST", url="", asked=None, status=status, media_type="application/json", answer=answer
    )

    with pytest.raises(kind) as refused:
        on_wire(Replay([exchange]), max_retries=2).reply(ASKED)

    assert_speaks_to_a_person(refused.value, exchange)


def test_an_answer_that_azure_withheld_is_refused_and_its_usage_kept(ledger: Ledger) -> None:
    """Status 200, ``content_filter`` and no message at all: recorded-traffic.md, "Error bodies seen"."""
    body = {
        "choices": [{"index": 0, "finish_reason": "content_filter"}],
        "model": "gpt-audio-1.5-2026-02-23",
        "usage": {
            "prompt_tokens": 20,
            "completion_tokens": 0,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "completion_tokens_details": {"audio_tokens": 0},
        },
    }
    exchange = Exchange(
        name="withheld",
        method="POST",
        url="",
        asked=None,
        status=200,
        media_type="application/json",
        answer=json.dumps(body).encode(),
    )

    with pytest.raises(WithheldReply, match="Say it in other words"):
        metered(on_wire(Replay([exchange])), ledger, turn_id="withheld").reply(ASKED)

    (entry,) = ledger.of_turn("withheld")
    assert (entry.outcome, entry.error, entry.text_in_tokens) == ("failed", "WithheldReply", 20)
    assert entry.cost_nanousd == 20 * 2500
