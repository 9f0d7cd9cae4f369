"""Chat completions through the official SDK: shapes, turns, limits, refusals."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import openai
import pytest
from clips import silence, tone
from openai import OpenAI

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.wav import from_pcm16, to_wav
from audiokit.offline.engine import Engine, Spoken
from audiokit.offline.server import create_app

MODEL = "audiokit-offline"
ALOUD: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
STREAMED_ALOUD: dict[str, Any] = {
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "pcm16"},
    "stream": True,
    "stream_options": {"include_usage": True},
}
SILENT = to_wav(Clip(silence(seconds=1.55), 24_000))


def heard(data: bytes = SILENT, kind: str = "wav") -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": base64.b64encode(data).decode(), "format": kind}}


def user(*content: str | dict[str, Any]) -> dict[str, Any]:
    parts = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    return {"role": "user", "content": parts}


def ask(client: OpenAI, *messages: dict[str, Any], model: str = MODEL, **rest: Any) -> Any:
    turns: Any = list(messages)
    return client.chat.completions.create(model=model, messages=turns, **rest)


def refused(http: httpx2.Client, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = http.post("/chat/completions", json=body)
    return answer.status_code, answer.json()["error"]


def test_words_are_answered_in_words(client: OpenAI) -> None:
    answer = ask(client, user("What is twelve times seven?"))

    assert answer.choices[0].message.content == "12 times 7 is 84."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == MODEL
    assert answer.system_fingerprint.startswith("offline")


@pytest.mark.parametrize("sound_format", ["wav", "mp3", "flac", "opus", "aac", "pcm16"])
@pytest.mark.usefixtures("speaking")
def test_an_answer_is_spoken_in_every_format(client: OpenAI, sound_format: str) -> None:
    audio = {"voice": "echo", "format": sound_format}
    answer = ask(client, user("What is twelve times seven?"), modalities=["text", "audio"], audio=audio)
    message = answer.choices[0].message
    data = base64.b64decode(message.audio.data)
    clip = from_pcm16(data, 24_000) if sound_format == "pcm16" else decode(data)

    assert message.content is None
    assert message.audio.transcript == "12 times 7 is 84."
    assert 20 * clip.duration_s == pytest.approx(answer.usage.completion_tokens_details.audio_tokens, abs=3)


@pytest.mark.usefixtures("speaking")
def test_the_header_of_a_wav_does_not_know_its_size(client: OpenAI) -> None:
    data = base64.b64decode(ask(client, user("hello"), **ALOUD).choices[0].message.audio.data)

    assert data[4:8] == data[40:44] == b"\xff\xff\xff\xff"
    assert data[36:40] == b"data"
    assert (len(data) - 44) % 2_400 == 0


@pytest.mark.usefixtures("hearing", "speaking")
def test_tokens_are_counted_by_the_recorded_rules(client: OpenAI) -> None:
    usage = ask(client, user(heard()), **ALOUD).usage

    assert usage.prompt_tokens_details.audio_tokens == 15  # floor(10 * 1.55 s)
    assert usage.prompt_tokens_details.text_tokens == 11
    assert usage.prompt_tokens == 26


@pytest.mark.parametrize(
    ("text", "n_sounds", "tokens"),
    [("Say the exact word 'hello' and nothing else.", 0, 18), ("What is being said?", 1, 16)],
)
@pytest.mark.usefixtures("hearing")
def test_words_count_as_they_were_recorded(client: OpenAI, text: str, n_sounds: int, tokens: int) -> None:
    usage = ask(client, user(text, *[heard()] * n_sounds)).usage

    assert usage.prompt_tokens_details.text_tokens == tokens


@pytest.mark.usefixtures("speaking")
def test_an_earlier_answer_is_known_by_its_id_and_billed_as_it_was_spoken(client: OpenAI) -> None:
    first = ask(client, user("What is twelve times seven?"), **ALOUD)
    turns = [
        user("What is twelve times seven?"),
        {"role": "assistant", "audio": {"id": first.choices[0].message.audio.id}},
        user("Please repeat that."),
    ]
    second = ask(client, *turns, **ALOUD)

    assert second.choices[0].message.audio.transcript == "12 times 7 is 84."
    spoken = first.usage.completion_tokens_details
    assert second.usage.prompt_tokens_details.audio_tokens == spoken.audio_tokens
    assert second.usage.prompt_tokens_details.text_tokens == 3 + (4 + 6) + (4 + spoken.text_tokens) + (4 + 4)


@pytest.mark.usefixtures("speaking")
def test_an_audio_id_begins_with_its_time_and_lasts_an_hour(client: OpenAI, clock: Any) -> None:
    audio = ask(client, user("hello"), **ALOUD).choices[0].message.audio
    turns = [user("hello"), {"role": "assistant", "audio": {"id": audio.id}}, user("Please repeat that.")]

    assert len(audio.id) == len("audio_") + 32
    assert int(audio.id[6:14], 16) == int(clock())
    assert audio.expires_at == int(clock()) + 3_600
    clock.now_s = audio.expires_at - 0.001
    ask(client, *turns)
    clock.now_s = audio.expires_at
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, *turns)
    assert caught.value.code == "audio_not_found"
    assert caught.value.param == "content.messages[1].audio.id"
    assert f"Assistant audio {audio.id} not found." in str(caught.value)


@pytest.mark.usefixtures("speaking")
def test_a_limit_cuts_sound_in_mid_word(client: OpenAI) -> None:
    answer = ask(client, user("What can you do?"), max_completion_tokens=80, **ALOUD)

    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens <= 80


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("limit", [12, 30, 80])
def test_a_spoken_answer_counts_no_more_than_its_limit_whole_and_in_a_stream(client: OpenAI, limit: int) -> None:
    whole = ask(client, user("What can you do?"), max_completion_tokens=limit, **ALOUD)
    chunks = list(ask(client, user("What can you do?"), max_completion_tokens=limit, **STREAMED_ALOUD))
    (streamed,) = (chunk.usage for chunk in chunks if chunk.usage)
    deltas = [c.choices[0].delta.audio for c in chunks if c.choices and getattr(c.choices[0].delta, "audio", None)]

    assert (whole.choices[0].finish_reason, whole.usage.completion_tokens) == ("length", limit)
    assert streamed.completion_tokens == limit
    assert whole.choices[0].message.audio.transcript.startswith("".join(d.transcript or "" for d in deltas))


def test_a_limit_cuts_words(client: OpenAI) -> None:
    answer = ask(client, user("What can you do?"), max_completion_tokens=5)

    assert answer.choices[0].message.content == "Ask me for the"
    assert answer.choices[0].finish_reason == "length"


@pytest.mark.usefixtures("speaking")
def test_a_stream_holds_the_same_answer(client: OpenAI, clock: Any) -> None:
    chunks = list(ask(client, user("What can you do?"), **STREAMED_ALOUD))
    deltas = [c.choices[0].delta.audio for c in chunks if c.choices and getattr(c.choices[0].delta, "audio", None)]
    words = "".join(d.transcript or "" for d in deltas)
    pcm = b"".join(base64.b64decode(d.data) for d in deltas if d.data)
    usage = next(c.usage for c in chunks if c.usage)

    assert words == ask(client, user("What can you do?")).choices[0].message.content
    assert usage.completion_tokens_details.audio_tokens * 2_400 == len(pcm)
    assert deltas[-1].expires_at == int(clock()) + 3_600
    assert len({d.id for d in deltas if d.id}) == 1


def test_the_first_sound_of_a_stream_is_there_before_the_last_is_made(
    client: OpenAI, speaking: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_heard = threading.Event()

    def says(*_: Any) -> Iterator[Spoken]:
        for number, piece in enumerate(Engine.say(speaking, "A long story that goes on. " * 20)):
            assert number < 10 or was_heard.wait(20), "the stream is held back"
            yield piece

    monkeypatch.setattr(speaking, "say", says)
    stream = ask(client, user("hello"), **STREAMED_ALOUD)
    for chunk in stream:
        if chunk.choices and getattr(chunk.choices[0].delta, "audio", None) and chunk.choices[0].delta.audio.data:
            was_heard.set()

    assert was_heard.is_set()


def test_words_are_streamed_as_text_models_stream_them(http: httpx2.Client) -> None:
    body = {"model": "audiokit-offline-text", "messages": [user("hello")], "stream": True}
    lines = [line for line in http.post("/chat/completions", json=body).text.split("\n\n") if line]
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]

    assert lines[-1] == "data: [DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert list(chunks[1]["choices"][0]) == ["index", "delta", "logprobs", "finish_reason"]
    assert chunks[-1]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    assert all(chunk["usage"] is None for chunk in chunks)


TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather at a place.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
FORCED = {"type": "function", "function": {"name": "get_weather"}}


@pytest.mark.parametrize(("choice", "reason"), [(FORCED, "stop"), ("auto", "tool_calls"), ("required", "tool_calls")])
def test_a_function_is_called_with_what_was_said(client: OpenAI, choice: Any, reason: str) -> None:
    answer = ask(client, user("What is the weather like in Paris"), tools=[TOOL], tool_choice=choice)
    call = answer.choices[0].message.tool_calls[0]

    assert json.loads(call.function.arguments) == {"city": "Paris"}
    assert call.function.name == "get_weather"
    assert answer.choices[0].finish_reason == reason


def test_a_function_is_not_called_for_something_else(client: OpenAI) -> None:
    assert ask(client, user("What is two plus two?"), tools=[TOOL]).choices[0].message.content == "2 plus 2 is 4."
    assert (
        "cannot know" in ask(client, user("the weather"), tools=[TOOL], tool_choice="none").choices[0].message.content
    )


def test_a_call_is_streamed(client: OpenAI) -> None:
    chunks = list(ask(client, user("weather in Paris"), tools=[TOOL], tool_choice=FORCED, stream=True))
    calls = [c.choices[0].delta.tool_calls[0] for c in chunks if c.choices[0].delta.tool_calls]

    assert calls[0].function.name == "get_weather"
    assert "".join(call.function.arguments for call in calls) == '{"city": "Paris"}'
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_the_result_of_a_function_is_passed_on(client: OpenAI) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    turns = [
        user("weather in Paris"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
    ]

    assert "21 degrees" in ask(client, *turns, tools=[TOOL]).choices[0].message.content


def test_a_text_model_fills_a_schema_and_an_audio_model_refuses_to(client: OpenAI, http: httpx2.Client) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": TOOL["function"]["parameters"]}}
    answer = ask(client, user("to Paris"), model="gpt-6-luna", response_format=schema)
    body = {"model": "gpt-audio-1.5", "messages": [user("to Paris")], "response_format": schema} | ALOUD

    assert json.loads(answer.choices[0].message.content) == {"city": "Paris"}
    assert refused(http, body)[1]["param"] == "response_format"


HELLO = [{"role": "user", "content": "hello"}]
SPEECH_IN = {"role": "user", "content": [heard()]}
EARLIER = {"role": "assistant", "audio": {"id": "audio_1", "transcript": "hi"}}
AUDIO_OUT = {"modalities": ["text", "audio"]}
NOBODY, OGG = {"voice": "nobody", "format": "wav"}, {"voice": "ash", "format": "ogg"}
OPEN_TOOL, OPEN_PARAM = {"type": "function", "function": {"name": "f", "strict": True}}, "tools[0].function.parameters"
OTHER = {"type": "function", "function": {"name": "another"}}
LIMIT, CHOICE = "max_completion_tokens", "tool_choice"


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"messages": HELLO}, 400, None, None),
        ({"model": "nobody", "messages": HELLO}, 404, "model_not_found", None),
        ({"model": "gpt-4o-audio-preview", "messages": HELLO}, 404, "model_not_found", None),
        ({"model": "gpt-4o-mini-audio-preview-2024-12-17", "messages": HELLO}, 404, "model_not_found", None),
        ({"model": "whisper-1", "messages": HELLO}, 404, "model_not_found", None),
        ({"model": "gpt-audio-1.5", "messages": HELLO}, 400, "invalid_value", "model"),
        ({"model": "gpt-6-luna", "messages": [SPEECH_IN]}, 400, "invalid_value", "messages[0]"),
        ({"model": "gpt-6-luna", "messages": HELLO} | AUDIO_OUT, 400, "unknown_parameter", "modalities"),
        ({"model": MODEL}, 400, "missing_required_parameter", "messages"),
        ({"model": MODEL, "messages": []}, 400, "empty_array", "messages"),
        ({"model": MODEL, "messages": "hello"}, 400, "invalid_type", "messages"),
        ({"model": MODEL, "messages": ["hello"]}, 400, "invalid_type", "messages[0]"),
        ({"model": MODEL, "messages": [{"content": "x"}]}, 400, "missing_required_parameter", "messages[0].role"),
        ({"model": MODEL, "messages": [{"role": "god", "content": "x"}]}, 400, "invalid_value", "messages[0].role"),
        ({"model": MODEL, "messages": [{"role": "user"}]}, 400, "missing_required_parameter", "messages[0].content"),
        ({"model": MODEL, "messages": HELLO} | AUDIO_OUT, 400, "missing_required_parameter", "audio"),
        ({"model": MODEL, "messages": HELLO, "audio": NOBODY} | AUDIO_OUT, 400, "invalid_value", "audio.voice"),
        ({"model": MODEL, "messages": HELLO, "audio": OGG} | AUDIO_OUT, 400, "invalid_value", "audio.format"),
        ({"model": MODEL, "messages": HELLO, "stream": True} | ALOUD, 400, "unsupported_value", "audio.format"),
        ({"model": MODEL, "messages": [*HELLO, EARLIER]}, 400, "unknown_parameter", "messages[1].audio.transcript"),
        ({"model": MODEL, "messages": HELLO, LIMIT: 0}, 400, "integer_below_min_value", LIMIT),
        ({"model": MODEL, "messages": HELLO, LIMIT: "a lot"}, 400, "invalid_type", LIMIT),
        ({"model": MODEL, "messages": HELLO, "tools": [OPEN_TOOL]}, 400, "invalid_function_parameters", OPEN_PARAM),
        ({"model": MODEL, "messages": HELLO, "tools": [TOOL], CHOICE: OTHER}, 400, "invalid_value", CHOICE),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_as_recorded(
    http: httpx2.Client, body: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    got, error = refused(http, body)

    assert (got, error["code"], error["param"]) == (status, code, param)
    assert list(error) == ["message", "type", "param", "code"]


def test_only_wav_and_mp3_are_taken_and_the_refusal_is_the_recorded_one(http: httpx2.Client) -> None:
    _, error = refused(http, {"model": MODEL, "messages": [user("x", heard(kind="webm"))]})

    assert error == {
        "message": "Invalid value: 'webm'. Supported values are: 'wav' and 'mp3'.",
        "type": "invalid_request_error",
        "param": "messages[0].content[1].input_audio.format",
        "code": "invalid_value",
    }


def test_streamed_wav_is_refused_in_the_recorded_words(http: httpx2.Client) -> None:
    _, error = refused(http, {"model": MODEL, "messages": HELLO, "stream": True} | ALOUD)

    assert error["message"] == (
        "Unsupported value: 'audio.format' does not support 'wav' when stream=true. Supported values are: 'pcm16'."
    )


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (heard(b"no sound at all"), "unsupported_format"),
        (heard(SILENT, "mp3"), "unsupported_format"),
        (heard(SILENT[:30]), "invalid_value"),
        (
            {"type": "input_audio", "input_audio": {"data": "data:audio/wav;base64,AAAA", "format": "wav"}},
            "invalid_value",
        ),
        ({"type": "image_url", "image_url": {"url": "x"}}, "invalid_value"),
        ({"type": "input_audio"}, "missing_required_parameter"),
        ({"type": "input_audio", "input_audio": {"format": "wav"}}, "missing_required_parameter"),
    ],
)
def test_sound_that_is_none_is_refused(http: httpx2.Client, part: dict[str, Any], code: str) -> None:
    status, error = refused(http, {"model": MODEL, "messages": [user(part)]})

    assert (status, error["code"]) == (400, code)
    assert error["param"].startswith("messages[0].content[0]")


def test_a_text_model_refuses_sound_in_the_recorded_words(http: httpx2.Client) -> None:
    _, error = refused(http, {"model": "audiokit-offline-text", "messages": [*HELLO, user(heard())]})

    assert error["message"] == "Invalid 'messages[1]'. Content blocks are expected to be either text or image_url type."


@pytest.mark.usefixtures("hearing")
def test_silence_is_answered_honestly(client: OpenAI) -> None:
    assert "no words" in ask(client, user(heard())).choices[0].message.content
    hum = to_wav(Clip(tone(120, seconds=1), 24_000))
    assert "no words" in ask(client, user(heard(hum))).choices[0].message.content


def test_a_machine_that_cannot_speak_says_so_and_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    monkeypatch.setattr(engine._mouth.worker, "why_not", "This machine cannot speak offline: there is no wheel.")
    calls = _counted(monkeypatch, engine)
    with _sdk(engine) as client, pytest.raises(openai.InternalServerError, match="cannot speak offline") as caught:
        ask(client, user("hello"), **ALOUD)

    assert caught.value.status_code == 501
    assert calls == ["answer"]


def _counted(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> list[str]:
    calls = list[str]()
    think: Callable[..., Any] = engine.think

    def counted(*arguments: Any) -> Any:
        calls.append("answer")
        return think(*arguments)

    monkeypatch.setattr(engine, "think", counted)
    return calls


def _sdk(engine: Engine) -> OpenAI:
    from audiokit.offline.transport import InProcessTransport  # noqa: PLC0415 - only this test opens one itself

    transport = InProcessTransport(create_app(engine))
    return OpenAI(base_url="http://offline.invalid/v1", api_key="x", http_client=httpx2.Client(transport=transport))


def test_what_breaks_in_mid_stream_is_an_event(client: OpenAI, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine._mouth.worker, "why_not", "This machine cannot speak offline: there is no wheel.")
    stream = ask(client, user("hello"), **STREAMED_ALOUD)

    with pytest.raises(openai.APIError, match="cannot speak"):
        list(stream)
