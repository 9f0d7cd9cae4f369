"""What a person is told when a part of the offline engine cannot do its work."""

from __future__ import annotations

from audiokit.process.worker import Sentences

__all__ = ["sentences"]


def sentences(ability: str) -> Sentences:
    """Return them for the part that can ``hear`` or ``speak``."""
    return Sentences(
        failed=f"The offline engine failed to {ability} this. Try something shorter or plainer.",
        died=f"The part of the offline engine that can {ability} stopped. Try again.",
        missing=f"This machine cannot {ability} offline: {{reason}}.",
        closed="The offline engine was closed. Start it again.",
    )
