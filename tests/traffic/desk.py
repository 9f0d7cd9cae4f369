"""The client as the product builds it, on recorded answers; and the recorded requests as our values."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any

import httpx2
from pydantic import SecretStr

from audiokit.catalog.models import Catalog, Price, Provider
from audiokit.catalog.prices import price_on
from audiokit.people.persons import LOCAL
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.metered import Metered
from audiokit.speech.requests import Caller, Converse, Heard, InputFormat, ModelTurn, PersonTurn, Turn
from audiokit.usage.ledger import Ledger

KEY = "sk-made-up-0123456789"
OPENAI = Endpoint(name="OpenAI", provider=Provider.OPENAI, base_url="https://api.openai.com/v1", api_key=SecretStr(KEY))
CATALOG = Catalog.load()


def on_wire(transport: httpx2.BaseTransport, *, endpoint: Endpoint = OPENAI, max_retries: int = 0) -> OnEndpoint:
    return OnEndpoint(endpoint, open_client(endpoint, timeout_s=60, max_retries=max_retries, transport=transport))


def metered(inner: OnEndpoint, ledger: Ledger, *, turn_id: str, at: datetime | None = None) -> Metered:
    """Metered as in the studio; ``at`` is when the exchange was recorded, so that the prices of that day hold."""

    def price(model: str, day: date) -> Price | None:
        known = CATALOG.find(model)
        return price_on(known, day, inner.endpoint.provider) if known else None

    return Metered(
        inner=inner,
        ledger=ledger,
        price_of=price,
        endpoint=inner.endpoint,
        caller=Caller(person_id=LOCAL.id, page="tests", turn_id=turn_id),
        now=lambda: at or datetime.now(UTC),
    )


def as_request(asked: dict[str, Any]) -> Converse:
    """A recorded body as the request that we would make in its place."""
    messages = asked["messages"]
    audio = asked.get("audio")
    return Converse(
        model=asked["model"],
        instructions="".join(message["content"] for message in messages if message["role"] == "system"),
        turns=tuple(_turn(message) for message in messages if message["role"] != "system"),
        voice=audio["voice"] if audio else None,
        temperature=asked.get("temperature"),
    )


def _turn(message: dict[str, Any]) -> Turn:
    content: Any = message.get("content")
    if message["role"] == "assistant":
        return ModelTurn(words=content or "", audio_id=(message.get("audio") or {}).get("id"))
    if isinstance(content, str):
        return PersonTurn(words=content)
    words = [part["text"] for part in content if part["type"] == "text"]
    sounds = [part["input_audio"] for part in content if part["type"] == "input_audio"]
    return PersonTurn(words=words[0] if words else None, sound=_heard(sounds[0]) if sounds else None)


def _heard(part: dict[str, str]) -> Heard:
    return Heard(data=base64.b64decode(part["data"]), format=InputFormat(part["format"]), duration_s=1.7)
