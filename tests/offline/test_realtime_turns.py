"""Whole turns over a socket, with real speech as the microphone."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from typing import Any

import numpy as np
import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI
from realtime_talk import (
    RATE_HZ,
    Event,
    Talk,
    appends,
    configured,
    kinds,
    noise,
    only,
    said,
    silence,
    sound_of,
    speech,
    talking,
)

from audiokit.audio.wav import from_pcm16
from audiokit.offline.engine import Engine
from audiokit.offline.loopback import Loopback

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("hearing", "speaking")]

HELLO = "livekit__agents/tests__test_realtime__hello_world.wav"
WEATHER = "livekit__agents/tests__test_realtime__weather_question.wav"
TRANSCRIBED = {"input": {"transcription": {"model": "gpt-realtime-whisper"}}}
BY_HAND = {"input": {"turn_detection": None, "transcription": {"model": "gpt-4o-mini-transcribe"}}}
LONG = "Read this aloud: One two three four five six seven eight nine ten, and once more from the beginning to the end."
GET_WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def words_of(done: Event) -> str:
    words: str = done["response"]["output"][0]["content"][0]["transcript"]
    return words


def test_the_official_sdk_hears_a_spoken_answer_to_real_speech(loopback: Loopback) -> None:
    async def conversation() -> tuple[str, bytes, Any]:
        client = AsyncOpenAI(
            base_url=loopback.base_url, websocket_base_url=loopback.websocket_base_url, api_key=loopback.key
        )
        async with client, client.realtime.connect(model="gpt-realtime-2.1") as session:
            await session.session.update(
                session={"type": "realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
            )
            for piece in appends(silence(0.5) + speech(HELLO) + silence(1)):
                await session.input_audio_buffer.append(audio=piece["audio"])
            heard, sound = "", b""
            async for event in session:
                if event.type == "conversation.item.input_audio_transcription.completed":
                    heard = event.transcript
                elif event.type == "response.output_audio.delta":
                    sound += base64.b64decode(event.delta)
                elif event.type == "response.done":
                    return heard, sound, event.response
        raise AssertionError("the session ended")

    heard, sound, response = asyncio.run(conversation())

    assert heard == "hello world"
    assert response.status == "completed"
    assert response.output[0].content[0].transcript.startswith("Hello!")
    assert response.usage.output_token_details.audio_tokens == len(sound) // 2_400 > 20


def test_what_was_spoken_is_what_the_words_say(loopback: Loopback, engine: Engine) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        events = talk.ask(
            said("Read this aloud: We are going to the market to buy some bread and water."),
            {"type": "response.create"},
        )

    words = only(events, "response.output_audio_transcript.done")["transcript"]
    told = "".join(e["delta"] for e in events if e["type"] == "response.output_audio_transcript.delta")
    assert words == told == "We are going to the market to buy some bread and water."
    heard = set(engine.hear(from_pcm16(sound_of(events), RATE_HZ)).text.split())
    told_words = set(words.lower().rstrip(".").split())
    assert len(heard & told_words) >= 6  # espeak's breath differs each time: 9 or more of the 11 in 16 trials


def test_a_turn_is_cut_out_where_somebody_speaks(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        events = talk.ask(*appends(silence(2) + speech(HELLO) + silence(1)))

    started, stopped = (only(events, f"input_audio_buffer.speech_{what}") for what in ("started", "stopped"))
    assert started["item_id"] == stopped["item_id"] == only(events, "input_audio_buffer.committed")["item_id"]
    assert 1_700 <= started["audio_start_ms"] <= 2_050  # the word begins at 2.25 s, 300 ms of quiet go along
    assert 2_900 <= stopped["audio_end_ms"] <= 3_400
    usage = only(events, "response.done")["response"]["usage"]
    lasted_ms = stopped["audio_end_ms"] - started["audio_start_ms"]
    assert usage["input_token_details"]["audio_tokens"] == lasted_ms // 100


def test_the_words_of_a_person_come_beside_the_conversation(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        events = talk.ask(configured(audio=TRANSCRIBED), *appends(speech(WEATHER) + silence(1)))

    name = "conversation.item.input_audio_transcription"
    done = only(events, f"{name}.completed")
    assert done["transcript"] == "what is the weather in paris"
    assert "".join(e["delta"] for e in events if e["type"] == f"{name}.delta").strip() == done["transcript"]
    assert done["usage"] == {"type": "duration", "seconds": 2}
    assert done["item_id"] == only(events, "input_audio_buffer.committed")["item_id"]


def test_without_a_wish_for_words_none_are_told(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        events = talk.ask(*appends(speech(HELLO) + silence(1)))

    assert not [kind for kind in kinds(events) if "transcription" in kind]


def test_push_to_talk_waits_for_the_hand(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        before = talk.ask(
            configured(audio=BY_HAND),
            *appends(speech(HELLO) + silence(1)),
            {"type": "input_audio_buffer.commit"},
            until="conversation.item.done",
        )
        assert "input_audio_buffer.speech_started" not in kinds(before)
        words = talk.until("conversation.item.input_audio_transcription.completed")[-1]
        after = talk.ask({"type": "response.create"})

    assert words["transcript"] == "hello world"
    assert words["usage"]["input_token_details"] == {"text_tokens": 0, "audio_tokens": 20}
    assert words["usage"]["type"] == "tokens"
    assert words_of(only(after, "response.done")).startswith("Hello!")


def test_talking_over_an_answer_ends_it_and_is_answered_itself(unhurried: Loopback) -> None:
    with talking(unhurried.websocket_base_url, unhurried.key) as talk:
        talk.ask(said(LONG), {"type": "response.create"}, until="response.output_audio.delta")
        events = talk.ask(*appends(speech(HELLO) + silence(1)), until="response.done")
        after = talk.until("response.done")

    over = events[-1]["response"]
    assert (over["status"], over["status_details"]) == ("cancelled", {"type": "cancelled", "reason": "turn_detected"})
    at = kinds(events).index("input_audio_buffer.speech_started")
    assert "response.output_audio.delta" not in kinds(events)[at:]
    assert over["output"][0]["status"] == "incomplete"
    sent = len(sound_of(talk.log[: -len(after)]))
    assert 0 < over["usage"]["output_token_details"]["audio_tokens"] == sent // 2_400
    assert after[-1]["response"]["status"] == "completed"
    assert words_of(after[-1]).startswith("I heard: hello world.")


def test_who_may_not_interrupt_is_answered_afterwards(unhurried: Loopback) -> None:
    patient = {"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}}
    with talking(unhurried.websocket_base_url, unhurried.key) as talk:
        talk.ask(
            configured(audio=patient),
            said("Read this aloud: red."),
            {"type": "response.create"},
            until="response.created",
        )
        events = talk.ask(*appends(speech(HELLO) + silence(1)), until="response.done")
        after = talk.until("response.done")

    assert [e[-1]["response"]["status"] for e in (events, after)] == ["completed", "completed"]
    assert words_of(after[-1]).startswith("I heard: hello world.")


def test_a_client_ends_an_answer(unhurried: Loopback) -> None:
    with talking(unhurried.websocket_base_url, unhurried.key) as talk:
        talk.ask(said(LONG), {"type": "response.create"}, until="response.output_audio.delta")
        events = talk.ask({"type": "response.cancel"})

    over = only(events, "response.done")["response"]
    assert over["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    tail = [kind for kind in kinds(events) if not kind.endswith("delta")]
    assert tail == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]


def answered(talk: Talk, text: str) -> list[Event]:
    return talk.ask(said(text), {"type": "response.create"})


def test_what_was_not_heard_is_neither_remembered_nor_counted(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        item = only(answered(talk, LONG), "response.done")["response"]["output"][0]
        cut = {"type": "conversation.item.truncate", "item_id": item["id"], "content_index": 0, "audio_end_ms": 1_000}
        told = talk.ask(cut, until="conversation.item.truncated")[-1]
        retrieve = {"type": "conversation.item.retrieve", "item_id": item["id"]}
        kept = talk.ask(retrieve, until="conversation.item.retrieved")[-1]["item"]
        after = only(answered(talk, "Could you repeat that?"), "response.done")["response"]

    assert (told["item_id"], told["content_index"], told["audio_end_ms"]) == (item["id"], 0, 1_000)
    assert kept["content"][0]["transcript"] is None
    assert len(base64.b64decode(kept["content"][0]["audio"])) == 48_000
    assert after["usage"]["input_token_details"]["audio_tokens"] == 20
    assert after["usage"]["input_token_details"]["cached_tokens"] == 0
    again = after["output"][0]["content"][0]["transcript"]
    assert again.startswith("One two")
    assert "ten" not in again


def test_a_spoken_question_becomes_a_call_and_its_result_an_answer(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        called = talk.ask(configured(tools=[GET_WEATHER]), *appends(speech(WEATHER) + silence(1)))
        call = only(called, "response.function_call_arguments.done")
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "It rains in Paris."}
        told = talk.ask({"type": "conversation.item.create", "item": output}, {"type": "response.create"})

    assert call["name"] == "get_weather"
    assert "paris" in json.loads(call["arguments"])["city"].lower()
    bits = "".join(e["delta"] for e in called if e["type"] == "response.function_call_arguments.delta")
    assert bits == call["arguments"]
    assert only(told, "response.output_audio_transcript.done")["transcript"] == "It rains in Paris."
    assert len(sound_of(told)) > 0


def test_what_is_read_again_is_told_to_be_cached(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        first = only(answered(talk, LONG), "response.done")["response"]["usage"]
        second = only(answered(talk, "Thank you."), "response.done")["response"]["usage"]

    assert first["input_token_details"]["cached_tokens"] == 0
    assert second["input_token_details"]["audio_tokens"] == first["output_token_details"]["audio_tokens"]
    cached = second["input_token_details"]["cached_tokens_details"]
    assert cached["audio_tokens"] == second["input_token_details"]["audio_tokens"] // 64 * 64 > 0
    for usage in (first, second):
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
        for side in ("input", "output"):
            details = usage[f"{side}_token_details"]
            assert usage[f"{side}_tokens"] == details["text_tokens"] + details["audio_tokens"]
    details = second["input_token_details"]
    assert details["cached_tokens"] == cached["audio_tokens"] + cached["text_tokens"]


def test_an_answer_that_is_too_long_ends_in_mid_word(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        events = talk.ask(configured(max_output_tokens=60), said(LONG), {"type": "response.create"})

    response = only(events, "response.done")["response"]
    assert response["status"] == "incomplete"
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["usage"]["output_tokens"] <= 60
    assert len(sound_of(events)) == response["usage"]["output_token_details"]["audio_tokens"] * 2_400


def test_a_response_out_of_band_leaves_the_conversation_alone(loopback: Loopback) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Read this aloud: Green."}]}
    wanted = {"conversation": "none", "input": [item], "output_modalities": ["text"], "metadata": {"for": "me"}}
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        apart = talk.ask({"type": "response.create", "response": wanted})
        after = talk.ask(said("Read this aloud: blue."), until="conversation.item.added")

    response = only(apart, "response.done")["response"]
    assert (response["conversation_id"], response["metadata"]) == (None, {"for": "me"})
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "Green."}]
    assert not [kind for kind in kinds(apart) if kind.startswith("conversation")]
    assert after[-1]["previous_item_id"] is None


def test_azure_s_key_opens_the_same_door(loopback: Loopback) -> None:
    async def first_event() -> str:
        client = AsyncAzureOpenAI(
            azure_endpoint="https://nobody.invalid",
            api_version="2025-04-01-preview",
            websocket_base_url=loopback.websocket_base_url,
            api_key=loopback.key,
        )
        async with (
            client,
            client.realtime.connect(model="gpt-realtime-2.1", extra_query={"model": "gpt-realtime"}) as session,
        ):
            return (await session.recv()).type

    assert asyncio.run(first_event()) == "session.created"


def test_many_who_speak_at_once_are_all_heard(loopback: Loopback) -> None:
    heard = list[str]()

    def one(seed: int) -> None:
        sound = np.frombuffer(speech(HELLO) + silence(1), "<i2")
        hiss = np.frombuffer(noise(len(sound) / RATE_HZ, -85, seed=seed), "<i2")  # so that nobody is remembered
        with talking(loopback.websocket_base_url, loopback.key) as talk:
            events = talk.ask(configured(audio=TRANSCRIBED), *appends((sound + hiss[: len(sound)]).tobytes()))
        heard.append(only(events, "conversation.item.input_audio_transcription.completed")["transcript"])

    people = [threading.Thread(target=one, args=(seed,)) for seed in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join(60)

    assert heard == ["hello world"] * 8
