"""What can be had of a programme, as whoever sends it sees it: a name, a type, and bytes once they are asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import BinaryIO

__all__ = ["Sendable", "of_bytes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendable:
    """A file to be had. ``tag`` is another one as soon as its bytes are others.

    ``open`` returns it from its beginning, and makes it first where it is not there yet; it may block. Close it.
    """

    name: str
    media_type: str
    tag: str
    open: Callable[[], BinaryIO]


def of_bytes(name: str, media_type: str, data: bytes) -> Sendable:
    """Return what is there already."""
    return Sendable(name=name, media_type=media_type, tag=sha256(data).hexdigest()[:32], open=partial(io.BytesIO, data))
