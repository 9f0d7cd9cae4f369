"""How fast sound is sent: faster than it plays, as OpenAI's is, but not all at once, or nobody could interrupt it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

__all__ = ["Pace", "Rules"]

_JITTER_S = 0.4  # so far ahead, a late piece leaves no hole in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What sessions keep to. ``speed`` is in seconds of sound a second, after the first ``lead_s``.

    ``interpreting_speed`` is that of translations: they are said at the pace at which they are heard.
    """

    speed: float = 4.0
    interpreting_speed: float = 1.0
    lead_s: float = 1.0
    longest_s: float = 3_600.0

    def pace(self) -> Pace:
        """Return the pace of one response."""
        return Pace(self.speed, self.lead_s)

    def interpreting_pace(self) -> Pace:
        """Return the pace of what is said of one stretch of speech."""
        return Pace(self.interpreting_speed, min(self.lead_s, _JITTER_S))


class Pace:
    """Lets the sound of one response go out when it is time."""

    def __init__(self, speed: float, lead_s: float) -> None:
        self._speed, self._lead_s = speed, lead_s
        self._began_s: float | None = None

    async def wait_for(self, at_s: float) -> None:
        """Wait until the sound that begins at ``at_s`` may go out."""
        now_s = asyncio.get_running_loop().time()
        if self._began_s is None:
            self._began_s = now_s
        wait_s = self._began_s + max(0.0, at_s - self._lead_s) / self._speed - now_s
        if wait_s > 0 and not math.isinf(self._speed):
            await asyncio.sleep(wait_s)
