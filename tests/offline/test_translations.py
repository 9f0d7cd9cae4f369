"""``/v1/realtime/translations``: continuous, in frames of 200 ms, through the official SDK and over a bare socket."""

from __future__ import annotations

import asyncio
import base64
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.lib.realtime_translation import AsyncTranslationSession
from openai.types.realtime import RealtimeTranslationServerEvent
from pydantic import TypeAdapter
from real import real_file
from realtime_talk import Event, Talk, kinds, noise, silence, speech
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from audiokit.offline.engine import Engine
from audiokit.offline.interpreting import ONLY_THESE
from audiokit.offline.loopback import Loopback
from audiokit.offline.realtime.pace import Rules

WEATHER = (
    "Azure-Samples__cognitive-services-speech-sdk/samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
FRAME_BYTES = 9_600
CLOSE = {"type": "session.close"}
SAID, TRANSLATED, SOUND = (
    f"session.{name}.delta" for name in ("input_transcript", "output_transcript", "output_audio")
)


@pytest.fixture(scope="module")
def hurried(engine: Engine) -> Iterator[Loopback]:
    """The engine on a socket, with translations that come as fast as they are made."""
    with Loopback(engine, realtime=Rules(interpreting_speed=math.inf)) as loopback:
        yield loopback


@contextmanager
def translating(loopback: Loopback, model: str = "gpt-realtime-translate") -> Iterator[Talk]:
    address = f"{loopback.websocket_base_url}/realtime/translations?model={model}"
    with connect(address, additional_headers={"Authorization": f"Bearer {loopback.key}"}, max_size=None) as socket:
        yield Talk(socket)


def into(language: str, *, writes: bool = True, **given: Any) -> Event:
    heard = {"transcription": {"model": "gpt-realtime-whisper"}} if writes else {}
    return {"type": "session.update", "session": {"audio": {"input": heard, "output": {"language": language}}}, **given}


def appended(pcm16: bytes, size: int = FRAME_BYTES) -> Iterator[Event]:
    for start in range(0, len(pcm16), size):
        audio = base64.b64encode(pcm16[start : start + size]).decode()
        yield {"type": "session.input_audio_buffer.append", "audio": audio}


def words(events: list[Event], kind: str) -> str:
    return "".join(event["delta"] for event in events if event["type"] == kind)


def frames(events: list[Event]) -> list[bytes]:
    return [base64.b64decode(event["delta"]) for event in events if event["type"] == SOUND]


def voiced(events: list[Event]) -> list[Event]:
    return [event for event in events if event["type"] == SOUND and any(base64.b64decode(event["delta"]))]


def test_a_session_tells_what_it_is_key_for_key_as_recorded(hurried: Loopback) -> None:
    path = "traffic/vercel__ai/packages__openai__src__speech-translation____fixtures____"
    recorded = real_file(f"{path}openai-realtime-speech-translation.chunks.txt").read_text("utf-8").splitlines()
    created, updated = (json.loads(line) for line in recorded if line and '"session.' in line and '"session"' in line)
    with translating(hurried) as talk:
        ours = [talk.next(), talk.ask(into("es"), until="session.updated")[-1]]

    for theirs, own in zip((created, updated), ours, strict=True):
        assert list(own) == list(theirs)
        assert list(own["session"]) == list(theirs["session"])
        assert own["session"]["audio"] == theirs["session"]["audio"]
        assert own["session"]["type"] == "translation"


@pytest.mark.usefixtures("hearing", "speaking")
@pytest.mark.parametrize(
    ("language", "translation"),
    [("de", "wie ist das Wetter"), ("fr", "quel temps fait-il"), ("en", "what's the weather like")],
)
def test_real_speech_comes_back_in_another_language(hurried: Loopback, language: str, translation: str) -> None:
    with translating(hurried) as talk:
        talk.send(into(language), *appended(silence(0.5) + speech(WEATHER) + silence(1.0)), CLOSE)
        events = talk.until("session.closed")

    assert words(events, SAID) == " what's the weather like"
    assert words(events, TRANSLATED) == translation
    assert len(voiced(events)) >= 4
    assert all(len(frame) == FRAME_BYTES for frame in frames(events))
    for event in events:
        TypeAdapter(RealtimeTranslationServerEvent).validate_python(event, strict=True)


@pytest.mark.usefixtures("hearing", "speaking")
def test_the_sdks_own_session_hears_the_rest_after_it_has_said_that_it_closes(hurried: Loopback) -> None:
    """It sends a second of sound at a time, and the close right behind it: nothing of what was said is lost."""

    async def run() -> str:
        client = AsyncOpenAI(
            base_url=hurried.base_url, websocket_base_url=hurried.websocket_base_url, api_key=hurried.key
        )
        async with AsyncTranslationSession(client.realtime.translations, model="audiokit-offline") as session:
            await session.send(into("de"))  # type: ignore[arg-type]
            for event in appended(speech(WEATHER), 50_000):
                await session.send(event)  # type: ignore[arg-type]
            await session.send({"type": "session.close"})
            told = ""
            while (answer := await session.recv()).type != "session.closed":
                told += answer.delta if answer.type == "session.output_transcript.delta" else ""
        await client.close()
        return told

    assert asyncio.run(run()) == "wie ist das Wetter"


@pytest.mark.usefixtures("hearing", "speaking")
def test_its_time_goes_in_steps_of_200_ms_and_never_back(hurried: Loopback) -> None:
    sound = silence(0.4) + speech(WEATHER) + silence(2.0)
    with translating(hurried) as talk:
        talk.send(into("de"), *appended(sound), CLOSE)
        events = talk.until("session.closed")

    said, told = ([e["elapsed_ms"] for e in events if e["type"] in kind] for kind in ({SAID}, {TRANSLATED, SOUND}))
    assert all(ms % 200 == 0 for ms in [*said, *told])
    assert all(before <= after for before, after in [*pairwise(said), *pairwise(told)])
    assert 400 < said[0] <= said[-1] <= len(sound) / 48
    spoken = [event["elapsed_ms"] for event in voiced(events)]
    assert all(after - before == 200 for before, after in pairwise(spoken))


def test_while_nobody_speaks_frames_of_zeros_go_out(hurried: Loopback) -> None:
    with translating(hurried) as talk:
        talk.next()
        beats = [event for frame in appended(silence(1.0)) for event in talk.ask(frame, until=SOUND)]

    assert [event["elapsed_ms"] for event in beats] == [200, 400, 600, 800, 1_000]
    assert frames(beats) == [bytes(FRAME_BYTES)] * 5
    assert beats[0].items() >= {"sample_rate": 24_000, "channels": 1, "format": "pcm16"}.items()


def test_sound_may_come_in_pieces_of_any_length(hurried: Loopback) -> None:
    with translating(hurried) as talk:
        talk.next()
        short = talk.ask(*appended(silence(0.2), 960), until=SOUND)
        talk.send(*appended(silence(0.1), 4_800))
        rest = talk.ask(*appended(silence(0.1), 4_800), until=SOUND)

    assert [event["elapsed_ms"] for event in [*short, *rest]] == [200, 400]


@pytest.mark.usefixtures("hearing", "speaking")
def test_where_nobody_asked_for_it_what_is_said_is_not_written_down(hurried: Loopback) -> None:
    with translating(hurried) as talk:
        talk.send(into("de", writes=False), *appended(speech(WEATHER)), CLOSE)
        events = talk.until("session.closed")

    assert SAID not in kinds(events)
    assert words(events, TRANSLATED) == "wie ist das Wetter"


@pytest.mark.usefixtures("speaking")
def test_who_cannot_hear_says_so_and_the_session_goes_on() -> None:
    with Engine() as engine, Loopback(engine) as loopback, translating(loopback) as talk:
        engine._ear.worker.close()
        talk.send(into("de"), *appended(silence(0.5) + noise(0.5, -20) + silence(1.0)))
        failed = talk.until("error")[-1]
        closed = talk.ask(CLOSE, until="session.closed")[-1]

    assert failed["error"]["code"] == "unavailable"
    assert closed["type"] == "session.closed"


@pytest.mark.usefixtures("speaking")
def test_long_speech_without_a_pause_is_heard_before_it_ends() -> None:
    """Who hears it is gone here, and complains as soon as they are given something."""
    syllables = (noise(0.3, -20) + silence(0.1)) * 26
    with Engine() as engine, Loopback(engine) as loopback, translating(loopback) as talk:
        engine._ear.worker.close()
        talk.send(*appended(silence(0.5) + syllables[: 9 * 48_000]))
        talk.ask(into("de"), until="session.updated")
        talk.ask(*appended(syllables[9 * 48_000 :]), until="error")

    assert kinds(talk.log).count("error") == 1


def test_a_translation_is_said_at_its_pace_after_the_first_two_frames() -> None:
    """They go ahead, so that a late piece leaves no hole in a sentence."""
    pace = Rules(interpreting_speed=8.0).interpreting_pace()

    async def run() -> float:
        began = asyncio.get_running_loop().time()
        for number in range(7):
            await pace.wait_for(number * 0.2)
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) >= 0.8 / 8
    assert Rules().interpreting_speed == 1.0


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        (into("pl"), "invalid_value", "session.audio.output.language"),
        ({"type": "session.update", "session": {"model": "gpt-realtime-2"}}, "unknown_parameter", "session.model"),
        (
            {"type": "session.update", "session": {"audio": {"input": {"turn_detection": None}}}},
            "unknown_parameter",
            "session.audio.input.turn_detection",
        ),
        (
            {"type": "session.update", "session": {"audio": {"input": {"transcription": {"model": "gpt-6-luna"}}}}},
            "invalid_value",
            "session.audio.input.transcription.model",
        ),
        (
            {"type": "session.update", "session": {"audio": {"input": {"noise_reduction": {"type": "loud"}}}}},
            "invalid_value",
            "session.audio.input.noise_reduction.type",
        ),
        ({"type": "input_audio_buffer.append", "audio": "AAAA"}, "invalid_value", "type"),
        ({"type": "response.create"}, "invalid_value", "type"),
        ({"type": "session.input_audio_buffer.append", "audio": "?"}, "invalid_value", "audio"),
    ],
)
def test_what_is_not_right_is_refused_and_ends_nothing(hurried: Loopback, asked: Event, code: str, param: str) -> None:
    with translating(hurried) as talk:
        talk.next()
        error = talk.ask({**asked, "event_id": "mine"}, until="error")[-1]["error"]
        goes_on = talk.ask(into("fr"), until="session.updated")[-1]

    assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
    assert goes_on["session"]["audio"]["output"] == {"language": "fr"}


def test_a_language_that_is_not_spoken_here_is_refused_with_those_that_are(hurried: Loopback) -> None:
    with translating(hurried) as talk:
        assert talk.ask(into("ja"), until="error")[-1]["error"]["message"] == ONLY_THESE


def test_noise_reduction_is_taken_and_can_be_taken_back(hurried: Loopback) -> None:
    near = {"type": "near_field", "strength": 0.5}
    with translating(hurried) as talk:
        for reduction in (near, None):
            asked = {"type": "session.update", "session": {"audio": {"input": {"noise_reduction": reduction}}}}
            told = talk.ask(asked, until="session.updated")[-1]["session"]
            assert told["audio"]["input"]["noise_reduction"] == reduction


@pytest.mark.parametrize(
    ("model", "code", "close_code"),
    [
        ("gpt-realtime-2.1", "invalid_model", 4_000),
        ("gpt-audio-1.5", "invalid_model", 4_000),
        ("no-such-model", "model_not_found", 4_004),
        ("", "missing_model", 4_000),
    ],
)
def test_who_does_not_interpret_is_refused(hurried: Loopback, model: str, code: str, close_code: int) -> None:
    with translating(hurried, model) as talk:
        error = talk.next()["error"]
        with pytest.raises(ConnectionClosed) as closed:
            talk.next()

    assert error["code"] == code
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == close_code


def test_a_session_that_closes_takes_nothing_more_and_its_socket_is_closed(hurried: Loopback) -> None:
    with translating(hurried) as talk:
        talk.send(CLOSE)
        talk.until("session.closed")
        with pytest.raises(ConnectionClosed) as closed:
            talk.next()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1_000


def test_a_session_is_over_in_time(engine: Engine) -> None:
    with Loopback(engine, realtime=Rules(longest_s=0.05)) as loopback, translating(loopback) as talk:
        assert talk.until("error")[-1]["error"]["code"] == "session_expired"


def test_the_data_is_shipped() -> None:
    toml = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")

    assert '"offline/glossary.toml"' in toml
