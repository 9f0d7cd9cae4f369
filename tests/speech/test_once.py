"""What may have been billed is sent once; what cannot have been is repeated, as often as the settings say."""

from __future__ import annotations

import gzip

import httpx2
import pytest
from scripted import ASK, ENDPOINT, PCM16, Pieces, Server, completion, event_stream, failing, on_wire, spoken_chunks

from audiokit.errors import ProviderBusy, ProviderError, ProviderUnreachable, QuotaExhausted
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import open_client
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.replies import Reply, SoundPiece
from audiokit.speech.wire import EmptyReply


def at_once(speech: OnEndpoint, monkeypatch: pytest.MonkeyPatch) -> OnEndpoint:
    """The same without the SDK's waits between tries, which lost connections would have."""
    monkeypatch.setattr(speech.client, "_calculate_retry_timeout", lambda *_: 0)
    return speech


SENT = [
    httpx2.ReadTimeout("x"),
    httpx2.ReadError("x"),
    httpx2.WriteError("x"),
    httpx2.WriteTimeout("x"),
    httpx2.CloseError("x"),
    httpx2.RemoteProtocolError("x"),
]
NOT_SENT = [
    httpx2.ConnectError("x"),
    httpx2.ConnectTimeout("x"),
    httpx2.PoolTimeout("x"),
    httpx2.LocalProtocolError("x"),
    httpx2.ProxyError("x"),
    httpx2.UnsupportedProtocol("x"),
]


def name_of(error: Exception) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", SENT, ids=name_of)
def test_a_request_that_was_taken_and_not_answered_is_not_repeated(error: Exception) -> None:
    server = Server(error)

    with pytest.raises(ProviderUnreachable, match="may have been billed") as ours:
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1
    assert ours.value.detail["code"] == NO_ANSWER_CODE


@pytest.mark.parametrize("error", NOT_SENT, ids=name_of)
def test_a_request_that_never_left_is_repeated(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(error)

    with pytest.raises(ProviderUnreachable) as ours:
        at_once(on_wire(server, max_retries=2), monkeypatch).reply(ASK)

    assert len(server.requests) == 3
    assert "code" not in ours.value.detail


def test_every_transport_error_is_one_or_the_other() -> None:
    known = tuple({type(error) for error in [*SENT, *NOT_SENT]})
    leaves = [kind for kind in httpx2.TransportError.__subclasses__() for kind in (kind.__subclasses__() or [kind])]

    assert {kind.__name__ for kind in leaves if not issubclass(kind, known)} == {"SSEError"}


def test_the_next_try_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx2.ConnectError("x"), failing(500), completion(content="Yes."))

    assert at_once(on_wire(server, max_retries=2), monkeypatch).reply(ASK).words == "Yes."
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
@pytest.mark.parametrize("max_retries", [0, 2])
def test_a_server_that_is_busy_is_asked_again(status: int, max_retries: int) -> None:
    server = Server(failing(status))

    with pytest.raises(ProviderBusy):
        on_wire(server, max_retries=max_retries).reply(ASK)

    assert len(server.requests) == 1 + max_retries


def before_another(server: Server, *, max_retries: int = 3) -> OnEndpoint:
    """An endpoint for which another one can stand in."""
    client = open_client(ENDPOINT, timeout_s=60, max_retries=max_retries, transport=server, is_last=False)
    return OnEndpoint(ENDPOINT, client, 60)


@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_a_busy_server_for_which_another_stands_in_is_asked_again_once_at_most(max_retries: int) -> None:
    server = Server(failing(503))

    with pytest.raises(ProviderBusy):
        before_another(server, max_retries=max_retries).reply(ASK)

    assert len(server.requests) == 1 + min(max_retries, 1)


@pytest.mark.parametrize(
    ("header", "calls"),
    [
        ({"retry-after-ms": "2001"}, 1),
        ({"retry-after-ms": "", "retry-after": "20"}, 1),
        ({"retry-after-ms": "1"}, 2),
        ({"retry-after-ms": "1", "retry-after": "20"}, 2),
        ({"retry-after-ms": "0", "retry-after": "soon"}, 2),
    ],
    ids=["two seconds and more", "twenty seconds", "a moment", "the finer one counts", "unreadable"],
)
def test_a_server_that_wants_us_back_later_is_not_waited_for_if_another_stands_in(
    header: dict[str, str], calls: int
) -> None:
    server = Server(failing(429, "rate_limit_exceeded", **header))

    with pytest.raises(ProviderBusy):
        before_another(server).reply(ASK)

    assert len(server.requests) == calls


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_a_request_that_was_refused_is_not_repeated(status: int) -> None:
    server = Server(failing(status))

    with pytest.raises(ProviderError):
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_not_active", "credit_balance_exhausted"])
def test_an_account_without_credit_is_not_asked_again(code: str) -> None:
    server = Server(failing(429, code))

    with pytest.raises(QuotaExhausted):
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [504, 520, 524])
def test_a_gateway_that_gave_up_waiting_is_not_asked_again(status: int) -> None:
    server = Server(httpx2.Response(status, content=b"<html>upstream timed out</html>"))

    with pytest.raises(ProviderUnreachable, match="may have been billed"):
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, stream=Pieces(b'{"choices": [', httpx2.ReadError("x"))),
        httpx2.Response(200, stream=Pieces(b'{"choices": [', httpx2.ReadTimeout("x"))),
        httpx2.Response(200, stream=Pieces(b'{"choices": [', httpx2.RemoteProtocolError("x"))),
        httpx2.Response(200, stream=Pieces(gzip.compress(b"{}")[:-9] + b"??"), headers={"content-encoding": "gzip"}),
    ],
    ids=["lost", "silent", "closed", "garbled"],
)
def test_an_answer_that_breaks_off_within_its_body_is_not_paid_for_twice(answer: httpx2.Response) -> None:
    """The SDK reads whole answers within its own loop of tries, and would repeat these."""
    server = Server(answer)

    with pytest.raises(ProviderError) as ours:
        on_wire(server, max_retries=2).reply(ASK)

    assert len(server.requests) == 1
    assert ours.value.detail.get("code") == NO_ANSWER_CODE
    assert answer.is_closed


def test_a_stream_is_not_read_ahead() -> None:
    chunks = spoken_chunks(PCM16)
    server = Server(event_stream(chunks[:2], httpx2.ReadError("x")))

    events = list(on_wire(server, max_retries=2).stream(ASK))

    assert SoundPiece(PCM16) in events
    assert isinstance(events[-1], Reply)
    assert len(server.requests) == 1


@pytest.mark.parametrize("error", [httpx2.ReadError("x"), httpx2.ReadTimeout("x"), b""], ids=["lost", "silent", "over"])
def test_a_stream_that_breaks_before_anything_came_is_not_repeated(error: Exception | bytes) -> None:
    server = Server(event_stream([], error))

    with pytest.raises(EmptyReply, match="broke off before any answer came"):
        list(on_wire(server, max_retries=2).stream(ASK))

    assert len(server.requests) == 1


@pytest.mark.parametrize("timeout_s", [1.0, 5.0, 120.0, 600.0])
def test_the_clients_time_limit_is_the_one_that_was_set(timeout_s: float) -> None:
    """At exactly 5 s, the HTTP library's own default, the SDK used to take its 600 s instead."""
    client = on_wire(Server(completion(content="Yes.")), timeout_s=timeout_s).client

    assert client.timeout == httpx2.Timeout(timeout_s, connect=min(5.0, timeout_s))
