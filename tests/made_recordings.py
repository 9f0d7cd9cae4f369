"""Recordings made for tests: samples as the bytes of a file, and such files heard."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import soundfile
from clips import Samples

from audiokit.audio.clip import Clip
from audiokit.audio.reading.recording import Source
from audiokit.audio.steps import done
from audiokit.audio.track import Track, listen


def file_of(
    samples: Samples | npt.NDArray[np.int16], rate: int = 24_000, *, kind: str = "WAV", subtype: str | None = "FLOAT"
) -> bytes:
    """A file of soundfile's kinds; a WAV of floats holds the very samples."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def heard(source: Source | Samples, rate: int = 24_000, **limits: float) -> Track:
    """What is known of a recording. Close it."""
    return done(listen(file_of(source, rate) if isinstance(source, np.ndarray) else source, **limits))  # type: ignore[arg-type] # limits of both types


def joined(blocks: Iterable[Clip]) -> Samples:
    """All samples of blocks in a row."""
    return np.concatenate([block.samples for block in blocks])
