"""Every error of the SDK and of the HTTP library beneath it leaves as one of ours, with a next step and no secret."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from json import JSONDecodeError
from types import ModuleType
from typing import Any

import httpx2
import openai
import pytest
from openai import _exceptions
from openai.types.chat import ChatCompletion
from pydantic import SecretStr
from scripted import ASK, KEY, Server, completion, failing, on_wire

from audiokit import errors
from audiokit.catalog.models import Provider
from audiokit.errors import (
    AudioForgotten,
    KeyRefused,
    ModelRetired,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    QuotaExhausted,
    ReplyUnusable,
)
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import translated, translating

SECRET = "sk-secret what the person said"
REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/chat/completions", content=SECRET.encode())
MADE_OF: dict[str, Any] = {
    "message": SECRET,
    "msg": SECRET,
    "request": REQUEST,
    "response": httpx2.Response(418, text=SECRET, request=REQUEST),
    "body": {"message": SECRET, "code": "some_code", "type": "some_type"},
    "completion": ChatCompletion(id=SECRET, choices=[], created=0, model="m", object="chat.completion"),
    "unsent_messages": [],
    "queued_bytes": 1,
    "max_bytes": 1,
    "code": 1006,
    "reason": SECRET,
}
NEXT_STEP = re.compile(r"\. (Check|Send|Add|Choose|Ask|Say|Start|Try) ")


def error_classes(*modules: ModuleType) -> Iterator[type[Exception]]:
    for module in modules:
        for name in sorted({*module.__all__, *vars(module)}):
            found = getattr(module, name)
            if inspect.isclass(found) and issubclass(found, Exception) and found.__module__.split(".")[0] != "builtins":
                yield found


def made(kind: type[Exception]) -> Exception:
    """An error of that class, with a secret wherever it takes words."""
    if not inspect.isfunction(kind.__init__):  # it takes what Exception takes
        return kind(SECRET)
    wanted = [p for p in inspect.signature(kind).parameters.values() if p.kind is not p.VAR_KEYWORD]
    return kind(**{p.name: MADE_OF[p.name] for p in wanted if p.name in MADE_OF or p.default is p.empty})


FOREIGN = list(dict.fromkeys([*error_classes(openai, _exceptions, httpx2)]))


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__.split('.')[0]}.{kind.__name__}")
def test_every_foreign_error_becomes_ours(kind: type[Exception]) -> None:
    error = made(kind)

    with pytest.raises(ProviderError) as ours, translating("OpenAI", "gpt-audio-1.5"):
        raise error

    assert ours.value.__cause__ is error
    assert_fit_to_show(ours.value)


def assert_fit_to_show(error: ProviderError) -> None:
    shown = f"{error} {dict(error.detail)}"
    assert SECRET not in shown
    assert KEY not in shown
    assert NEXT_STEP.search(str(error)), str(error)


def test_all_the_classes_that_there_are_were_walked() -> None:
    names = {kind.__name__ for kind in FOREIGN}

    assert {"APITimeoutError", "RateLimitError", "LengthFinishReasonError", "WebSocketQueueFullError"} <= names
    assert set(httpx2._exceptions.__all__) <= names
    assert len(FOREIGN) > 45


def test_bugs_pass_through_whole() -> None:
    with pytest.raises(KeyError), translating("OpenAI", None):
        raise KeyError("a bug")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, ProviderRefused),
        (400, "invalid_value", ProviderRefused),
        (400, "audio_not_found", AudioForgotten),
        (400, "content_filter", ProviderRefused),
        (400, "context_length_exceeded", ProviderRefused),
        (400, "billing_hard_limit_reached", QuotaExhausted),
        (400, "model_not_found", ModelRetired),
        (400, "OperationNotSupported", ModelRetired),
        (401, "invalid_api_key", KeyRefused),
        (402, None, QuotaExhausted),
        (403, None, KeyRefused),
        (404, None, ProviderRefused),
        (404, "DeploymentNotFound", ModelRetired),
        (404, "model_not_found", ModelRetired),
        (405, None, ProviderRefused),
        (409, None, ProviderBusy),
        (413, None, ProviderRefused),
        (422, None, ProviderRefused),
        (429, "rate_limit_exceeded", ProviderBusy),
        (429, "insufficient_quota", QuotaExhausted),
        (500, None, ProviderBusy),
        (503, None, ProviderBusy),
    ],
)
def test_a_refusal_is_told_by_its_code_and_else_by_its_status(
    status: int, code: str | None, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as ours:
        on_wire(Server(failing(status, code, **{"x-request-id": "req_7"}))).reply(ASK)

    assert type(ours.value) is kind
    assert ours.value.detail["status"] == status
    assert ours.value.detail["request_id"] == "req_7"
    assert ours.value.detail.get("code") == code
    assert_fit_to_show(ours.value)


@pytest.mark.parametrize("code", ["credit_balance_exhausted", "something_new", None])
def test_an_account_without_credit_is_told_by_the_type_too(code: str | None) -> None:
    server = Server(failing(429, code, kind="insufficient_quota"))

    with pytest.raises(QuotaExhausted, match="Add credit"):
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad gateway</html>", b'"no"', b'{"error": "no"}', b'{"error": {"code": 7}}']
)
@pytest.mark.parametrize("status", [400, 401, 404, 429, 502])
def test_an_error_body_of_any_kind_is_understood_by_its_status(status: int, body: bytes) -> None:
    with pytest.raises(ProviderError) as ours:
        on_wire(Server(httpx2.Response(status, content=body))).reply(ASK)

    assert ours.value.detail["status"] == status
    assert_fit_to_show(ours.value)


@pytest.mark.parametrize("body", [b"", b"<html>A login page</html>", b"[]", b"null", b"{}", b'{"choices": null}'])
def test_an_answer_that_is_not_in_openais_format_says_where_to_look(body: bytes) -> None:
    with pytest.raises(ReplyUnusable, match="Check the address") as ours:
        on_wire(Server(httpx2.Response(200, content=body))).reply(ASK)

    assert_fit_to_show(ours.value)


def test_an_error_in_an_answer_with_status_200_is_an_error() -> None:
    """Some compatible servers do that; OpenAI does it in the middle of streams."""
    answer = httpx2.Response(200, json={"error": {"code": "model_not_found", "message": KEY}})

    with pytest.raises(ModelRetired) as ours:
        on_wire(Server(answer)).reply(ASK)

    assert ours.value.detail["status"] == 200


@pytest.mark.parametrize("key", ["schlüssel", "sk-one\nsk-two"])
def test_a_key_that_no_header_can_hold_is_told_as_a_wrong_setting(key: str) -> None:
    """A key that was pasted wrong must not end in a bare UnicodeEncodeError."""
    endpoint = Endpoint(
        name="OpenAI", provider=Provider.OPENAI, base_url="http://127.0.0.1:9/v1", api_key=SecretStr(key)
    )
    speech = on_wire(httpx2.HTTPTransport(), endpoint=endpoint)

    with pytest.raises(ProviderError) as ours:
        speech.reply(ASK)

    assert isinstance(ours.value, ProviderRefused | ProviderUnreachable)
    assert key not in str(ours.value)
    assert_fit_to_show(ours.value)


def test_only_what_may_work_a_moment_later_says_so() -> None:
    retryable = {name for name in errors.__all__ if getattr(errors, name).retryable and "Provider" in name}

    assert retryable == {"ProviderBusy", "ProviderUnreachable"}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ReadTimeout("x"), ProviderUnreachable),
        (httpx2.ConnectError("x"), ProviderUnreachable),
        (JSONDecodeError("x", "", 0), ReplyUnusable),
        (UnicodeDecodeError("utf-8", b"\xc3", 0, 1, "x"), ReplyUnusable),
        (UnicodeEncodeError("ascii", "é", 0, 1, "x"), ProviderRefused),
        (httpx2.DecodingError("x"), ReplyUnusable),
        (openai.OpenAIError("no key"), ProviderRefused),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_has_no_status_is_told_by_its_class(error: Exception, kind: type[ProviderError]) -> None:
    ours = translated(error, provider="OpenAI")

    assert type(ours) is kind
    assert "status" not in ours.detail
    assert_fit_to_show(ours)


def test_a_good_answer_is_not_an_error() -> None:
    assert on_wire(Server(completion(content="Yes."))).reply(ASK).words == "Yes."
