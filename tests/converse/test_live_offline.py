"""A live session over the offline engine's own socket: what a person without a key gets, but for the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conversing import ME
from real import real_file
from talking import FakeBrowser

from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import ActivityMeter
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_pcm16
from audiokit.converse.conversation import KeptTurn, Options
from audiokit.converse.live import LiveOptions
from audiokit.converse.live.seam import BYTES_PER_MS
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio

RATE_HZ = 24_000
# Each has a pause that is longer than 200 ms, which the engine would take for the end if it were not asked otherwise.
PAUSED = [
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav",
    "mozilla__DeepSpeech/data__smoke_test__LDC93S1.wav",
]


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


async def said_to(studio: Studio, conversation_id: str, speech: bytes) -> tuple[KeptTurn, ...]:
    """Say something, hear the answer begin, and return the turns that were kept."""
    browser, bridge = FakeBrowser(), studio.live.open(ME, conversation_id, LiveOptions())
    talking = asyncio.create_task(bridge.run(browser))
    await browser.until(lambda: {"type": "state", "state": "listening"} in browser.messages, patience_s=30)
    piece = 40 * BYTES_PER_MS
    for start in range(0, len(speech), piece):
        browser.does(speech[start : start + piece])
        await asyncio.sleep(0)  # what is said faster than it is passed on is given up
    await browser.until(lambda: browser.all_told("latency"), patience_s=60)
    browser.leaves()
    await talking
    return studio.converse.open(ME, conversation_id).turns


@pytest.mark.real
@pytest.mark.parametrize("name", PAUSED)
def test_real_speech_with_pauses_is_one_turn_and_nothing_of_it_is_cut(studio: Studio, name: str) -> None:
    speech = to_pcm16(resample(decode(real_file(f"speech/{name}").read_bytes()).mono(), RATE_HZ))
    whole = bytes(500 * BYTES_PER_MS) + speech + bytes(1_500 * BYTES_PER_MS)
    said, *_ = asyncio.run(said_to(studio, studio.converse.start(ME, Options()).id, whole))

    assert said.clip_digest is not None
    kept = studio.clips.read(ME, said.clip_digest)[44:]
    start = whole.find(kept)
    assert start >= 0, "it is a part of what was said"
    samples = np.frombuffer(whole, "<i2").astype(np.float32)[:, None] / np.float32(32_768)
    meter = ActivityMeter(RATE_HZ)
    meter.add(samples)
    spoken = np.flatnonzero(meter.result().is_speech) * 10
    begun_ms, ended_ms = start / BYTES_PER_MS, (start + len(kept)) / BYTES_PER_MS
    assert begun_ms <= spoken[0]
    assert ended_ms >= spoken[-1]
