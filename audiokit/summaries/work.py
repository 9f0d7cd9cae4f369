"""The names of the workflows that make programmes; a worker knows them by these before anything else is loaded."""

from __future__ import annotations

from typing import Final

__all__ = ["MAKE", "WRITE"]

WRITE: Final = "write_programme"
MAKE: Final = "make_programme"
