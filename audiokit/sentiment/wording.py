"""Words that the page and everything taken away from it have in common."""

from __future__ import annotations

from types import MappingProxyType

from audiokit.sentiment.whole import Kind

__all__ = ["KINDS", "STANDING"]

STANDING = "Signals from this recording, not a diagnosis."

KINDS = MappingProxyType(
    {
        Kind.TURNING: "Turning point",
        Kind.CONTRAST: "Contrast",
        Kind.STRONG: "Strong",
        Kind.CALMEST: "Calmest",
        Kind.MOST_EXCITED: "Most excited",
        Kind.SILENCE: "Silence",
    }
)
"""What a kind of moment is called."""
