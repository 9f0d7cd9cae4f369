"""How long a person waits for the offline engine: first sound, a spoken turn, and what the wire adds."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import httpx2
import numpy as np
from openai import OpenAI

from audiokit.audio.wav import from_pcm16
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport

_QUESTION = "What can you do?"
_STORY = "A long story that goes on and on, until somebody stops it. " * 60


def run() -> dict[str, float]:
    """Return milliseconds (medians), and how many seconds of speech a second makes."""
    with Engine() as engine:
        started = time.perf_counter()
        engine.warm()
        warm_ms = (time.perf_counter() - started) * 1000
        transport = InProcessTransport(create_app(engine))
        http_client = httpx2.Client(transport=transport)
        client = OpenAI(base_url="http://offline.invalid/v1", api_key="none", http_client=http_client)
        with client:
            bare_ms = _median_ms(lambda: next(iter(engine.speak(_STORY))), 20)
            return {
                "start_ms": warm_ms,
                "empty_call_ms": _median_ms(client.models.list, 100),
                "first_sound_ms": bare_ms,
                "first_sound_over_the_wire_ms": _median_ms(lambda: _first_sound(client), 20),
                "hear_two_seconds_ms": _median_ms(lambda: engine.hear(_speechlike(engine)), 5),
                "speech_per_second_ratio": _speech_per_second(engine),
            }


def _median_ms(call: Callable[[], object], n: int) -> float:
    call()
    times = list[float]()
    for _ in range(n):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def _first_sound(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="audiokit-offline",
        messages=[{"role": "user", "content": _QUESTION}],
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "pcm16"},
        stream=True,
    )
    for chunk in stream:
        audio: Any = getattr(chunk.choices[0].delta, "audio", None) if chunk.choices else None
        if audio is not None and audio.data:
            break
    stream.close()


def _speechlike(engine: Engine) -> Any:
    """Two seconds of synthetic speech with a little noise, so that it is never the same sound twice."""
    clip = from_pcm16(b"".join(engine.speak("One two three four five six."))[:96_000], 24_000)
    clip.samples[:] += np.random.default_rng().normal(0, 1e-3, clip.samples.shape)
    return clip


def _speech_per_second(engine: Engine) -> float:
    started = time.perf_counter()
    spoken_s = sum(len(piece) for piece in engine.speak(_STORY)) / 48_000
    return spoken_s / (time.perf_counter() - started)
