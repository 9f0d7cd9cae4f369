"""Recorded function calls through our client, and the recorded rounds as we would send them.

The only ones over Chat Completions are of a text model (gpt-5-mini): none with sound was ever recorded.
"""

from __future__ import annotations

from typing import Any

import pytest
from desk import as_request, on_wire
from recordings import Exchange, Replay, each, exchanges

from audiokit.catalog.prices import Usage
from audiokit.speech.bodies import chat_body
from audiokit.speech.replies import Ending
from audiokit.speech.requests import Converse, ModelTurn, PersonTurn, ToolCall, ToolResult

pytestmark = pytest.mark.real

OVER_CHAT = [one for one in exchanges() if one.path.endswith("/chat/completions") and one.asked is not None]
CALLED = [one for one in OVER_CHAT if b'"tool_calls": [' in one.answer]
ROUNDS = [one for one in OVER_CHAT if one.asked and any(m["role"] == "tool" for m in one.asked["messages"])]


@each(CALLED)
def test_a_recorded_call_is_read_as_it_stands(exchange: Exchange) -> None:
    assert exchange.asked is not None
    body = exchange.said
    (recorded,) = body["choices"][0]["message"]["tool_calls"]

    reply = on_wire(Replay([exchange])).reply(as_request(exchange.asked))

    function = recorded["function"]
    assert reply.tool_calls == (ToolCall(id=recorded["id"], name=function["name"], arguments=function["arguments"]),)
    assert (reply.words, reply.sound, reply.ending) == ("", None, Ending.WHOLE)
    n_in, n_out = body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"]
    assert reply.usage == Usage(
        text_in_tokens=n_in, audio_in_tokens=0, cached_in_tokens=0, text_out_tokens=n_out, audio_out_tokens=0
    )


@each(ROUNDS)
def test_a_recorded_round_is_sent_back_in_the_recorded_shape(exchange: Exchange) -> None:
    assert exchange.asked is not None
    recorded: list[dict[str, Any]] = exchange.asked["messages"][:3]
    question, calling, result = recorded
    calls = tuple(
        ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
        for call in calling["tool_calls"]
    )
    turns = (
        PersonTurn(words=question["content"]),
        ModelTurn(words="", calls=calls),
        ToolResult(call_id=result["tool_call_id"], output=result["content"]),
    )

    body = chat_body(Converse(model="gpt-5-mini", turns=turns, instructions="."), streamed=False)

    assert body["messages"][1:] == recorded


def test_every_recorded_call_over_chat_is_among_them() -> None:
    if not OVER_CHAT:
        pytest.skip("the recorded traffic is not here (real/traffic)")
    assert (len(CALLED), len(ROUNDS)) == (5, 5)
