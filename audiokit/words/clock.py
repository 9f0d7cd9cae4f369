"""A length or an instant in figures, as a clock shows it."""

from __future__ import annotations

__all__ = ["clock"]

_MINUTE_S, _HOUR_S = 60, 3600


def clock(seconds: float) -> str:
    """Return a length or an instant as a clock shows it: ``2:05``, ``1:02:05``."""
    whole = round(seconds)
    hours, rest = divmod(whole, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
