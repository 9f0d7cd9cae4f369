from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from clips import Samples, noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from real import real_file
from voices import hissing, voice

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.voice.alignment import TimedWord, text_of, word_times
from audiokit.audio.wav import from_pcm16

ROOT = Path(__file__).resolve().parents[2]
Replies = list[tuple[str, Clip, dict[int, float]]]

RATE = 24_000
# What espeak-ng says in voices of the offline engine; it tells itself when each word begins.
REPLIES = (
    {"text": "Hello! I'm glad you asked. The capital of France is Paris, and two people live there.", "voice": "alloy"},
    {"text": "First, preheat your oven to 180 degrees. Then mix flour with a pinch of salt.", "voice": "onyx"},
    {"text": "It was raining when she left the house and the streets were nearly empty that day", "voice": "shimmer"},
    {"text": "Guten Tag! Die Hauptstadt von Deutschland ist Berlin.", "voice": "fable", "language": "de"},
    {"text": "秋天总是那么富有诗意，树叶渐渐变红。", "voice": "fable", "language": "cmn"},  # noqa: RUF001 - a Chinese comma
    {"text": "Здравствуйте! Я рад вам помочь.", "voice": "fable", "language": "ru"},
)
# As pocketsphinx 5.1 aligns the known words (2026-11), to 10 ms; it errs by some 30 ms itself.
READINGS = {
    "openai__whisper/tests__jfk.flac": (
        "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
        "0.29 0.63 0.97 1.24 1.63 3.25 3.99 5.37 5.61 5.86 6.42 6.66 6.91 7.05 8.15 8.53 8.82 9.2 9.37 9.63 9.78 9.99",
    ),
    "mozilla__DeepSpeech/data__smoke_test__LDC93S1.wav": (
        "she had your dark suit in greasy wash water all year",
        "0.16 0.35 0.62 0.71 1.0 1.3 1.39 1.74 2.08 2.31 2.5",
    ),
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0002.wav": (
        "in being comparatively modern.",
        "0.0 0.14 0.41 1.27",
    ),
}


@pytest.fixture(scope="module")
def replies() -> Replies:
    """Texts, what they sound like, and the second at which each word begins, by its place in the text."""
    if importlib.util.find_spec("espeakng_loader") is None:
        pytest.skip("the offline engine cannot speak here")
    asked = [{"speed": speed, **reply} for reply in REPLIES for speed in (1.0, 1.3)]
    command = [sys.executable, "-m", "benchmarks._spoken_words"]
    said = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - ours
    return [
        (str(request["text"]), sound_of(answer), dict(answer["starts"]))
        for request, answer in zip(asked, json.loads(said.stdout), strict=True)
    ]


def sound_of(answer: dict[str, str]) -> Clip:
    return resample(from_pcm16(base64.b64decode(answer["pcm16"]), int(answer["rate_hz"])), RATE)


def errors_s(text: str, words: Iterable[TimedWord], starts: dict[int, float]) -> list[float]:
    at, errors = 0, []
    for word in words:
        at = text.index(word.text, at)
        if at in starts:
            errors.append(abs(word.start_s - starts[at]))
        at += len(word.text)
    return errors


def babbled(*bursts_s: float, pause_s: float = 0.4) -> Clip:
    quiet = silence(seconds=pause_s)
    return Clip(np.concatenate([part for burst_s in bursts_s for part in (quiet, voice(seconds=burst_s))]), RATE)


def is_orderly(words: tuple[TimedWord, ...], duration_s: float) -> bool:
    edges = [edge for word in words for edge in (word.start_s, word.end_s)]
    return all(0 <= early <= late <= duration_s + 1e-9 for early, late in pairwise(edges))


def test_words_of_a_spoken_reply_are_found_within_a_tenth_of_a_second(replies: Replies) -> None:
    errors = [error for text, clip, starts in replies for error in errors_s(text, word_times(text, clip), starts)]

    assert len(errors) > 100
    assert np.median(errors) < 0.03
    assert np.percentile(errors, 90) < 0.12


def test_noise_does_not_move_the_words(replies: Replies) -> None:
    noisy = [(text, Clip(hissing(clip.samples, 10), RATE), starts) for text, clip, starts in replies]

    errors = [error for text, clip, starts in noisy for error in errors_s(text, word_times(text, clip), starts)]

    assert np.median(errors) < 0.05
    assert np.percentile(errors, 90) < 0.25


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_any_sample_rate_gives_the_same_times(replies: Replies, rate: int) -> None:
    text, clip, _ = replies[0]

    moved = [
        abs(here.start_s - there.start_s)
        for here, there in zip(word_times(text, clip), word_times(text, resample(clip, rate)), strict=True)
    ]

    assert np.median(moved) <= 0.04
    assert max(moved) < 0.3


def test_blocks_of_any_length_are_heard_as_the_whole(replies: Replies) -> None:
    text, clip, _ = replies[0]
    blocks = [Clip(clip.samples[at : at + 777], RATE) for at in range(0, clip.n_frames, 777)]

    assert word_times(text, blocks) == word_times(text, clip)


def test_a_long_reply_does_not_drift(replies: Replies) -> None:
    starts, text, samples = dict[int, float](), "", list[np.ndarray]()
    for _ in range(12):
        for said, clip, at_s in replies[:6:2]:
            now_s = sum(map(len, samples)) / RATE
            starts |= {len(text) + at: now_s + start_s for at, start_s in at_s.items()}
            text += said + " "
            samples += [clip.samples, silence(seconds=0.7)]

    errors = errors_s(text, word_times(text, Clip(np.concatenate(samples), RATE)), starts)

    assert np.percentile(errors, 95) < 0.3


def test_ten_minutes_need_little_memory(replies: Replies) -> None:
    text, clip, _ = replies[0]
    n_times = round(600 / clip.duration_s)

    tracemalloc.start()
    words = word_times(" ".join([text] * n_times), [clip] * n_times)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(words) == n_times * len(text.split())
    assert peak_bytes < 60e6


@pytest.mark.parametrize("name", READINGS)
def test_words_of_real_speech_are_found(name: str) -> None:
    text, starts = READINGS[name]

    words = word_times(text, decode(real_file(f"speech/{name}")))

    errors = [abs(word.start_s - start_s) for word, start_s in zip(words, map(float, starts.split()), strict=True)]
    assert np.median(errors) < 0.06
    assert np.percentile(errors, 80) < 0.15


def test_a_pause_is_put_where_the_comma_is() -> None:
    first, second, third, fourth = word_times("banana, melon melon melon", babbled(0.6, 1.4))

    assert first.start_s == pytest.approx(0.4, abs=0.06)
    assert first.end_s == pytest.approx(1.0, abs=0.06)
    assert second.start_s == pytest.approx(1.4, abs=0.06)
    assert second.end_s <= third.start_s <= third.end_s <= fourth.start_s
    assert fourth.end_s == pytest.approx(2.8, abs=0.06)


def test_what_is_not_spoken_lasts_no_time_and_is_not_lost() -> None:
    words = word_times("banana — melon 🙂", babbled(0.6, 0.6))

    assert [word.text for word in words] == ["banana", "—", "melon", "🙂"]
    assert [word.text for word in words if word.end_s == word.start_s] == ["—", "🙂"]


def test_a_text_without_spaces_is_split_and_can_be_put_together_again() -> None:
    text = "他说：“你好！”  今日はいい天気ですね。OK"  # noqa: RUF001 - full-width marks

    words = word_times(text, babbled(1.5, 1.5))

    assert len(words) == 5
    assert text_of(words) == "他说：“你好！” 今日はいい天気ですね。OK"  # noqa: RUF001 - the same
    assert not words[0].is_joined
    assert words[1].is_joined


def test_no_words_have_no_times() -> None:
    assert word_times(" \n", babbled(1.0)) == ()


@pytest.mark.parametrize(
    "samples", [silence(seconds=2), noise(seconds=2, rms=1e-6), np.full((48_000, 1), np.nan, "f4")]
)
def test_in_silence_words_are_spread_by_their_length(samples: Samples) -> None:
    short, long = word_times("a banana", Clip(samples, RATE))

    assert short.start_s == 0
    assert long.end_s == pytest.approx(2.0)
    assert 0 < short.end_s == long.start_s < 0.6


def test_more_words_than_could_be_spoken_are_spread_too() -> None:
    words = word_times("banana " * 500, babbled(0.5))

    assert len(words) == 500
    assert is_orderly(words, 0.9)
    assert words[-1].end_s == pytest.approx(0.9)


def test_samples_that_are_no_sound_harm_nothing() -> None:
    clip = babbled(0.6, 0.6)
    clip.samples[100:103, 0] = np.nan, np.inf, 1e30

    assert is_orderly(word_times("banana, melon", clip), clip.duration_s)


def test_without_sound_every_word_is_at_the_beginning() -> None:
    nothing = Clip(silence(seconds=0), RATE)

    assert [(word.start_s, word.end_s) for word in word_times("one two", nothing)] == [(0, 0), (0, 0)]
    assert word_times("one two", nothing) == word_times("one two", [])


@settings(deadline=None, max_examples=60)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["no,", "123", "NATO", "x", "今日は", "안녕", "—", "é"]), max_size=60).map(" ".join),
    st.sampled_from(["silence", "noise", "tone", "voice", "bursts"]),
    st.integers(0, 30_000),
    st.sampled_from([50, 8_000, 24_000]),
)
def test_whatever_the_text_and_the_sound_times_are_in_order_and_the_text_is_whole(
    text: str, sound: str, n_frames: int, rate: int
) -> None:
    made: dict[str, Callable[[], Samples]] = {
        "silence": silence,
        "noise": noise,
        "tone": tone,
        "voice": voice,
        "bursts": lambda: babbled(0.3, 0.2).samples,
    }
    clip = Clip(made[sound]()[:n_frames], rate)

    words = word_times(text, clip)

    assert text_of(words) == " ".join(text.split())
    assert is_orderly(words, clip.duration_s)
