"""Sound to be gone through in blocks, wherever it is: a clip, a file, or blocks already."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from audiokit.audio.clip import Clip
from audiokit.audio.reading.recording import Source, open_recording

__all__ = ["Sound", "blocks_of", "n_frames_of", "pcm16_blocks"]

Sound = Clip | Source | Iterable[Clip]
"""A clip, a recording that can be opened, or blocks of one rate and channels, which can be gone through once."""

_BLOCK_FRAMES = 2**16
_CONTAINERS = {"WAV", "WAVEX", "RF64", "FLAC"}
_MAGICS = {b"RIFF", b"RF64", b"fLaC"}
_SAMPLES = {"PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32"}
_MAX_FRAMES = 2**48  # libsndfile says more where FLAC does not say how many


def blocks_of(sound: Sound) -> Iterator[Clip]:
    """Return the sound in blocks of one rate and channels.

    Raises:
        UnreadableAudio: no sound could be read from the recording.
    """
    if isinstance(sound, Clip):
        return iter((sound,))
    return _recorded_blocks(sound) if isinstance(sound, bytes | Path) else iter(sound)


def n_frames_of(sound: Clip | Source, sample_rate_hz: int) -> int:
    """Return how many frames it has at that rate.

    WAV and FLAC of whole numbers are taken at their word; other recordings are decoded to know.
    """
    n_frames, rate_hz = _extent(sound)
    return (2 * n_frames * sample_rate_hz + rate_hz) // (2 * rate_hz)  # halves are rounded up, as soxr does it


def pcm16_blocks(source: Source, sample_rate_hz: int) -> Iterator[npt.NDArray[np.int16]] | None:
    """Return the samples of what already is PCM16 of one channel at that rate; None if it is anything else."""
    file = _of_whole_numbers(source)
    if file is None or (file.subtype, file.channels, file.samplerate) != ("PCM_16", 1, sample_rate_hz):
        return None
    return _read(file, "int16")


def _recorded_blocks(source: Source) -> Iterator[Clip]:
    file = _of_whole_numbers(source)
    if file is None:
        with open_recording(source) as recording:
            yield from recording.blocks()
        return
    for samples in _read(file, "float32", always_2d=True):
        yield Clip(samples, file.samplerate)


def _extent(sound: Clip | Source) -> tuple[int, int]:
    """Return how many frames it has at its own rate, and that rate."""
    if isinstance(sound, Clip):
        return sound.n_frames, sound.sample_rate_hz
    if (file := _of_whole_numbers(sound)) is not None:
        with file:
            return file.frames, file.samplerate
    n_frames, rate_hz = 0, 1
    for block in _recorded_blocks(sound):
        n_frames, rate_hz = n_frames + block.n_frames, block.sample_rate_hz
    return n_frames, rate_hz


def _of_whole_numbers(source: Source) -> Any:
    """Return the open file if it is WAV or FLAC of PCM and says how long it is: soundfile reads these fastest."""
    if _beginning(source) not in _MAGICS:  # libsndfile would print what it thinks of an MP3
        return None
    with contextlib.suppress(soundfile.LibsndfileError):
        file = soundfile.SoundFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        if file.format in _CONTAINERS and file.subtype in _SAMPLES and 0 < file.frames < _MAX_FRAMES:
            return file
        file.close()
    return None


def _beginning(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source[:4]
    with source.open("rb") as file:
        return file.read(4)


def _read(file: Any, dtype: str, **how: bool) -> Iterator[Any]:
    with file:
        while len(samples := file.read(_BLOCK_FRAMES, dtype=dtype, **how)):
            yield samples
