"""``audiokit audio`` as it is typed, and recordings to type it for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
from click.testing import CliRunner, Result
from clips import Samples, tone
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.cli.main import main

TURNS = ((1.0, 2.0), (2.5, 3.5))
LONG_TURNS = tuple((0.5 + 2.0 * n, 2.0 + 2.0 * n) for n in range(6))  # and half a second of pause between each two


def typed(*words: object, charset: str = "utf-8") -> Result:
    """What comes of a command; anything but an exit code, such as a traceback, fails the test."""
    result = CliRunner(charset=charset).invoke(main, ["audio", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words: object) -> list[dict[str, Any]]:
    """What a command says to programs."""
    return [json.loads(line) for line in typed(*words, "--json").stdout.splitlines()]


def saved(path: Path, samples: Samples, rate: int = 24_000) -> Path:
    """A WAV file of these samples."""
    path.write_bytes(to_wav(Clip(samples, rate)))
    return path


def spoken(
    path: Path,
    *,
    turns: tuple[tuple[float, float], ...] = TURNS,
    seconds: float = 5.0,
    rate: int = 24_000,
    channels: int = 1,
    rms: float = 0.1,
) -> Path:
    """A WAV file of a voice that comes and goes."""
    return saved(path, np.repeat(talk(turns, seconds=seconds, rate=rate, rms=rms), channels, axis=1), rate)


def sounding(path: Path, *, seconds: float = 1.0, hz: float = 440.0, rate: int = 24_000, channels: int = 1) -> Path:
    """A WAV file of a tone."""
    return saved(path, tone(hz, seconds=seconds, rate=rate, channels=channels), rate)


def talked(path: Path, *, rate: int = 24_000, channels: int = 1) -> Path:
    """A WAV file of 12.5 s with a pause every two."""
    return spoken(path, turns=LONG_TURNS, seconds=12.5, rate=rate, channels=channels)


def is_in_pause(at_s: float) -> bool:
    """Whether nobody speaks then in what was ``talked``."""
    return not any(start_s < at_s < end_s for start_s, end_s in LONG_TURNS)


def chapters_of(file: Path) -> list[tuple[float, float, str]]:
    """What FFmpeg reads: when each begins and ends, and its title."""
    with av.open(str(file)) as container:
        return [
            (float(c["start"] * base), float(c["end"] * base), c["metadata"].get("title", ""))
            for c in container.chapters()
            if (base := c["time_base"]) is not None
        ]


def text(path: Path) -> Path:
    """A file that is no sound."""
    path.write_text("There is no sound in a text.")
    return path
