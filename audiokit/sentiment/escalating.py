"""Which segments are worth a second opinion, by the better and dearer model."""

from __future__ import annotations

from audiokit.sentiment.agreement import agreement, changed, is_strong
from audiokit.sentiment.readings import Agreement, Readings

__all__ = ["changed", "is_strong", "needs_second"]


def needs_second(readings: Readings) -> bool:
    """Whether a segment contrasts or is strong, and has no second opinion yet: there most hangs on being right."""
    return readings.second is None and (agreement(readings) is Agreement.CONTRASTING or is_strong(readings))
