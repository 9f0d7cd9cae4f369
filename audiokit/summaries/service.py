"""Spoken Summaries for pages and programs: documents in, a script to look at, a recording to listen to."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.summaries.editing import Editing
from audiokit.summaries.gathering import Gathering
from audiokit.summaries.library import Library
from audiokit.summaries.making import Making
from audiokit.summaries.planning import Planner

__all__ = ["SummariesService"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummariesService:
    """Built once, shared by all visitors; its parts stand in the order in which a person comes to them."""

    gathering: Gathering
    planner: Planner
    editing: Editing
    making: Making
    library: Library

    def close(self) -> None:
        """Let go of what was opened."""
        self.gathering.reader.close()
        self.making.jobs.close()
