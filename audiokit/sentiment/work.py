"""The name of the workflow that analyses a recording; a worker knows it by this before anything else is loaded."""

from __future__ import annotations

from typing import Final

__all__ = ["ANALYSE"]

ANALYSE: Final = "analyse_recording"
