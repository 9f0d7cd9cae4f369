"""Where speech begins and ends, found as it streams: in real recordings, in noise, and whatever the pieces."""

from __future__ import annotations

import time

import numpy as np
import pytest
from realtime_talk import RATE_HZ, noise, silence, speech

from audiokit.offline.realtime.microphone import BYTES_PER_MS, Microphone, Started, Stopped
from audiokit.offline.realtime.setup import TurnTaking

CALM = TurnTaking(silence_duration_ms=500)
# Recording, and where its speech begins and ends, in ms, as looked up in its waveform.
RECORDINGS = [
    ("livekit__agents/tests__test_realtime__hello_world.wav", 250, 950),
    ("livekit__agents/tests__test_realtime__weather_question.wav", 450, 1_850),
    ("pydantic__pydantic-ai/tests__assets__marcelo.mp3", 1_700, 3_950),
    ("openai__openai-dotnet/tests__Assets__audio_hello_world.mp3", 60, 1_550),
]


def happenings(sound: bytes, turns: TurnTaking = CALM, *, piece_ms: float = 40) -> list[Started | Stopped]:
    microphone, size = Microphone(turns), round(piece_ms * BYTES_PER_MS) // 2 * 2
    return [
        happened for start in range(0, len(sound), size) for happened in microphone.write(sound[start : start + size])
    ]


def mixed(sound: bytes, level_dbfs: float) -> bytes:
    clean = np.frombuffer(sound, "<i2").astype(np.float32)
    hiss = np.frombuffer(noise(len(clean) / RATE_HZ + 1, level_dbfs), "<i2")[: len(clean)]
    loud: bytes = (clean + hiss).clip(-32_768, 32_767).astype("<i2").tobytes()
    return loud


@pytest.mark.real
@pytest.mark.parametrize("level_dbfs", [-90, -60, -45])
@pytest.mark.parametrize(("name", "begins_ms", "ends_ms"), RECORDINGS, ids=[name for name, _, _ in RECORDINGS])
def test_real_speech_is_one_turn_from_its_first_word_to_its_last(
    name: str, begins_ms: int, ends_ms: int, level_dbfs: float
) -> None:
    sound = mixed(silence(1) + speech(name) + silence(1), level_dbfs)

    started, stopped = happenings(sound)

    assert isinstance(started, Started)
    assert isinstance(stopped, Stopped)
    assert started.at_ms == pytest.approx(1_000 + begins_ms - CALM.prefix_padding_ms, abs=150)
    assert stopped.at_ms == pytest.approx(1_000 + ends_ms + CALM.silence_ms, abs=250)
    assert len(stopped.pcm16) == (stopped.at_ms - started.at_ms) * BYTES_PER_MS


@pytest.mark.real
def test_the_recorded_session_s_own_sound_is_cut_as_openai_cut_it() -> None:
    sound = speech("pydantic__pydantic-ai/tests__assets__marcelo.mp3") + silence(1)

    started, stopped = happenings(sound, TurnTaking())

    assert started.at_ms == pytest.approx(1_460, abs=100)
    assert stopped.at_ms == pytest.approx(4_256, abs=100)


@pytest.mark.parametrize("level_dbfs", [-70, -55, -45, -35])
def test_steady_noise_is_no_turn(level_dbfs: float) -> None:
    assert happenings(noise(10, level_dbfs)) == []


def test_hum_clicks_and_silence_are_no_turn() -> None:
    hum = (np.sin(2 * np.pi * 50 * np.arange(5 * RATE_HZ) / RATE_HZ) * 3_000).astype("<i2").tobytes()
    click = silence(1) + noise(0.025, -10) + silence(1)

    assert [happenings(sound) for sound in (hum, click, silence(5))] == [[], [], []]


@pytest.mark.real
@pytest.mark.parametrize("piece_ms", [1.0, 20.0, 33.3, 500.0])
def test_the_size_of_the_pieces_makes_no_difference(piece_ms: float) -> None:
    sound = silence(1) + speech(RECORDINGS[1][0]) + silence(1)

    assert happenings(sound, piece_ms=piece_ms) == happenings(sound)


@pytest.mark.real
def test_a_longer_silence_makes_one_turn_of_two() -> None:
    word = speech(RECORDINGS[0][0])
    sound = word + silence(0.5) + word + silence(2)

    parts = [len(happenings(sound, TurnTaking(silence_duration_ms=ms))) for ms in (200, 1_200)]
    eager = [len(happenings(sound, TurnTaking(eagerness=eagerness))) for eagerness in ("high", "low")]

    assert parts == eager == [4, 2]


@pytest.mark.real
def test_a_turn_begins_after_the_one_before_it() -> None:
    word = speech(RECORDINGS[0][0])
    turns = TurnTaking(silence_duration_ms=100, prefix_padding_ms=2_000)

    happened = happenings(word + silence(0.3) + word + silence(1), turns)

    times = [one.at_ms for one in happened]
    assert times == sorted(times)


def test_what_is_taken_out_of_a_turn_that_goes_on_and_what_is_left_are_the_whole_turn() -> None:
    sound = silence(0.5) + (noise(0.3, -20) + silence(0.1)) * 8 + silence(1)
    _, whole = happenings(sound)
    assert isinstance(whole, Stopped)
    microphone, middle = Microphone(CALM), 2 * RATE_HZ * 2

    assert microphone.part() is None
    (began,) = microphone.write(sound[:middle])
    speaking_ms, first = microphone.speaking_ms, microphone.part()
    (rest,) = microphone.write(sound[middle:])

    assert isinstance(began, Started)
    assert isinstance(first, Stopped)
    assert isinstance(rest, Stopped)
    assert speaking_ms == first.at_ms - began.at_ms
    assert first.pcm16 + rest.pcm16 == whole.pcm16


def test_an_hour_of_silence_is_not_kept() -> None:
    microphone = Microphone(CALM)

    for _ in range(60):
        assert list(microphone.write(silence(1))) == []

    assert microphone.duration_ms <= 11_000


def test_listening_costs_next_to_nothing() -> None:
    sound = noise(20, -50)

    before_s = time.process_time()
    happenings(sound, piece_ms=20)

    assert time.process_time() - before_s < 0.2  # a hundredth of the time that it lasts; measured: 0.0007
