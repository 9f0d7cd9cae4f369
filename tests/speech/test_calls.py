"""Function calls in pieces and whole, as OpenAI sends them and as compatible servers do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.speech.calls import Calls
from audiokit.speech.requests import ToolCall

TIME = ToolCall(id="call_1", name="current_time", arguments='{"time_zone": "Rome"}')
SUM = ToolCall(id="call_2", name="calculate", arguments='{"expression": "12 * 7"}')


def piece(arguments: str = "", **given_: Any) -> dict[str, Any]:
    name = given_.pop("name", None)
    return {**given_, "function": {"arguments": arguments} | ({"name": name} if name else {})}


def begun(call: ToolCall, arguments: str = "", **given_: Any) -> dict[str, Any]:
    return piece(arguments, id=call.id, name=call.name, **given_)


def collected(*pieces: dict[str, Any]) -> tuple[ToolCall, ...]:
    calls = Calls()
    for each in pieces:
        calls.take([each])
    return calls.found()


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[list[ToolCall], list[dict[str, Any]]]:
    """Some calls, and their pieces as OpenAI sends them: each call's in their order, the calls all mixed."""
    texts = draw(st.lists(st.text(max_size=30), min_size=1, max_size=4))
    calls = [ToolCall(id=f"call_{i}", name=f"tool_{i}", arguments=text) for i, text in enumerate(texts)]
    queues = [[begun(call, index=i)] for i, call in enumerate(calls)]
    for i, (text, queue) in enumerate(zip(texts, queues, strict=True)):
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
        queue += [piece(text[start:end], index=i) for start, end in pairwise([0, *cuts, len(text)])]
    order = draw(st.permutations([i for i, queue in enumerate(queues) for _ in queue]))
    return calls, [queues[i].pop(0) for i in order]


@given(interleaved())
def test_parallel_calls_cut_and_mixed_come_back_letter_for_letter_in_their_order(
    example: tuple[list[ToolCall], list[dict[str, Any]]],
) -> None:
    calls, pieces = example

    assert collected(*pieces) == tuple(calls)


def test_several_pieces_may_come_in_one_chunk() -> None:
    calls = Calls()
    calls.take([begun(SUM, SUM.arguments, index=1), begun(TIME, index=0), piece(TIME.arguments, index=0)])

    assert calls.found() == (TIME, SUM)


@pytest.mark.parametrize(
    "pieces",
    [
        [begun(TIME, TIME.arguments, index=0), begun(SUM, SUM.arguments, index=0)],
        [begun(TIME, TIME.arguments), begun(SUM, SUM.arguments)],
        [begun(TIME), piece(TIME.arguments), begun(SUM), piece(SUM.arguments)],
        [begun(TIME, TIME.arguments[:9], index=0), begun(TIME, TIME.arguments[9:], index=0), begun(SUM, SUM.arguments)],
        [piece(id=TIME.id, index=0), piece(TIME.arguments, name=TIME.name, index=0), begun(SUM, SUM.arguments)],
    ],
    ids=["all numbered 0", "not numbered", "in pieces, not numbered", "named in each piece", "id before name"],
)
def test_what_compatible_servers_make_of_it_is_understood(pieces: list[dict[str, Any]]) -> None:
    """Numbered 0: ai-dynamo/dynamo 4723. Not numbered: ollama/ollama 7881. Read on 2026-11-21."""
    assert collected(*pieces) == (TIME, SUM)


def test_calls_without_ids_are_told_apart_by_their_names() -> None:
    found = collected(piece("{}", name="one", index=0), piece("{", name="two", index=0), piece("}", index=0))

    assert found == (ToolCall(id="", name="one", arguments="{}"), ToolCall(id="", name="two", arguments="{}"))


def test_arguments_of_nothing_are_no_call() -> None:
    assert collected(piece('{"a": 1}', index=0), piece("", index=3)) == ()


def test_whole_calls_are_kept_in_order_with_their_arguments_as_they_came() -> None:
    """A whole message numbers nothing, and two calls of one function may even share an id."""
    cut = ToolCall(id="call_1", name="calculate", arguments='{"expression": "12 *')
    listed = [begun(call, call.arguments, type="function") for call in (TIME, cut, SUM)]

    assert Calls.whole(listed) == (TIME, cut, SUM)
