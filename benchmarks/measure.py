"""Measures of voices, segmentation and waveform together: how much faster than real time on one core, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from audiokit.audio.clip import Samples
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16
from audiokit.errors import InputError
from audiokit.offline.engine import Engine

_MINUTES = float(os.environ.get("BENCHMARK_MINUTES", "10"))
_LONG_MINUTES = float(os.environ.get("BENCHMARK_LONG_MINUTES", "180"))
_RUNS = int(os.environ.get("BENCHMARK_RUNS", "3"))
_RATE_HZ = 24_000
_SPEECH_S = 600
_REAL_SPEECH = Path(__file__).resolve().parents[2] / "shared/real/speech"
_SENTENCES = (
    "Good morning. I am calling because of the letter that came on Monday.",
    "There are pauses in it, some short and some long.",
    "Would you tell me what it is about, and whom I could ask?",
)


def run() -> dict[str, float]:
    """Return how many seconds of sound one second of CPU measures, the parts of it, and the most memory."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        wav = Path(folder) / "speech.wav"
        _write(wav)
        runs = [_measured(wav, _MINUTES) for _ in range(_RUNS)]
        long = _measured(wav, _LONG_MINUTES)
    seconds = 60 * _MINUTES
    return {
        "realtime_factor": median(seconds / (one["segmentation_s"] + one["measures_s"]) for one in runs),
        "segmentation_realtime_factor": median(seconds / one["segmentation_s"] for one in runs),
        "measures_realtime_factor": median(seconds / one["measures_s"] for one in runs),
        "spoken_ratio": runs[0]["spoken_s"] / seconds,
        f"{_MINUTES:.0f}_min_rss_mb": runs[0]["peak_mb"],
        f"{_LONG_MINUTES:.0f}_min_rss_mb": long["peak_mb"],
        f"{_LONG_MINUTES:.0f}_min_above_idle_mb": long["peak_mb"] - long["idle_mb"],
        f"{_LONG_MINUTES:.0f}_min_realtime_factor": 60 * _LONG_MINUTES / (long["segmentation_s"] + long["measures_s"]),
    }


def _measured(wav: Path, minutes: float) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks._measured", str(minutes), str(wav)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    figures: dict[str, float] = json.loads(said.stdout)
    return figures


def _write(wav: Path) -> None:
    """Write ten minutes of speech with pauses between: real speech where it is here, else the offline engine's."""
    said, left = _speech(), _SPEECH_S * _RATE_HZ
    with soundfile.SoundFile(wav, "w", _RATE_HZ, 1, "PCM_16") as file:
        for samples in cycle(said):
            if left <= 0:
                return
            file.write(samples[:left])
            left -= len(samples)


def _speech() -> list[Samples]:
    pause = np.zeros((_RATE_HZ // 2, 1), np.float32)
    said = list[Samples]()
    for path in sorted(_REAL_SPEECH.glob("*/*.wav")):
        try:
            said += [resample(decode(path).mono(), _RATE_HZ).samples, pause]
        except InputError:
            continue  # a few are hostile on purpose
    if not said:
        with Engine() as engine:
            for sentence in _SENTENCES:
                clip = from_pcm16(b"".join(engine.speak(sentence)), 24_000)
                said += [resample(clip, _RATE_HZ).samples, pause]
    return said
