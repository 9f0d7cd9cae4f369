"""The room that a person speaks in: measured once, by three seconds of quiet, and known at every take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.room import Room, calibrate
from audiokit.people.preferences import Preferences

__all__ = ["Rooms"]

_NAME = "room"


@dataclass(frozen=True, slots=True)
class Rooms:
    """One room for each person; whoever changes rooms, or microphones, measures again."""

    preferences: Preferences
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def of(self, person_id: str) -> Room | None:
        """Return the room, or None where it was not measured, or by a version that measured otherwise."""
        kept = self.preferences.get(person_id, _NAME)
        try:
            return None if not isinstance(kept, dict) else Room.from_json(kept["room"])
        except (KeyError, ValueError):
            return None

    def measure(self, person_id: str, quiet: Clip) -> Room:
        """Measure and keep it.

        Raises:
            InputError: these are not some seconds in which nobody speaks; the sentence says what to do.
        """
        room = calibrate(quiet)
        self.preferences.set(person_id, _NAME, {"room": room.to_json(), "measured_at": self.now().isoformat()})
        return room

    def forget(self, person_id: str) -> None:
        """Go by the usual thresholds again."""
        self.preferences.forget(person_id, _NAME)
