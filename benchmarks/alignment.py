"""How well words are placed in known sound: errors of their starts against two simple ways, and the time it takes."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import ActivityMeter
from audiokit.audio.resample import resample
from audiokit.audio.voice.alignment import TimedWord, word_times
from audiokit.audio.wav import from_pcm16, to_pcm16

_REAL = Path(__file__).resolve().parents[2] / "shared/real"
_NOT_SPELLED_OUT = {"mr": "mister"}
_VOICES = ("alloy", "onyx", "marin", "fable", "shimmer", "cedar")
_SPEEDS = (1.0, 0.75, 1.4)
_TEXTS = (
    "Hello! I'm glad you asked. The capital of France is Paris, and about 2.1 million people live there. Go on?",
    "First, preheat your oven to 180 degrees. Next, mix two cups of flour with a pinch of salt, then stir it.",
    "In short, machine learning is a way of teaching computers to recognise patterns without being programmed.",
    "However, the quality of the data matters at least as much as the algorithm; otherwise results disappoint.",
    "It was raining when she left the house that morning and the streets were nearly empty but for a few old men.",
)
_OTHERS = {
    "de": "Guten Tag! Schön, dass Sie fragen. Die Hauptstadt von Deutschland ist Berlin, und dort leben ungefähr 3,7 "
    "Millionen Menschen. Möchten Sie mehr über die Geschichte der Stadt erfahren?",
    "fr": "Je suis ravi de vous aider. La capitale de la France est Paris, et environ deux millions de personnes y "
    "habitent. Souhaitez-vous en savoir plus sur son histoire?",
    "ru": "Здравствуйте! Я рад вам помочь. Столица России Москва, и там живёт около двенадцати миллионов человек.",
    "cmn": "很高兴见到你。秋天总是那么富有诗意，树叶渐渐变红，街道旁的银杏树也开始落叶。",  # noqa: RUF001 - as Chinese has it
    "hi": "मुझे आपकी मदद करके खुशी होगी। भारत की राजधानी नई दिल्ली है, और वहाँ लगभग दो करोड़ लोग रहते हैं।",
}

Starts = dict[int, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Spoken:
    text: str
    clip: Clip
    starts: Starts


def run() -> dict[str, float]:
    """Return the median and the ninth decile of the error for each kind of speech and way, and seconds."""
    synthetic, others = list(_synthetic(_english())), list(_synthetic(_foreign()))
    figures = _errors("espeak", synthetic) | _errors("espeak_other_languages", others)
    figures |= _errors("espeak_10_db_noise", [_in_noise(spoken) for spoken in synthetic])
    if real := list(_real()):
        figures |= _errors("real", real) | _errors("real_10_db_noise", [_in_noise(spoken) for spoken in real])
    return figures | {f"{minutes}_min_s": _time_s(synthetic, minutes) for minutes in (1, 30)}


def _errors(name: str, material: Sequence[_Spoken]) -> dict[str, float]:
    figures = {}
    for way in (_ours, _letters, _over_speech):
        errors = list[float]()
        for spoken in material:
            found = way(spoken.text, spoken.clip)
            errors += [abs(found[at] - start_s) for at, start_s in spoken.starts.items() if at in found]
        for share, figure in ((50, "median"), (90, "p90")):
            figures[f"{name}{way.__name__}_{figure}_ms"] = 1000 * float(np.percentile(errors, share))
    return figures


def _ours(text: str, clip: Clip) -> Starts:
    return _placed(text, word_times(text, clip))


def _placed(text: str, words: Sequence[TimedWord]) -> Starts:
    at, starts = 0, {}
    for word in words:
        at = text.index(word.text, at)
        starts[at + _n_opening(word.text)] = word.start_s
        at += len(word.text)
    return starts


def _n_opening(word: str) -> int:
    return next((index for index, letter in enumerate(word) if letter.isalnum()), 0)


def _letters(text: str, clip: Clip) -> Starts:
    """Spread the letters evenly over the whole sound."""
    return {at: share * clip.duration_s for at, share in _shares(text)}


def _over_speech(text: str, clip: Clip) -> Starts:
    """Spread the letters evenly over what may be speech."""
    meter = ActivityMeter(clip.sample_rate_hz)
    meter.add(clip.mono().samples)
    spoken = np.cumsum(meter.result().is_speech)
    return {at: float(np.searchsorted(spoken, share * spoken[-1] + 0.5)) / 100 for at, share in _shares(text)}


def _shares(text: str) -> Iterator[tuple[int, float]]:
    n_letters = sum(map(str.isalnum, text))
    return ((at, sum(map(str.isalnum, text[:at])) / n_letters) for at in range(len(text)))


def _english() -> list[dict[str, Any]]:
    voices = cycle(_VOICES)
    return [{"text": text, "voice": next(voices), "speed": speed} for text in _TEXTS for speed in _SPEEDS]


def _foreign() -> list[dict[str, Any]]:
    return [{"text": text, "voice": "fable", "speed": 1.0, "language": language} for language, text in _OTHERS.items()]


def _synthetic(requests: list[dict[str, Any]]) -> Iterator[_Spoken]:
    """Yield speech whose times the synthesiser tells."""
    command = [sys.executable, "-m", "benchmarks._spoken_words"]
    said = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=True)  # noqa: S603 - ours
    for request, answer in zip(requests, json.loads(said.stdout), strict=True):
        clip = from_pcm16(base64.b64decode(answer["pcm16"]), answer["rate_hz"])
        yield _Spoken(request["text"], resample(clip, 24_000), dict(answer["starts"]))


def _real() -> Iterator[_Spoken]:
    """Yield English recordings of known words, timed by pocketsphinx's forced alignment; each text once."""
    path, texts = _REAL / "transcripts.json", set[str]()
    for name, told in json.loads(path.read_text("utf-8")).items() if path.is_file() else ():
        text = told["text"]
        if told["lang"] != "en" or text.lower() in texts or "(continues" in text or name.endswith(".pcm"):
            continue
        texts.add(text.lower())
        clip = decode(_REAL / name).mono()
        if (starts := _recognised(text, clip)) is not None:
            yield _Spoken(text, clip, starts)


def _recognised(text: str, clip: Clip) -> Starts | None:
    """Return when each word begins; None where one is not in the dictionary, or the words do not fit."""
    import pocketsphinx  # noqa: PLC0415 - a benchmark that needs it only here

    found = [(match.start(), re.sub(r"[^a-z']", "", match[0].lower())) for match in re.finditer(r"\S+", text)]
    words = [_NOT_SPELLED_OUT.get(word, word) for _, word in found]
    decoder = pocketsphinx.Decoder(loglevel="FATAL")
    if any(decoder.lookup_word(word) is None for word in words):
        return None
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw(to_pcm16(resample(clip, 16_000)), full_utt=True)
    decoder.end_utt()
    segments = [segment for segment in decoder.seg() if not segment.word.startswith(("<", "["))]
    if len(segments) != len(words):
        return None
    return {at: segment.start_frame / 100 for (at, _), segment in zip(found, segments, strict=True)}


def _in_noise(spoken: _Spoken, snr_db: float = 10) -> _Spoken:
    samples = spoken.clip.samples
    white = np.random.default_rng(0).normal(0, 1, len(samples) + 1)
    noise = white[1:] + 0.9 * white[:-1]
    noise *= np.sqrt(np.mean(samples**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    return _Spoken(
        spoken.text, Clip(np.asarray(samples + noise[:, None], np.float32), spoken.clip.sample_rate_hz), spoken.starts
    )


def _time_s(material: Sequence[_Spoken], minutes: int) -> float:
    """Return how long it takes to place the words of so many minutes: the best of three."""
    texts, sound, left_s = list[str](), list[Any](), 60.0 * minutes
    for spoken in cycle(material):
        if left_s <= 0:
            break
        texts.append(spoken.text)
        sound.append(spoken.clip.samples)
        left_s -= spoken.clip.duration_s
    text, clip = " ".join(texts), Clip(np.concatenate(sound), 24_000)
    times = list[float]()
    for _ in range(3):
        started = time.perf_counter()
        word_times(text, clip)
        times.append(time.perf_counter() - started)
    return min(times)
