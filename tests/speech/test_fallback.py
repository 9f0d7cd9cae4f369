"""One endpoint after another, and never twice what may have been billed."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr
from scripted import (
    ASK,
    ENDPOINT,
    PCM16,
    Pieces,
    Server,
    completion,
    event_stream,
    failing,
    on_wire,
)

from audiokit import errors
from audiokit.errors import (
    KeyRefused,
    ProviderError,
    ProviderUnreachable,
)
from audiokit.speech.fallback import may_go_elsewhere, none_worked
from audiokit.speech.replies import Event, Reply, SoundPiece, WordPiece

SPOKEN = Reply(words="Hi")
STREAMED: list[Event | Exception] = [WordPiece("Hi"), SoundPiece(PCM16), SPOKEN]
KEY_REFUSED = KeyRefused("Azure does not accept the key. Check it.", status=401, request_id="req_1")
CUT = b'{"choices": ['


def failure_of(step: httpx2.Response | Exception, *, streamed: bool) -> ProviderError:
    """What our client makes of one answer from the network."""
    speech = on_wire(Server(step))
    with pytest.raises(ProviderError) as caught:
        list(speech.stream(ASK)) if streamed else speech.reply(ASK)
    return caught.value


GO: dict[str, httpx2.Response | Exception] = {
    "key refused": failing(401, "invalid_api_key"),
    "model not for this key": failing(403),
    "no credit": failing(429, "insufficient_quota"),
    "payment required": httpx2.Response(402, json={"error": {"message": "Insufficient Balance"}}),
    "model retired": failing(404, "model_not_found"),
    "no such deployment": failing(404, "DeploymentNotFound"),
    "a deployment of another kind": failing(400, "OperationNotSupported"),
    "wrong address": httpx2.Response(404, content=b"<html>"),
    "no such route": httpx2.Response(405, content=b"Method Not Allowed"),
    "busy": failing(429, "rate_limit_exceeded"),
    "fault": failing(500),
    "overloaded": failing(503),
    "no connection": httpx2.ConnectError("x"),
    "no connection in time": httpx2.ConnectTimeout("x"),
    "no proxy": httpx2.ProxyError("x"),
}
STAY: dict[str, httpx2.Response | Exception] = {
    "silence": httpx2.ReadTimeout("x"),
    "lost": httpx2.ReadError("x"),
    "lost while sending": httpx2.WriteError("x"),
    "the gateway's silence": httpx2.Response(504),
    "Cloudflare's silence": httpx2.Response(524),
    "Cloudflare's unknown answer": httpx2.Response(520),
    "timed out over there": failing(408, "Timeout"),
    "content": failing(400, "content_filter"),
    "too much": failing(400, "context_length_exceeded"),
    "too large": failing(413),
    "wrong value": failing(400, "invalid_value"),
    "unprocessable": failing(422),
    "forgotten": failing(400, "audio_not_found"),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("step", GO.values(), ids=GO.keys())
def test_what_was_refused_for_the_endpoints_own_reasons_may_go_elsewhere(
    step: httpx2.Response | Exception, streamed: bool
) -> None:
    assert may_go_elsewhere(failure_of(step, streamed=streamed))


def test_a_key_that_no_header_can_hold_is_the_endpoints_own_trouble_too() -> None:
    speech = on_wire(Server(completion(content="Yes.")), endpoint=replace(ENDPOINT, api_key=SecretStr("schlüssel")))

    with pytest.raises(ProviderError) as caught:
        speech.reply(ASK)

    assert may_go_elsewhere(caught.value)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("step", STAY.values(), ids=STAY.keys())
def test_what_may_have_been_billed_or_would_be_refused_again_stays(
    step: httpx2.Response | Exception, streamed: bool
) -> None:
    assert not may_go_elsewhere(failure_of(step, streamed=streamed))


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, json={"error": {"code": "model_not_found"}}),
        httpx2.Response(200, stream=Pieces(CUT, httpx2.ReadError("x"))),
        completion(content=""),
        httpx2.Response(200, json={"choices": [{"finish_reason": "content_filter", "message": {}}]}),
    ],
    ids=["unreadable", "an error within", "cut", "empty", "withheld"],
)
def test_after_an_answer_with_status_200_nothing_goes_elsewhere(answer: httpx2.Response) -> None:
    assert not may_go_elsewhere(failure_of(answer, streamed=False))


@pytest.mark.parametrize(
    "answer",
    [
        event_stream([], b""),
        event_stream([], httpx2.ReadTimeout("x")),
        event_stream([{"error": {"message": "x", "code": "server_error"}}]),
        event_stream([{"error": {"message": "x", "code": "insufficient_quota"}}]),
    ],
    ids=["over", "silent", "an error", "an error of credit"],
)
def test_after_a_stream_was_opened_nothing_goes_elsewhere(answer: httpx2.Response) -> None:
    assert not may_go_elsewhere(failure_of(answer, streamed=True))


def test_a_stream_that_nobody_asked_for_is_not_sent_again_when_it_breaks() -> None:
    """The SDK would read it whole within its own tries, and repeat a call that was answered."""
    broken = httpx2.Response(
        200, stream=Pieces(b"data: {}\n\n", httpx2.ReadTimeout("x")), headers={"content-type": "text/event-stream"}
    )
    server = Server(broken)

    with pytest.raises(ProviderUnreachable) as caught:
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1
    assert not may_go_elsewhere(caught.value)


def test_the_rule_covers_every_error_that_a_provider_can_cause() -> None:
    """A new one must be thought about here: unknown ones stay."""
    kinds = {name for name in errors.__all__ if issubclass(getattr(errors, name), ProviderError)}

    assert kinds == {
        "AudioForgotten", "KeyRefused", "ModelRetired", "ProviderBusy", "ProviderError", "ProviderRefused",
        "ProviderUnreachable", "QuotaExhausted", "ReplyUnusable",
    }  # fmt: skip
    assert not may_go_elsewhere(ProviderError("Something new."))


def test_if_none_works_the_preferred_ones_failure_is_told_and_that_the_others_were_tried() -> None:
    first = KeyRefused("OpenAI does not accept the key.", status=401)
    told = none_worked(first, ["Azure OpenAI", "The offline engine"])

    assert type(told) is KeyRefused
    assert str(told) == "OpenAI does not accept the key. Azure OpenAI and the offline engine were tried too, in vain."
    assert told.detail == {"status": 401}
