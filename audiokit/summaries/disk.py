"""Sound is put aside on the disk while it is measured and written; what a full disk is told as."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from audiokit.audio.intake import no_room

__all__ = ["on_disk"]


@contextmanager
def on_disk() -> Iterator[None]:
    """Raise what a full disk causes inside as the StoreError that says so."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise no_room(error) from error
