"""A provider that keeps sending something, and never an answer, is given up on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx2
import pytest

from audiokit.catalog.models import Provider
from audiokit.errors import ProviderError
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.requests import Converse, PersonTurn

REQUEST = Converse(model="gpt-audio-1.5", turns=(PersonTurn(words="hello"),), instructions="", voice="alloy")


class Dripping(httpx2.BaseTransport):
    """Answers at once, with bytes that never come to anything."""

    def __init__(self, content_type: str, drop: bytes) -> None:
        self.content_type, self.drop, self.calls = content_type, drop, 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        headers = {"content-type": self.content_type}
        return httpx2.Response(200, headers=headers, stream=Endless(self.drop), request=request)


class Endless(httpx2.SyncByteStream):
    def __init__(self, drop: bytes) -> None:
        self.drop = drop

    def __iter__(self) -> Iterator[bytes]:
        return itertools.repeat(self.drop)


@pytest.mark.parametrize(
    ("content_type", "drop", "streamed"),
    [("text/event-stream", b": ping\n\n", True), ("application/json", b" ", False)],
)
def test_bytes_that_never_end_are_given_up_on_and_not_asked_for_again(
    content_type: str, drop: bytes, streamed: bool
) -> None:
    dripping = Dripping(content_type, drop)
    endpoint = Endpoint(name="here", provider=Provider.COMPATIBLE, base_url="http://here.invalid/v1")
    client = OnEndpoint(endpoint, open_client(endpoint, timeout_s=0.3, max_retries=2, transport=dripping), 0.3)

    with pytest.raises(ProviderError):
        list(client.stream(REQUEST)) if streamed else client.reply(REQUEST)

    assert dripping.calls == 1
