"""A session without a socket: what it takes, what it refuses and in which words. Nothing that is sent can end it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Coroutine
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from realtime_talk import Event, appends, configured, noise, said, silence

from audiokit.offline.engine import Engine, Heard
from audiokit.offline.realtime.conversation import Conversation
from audiokit.offline.realtime.items import Said, Sound
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.realtime.session import Session

TOOL = {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}}
MESSAGE = said("hello")["item"]


class Told:
    """A session whose answers are begun and never made."""

    def __init__(self) -> None:
        self.events = list[Event]()
        self.session = Session(
            "gpt-realtime-2.1",
            Engine(),
            emit=self.events.append,
            spawn=self.leave,
            room=self.room,
            rules=Rules(),
            expires_at=1_785_217_650,
        )

    def leave(self, work: Coroutine[Any, Any, Any], /) -> asyncio.Task[Any]:
        work.close()
        return cast("asyncio.Task[Any]", None)  # nobody waits for it

    async def room(self) -> None:
        return

    def after(self, *events: Event) -> list[Event]:
        self.events.clear()
        for event in events:
            self.session.take(json.dumps(event))
        return self.events

    def refusal(self, event: Event) -> Event:
        (told,) = self.after({"event_id": "mine", **event})
        assert told["type"] == "error"
        assert told["error"]["event_id"] == "mine"
        error: Event = told["error"]
        return error


@pytest.fixture
def told() -> Told:
    return Told()


def audio(**of: Any) -> Event:
    return configured(audio=of)


def turn_detection(**given: Any) -> Event:
    return audio(input={"turn_detection": given})


REFUSED: list[tuple[str, Event, str | None, str | None, str]] = [
    ("unknown type", {"type": "do.something"}, "invalid_value", "type", "Supported values are: 'session.update', "),
    ("no type", {"kind": "x"}, "missing_required_parameter", "type", "Missing required parameter: 'type'."),
    ("no session", {"type": "session.update"}, "missing_required_parameter", "session", "'session'"),
    (
        "untyped session",
        {"type": "session.update", "session": {}},
        "missing_required_parameter",
        "session.type",
        "'session.type'",
    ),
    (
        "beta field",
        configured(modalities=["text"]),
        "unknown_parameter",
        "session.modalities",
        "Unknown parameter: 'session.modalities'.",
    ),
    (
        "both ways",
        configured(output_modalities=["text", "audio"]),
        "invalid_value",
        "session.output_modalities",
        "['text'] and ['audio']",
    ),
    ("voice", audio(output={"voice": "fable"}), "invalid_value", "session.audio.output.voice", "'fable'"),
    ("speed", audio(output={"speed": 1.6}), "decimal_above_max_value", "session.audio.output.speed", "<= 1.5"),
    (
        "telephone in",
        audio(input={"format": {"type": "audio/pcmu"}}),
        "invalid_value",
        "session.audio.input.format.type",
        "'audio/pcm'",
    ),
    (
        "telephone out",
        audio(output={"format": {"type": "audio/pcma"}}),
        "invalid_value",
        "session.audio.output.format.type",
        "'audio/pcm'",
    ),
    (
        "rate",
        audio(input={"format": {"type": "audio/pcm", "rate": 16_000}}),
        "invalid_value",
        "session.audio.input.format.rate",
        "16000",
    ),
    (
        "threshold",
        turn_detection(type="server_vad", threshold=1.5),
        "decimal_above_max_value",
        "session.audio.input.turn_detection.threshold",
        "<= 1",
    ),
    (
        "eagerness",
        turn_detection(type="semantic_vad", eagerness="mad"),
        "invalid_value",
        "session.audio.input.turn_detection.eagerness",
        "'mad'",
    ),
    (
        "transcriber",
        audio(input={"transcription": {"model": "gpt-6-luna"}}),
        "invalid_value",
        "session.audio.input.transcription.model",
        "gpt-6-luna",
    ),
    ("limit", configured(max_output_tokens=5_000), "decimal_above_max_value", "session.max_output_tokens", "<= 4096"),
    (
        "choice",
        configured(tools=[TOOL], tool_choice={"type": "function", "name": "leap"}),
        "invalid_value",
        "session.tool_choice.name",
        "'leap'",
    ),
    ("no sound", {"type": "input_audio_buffer.append"}, "missing_required_parameter", "audio", "'audio'"),
    ("empty sound", {"type": "input_audio_buffer.append", "audio": ""}, "invalid_value", "audio", "got empty bytes"),
    (
        "no base64",
        {"type": "input_audio_buffer.append", "audio": "@@@"},
        "invalid_value",
        "audio",
        "got an invalid value",
    ),
    (
        "nothing to commit",
        {"type": "input_audio_buffer.commit"},
        "input_audio_buffer_commit_empty",
        None,
        "buffer only has 0.00ms of audio.",
    ),
    ("nothing to cancel", {"type": "response.cancel"}, "response_cancel_not_active", None, "no active response found"),
    (
        "nothing to delete",
        {"type": "conversation.item.delete", "item_id": "x"},
        "item_delete_invalid_item_id",
        None,
        "Error deleting item: the item with id 'x' does not exist.",
    ),
    (
        "nothing to tell",
        {"type": "conversation.item.retrieve", "item_id": "x"},
        "item_retrieve_invalid_item_id",
        None,
        "'x'",
    ),
    (
        "nothing to cut",
        {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, "audio_end_ms": 0},
        "item_truncate_invalid_item_id",
        None,
        "'x'",
    ),
    (
        "cut where",
        {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0},
        "missing_required_parameter",
        "audio_end_ms",
        "'audio_end_ms'",
    ),
    (
        "role",
        {"type": "conversation.item.create", "item": {**MESSAGE, "role": "boss"}},
        "invalid_value",
        "item.role",
        "'boss'",
    ),
    (
        "after what",
        {"type": "conversation.item.create", "previous_item_id": "x", "item": MESSAGE},
        "item_not_found",
        "previous_item_id",
        "'x'",
    ),
    (
        "result of nothing",
        {"type": "conversation.item.create", "item": {"type": "function_call_output", "call_id": "x", "output": ""}},
        "invalid_tool_call_id",
        "item.call_id",
        "Tool call ID 'x' not found in conversation.",
    ),
    (
        "beta response",
        {"type": "response.create", "response": {"modalities": ["text"]}},
        "unknown_parameter",
        "response.modalities",
        "response.modalities",
    ),
]


@pytest.mark.parametrize(
    ("event", "code", "param", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_is_wrong_is_refused_in_the_words_of_the_real_one(
    told: Told, event: Event, code: str | None, param: str | None, sentence: str
) -> None:
    error = told.refusal(event)

    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
    assert sentence in error["message"]


def test_what_is_no_json_is_refused_too(told: Told) -> None:
    told.events.clear()
    for text in ("", "{", "[]", '"x"', "[" * 100_000):
        told.session.take(text)

    assert {event["error"]["event_id"] for event in told.events} == {None}
    assert len(told.events) == 5


def test_a_refused_change_changes_nothing(told: Told) -> None:
    before = told.session.setup

    told.refusal(configured(instructions="Be rude.", audio={"output": {"voice": "nobody"}}))

    assert told.session.setup == before


def test_only_one_answer_at_a_time_is_given_to_a_conversation(told: Told) -> None:
    (begun,) = told.after({"type": "response.create"})

    error = told.refusal({"type": "response.create"})

    assert error["code"] == "conversation_already_has_active_response"
    assert f"in progress: {begun['response']['id']}. Wait until" in error["message"]
    apart = told.after({"type": "response.create", "response": {"conversation": "none"}})
    assert apart[0]["response"]["conversation_id"] is None


def test_only_a_spoken_answer_can_be_cut(told: Told) -> None:
    item = told.after(said("hello"))[0]["item"]

    error = told.refusal(
        {"type": "conversation.item.truncate", "item_id": item["id"], "content_index": 0, "audio_end_ms": 0}
    )

    assert (error["code"], error["message"]) == (None, "Only model output audio messages can be truncated")


def test_items_stand_where_they_are_put(told: Told) -> None:
    def put(item_id: str, after: str | None) -> Any:
        event = {"type": "conversation.item.create", "previous_item_id": after, "item": {**MESSAGE, "id": item_id}}
        return told.after(event)[0]["previous_item_id"]

    assert [put("b", None), put("a", "root"), put("c", "b"), put("ab", "a")] == [None, None, "b", "a"]
    told.after({"type": "conversation.item.delete", "item_id": "c"})
    assert put("d", None) == "b"
    assert told.refusal({"type": "conversation.item.create", "item": {**MESSAGE, "id": "b"}})["param"] == "item.id"


def test_a_short_recording_cannot_be_committed_and_a_cleared_one_is_gone(told: Told) -> None:
    told.after(audio(input={"turn_detection": None}), *appends(silence(0.05)))
    assert told.refusal({"type": "input_audio_buffer.commit"})["message"].endswith("only has 50.00ms of audio.")

    events = told.after(
        *appends(silence(1)), {"type": "input_audio_buffer.clear"}, {"type": "input_audio_buffer.commit"}
    )

    assert [event["type"] for event in events] == ["input_audio_buffer.cleared", "error"]


def test_a_turn_by_hand_holds_exactly_what_was_sent(told: Told) -> None:
    sound = noise(0.7, -30)
    told.after(audio(input={"turn_detection": None}))

    committed, added, done = told.after(*appends(sound), {"type": "input_audio_buffer.commit"})

    assert committed["item_id"] == added["item"]["id"] == done["item"]["id"]
    (kept,) = told.after({"type": "conversation.item.retrieve", "item_id": committed["item_id"]})
    assert base64.b64decode(kept["item"]["content"][0]["audio"]) == sound
    assert added["item"]["content"] == [{"type": "input_audio", "transcript": None}]


def test_only_the_last_items_keep_their_sound() -> None:
    conversation = Conversation()
    for index in range(20):
        conversation.add(Said(str(index), "user", [Sound(noise(1, -30), heard=Heard((), 1.0))]))

    first, last = (conversation.find(item_id, to="retrieve") for item_id in ("0", "19"))

    assert isinstance(first, Said)
    assert isinstance(last, Said)
    assert (first.sounds[0].pcm16, len(last.sounds[0].pcm16)) == (b"", 48_000)
    assert first.tokens() == last.tokens()


def test_semantic_turns_are_taken_and_told_again(told: Told) -> None:
    (event,) = told.after(turn_detection(type="semantic_vad", eagerness="high"))

    assert event["session"]["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "high",
        "create_response": True,
        "interrupt_response": True,
    }


def test_what_one_response_differs_in_does_not_last(told: Told) -> None:
    (begun,) = told.after(
        {"type": "response.create", "response": {"output_modalities": ["text"], "max_output_tokens": 7}}
    )

    assert (begun["response"]["output_modalities"], begun["response"]["max_output_tokens"]) == (["text"], 7)
    assert told.session.setup.speaks


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
TYPES = st.sampled_from(
    [
        "session.update", "input_audio_buffer.append", "input_audio_buffer.commit", "input_audio_buffer.clear",
        "conversation.item.create", "conversation.item.truncate", "conversation.item.delete",
        "conversation.item.retrieve", "response.create", "response.cancel",
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "session", "type", "audio", "input", "output", "format", "turn_detection", "threshold", "transcription",
        "voice", "speed", "tools", "tool_choice", "max_output_tokens", "item", "item_id", "content", "role",
        "content_index", "audio_end_ms", "response", "response_id", "conversation", "metadata", "previous_item_id",
        "output_modalities", "instructions", "event_id", "noise_reduction", "rate", "model", "name", "call_id",
    ]
)  # fmt: skip
WORDS = st.sampled_from(["realtime", "message", "user", "function", "audio/pcm", "server_vad", "none", "AAAA", "text"])
BODIES = st.recursive(
    JSON | WORDS, lambda inner: st.dictionaries(NAMES, inner, max_size=5) | st.lists(inner, max_size=3), max_leaves=12
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TYPES, st.dictionaries(NAMES, BODIES, max_size=6)), max_size=6))
def test_nothing_that_is_json_ends_a_session(events: list[tuple[str, dict[str, Any]]]) -> None:
    told = Told()

    for kind, body in events:
        told.session.take(json.dumps({**body, "type": kind}))

    assert all(json.dumps(event) for event in told.events)
