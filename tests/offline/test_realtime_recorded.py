"""Our sessions beside those recorded from OpenAI and Azure: the same events, the same keys in the same order.

Every recorded session is played again: what its client sent is sent, and what comes is compared with what came.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from real import real_files
from realtime_talk import Event, Talk, appends, silence, speech, talking

from audiokit.offline.loopback import Loopback

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("hearing", "speaking")]

SPOKEN = "pydantic__pydantic-ai/tests__assets__marcelo.mp3"  # what their test sends; in the cassettes it is cut short
ANY_TIME = "conversation.item.input_audio_transcription."  # comes beside the rest, whenever it is ready
# What we leave out, or have no use for, and why.
ONLY_OVER_WEBRTC = {"output_audio_buffer.started", "output_audio_buffer.stopped"}
AFTER_WHAT_WAS_RECORDED = {"rate_limits.updated"}  # follows response.done, where most recordings end
ONLY_WITHOUT_A_DEPLOYMENT = {f"{ANY_TIME}failed"}  # an Azure that was asked for a model it does not have
TWICE_ON_AZURE = {"content"}  # of content_part events: the same as ``part``, and no part of OpenAI's


def is_live(path: Path) -> bool:
    """Azure's Voice Live is another protocol: flat sessions, ``item.created``, ``response.audio.delta``."""
    return "azure_voice_live" not in path.name and "test_webrtc__" not in path.name


PATHS = [path for path in real_files("traffic/*/*realtime__cassettes*_ws*") if is_live(path)]


@cache
def recorded(path: Path) -> list[tuple[str, Event]]:
    interactions = yaml.load(path.read_text(), yaml.CSafeLoader)["interactions"]
    return [(one["direction"], one["data"]) for one in interactions if one.get("kind") == "message"]


SESSIONS = [path for path in PATHS if recorded(path)]
NAMES = [path.name.split("cassettes__")[1].removesuffix(".yaml") for path in SESSIONS]


def to_send(path: Path) -> Iterator[Event]:
    """Yield what the client sent, its sound whole again."""
    for kind, group in groupby((e for way, e in recorded(path) if way == "sent"), lambda event: event["type"]):
        if kind == "input_audio_buffer.append":
            yield from appends(speech(SPOKEN) + silence(1))
        else:
            yield from group


def played(talk: Talk, path: Path) -> list[Event]:
    """Play a session: each thing that was waited for then is waited for now."""
    first = recorded(path)[0][1]["type"]
    talk.until("session.created")
    n_answers = sum(e["type"] == "response.done" for way, e in recorded(path) if way == "received")
    n_done = 0
    for event in to_send(path):
        if event.get("item", {}).get("type") == "function_call_output":
            call_id = talk.until("response.function_call_arguments.done")[-1]["call_id"]
            talk.until("rate_limits.updated")
            n_done += 1
            talk.send({**event, "item": {**event["item"], "call_id": call_id}})
        else:
            talk.send(event)
        if event["type"] == "session.update":
            talk.until("session.updated")
    talk.until("rate_limits.updated", times=n_answers - n_done)
    return talk.log if first == "session.created" else talk.log[1:]


def shape(value: Any) -> Any:
    """Keys in their order, all the way down; what stands behind them only by kind, as JSON has them."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return {bool: "flag", int: "number", float: "number", str: "text", type(None): "null"}[type(value)]


def plain(event: Event) -> Event:
    """Leave out what only Azure has, and what is the caller's own: schemas of functions."""
    event = json.loads(json.dumps(event))
    if event["type"].startswith("response.content_part"):
        event = {key: value for key, value in event.items() if key not in TWICE_ON_AZURE}
    for tool in event.get("session", {}).get("tools", []):
        tool["parameters"] = None
    return event


def shapes(events: list[Event]) -> dict[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for event in events:
        found[event["type"]].add(json.dumps(shape(plain(event))))
    return found


def order(events: list[Event]) -> list[str]:
    """Return the types as they follow each other, those of sound and its words as one: they take turns as they like."""
    left_out = ONLY_OVER_WEBRTC | AFTER_WHAT_WAS_RECORDED
    types = [e["type"] for e in events if not e["type"].startswith(ANY_TIME) and e["type"] not in left_out]
    types = ["response.delta" if kind.endswith(".delta") else kind for kind in types]
    return [kind for kind, _ in groupby(types)]


@pytest.fixture(scope="module", params=SESSIONS, ids=NAMES)
def both(request: pytest.FixtureRequest, loopback: Loopback) -> tuple[list[Event], list[Event]]:
    with talking(loopback.websocket_base_url, loopback.key, "gpt-realtime") as talk:
        ours = played(talk, request.param)
    return ours, [event for way, event in recorded(request.param) if way == "received"]


def test_every_event_has_a_shape_that_was_recorded(both: tuple[list[Event], list[Event]]) -> None:
    ours, theirs = (shapes(events) for events in both)
    for kind in ONLY_OVER_WEBRTC | ONLY_WITHOUT_A_DEPLOYMENT:
        theirs.pop(kind, None)

    for kind, found in theirs.items():
        assert ours.get(kind) == found, kind


def test_nothing_comes_that_was_not_recorded(both: tuple[list[Event], list[Event]]) -> None:
    ours, theirs = ({event["type"] for event in events} for events in both)
    if theirs & ONLY_WITHOUT_A_DEPLOYMENT:
        theirs |= {f"{ANY_TIME}delta", f"{ANY_TIME}completed"}
    if theirs & ONLY_OVER_WEBRTC:
        theirs |= {"response.output_audio.delta"}  # there the sound goes another way

    assert ours - AFTER_WHAT_WAS_RECORDED - theirs == set()


def test_events_follow_each_other_as_they_did(both: tuple[list[Event], list[Event]]) -> None:
    ours, theirs = both

    assert order(ours) == order(theirs)


def test_what_a_session_is_set_to_is_told_alike(both: tuple[list[Event], list[Event]]) -> None:
    ours, theirs = ([e["session"] for e in events if e["type"].startswith("session.")] for events in both)

    for session, recorded_session in zip(ours, theirs, strict=True):
        theirs_too = {"id", "expires_at"} | ({"instructions"} if "witty" in recorded_session["instructions"] else set())
        assert {key: value for key, value in session.items() if key not in theirs_too} == {
            key: value for key, value in recorded_session.items() if key not in theirs_too
        }


def test_sound_and_words_are_counted_as_they_were(both: tuple[list[Event], list[Event]]) -> None:
    responses = (next(e["response"] for e in events if e["type"] == "response.done") for events in both)
    ours, theirs = (response["usage"]["input_token_details"] for response in responses)

    told = next(e["session"] for e in both[1] if e["type"] == "session.updated")
    if not told["tools"] and "witty" not in told["instructions"]:  # theirs, and schemas, are counted in another way
        assert ours["text_tokens"] == theirs["text_tokens"]
    assert ours["audio_tokens"] == pytest.approx(
        theirs["audio_tokens"], abs=1
    )  # their detector cuts a little elsewhere


def test_every_kind_of_recorded_event_is_among_those_compared() -> None:
    seen = {event["type"] for path in SESSIONS for way, event in recorded(path) if way == "received"}

    assert len(SESSIONS) >= 18 or not real_files("traffic/*/*realtime__cassettes*")
    assert {
        "session.created",
        "response.output_audio.delta",
        "response.function_call_arguments.done",
    } <= seen or not seen
