"""Files named in a terminal: found, heard one after the other, and written so that nothing is lost."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import click

from audiokit.audio.clip import Clip
from audiokit.audio.formats import SoundFormat
from audiokit.audio.reading import Recording, open_recording
from audiokit.audio.steps import done
from audiokit.audio.tags import Tags
from audiokit.audio.track import Track, listen
from audiokit.audio.write import Written, write
from audiokit.cli.audio_tables import as_json_line, say, shown
from audiokit.errors import AudiokitError, InputError

__all__ = ["Batch", "Outputs", "expanded", "heard", "opened", "saved"]

Result = TypeVar("Result")
_ANY_SIZE_BYTES = sys.maxsize  # limits are for what strangers send; this is one's own machine
_WILD = "*?["


def expanded(names: Iterable[str]) -> list[Path]:
    """Return the files that are named; a pattern that the shell has left alone (Windows) becomes those it matches.

    One that matches nothing stays as it is, so that it can be refused by its name.
    """
    return [path for name in names for path in _matches(name)]


def _matches(name: str) -> list[Path]:
    if os.path.exists(name) or not any(sign in name for sign in _WILD):  # noqa: PTH110 - Path's raises for long names
        return [Path(name)]
    return [path for path in map(Path, sorted(glob(name, recursive=True))) if path.is_file()] or [Path(name)]  # noqa: PTH207 - Path's knows no absolute pattern


class Batch:
    """Files worked through one by one: what is refused is said on stderr, and the others are done all the same.

    As a context, it ends the command with exit code 1 if any was refused.
    """

    def __init__(self, paths: Sequence[Path], *, as_json: bool) -> None:
        self.n_refused = 0
        self._paths, self._as_json = paths, as_json

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self.n_refused:
            raise click.exceptions.Exit(1)

    def each(self, work: Callable[[Path], Result]) -> Iterator[tuple[Path, Result]]:
        """Yield each file with what ``work`` makes of it; those that are refused are left out."""
        for path in self._paths:
            try:
                result = work(path)
            except AudiokitError as error:
                self._refuse(path, str(error))
            except OSError as error:
                self._refuse(path, _told(error))
            else:
                yield path, result

    def _refuse(self, path: Path, sentence: str) -> None:
        self.n_refused += 1
        say(f"{shown(path)}: {sentence}", err=True)
        if self._as_json:
            say(as_json_line({"file": path, "error": sentence}))


def _told(error: OSError) -> str:
    where = f" ({shown(error.filename)})" if isinstance(error.filename, str) else ""
    return f"The system says: {error.strerror or error}{where}. Check the place, its rights and its room."


class Outputs:
    """Names to write under: none that is read from, none twice, and none that exists unless ``force`` says so."""

    def __init__(self, inputs: Sequence[Path], *, force: bool) -> None:
        self._inputs, self._force = inputs, force
        self._taken = list[Path]()

    def claim(self, path: Path) -> Path:
        """Return the path, which is free from now on for one file of ours.

        Raises:
            InputError: it is not free.
        """
        if _is_among(self._inputs, path):
            raise InputError(f"{shown(path)} is read from, and would be overwritten. Give another place with --out.")
        if _is_among(self._taken, path):
            raise InputError(f"Another file of this name would be written to {shown(path)}, too. Convert it alone.")
        if path.exists() and not (self._force and path.is_file()):
            raise InputError(f"{shown(path)} exists. Say --force to overwrite files, or give another place with --out.")
        self._taken.append(path)
        return path


def _is_among(others: Iterable[Path], path: Path) -> bool:
    """Return whether the path is one of the others, by whatever name."""
    if path.exists():
        return any(other.exists() and path.samefile(other) for other in others)
    return path in others


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
def heard(path: Path, *, sample_rate_hz: int = 24_000) -> Iterator[tuple[Track, float]]:
    """Give what is known of a recording of any length, and how many seconds were decoded.

    Raises:
        InputError: there is no such file, or no sound in it.
    """
    with opened(path) as recording:
        total_s = recording.declared_s
    hearing = listen(
        path, sample_rate_hz=sample_rate_hz, max_duration_s=math.inf, max_size_bytes=_ANY_SIZE_BYTES
    )
    with _Watched(f"hearing {shown(path.name)}", total_s) as watched:
        track = done(hearing, watched.reach)
    with track:
        yield track, watched.at_s


def saved(  # noqa: PLR0913 - what write() takes, and for how long
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
                f"{to.value.upper()} cannot be written with {kbits} kbit/s for this sound. Give another --kbits, or none."
            ) from error


class _Watched:
    """A bar on stderr that shows how far the work is, while somebody sits there; ``at_s`` is how far."""

    def __init__(self, label: str, total_s: float | None) -> None:
        self.at_s = 0.0
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

    def __exit__(self, *of: Any) -> None:
        self._bar.__exit__(*of)

    def reach(self, at_s: float) -> None:
        """Show that so many seconds are done."""
        self._bar.update(int(at_s) - int(self.at_s))
        self.at_s = at_s

    def through(self, blocks: Iterable[Clip]) -> Iterator[Clip]:
        """Yield the blocks, and show how much of them has gone by."""
        n_frames = 0
        for block in blocks:
            yield block
            n_frames += block.n_frames
            self.reach(n_frames / block.sample_rate_hz)
