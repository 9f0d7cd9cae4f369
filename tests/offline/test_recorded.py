"""Our answers beside OpenAI's recorded ones: the same keys, in the same order, in the same sequence."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from real import real_file, real_files

from audiokit.offline.engine import Engine

pytestmark = pytest.mark.real

DOTNET = "traffic/openai__openai-dotnet/"
STREAMS = ["ChatWithBasicAudioOutputAsync_30ea2d0a.json", "ChatWithAudioAsync_cd407282.json"]


def exchanges(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(real_file(DOTNET + name).read_text())["Entries"]
    return entries


def events(body: str) -> list[dict[str, Any]]:
    parts = body.replace("\r\n", "\n").split("\n\n")
    return [json.loads(part.removeprefix("data: ")) for part in parts if part.startswith("data: {")]


def recorded_stream(name: str) -> list[dict[str, Any]]:
    return events("".join(exchanges(name)[-1]["ResponseBody"]))


def shape(value: Any) -> Any:
    """Keys in their order, all the way down; what stands behind them only by kind, null apart."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return "null" if value is None else "value"


def kinds(chunks: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(shape(chunk)) for chunk in chunks}


@pytest.fixture
def our_stream(http: httpx2.Client, speaking: Engine) -> list[dict[str, Any]]:  # noqa: ARG001 - it must speak
    body = {
        "model": "gpt-audio-1.5",
        "messages": [{"role": "user", "content": "What can you do?"}],
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "pcm16"},
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    answer = http.post("/chat/completions", json=body)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.text.endswith("\n\ndata: [DONE]\n\n")
    return events(answer.text)


def test_every_chunk_has_a_shape_that_was_recorded(our_stream: list[dict[str, Any]]) -> None:
    assert kinds(our_stream) == kinds(recorded_stream(STREAMS[1]))


@pytest.mark.parametrize("name", STREAMS)
def test_the_first_and_the_last_chunks_are_those_that_were_recorded(
    name: str, our_stream: list[dict[str, Any]]
) -> None:
    theirs = recorded_stream(name)

    assert [shape(chunk) for chunk in our_stream[:2]] == [shape(chunk) for chunk in theirs[:2]]
    assert [shape(chunk) for chunk in our_stream[-3:]] == [shape(chunk) for chunk in theirs[-3:]]


def sizes(chunks: list[dict[str, Any]]) -> Iterator[int]:
    for chunk in chunks:
        for choice in chunk.get("choices", []):
            if "data" in choice["delta"].get("audio", {}):
                yield len(base64.b64decode(choice["delta"]["audio"]["data"]))


def test_sound_comes_in_pieces_of_the_recorded_sizes(our_stream: list[dict[str, Any]]) -> None:
    ours, theirs = list(sizes(our_stream)), list(sizes(recorded_stream(STREAMS[1])))

    assert ours[:5] == theirs[:5]
    assert all(size % 2_400 == 0 for size in ours)


def test_about_as_many_chunks_hold_nothing(our_stream: list[dict[str, Any]]) -> None:
    empty = sum("choices" not in chunk for chunk in our_stream) / len(our_stream)

    assert 0.55 < empty < 0.75


def test_no_chunk_of_speech_says_that_it_stops(our_stream: list[dict[str, Any]]) -> None:
    reasons = [choice.get("finish_reason", "absent") for c in our_stream for choice in c.get("choices", [])]

    assert set(reasons[:-1]) == {None}
    assert reasons[-1] == "absent"


def test_every_chunk_is_padded(our_stream: list[dict[str, Any]]) -> None:
    assert all(re.fullmatch("[A-Za-z0-9]{0,15}", chunk["obfuscation"]) for chunk in our_stream)
    assert all("obfuscation" in chunk for chunk in recorded_stream(STREAMS[1]))


def test_a_whole_answer_has_the_recorded_keys(http: httpx2.Client) -> None:
    theirs = next(e for e in exchanges(STREAMS[1]) if isinstance(e["ResponseBody"], dict))
    request = theirs["RequestBody"] | {"model": "gpt-audio-1.5", "messages": [{"role": "user", "content": "hello"}]}

    ours = http.post("/chat/completions", json=request).json()

    assert shape(ours) == shape(theirs["ResponseBody"])


@pytest.mark.usefixtures("hearing", "speaking")
def test_the_recorded_request_itself_is_answered_and_counted_alike(
    http: httpx2.Client,
) -> None:
    theirs = next(e for e in exchanges(STREAMS[1]) if isinstance(e["ResponseBody"], dict))

    ours = http.post("/chat/completions", json=theirs["RequestBody"] | {"model": "gpt-audio-1.5"}).json()

    assert ours["usage"]["prompt_tokens_details"] == theirs["ResponseBody"]["usage"]["prompt_tokens_details"]
    details = ours["usage"]["completion_tokens_details"]
    n_bytes = len(base64.b64decode(ours["choices"][0]["message"]["audio"]["data"]))
    assert details["audio_tokens"] == n_bytes / 2_400


@pytest.mark.parametrize("path", real_files(DOTNET + "*TranscriptionFormatsWork__*_.json"), ids=lambda p: p.name[-24:])
@pytest.mark.usefixtures("hearing")
def test_transcriptions_have_the_recorded_form(http: httpx2.Client, path: Any) -> None:
    entry = json.loads(path.read_text())["Entries"][0]
    response_format = re.search(r"FormatsWork__([a-z_]+?)__", path.name)
    assert response_format is not None
    sound = real_file("speech/openai__openai-dotnet/tests__Assets__audio_hello_world.mp3").read_bytes()

    ours = http.post(
        "/audio/transcriptions",
        files={"file": ("a.mp3", sound)},
        data={"model": "whisper-1", "response_format": response_format[1]},
    )

    assert ours.headers["content-type"] == entry["ResponseHeaders"]["Content-Type"]
    theirs = entry["ResponseBody"]
    if isinstance(theirs, dict):
        assert keys(ours.json()) == keys(theirs)
        assert ours.json()["usage"] == theirs.get("usage", ours.json()["usage"])
        return
    theirs = "".join(theirs)
    assert words(ours.text) == words(theirs)
    assert ours.text.count("\n") == theirs.count("\n")


def keys(value: Any) -> Any:
    """Keys in their order; lists of plain values are left alone, ours may be empty."""
    if isinstance(value, dict):
        return [(key, keys(inner)) for key, inner in value.items() if key != "usage"]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return keys(value[0])
    return None


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


@pytest.mark.usefixtures("hearing")
def test_a_streamed_transcription_has_the_recorded_events(http: httpx2.Client) -> None:
    name = "tests__SessionRecords__TranscriptionTests__StreamingTranscriptionWorks_UsingFilePath_.json"
    raw = "".join(exchanges(name)[0]["ResponseBody"])
    sound = real_file("speech/openai__openai-dotnet/tests__Assets__audio_hello_world.mp3").read_bytes()

    ours = http.post(
        "/audio/transcriptions",
        files={"file": ("a.mp3", sound)},
        data={"model": "gpt-4o-mini-transcribe", "stream": "true"},
    )

    assert ours.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert kinds(events(ours.text)) == kinds(events(raw))
    assert ours.text.endswith("\r\n\r\n")
    assert raw.endswith("\r\n\r\n")
    assert events(ours.text)[-1]["usage"]["input_tokens"] == events(raw)[-1]["usage"]["input_tokens"]
