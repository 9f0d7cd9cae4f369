"""The parts of this page that run in the browser: a table, arcs, a transcript, statements with their places.

Each is told values and addresses, never sound, and speaks to Python only where a person has decided something.
"""

from __future__ import annotations

from audiokit.ui.parts import Parts

__all__ = ["part"]

part = Parts("sentiment", styles=("player/tones.css",)).show
