"""Recordings heard and written for a terminal: of any size, and with a bar that shows how far it is."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import click

from audiokit.audio.clip import Clip
from audiokit.audio.reading.recording import Recording, open_recording
from audiokit.audio.steps import done
from audiokit.audio.track import Track, listen
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.tags import Tags
from audiokit.audio.writing.write import Written, write
from audiokit.cli.audio.tables import shown
from audiokit.errors import InputError

__all__ = ["heard", "opened", "saved"]

_ANY_SIZE_BYTES = sys.maxsize  # limits are for what strangers send; this is one's own machine


@contextmanager
def opened(path: Path) -> Iterator[Recording]:
    """Give the recording in a file of any size.

    Raises:
        InputError: there is no such file, or no sound in it.
    """
    if path.is_dir():
        raise InputError(f"This is a folder. Name the files in it, such as {shown(path / '*.wav')}.")
    if not path.is_file():
        raise InputError("There is no such file. Check the name.")
    with open_recording(path, max_size_bytes=_ANY_SIZE_BYTES) as recording:
        yield recording


@contextmanager
def heard(path: Path, *, sample_rate_hz: int = 24_000) -> Iterator[Track]:
    """Give all that can be known of a recording of any length.

    Raises:
        InputError: there is no such file, or no sound in it.
    """
    with opened(path) as recording:
        total_s = recording.declared_s
    hearing = listen(path, sample_rate_hz=sample_rate_hz, max_duration_s=math.inf, max_size_bytes=_ANY_SIZE_BYTES)
    with _Watched(f"hearing {shown(path.name)}", total_s) as watched:
        track = done(hearing, watched.reach)
    with track:
        yield track


def saved(
    blocks: Iterable[Clip],
    path: Path,
    to: SoundFormat,
    *,
    kbits: int | None = None,
    tags: Tags | None = None,
    total_s: float | None,
) -> Written:
    """Write the blocks as one whole file, in a folder that is made if need be.

    Raises:
        InputError: the format does not go with so many bits.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _Watched(f"writing {shown(path.name)}", total_s) as watched:
        try:
            return write(watched.through(blocks), path, to, kbits=kbits, tags=tags)
        except ValueError as error:
            if kbits is None:
                raise
            raise InputError(
                f"{to.value.upper()} cannot be written with {kbits} kbit/s here. Give another --kbits, or none."
            ) from error


class _Watched:
    """A bar on stderr that shows how far the work is, while somebody sits there."""

    def __init__(self, label: str, total_s: float | None) -> None:
        self._at_s = 0.0
        self._bar: Any = click.progressbar(
            iter(lambda: None, 0),  # of a length that nobody knows
            length=None if total_s is None else max(1, math.ceil(total_s)),
            label=label,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *of: object) -> None:
        self._bar.__exit__(*of)

    def reach(self, at_s: float) -> None:
        """Show that so many seconds are done; what is heard a second time does not set it back."""
        if at_s > self._at_s:
            self._bar.update(int(at_s) - int(self._at_s))
            self._at_s = at_s

    def through(self, blocks: Iterable[Clip]) -> Iterator[Clip]:
        """Yield the blocks, and show how much of them has gone by."""
        n_frames = 0
        for block in blocks:
            yield block
            n_frames += block.n_frames
            self.reach(n_frames / block.sample_rate_hz)
