"""Many clips become one programme: a pause between each two, edges faded so that no joint clicks, marks that say where.

One block is held at a time, never the whole. How loud each part should be is the caller's to know: ``Part.gain_db``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.reading.sources import Sound, blocks_of, n_frames_of, pcm16_blocks
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.wav import to_pcm16
from audiokit.audio.writing.atomic import replaced
from audiokit.audio.writing.formats import Recipe
from audiokit.audio.writing.seams import Line, Mark, Seams, assembled
from audiokit.audio.writing.tags import Tags
from audiokit.audio.writing.wav_stream import write_wav

__all__ = ["Mark", "Part", "join_files", "joined", "planned"]

_SPEECH_RATE_HZ = 24_000
_PAUSE_S = 0.25
_FADE_S = 0.005  # long enough for no click, short enough for every consonant


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One sound to be joined: a clip, a recording, or blocks of one rate and channels; louder by ``gain_db``."""

    sound: Sound
    gain_db: float = 0.0


def joined(
    parts: Iterable[Part],
    *,
    pause_s: float | Sequence[float] = _PAUSE_S,
    fade_s: float = _FADE_S,
    sample_rate_hz: int = _SPEECH_RATE_HZ,
    on_mark: Callable[[Mark], object] = lambda _: None,
) -> Iterator[Clip]:
    """Return the parts one after another, as blocks of one channel and of any length.

    Each part rises from nothing in ``fade_s`` and falls to it again, along half a cosine; one shorter than both does
    so within its halves. ``pause_s`` is the silence between each two, or a number for every gap. ``on_mark`` is given
    each part's place once all of it has been taken. What a gain brings beyond full scale stays there.

    Raises:
        ValueError: a negative time, or more or fewer pauses than gaps.
        UnreadableAudio: a recording holds no sound that can be decoded.
    """
    lines = (_line(part, sample_rate_hz) for part in parts)
    whole = assembled(lines, Seams(pause_s, fade_s, sample_rate_hz), on_mark)
    return (Clip(line.astype(np.float32, copy=False)[:, None], sample_rate_hz) for line in whole)


def planned(
    parts: Iterable[Part], *, pause_s: float | Sequence[float] = _PAUSE_S, sample_rate_hz: int = _SPEECH_RATE_HZ
) -> tuple[Mark, ...]:
    """Return the marks that ``joined`` will give, without reading the sound: chapters stand before it in most files.

    WAV and FLAC are as long as their headers say; other recordings are decoded to know.

    Raises:
        TypeError: a part is given in blocks, whose length is known only at their end.
        ValueError, UnreadableAudio: as ``joined``.
    """
    seams, marks, start = Seams(pause_s, 0, sample_rate_hz), list[Mark](), 0
    for number, part in enumerate(parts):
        start += seams.pause_frames(number - 1) if number else 0
        if not isinstance(part.sound, Clip | bytes | Path):
            raise TypeError("how long blocks are is known only at their end; plan with clips and recordings")
        end = start + n_frames_of(part.sound, sample_rate_hz)
        marks.append(Mark(start_frame=start, end_frame=end, sample_rate_hz=sample_rate_hz))
        start = end
    seams.refuse_spare_pauses(len(marks))
    return tuple(marks)


def join_files(
    paths: Iterable[Path],
    out: Path,
    *,
    pause_s: float | Sequence[float] = _PAUSE_S,
    fade_s: float = _FADE_S,
    sample_rate_hz: int = _SPEECH_RATE_HZ,
) -> tuple[Mark, ...]:
    """Join files into one WAV of one channel, which replaces ``out``, and return where each is in it.

    The same as writing what is ``joined``, at half the cost: samples that are PCM16 at the right rate stay so.
    """
    marks = list[Mark]()
    lines = (_pcm16_line(path, sample_rate_hz) for path in paths)
    whole = assembled(lines, Seams(pause_s, fade_s, sample_rate_hz), marks.append)
    recipe = Recipe(sample_rate_hz=sample_rate_hz, n_channels=1, kbits=0, tags=Tags())
    with replaced(out) as file:
        write_wav((line.astype("<i2", copy=False).view(np.uint8).data for line in whole), file, recipe)
    return tuple(marks)


def _line(part: Part, sample_rate_hz: int) -> Iterator[Line]:
    """Return one channel of the part at that rate, as loud as asked for."""
    mono = (block.mono() for block in blocks_of(part.sound))
    lines = (block.samples[:, 0] for block in resampled_blocks(mono, sample_rate_hz))
    factor = np.float32(10 ** (part.gain_db / 20))
    return lines if factor == 1 else (line * factor for line in lines)


def _pcm16_line(path: Path, sample_rate_hz: int) -> Iterator[Line]:
    if (lines := pcm16_blocks(path, sample_rate_hz)) is not None:
        return lines
    mono = (Clip(line[:, None], sample_rate_hz) for line in _line(Part(path), sample_rate_hz))
    return (np.frombuffer(to_pcm16(clip), "<i2") for clip in mono)
