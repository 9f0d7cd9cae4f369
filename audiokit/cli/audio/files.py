"""Files named in a terminal: found, worked through one by one, and never lost by being overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from glob import glob
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import click

from audiokit.cli.audio.tables import as_json_line, say, shown
from audiokit.errors import AudiokitError, InputError

__all__ = ["Batch", "Outputs", "expanded"]

Result = TypeVar("Result")
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
