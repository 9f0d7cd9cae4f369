"""Transcriptions and speech through the official SDK: every format, streamed and not, and every refusal."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import numpy as np
import pytest
from clips import silence
from openai import OpenAI
from real import real_file

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import to_wav
from audiokit.offline.hear import Heard, Word
from audiokit.offline.transcript_formats import srt, verbose, vtt

MODEL = "audiokit-offline"
UNSUPPORTED = "unsupported_value"
WEATHER = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
SILENT = to_wav(Clip(silence(seconds=1.55), 24_000))
HEARD = Heard(
    (
        (
            Word(text="hello", start_s=0.1, end_s=0.5, confidence=0.9),
            Word(text="there", start_s=0.5, end_s=0.9, confidence=0.4),
        ),
        (Word(text="bye", start_s=3_723.5, end_s=3_724.0, confidence=1.0),),
    ),
    3_725.0,
)


def transcribe(http: httpx2.Client, data: bytes = SILENT, name: str = "a.wav", **fields: Any) -> httpx2.Response:
    return http.post("/audio/transcriptions", files={"file": (name, data)}, data={"model": MODEL} | fields)


@pytest.mark.real
@pytest.mark.parametrize("model", [MODEL, "whisper-1", "gpt-transcribe", "gpt-4o-mini-transcribe"])
@pytest.mark.usefixtures("hearing")
def test_speech_is_written_down(client: OpenAI, model: str) -> None:
    with real_file(WEATHER).open("rb") as file:
        answer = client.audio.transcriptions.create(model=model, file=file)

    assert answer.text == "what's the weather like"
    kind = "tokens" if model.startswith("gpt-4o") else "duration"
    assert answer.usage is not None
    assert answer.usage.type == kind


@pytest.mark.real
@pytest.mark.usefixtures("hearing")
def test_words_come_one_by_one_when_streamed(client: OpenAI) -> None:
    with real_file(WEATHER).open("rb") as file:
        events = list(client.audio.transcriptions.create(model=MODEL, file=file, stream=True))

    assert [e.delta for e in events if e.type == "transcript.text.delta"] == ["what's", " the", " weather", " like"]
    done = events[-1]
    assert done.type == "transcript.text.done"
    assert done.text == "what's the weather like"
    assert done.usage is not None
    assert done.usage.input_tokens == 20


@pytest.mark.usefixtures("hearing")
def test_whisper_does_not_stream(http: httpx2.Client) -> None:
    answer = transcribe(http, model="whisper-1", stream="true")

    assert answer.json() == {"text": "", "usage": {"type": "duration", "seconds": 2}}


@pytest.mark.parametrize(
    ("response_format", "text"), [("text", "\n"), ("srt", "\n"), ("vtt", "WEBVTT\n\n"), ("verbose_json", None)]
)
@pytest.mark.usefixtures("hearing")
def test_silence_has_no_words_in_any_format(
    http: httpx2.Client,
    response_format: str,
    text: str | None,
) -> None:
    answer = transcribe(http, response_format=response_format)

    if text is None:
        assert answer.json()["text"] == ""
        assert answer.json()["segments"] == []
    else:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == text


def test_captions_stand_at_their_times() -> None:
    assert srt(HEARD) == (
        "1\n00:00:00,100 --> 00:00:00,900\nhello there\n\n2\n01:02:03,500 --> 01:02:04,000\nbye\n\n\n"
    )
    assert vtt(HEARD) == (
        "WEBVTT\n\n00:00:00.100 --> 00:00:00.900\nhello there\n\n01:02:03.500 --> 01:02:04.000\nbye\n\n"
    )


def test_times_are_given_for_words_segments_or_both() -> None:
    assert "words" not in verbose(HEARD, [])
    assert "segments" not in verbose(HEARD, ["word"])
    both = verbose(HEARD, ["word", "segment"])
    assert [word["word"] for word in both["words"]] == ["hello", "there", "bye"]
    assert [word["probability"] for word in both["words"]] == [word.confidence for word in HEARD.words]
    assert [segment["text"] for segment in both["segments"]] == [" hello there", " bye"]


@pytest.mark.parametrize("sound_format", [SoundFormat.MP3, SoundFormat.FLAC, SoundFormat.OPUS])
@pytest.mark.usefixtures("hearing")
def test_sound_in_any_container_is_taken(http: httpx2.Client, sound_format: SoundFormat) -> None:
    data = encode(Clip(silence(seconds=1), 24_000), sound_format)

    assert transcribe(http, data, "a.ogg" if sound_format is SoundFormat.OPUS else "a.mp3").status_code == 200


@pytest.mark.parametrize(
    ("data", "name", "fields", "code", "param"),
    [
        (SILENT, "a.bin", {}, UNSUPPORTED, "file"),
        (SILENT, "a.bin", {"model": "whisper-1"}, None, None),
        (b"no sound at all", "a.wav", {}, "invalid_value", "file"),
        (to_wav(Clip(silence(seconds=0.05), 24_000)), "a.wav", {}, "audio_too_short", "file"),
        (SILENT, "a.wav", {"model": ""}, None, None),
        (SILENT, "a.wav", {"response_format": "pdf"}, "invalid_value", "response_format"),
        (SILENT, "a.wav", {"response_format": "diarized_json"}, UNSUPPORTED, "response_format"),
        (SILENT, "a.wav", {"model": "gpt-transcribe", "response_format": "vtt"}, UNSUPPORTED, "response_format"),
        (SILENT, "a.wav", {"language": "de"}, "invalid_value", "language"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_heard_is_refused(
    http: httpx2.Client, data: bytes, name: str, fields: dict[str, str], code: str | None, param: str | None
) -> None:
    answer = transcribe(http, data, name, **fields)

    assert answer.status_code == 400
    assert (answer.json()["error"]["code"], answer.json()["error"]["param"]) == (code, param)


@pytest.mark.parametrize("model", ["tts-1", "gpt-audio-1.5", "nobody"])
def test_models_that_do_not_listen_are_not_there(http: httpx2.Client, model: str) -> None:
    assert transcribe(http, model=model).status_code == 404


def test_too_short_and_too_large_are_refused_in_the_recorded_words(http: httpx2.Client) -> None:
    short = transcribe(http, to_wav(Clip(silence(seconds=0.05), 24_000))).json()["error"]["message"]
    large = transcribe(http, b"\0" * 26_214_400)

    assert short == "Audio file is too short. Minimum audio length is 0.1 seconds."
    assert large.status_code == 413
    assert large.json()["error"]["type"] == "server_error"
    assert large.json()["error"]["message"].startswith("413: Maximum content size limit (26214400) exceeded (262")


def test_a_form_without_a_file_is_refused(http: httpx2.Client) -> None:
    empty = http.post("/audio/transcriptions", data={"model": MODEL})
    broken = http.post(
        "/audio/transcriptions", content=b"x", headers={"content-type": "multipart/form-data; boundary=b"}
    )

    assert empty.json()["error"]["param"] == "file"
    assert broken.status_code == 400


@pytest.mark.parametrize(
    ("response_format", "media_type"),
    [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/opus"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
    ],
)
@pytest.mark.usefixtures("speaking")
def test_a_text_is_read_aloud_in_every_format(
    client: OpenAI,
    response_format: Any,
    media_type: str,
) -> None:
    answer = client.audio.speech.create(
        model="tts-1", voice="nova", input="Hello, world! This is a test.", response_format=response_format
    )

    assert answer.response.headers["content-type"] == media_type
    assert "content-length" not in answer.response.headers
    assert 1.5 < decode(answer.content).duration_s < 4


@pytest.mark.usefixtures("speaking")
def test_pcm_comes_in_whole_tokens_and_mp3_is_the_default(client: OpenAI) -> None:
    pcm = client.audio.speech.create(model=MODEL, voice="nova", input="Hello.", response_format="pcm").content
    mp3 = client.audio.speech.create(model=MODEL, voice="nova", input="Hello.").content

    assert len(pcm) % 2_400 == 0
    assert np.abs(np.frombuffer(pcm, "<i2")).max() > 1_000
    assert decode(mp3).duration_s == pytest.approx(len(pcm) / 48_000, abs=0.15)


@pytest.mark.usefixtures("speaking")
def test_sound_comes_as_events_with_its_usage(http: httpx2.Client) -> None:
    body = {"model": MODEL, "voice": "alloy", "input": "Hello there.", "response_format": "pcm", "stream_format": "sse"}
    lines = [line for line in http.post("/audio/speech", json=body).text.split("\n\n") if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    pieces = [base64.b64decode(event["audio"]) for event in events[:-1]]

    assert lines[-1] == "data: [DONE]"
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert max(map(len, pieces)) == 4_096
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["output_tokens"] == sum(map(len, pieces)) // 2_400 + 21


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": None}, 400, None),
        ({"model": "whisper-1"}, 404, None),
        ({"input": None}, 400, "input"),
        ({"input": ""}, 400, None),
        ({"input": "x" * 4_097}, 400, None),
        ({"voice": None}, 400, "voice"),
        ({"voice": "nobody"}, 400, "voice"),
        ({"response_format": "midi"}, 400, "response_format"),
        ({"stream_format": "carrier pigeon"}, 400, "stream_format"),
        ({"speed": 9}, 400, "speed"),
        ({"speed": "fast"}, 400, "speed"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    http: httpx2.Client, change: dict[str, Any], status: int, param: str | None
) -> None:
    answer = http.post("/audio/speech", json={"model": MODEL, "input": "hello", "voice": "alloy"} | change)

    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


@pytest.mark.usefixtures("speaking")
def test_a_text_of_the_greatest_length_is_spoken(http: httpx2.Client) -> None:
    body = {"model": MODEL, "input": "é" * 4_096, "voice": "alloy", "response_format": "pcm", "speed": 4}

    assert http.post("/audio/speech", json=body).status_code == 200
