"""Sound of any length becomes a file while it comes, in memory that stays flat: formats, tags, a whole file or none."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.wav import to_pcm16
from audiokit.audio.writing.atomic import replaced
from audiokit.audio.writing.formats import Recipe, SoundFormat
from audiokit.audio.writing.mp3 import write_mp3
from audiokit.audio.writing.tags import Tags
from audiokit.audio.writing.wav_stream import write_wav
from audiokit.audio.writing.with_pyav import write_with_pyav

__all__ = ["Written", "write"]

_KBITS = range(6, 513)  # what any of the codecs takes
_BLOCK_FRAMES = 2**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written. ``n_frames`` are of the sound itself, at the file's own rate, without a codec's padding."""

    n_frames: int
    sample_rate_hz: int
    size_bytes: int

    @property
    def duration_s(self) -> float:
        """How long the sound lasts."""
        return self.n_frames / self.sample_rate_hz


def write(
    blocks: Iterable[Clip],
    file: BinaryIO | Path,
    to: SoundFormat,
    *,
    kbits: int | None = None,
    tags: Tags | None = None,
) -> Written:
    """Write the blocks, all of one rate and channels, as one file of that format.

    WAV, PCM16 and FLAC hold 16 bits and keep rate and channels (FLAC up to eight). The lossy ones take the next rate
    that players know, and mix more than two channels down to one. ``kbits`` is kbit/s of all channels; None is 64 a
    channel, or 32 for Opus: enough for speech.

    A path is replaced when all is written, and left alone if anything fails. A file must be empty; it stays open, and
    need not be seekable, except for M4A and M4B: WAV, FLAC and MP3 then do not say how long they are.

    Raises:
        ValueError: no sound at all, blocks that do not fit each other, a bit rate out of range, tags for bare
            PCM16, or a file that is not empty or cannot be sought in.
    """
    if isinstance(file, Path):
        with replaced(file) as whole:
            return write(blocks, whole, to, kbits=kbits, tags=tags)
    _refuse(file, to, kbits, tags)
    first, blocks = _begun(blocks)
    recipe = _recipe(first, to, kbits, tags or Tags())
    _, fitting = _begun(_fitting(blocks, recipe))
    sound = _Counted(fitting)
    size_bytes = _write_counting(sound, file, recipe, to)
    return Written(n_frames=sound.n_frames, sample_rate_hz=recipe.sample_rate_hz, size_bytes=size_bytes)


def _refuse(file: BinaryIO, to: SoundFormat, kbits: int | None, tags: Tags | None) -> None:
    if kbits is not None and kbits not in _KBITS:
        raise ValueError(f"{kbits} kbit/s is not between {_KBITS[0]} and {_KBITS[-1]}")
    if to is SoundFormat.PCM16 and tags not in {None, Tags()}:
        raise ValueError("PCM16 is bare samples and has no place for tags")
    if file.seekable() and file.seek(0, io.SEEK_END):
        raise ValueError("the file to write to must be empty")
    if not file.seekable() and to in {SoundFormat.M4A, SoundFormat.M4B}:
        raise ValueError(f"{to.value.upper()} must be written to a file that can be sought in")


def _begun(blocks: Iterable[Clip]) -> tuple[Clip, Iterator[Clip]]:
    """Return the first block that is not empty, and all from that one on."""
    rest = iter(blocks)
    for block in rest:
        if block.n_frames:
            return block, itertools.chain([block], rest)
    raise ValueError("there is no sound to write, and not every player takes a file of none")


def _recipe(first: Clip, to: SoundFormat, kbits: int | None, tags: Tags) -> Recipe:
    n_channels = first.n_channels if first.n_channels <= to.max_channels else 1
    return Recipe(
        sample_rate_hz=to.rate_for(first.sample_rate_hz),
        n_channels=n_channels,
        kbits=kbits or n_channels * to.kbits_a_channel,
        tags=tags,
    )


def _fitting(blocks: Iterable[Clip], recipe: Recipe) -> Iterator[Clip]:
    """Yield the sound as the recipe has it, in blocks that are not too large for the caches."""
    for block in resampled_blocks(_alike(blocks, recipe.n_channels), recipe.sample_rate_hz):
        for start in range(0, block.n_frames, _BLOCK_FRAMES):
            yield Clip(block.samples[start : start + _BLOCK_FRAMES], block.sample_rate_hz)


def _alike(blocks: Iterable[Clip], n_channels: int) -> Iterator[Clip]:
    """Yield the blocks in one or all of their channels, as long as they are of one kind."""
    kind = None
    for block in blocks:
        kind = kind or (block.sample_rate_hz, block.n_channels)
        if kind != (block.sample_rate_hz, block.n_channels):
            raise ValueError(
                f"a block of {block.n_channels} channels at {block.sample_rate_hz} Hz follows those of {kind[1]} "
                f"at {kind[0]} Hz; bring them to one kind first"
            )
        yield block if block.n_channels == n_channels else block.mono()


def _write_counting(sound: Iterable[Clip], file: BinaryIO, recipe: Recipe, to: SoundFormat) -> int:
    """Write the sound, and return how many bytes there are then."""
    if file.seekable():
        _write(sound, file, recipe, to)
        return file.seek(0, io.SEEK_END)
    tally = _Tally(file)
    with io.BufferedWriter(tally) as out:
        _write(sound, out, recipe, to)
    return tally.n_bytes


def _write(sound: Iterable[Clip], file: BinaryIO, recipe: Recipe, to: SoundFormat) -> None:
    if to is SoundFormat.WAV:
        write_wav(map(to_pcm16, sound), file, recipe)
    elif to is SoundFormat.MP3:
        write_mp3(map(to_pcm16, sound), file, recipe)
    elif to is SoundFormat.PCM16:
        file.writelines(map(to_pcm16, sound))
    else:
        write_with_pyav(sound, file, recipe, to)


class _Counted:
    """Blocks, and how many frames of them have gone by."""

    def __init__(self, blocks: Iterator[Clip]) -> None:
        self.n_frames = 0
        self._blocks = blocks

    def __iter__(self) -> Iterator[Clip]:
        for block in self._blocks:
            self.n_frames += block.n_frames
            yield block


class _Tally(io.RawIOBase):
    """What passes through to a file that can only be written to, and how many bytes that were."""

    def __init__(self, file: BinaryIO) -> None:
        self.n_bytes = 0
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.n_bytes += len(data)
        return len(data)
