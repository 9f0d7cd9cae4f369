"""Bodies as the API reference has them, and every quirk of the models that the builder knows."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml
from real import real_file
from scripted import ASK, WAV

from audiokit.speech.bodies import chat_body, file_part, speech_body, transcription_body
from audiokit.speech.requests import (
    Converse,
    Heard,
    InputFormat,
    KnownVoice,
    ModelTurn,
    PersonTurn,
    Speak,
    Telling,
    Tool,
    ToolCall,
    ToolResult,
    Transcribe,
    Turn,
)

SOUND = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)
MOOD = Tool(
    name="mood",
    description="Write down the mood.",
    parameters={
        "type": "object",
        "properties": {"mood": {"type": "string"}},
        "required": ["mood"],
        "additionalProperties": False,
    },
)


OTHER = replace(MOOD, name="other")
CALL = ToolCall(id="call_1", name="mood", arguments='{"mood": "glad"}')
RESULT = ToolResult(call_id="call_1", output="glad")


def converse(*turns: Turn, **changes: Any) -> Converse:
    return replace(Converse(model="gpt-audio-mini", turns=turns, instructions="Be brief."), **changes)


def parts(request: Converse) -> list[dict[str, Any]]:
    content = chat_body(request, streamed=False)["messages"][-1]["content"]
    assert isinstance(content, list)
    return content


def test_the_sound_stands_before_the_words() -> None:
    first, second = parts(converse(PersonTurn(words="What is it?", sound=SOUND)))

    assert first["type"] == "input_audio"
    assert second == {"type": "text", "text": "What is it?"}


@pytest.mark.parametrize("container", InputFormat)
def test_sound_goes_as_bare_base64_with_the_name_of_its_container(container: InputFormat) -> None:
    (part,) = parts(converse(PersonTurn(sound=replace(SOUND, format=container))))

    assert part["input_audio"]["format"] == container.value
    assert base64.b64decode(part["input_audio"]["data"], validate=True) == WAV


def test_gpt_audio_1_5_never_gets_sound_alone() -> None:
    """It answers 500 "model produced invalid content" to that."""
    alone = converse(PersonTurn(sound=SOUND))

    assert [part["type"] for part in parts(alone)] == ["input_audio"]
    assert [part["type"] for part in parts(replace(alone, model="gpt-audio-1.5"))] == ["input_audio", "text"]
    assert (
        parts(replace(alone, model="gpt-audio-1.5", turns=(PersonTurn(words="Hm?", sound=SOUND),)))[1]["text"] == "Hm?"
    )


def test_instructions_come_first_and_turns_in_their_order() -> None:
    turns = PersonTurn(words="one"), ModelTurn(words="two"), PersonTurn(words="three")

    assert chat_body(converse(*turns), streamed=False)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
    ]


def test_an_earlier_answer_goes_back_by_its_audio_id_alone() -> None:
    """Sending its words or its sound along is refused."""
    body = chat_body(converse(PersonTurn(words="one"), ModelTurn(words="two", audio_id="audio_1")), streamed=False)

    assert body["messages"][-1] == {"role": "assistant", "audio": {"id": "audio_1"}}


@pytest.mark.parametrize(("streamed", "container"), [(True, "pcm16"), (False, "wav")])
def test_a_spoken_answer_is_asked_for_in_what_can_be_streamed(container: str, *, streamed: bool) -> None:
    body = chat_body(converse(PersonTurn(words="Hello"), voice="marin"), streamed=streamed)

    assert body["modalities"] == ["text", "audio"]
    assert body["audio"] == {"voice": "marin", "format": container}


def test_a_text_model_gets_no_modalities() -> None:
    """It refuses them: "Unknown parameter"."""
    body = chat_body(converse(PersonTurn(words="Hello")), streamed=False)

    assert body.keys() == {"model", "messages", "max_completion_tokens"}


def test_words_about_sound_are_asked_for_as_text() -> None:
    body = chat_body(converse(PersonTurn(words="one", sound=SOUND), ModelTurn(words="two")), streamed=False)

    assert body["modalities"] == ["text"]
    assert "audio" not in body


def test_a_stream_is_asked_to_report_its_usage() -> None:
    assert chat_body(ASK, streamed=True)["stream_options"] == {"include_usage": True}
    assert not {"stream", "stream_options"} & chat_body(ASK, streamed=False).keys()


def test_the_length_is_always_limited_and_the_temperature_left_alone() -> None:
    """At temperature 0 these models end in endless noise, and the noise is billed."""
    body = chat_body(ASK, streamed=False)

    assert body["max_completion_tokens"] == 4096
    assert "temperature" not in body
    assert "max_tokens" not in body
    assert chat_body(replace(ASK, temperature=0.9), streamed=False)["temperature"] == 0.9


def test_a_structured_answer_is_one_forced_function_call() -> None:
    """Audio models refuse ``response_format``."""
    body = chat_body(converse(PersonTurn(sound=SOUND), forced_tool=MOOD), streamed=False)

    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "mood",
                "description": "Write down the mood.",
                "parameters": MOOD.parameters,
                "strict": True,
            },
        }
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "mood"}}
    assert "response_format" not in body


def test_tools_are_offered_and_the_model_is_left_to_choose() -> None:
    body = chat_body(replace(ASK, tools=(MOOD, OTHER)), streamed=False)

    assert [tool["function"]["name"] for tool in body["tools"]] == ["mood", "other"]
    assert "tool_choice" not in body
    assert not {"tools", "tool_choice"} & chat_body(ASK, streamed=False).keys()


@pytest.mark.parametrize("tools", [(MOOD, OTHER), (OTHER,)])
def test_a_forced_tool_is_forced_among_others_and_offered_once(tools: tuple[Tool, ...]) -> None:
    body = chat_body(replace(ASK, tools=tools, forced_tool=MOOD), streamed=False)

    assert sorted(tool["function"]["name"] for tool in body["tools"]) == ["mood", "other"]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "mood"}}


def test_a_round_of_tools_goes_back_as_calls_and_results() -> None:
    calls = tuple(ToolCall(id=f"call_{i}", name="mood", arguments="{}") for i in (1, 2))
    results = (ToolResult(call_id="call_1", output="glad"), ToolResult(call_id="call_2", output=""))
    as_sent = [
        {"id": id_, "type": "function", "function": {"name": "mood", "arguments": "{}"}} for id_ in ("call_1", "call_2")
    ]

    messages = chat_body(converse(PersonTurn(words="?"), ModelTurn(words="", calls=calls), *results), streamed=False)

    assert messages["messages"][2:] == [
        {"role": "assistant", "content": None, "tool_calls": as_sent},
        {"role": "tool", "tool_call_id": "call_1", "content": "glad"},
        {"role": "tool", "tool_call_id": "call_2", "content": ""},
    ]


def test_what_was_said_beside_a_call_goes_with_it() -> None:
    call = ToolCall(id="call_1", name="mood", arguments="{}")
    turns = [ModelTurn(words="So.", calls=(call,)), ModelTurn(words="So.", audio_id="audio_1", calls=(call,))]

    written, spoken = chat_body(converse(*turns), streamed=False)["messages"][1:]

    assert (written["content"], len(written["tool_calls"])) == ("So.", 1)
    assert (spoken["audio"], len(spoken["tool_calls"])) == ({"id": "audio_1"}, 1)
    assert "content" not in spoken


def test_a_transcript_is_asked_for_as_json_and_in_a_language_only_if_it_is_known() -> None:
    request = Transcribe(model="gpt-transcribe", sound=SOUND)

    assert transcription_body(request) == {"model": "gpt-transcribe", "response_format": "json"}
    assert transcription_body(replace(request, language="de"))["language"] == "de"


def test_times_and_speakers_are_asked_for_in_the_formats_that_tell_them() -> None:
    """Speakers in more than 30 s only with a ``chunking_strategy``; words without segments have no punctuation."""
    times = transcription_body(Transcribe(model="whisper-1", sound=SOUND, telling=Telling.TIMES))
    asked = Transcribe(model="gpt-4o-transcribe-diarize", sound=SOUND, telling=Telling.SPEAKERS)
    speakers = transcription_body(asked)

    assert (times["response_format"], times["timestamp_granularities"]) == ("verbose_json", ["word", "segment"])
    assert (speakers["response_format"], speakers["chunking_strategy"]) == ("diarized_json", "auto")
    assert transcription_body(replace(asked, telling=Telling.WORDS))["chunking_strategy"] == "auto"
    assert "known_speaker_names" not in speakers


def test_a_voice_to_be_recognised_goes_along_by_name_and_as_an_address_that_holds_its_sound() -> None:
    voice = KnownVoice(name="speaker_2", sound=SOUND)
    body = transcription_body(Transcribe(model="m", sound=SOUND, telling=Telling.SPEAKERS, known_voices=(voice,)))

    assert body["known_speaker_names"] == ["speaker_2"]
    assert body["known_speaker_references"] == ["data:audio/wav;base64," + base64.b64encode(WAV).decode()]


@pytest.mark.parametrize(("container", "media_type"), [("wav", "audio/wav"), ("mp3", "audio/mpeg")])
def test_an_upload_is_named_by_its_container(container: str, media_type: str) -> None:
    """OpenAI decides by the ending of the name: "Unsupported file format bin"."""
    sound = replace(SOUND, format=InputFormat(container))

    assert file_part(sound) == (f"recording.{container}", WAV, media_type)


def test_speech_is_asked_for_as_wav_and_in_events_where_only_they_count_what_is_billed() -> None:
    plain = {"model": "tts-1", "input": "Hello", "voice": "alloy", "response_format": "wav"}
    assert speech_body(Speak(model="tts-1", text="Hello", voice="alloy")) == plain
    counted = speech_body(Speak(model="gpt-4o-mini-tts", text="Hello", voice="alloy"))
    assert counted == plain | {"model": "gpt-4o-mini-tts", "stream_format": "sse"}


@pytest.mark.parametrize(("model", "told"), [("gpt-4o-mini-tts", True), ("tts-1", False), ("tts-1-hd", False)])
def test_instructions_go_to_the_models_that_take_them(model: str, *, told: bool) -> None:
    body = speech_body(Speak(model=model, text="Hello", voice="alloy", instructions="Whisper.", speed=1.5))

    assert body.get("instructions") == ("Whisper." if told else None)
    assert body["speed"] == 1.5


@cache
def schemas() -> Any:
    text = real_file("specs/openai__openai-openapi/openapi.main.yaml").read_bytes()
    return yaml.load(text, yaml.CSafeLoader)["components"]["schemas"]


def published(name: str) -> Any:
    """A schema of OpenAI's published description, with everything that it refers to."""
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas()}}
    )


@pytest.mark.real
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    "request_",
    [
        ASK,
        replace(ASK, voice=None, forced_tool=MOOD),
        replace(ASK, turns=(*ASK.turns, ModelTurn(words="It.", audio_id="audio_1"), PersonTurn(words="And?"))),
        replace(ASK, turns=(PersonTurn(sound=replace(SOUND, format=InputFormat.MP3)), ModelTurn(words="It."))),
        converse(PersonTurn(words="Hello"), temperature=1.1),
        replace(ASK, tools=(MOOD, OTHER), turns=(*ASK.turns, ModelTurn(words="", calls=(CALL,)), RESULT)),
        replace(ASK, turns=(*ASK.turns, ModelTurn(words="It.", audio_id="audio_1", calls=(CALL,)), RESULT)),
    ],
    ids=["spoken", "tool", "by id", "mp3", "words", "tools", "said and called"],
)
def test_a_chat_body_fits_the_published_description(request_: Converse, *, streamed: bool) -> None:
    problems = published("CreateChatCompletionRequest").iter_errors(chat_body(request_, streamed=streamed))

    assert [problem.message[:300] for problem in problems] == []


@pytest.mark.real
def test_a_speech_body_fits_the_published_description() -> None:
    body = speech_body(Speak(model="gpt-4o-mini-tts", text="Hello", voice="alloy", instructions="Softly.", speed=2))

    assert list(published("CreateSpeechRequest").iter_errors(body)) == []


@pytest.mark.real
def test_the_published_description_would_refuse_a_wrong_body() -> None:
    body = chat_body(ASK, streamed=False) | {"audio": {"voice": "marin", "format": "midi"}}

    assert list(published("CreateChatCompletionRequest").iter_errors(body))
