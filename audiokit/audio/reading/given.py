"""What was given, before anything of it is decoded: how large it is, and what its content says it is."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

from audiokit.audio.reading.sniff import Container, resembles, sniff, sniff_file
from audiokit.errors import FileTooLarge, UnreadableAudio

__all__ = ["MAX_SIZE_BYTES", "Source", "container_of", "size_of"]

Source = bytes | Path
"""Where sound is: in memory, or in a file of ours. A path is read as a file only, whatever it looks like."""

MAX_SIZE_BYTES = 2_000_000_000
"""Three hours of 48 kHz stereo WAV are 2.07 GB as 16 bits; more is given in parts."""

_FIRST_BYTES = 4096


def size_of(source: Source, *, max_size_bytes: int = MAX_SIZE_BYTES) -> int:
    """Return how many bytes there are.

    Raises:
        FileTooLarge: more than ``max_size_bytes``.
        UnreadableAudio: it is no file, or none that can be read.
    """
    size_bytes = len(source) if isinstance(source, bytes) else _file_size(source)
    if size_bytes > max_size_bytes:
        raise FileTooLarge(size_bytes=size_bytes, max_size_bytes=max_size_bytes)
    return size_bytes


def _file_size(path: Path) -> int:
    with _found():
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        raise UnreadableAudio("This is a folder, or no file at all. Record again, or upload a recording.")
    return status.st_size


def container_of(source: Source) -> Container:
    """Return what it is, judged by its content.

    Raises:
        UnreadableAudio: it is nothing that we know, or no file that can be read.
    """
    if isinstance(source, bytes):
        container, head = sniff(source), source[:_FIRST_BYTES]
    else:
        with _found(), source.open("rb") as file:
            container = sniff_file(file)
            file.seek(0)
            head = file.read(_FIRST_BYTES)
    if container is None:
        raise UnreadableAudio(_refusal(head))
    return container


@contextlib.contextmanager
def _found() -> Iterator[None]:
    """Turn what the system says of a path into a sentence that does not tell the path."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise UnreadableAudio(
            "This recording is not there, or must not be read. Record again, or upload it once more.",
            reason=getattr(error, "strerror", None) or type(error).__name__,
        ) from error


def _refusal(head: bytes) -> str:
    if not head:
        return "This file is empty. Record again, or upload the file once more."
    thing = resembles(head)
    return (
        f"This is not sound that audiokit can read{f' (it looks like {thing})' if thing else ''}. "
        "Record again, or upload WAV, MP3, M4A, FLAC, OGG or WebM."
    )
