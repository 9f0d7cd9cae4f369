"""The faults that tests put around the engine look to the SDK like the real ones."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import openai
import pytest
from faults import Faults, bad_key, broken, busy, cut, lying, no_credit, slow
from openai import OpenAI

from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport


@pytest.fixture
def faults(engine: Engine) -> Faults:
    return Faults(create_app(engine))


@pytest.fixture
def client(faults: Faults) -> Iterator[OpenAI]:
    http = httpx2.Client(transport=InProcessTransport(faults), timeout=20)
    with OpenAI(base_url="http://offline.invalid/v1", api_key="x", http_client=http, max_retries=1) as client:
        yield client


def ask(client: OpenAI, *, stream: bool = False) -> list[str]:
    answer = client.chat.completions.create(
        model="audiokit-offline", messages=[{"role": "user", "content": "What is two plus two?"}], stream=stream
    )
    if isinstance(answer, openai.Stream):
        return [chunk.choices[0].delta.content or "" for chunk in answer]
    return [answer.choices[0].message.content or ""]


@pytest.mark.parametrize("fault", [busy(retry_after_s=0.001), broken(), broken(503)])
def test_what_passes_is_tried_again(faults: Faults, client: OpenAI, fault: object) -> None:
    faults.next(fault)  # type: ignore[arg-type]  # it is one

    assert ask(client) == ["2 plus 2 is 4."]
    assert faults.calls == 2


def test_without_credit_and_with_a_bad_key_the_sdk_tells_why(faults: Faults, client: OpenAI) -> None:
    faults.next(no_credit(), bad_key())

    with pytest.raises(openai.RateLimitError, match="quota"):
        ask(client.with_options(max_retries=0))
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(client)
    assert caught.value.code == "invalid_api_key"


def test_an_answer_that_is_slow_still_comes_unless_it_is_too_slow(faults: Faults, client: OpenAI) -> None:
    faults.next(slow(0.01), slow(5), slow(5))

    assert ask(client) == ["2 plus 2 is 4."]
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=0.05, max_retries=0))


def test_a_stream_that_ends_early_looks_like_an_end_to_the_sdk(faults: Faults, client: OpenAI) -> None:
    whole = ask(client, stream=True)
    faults.next(cut(after_events=3))

    assert ask(client, stream=True) == whole[:3]


def test_a_stream_that_is_torn_is_an_error(faults: Faults, client: OpenAI) -> None:
    faults.next(cut(after_events=2, ends_cleanly=False))

    with pytest.raises((openai.APIError, httpx2.RemoteProtocolError)):
        ask(client, stream=True)


def test_headers_can_lie(faults: Faults, client: OpenAI) -> None:
    faults.next(lying(content_type="text/html"))

    assert client.models.with_raw_response.list().headers["content-type"] == "text/html"
