"""Frames on the pipe between us and a worker process: one letter, a length, the bytes.

Both ends import this module, so it loads nothing but the standard library.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

__all__ = ["Answer", "Frame", "Kind", "read", "serve", "write"]

_HEADER = struct.Struct("<cI")


class Kind(Enum):
    """What a frame holds."""

    READY = b"R"
    JSON = b"J"
    SOUND = b"S"
    END = b"."
    FAILED = b"!"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; ``payload`` is UTF-8 JSON, PCM16, or a sentence in UTF-8, by its kind."""

    kind: Kind
    payload: bytes = b""


Answer = Callable[[Frame], Iterator[Frame]]


def write(stream: BinaryIO, frame: Frame) -> None:
    """Send one frame at once."""
    stream.write(_HEADER.pack(frame.kind.value, len(frame.payload)))
    stream.write(frame.payload)
    stream.flush()


def read(stream: BinaryIO) -> Frame | None:
    """Wait for one frame; None when the other end is gone, in the middle of a frame or between two."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    letter, size_bytes = _HEADER.unpack(header)
    payload = stream.read(size_bytes)
    return Frame(Kind(letter), payload) if len(payload) == size_bytes else None


def serve(open_engine: Callable[[], Answer]) -> None:
    """Answer frames on the standard pipes until the parent closes its end; a worker's whole life.

    The interrupt of a terminal reaches every process in it; the parent decides when a worker ends, so it is ignored.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = sys.stdin.buffer, _private_stdout()
    try:
        answer = open_engine()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        write(replies, Frame(Kind.FAILED, str(error).encode()))
        return
    write(replies, Frame(Kind.READY))
    while (request := read(requests)) is not None:
        try:
            for frame in answer(request):
                write(replies, frame)
            write(replies, Frame(Kind.END))
        except BrokenPipeError:
            return
        except Exception as error:  # noqa: BLE001 - whatever a native library does, the parent shall be told
            write(replies, Frame(Kind.FAILED, f"{type(error).__name__}: {error}".encode()))


def _private_stdout() -> BinaryIO:
    """Return the pipe to the parent, and let what native libraries print go to standard error instead."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return pipe
