"""The tools that every conversation has, and one person's own beside them."""

from __future__ import annotations

from audiokit.converse.tools.calculator import calculate
from audiokit.converse.tools.clock import Clock
from audiokit.converse.tools.recordings import Library, Recordings
from audiokit.converse.tools.registry import Toolbox
from audiokit.converse.tools.units import convert_units

__all__ = ["built_in", "for_person"]


def built_in() -> Toolbox:
    """Return the box with the tools that are the same for everyone; built once."""
    return Toolbox([calculate, convert_units])


def for_person(box: Toolbox, library: Library, *, home: str | None = None) -> Toolbox:
    """Return ``box`` with the tools of one person: their recordings, and the time where they are.

    ``home`` is an IANA time zone as their browser names it; None for this machine's.
    """
    return box.plus(Clock(home=home).current_time, Recordings(library).search_my_recordings)
