"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["replaced"]

_BUFFER_BYTES = 2**17


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Give an empty file that becomes ``path`` when the block ends well, in place of what was there; else it is gone.

    It is written beside ``path``, under a hidden name that ends in .part, and is on the disk before it has its name.
    A process that is killed leaves that hidden file, and a power cut never half of one under the name.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with partial.open("xb+", buffering=_BUFFER_BYTES) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
