"""Whoever reads words and listens to voices in tests: scripted answers on OpenAI's wire, or the offline engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import httpx2
from pydantic import SecretStr
from scripted import ENDPOINT, Server, on_wire

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import Choice, choose
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.passages import Passage
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.place import Place
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller, Tool
from audiokit.speech.varied import Varied

__all__ = ["ME", "answering", "called", "listener", "offline_listener", "passages", "told_in"]

ME = Caller(person_id="local", page="sentiment_analysis", conversation_id="recording")
_CATALOG, _DAY = Catalog.load(), date(2026, 11, 21)


def passages(*texts: str, **known: Any) -> list[Passage]:
    """One passage for each text, ten seconds apart, with ids s1, s2 and so on."""
    return [Passage(id=f"s{n}", text=text, start_s=10.0 * n, **known) for n, text in enumerate(texts, 1)]


def answering(
    *calls: tuple[str, str], words: str | None = None, finish: str = "stop", **message: Any
) -> httpx2.Response:
    """A completion with function calls, given as name and JSON text, or with words."""
    listed = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": words, **message} | ({"tool_calls": listed} if listed else {})
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return httpx2.Response(200, json={"model": "gpt-answers", "choices": [choice]})


def called(tool: Tool, **arguments: Any) -> httpx2.Response:
    """A completion that calls one function as it should be called."""
    return answering((tool.name, json.dumps(arguments)))


def listener(*steps: httpx2.Response | Exception, max_context_tokens: int | None = None) -> tuple[Asked, Server]:
    """OpenAI, which answers as the script says; the last step is repeated."""
    server = Server(*steps)
    return Asked(places=(_place(ENDPOINT, Varied(on_wire(server)), max_context_tokens),), caller=ME), server


@contextmanager
def offline_listener(engine: Engine) -> Iterator[Asked]:
    """The offline engine, in process."""
    endpoint = Endpoint(
        name="Offline", provider=Provider.OFFLINE, base_url="http://offline.invalid/v1", api_key=SecretStr("none")
    )
    client = open_client(endpoint, timeout_s=60, max_retries=0, transport=InProcessTransport(create_app(engine)))
    wire = OnEndpoint(endpoint, client, 60)
    yield Asked(places=(_place(endpoint, wire, None),), caller=ME)
    wire.close()


def told_in(server: Server, index: int = -1) -> str:
    """The words of a request."""
    content = json.loads(server.requests[index].content)["messages"][1]["content"]
    return str(content if isinstance(content, str) else content[-1]["text"])


def _place(endpoint: Endpoint, speech: Speech, max_context_tokens: int | None) -> Place:
    def chosen(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        choice = choose(_CATALOG, role, tier, _DAY, endpoint.provider, asked=asked)
        if max_context_tokens is None:
            return choice
        return replace(choice, model=replace(choice.model, max_context_tokens=max_context_tokens))

    return Place(
        endpoint=endpoint,
        choose=chosen,
        candidates=lambda role, tier: (chosen(role, tier),),
        offers=lambda _role: (),
        price_of=lambda _choice: None,
        speech_for=lambda _caller: speech,
    )
