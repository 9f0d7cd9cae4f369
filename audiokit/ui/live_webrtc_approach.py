"""Whether the browser and the server find each other over WebRTC, and what to say when they do not."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["UNREACHED", "Approach"]

UNREACHED = (
    "No sound got through between this browser and the server: something between them blocks WebRTC (UDP). Turn off "
    "“Over WebRTC” under More and start again, or record a turn instead; the conversation still works."
)
_GIVE_UP_AFTER = 2.5  # times the patience: some relays are slow


@dataclass(slots=True, kw_only=True)
class Approach:
    """One attempt after the other, as the page sees them. Times are seconds of some steady clock.

    After ``patience_s`` without a connection the person is told; when that has lasted much longer, it is given up.
    What was told stays until the next attempt begins, or sound gets through.
    """

    patience_s: float = 8.0
    since: float | None = None
    was_in_vain: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether the two look for each other."""
        return self.since is not None

    def see(self, *, is_calling: bool, is_playing: bool, now: float) -> None:
        """Take note of how it stands: ``is_calling`` while they look for each other, ``is_playing`` once it stands."""
        if is_playing:
            self.since, self.was_in_vain = None, False
        elif is_calling:
            self.since = now if self.since is None else self.since
            self.was_in_vain = False
        elif self.since is not None:
            self.since, self.was_in_vain = None, self.is_blocked(now)

    def is_blocked(self, now: float) -> bool:
        """Whether the person is to be told that nothing gets through."""
        return self.was_in_vain or self._has_lasted(self.patience_s, now)

    def is_hopeless(self, now: float) -> bool:
        """Whether it is better to hang up."""
        return self._has_lasted(_GIVE_UP_AFTER * self.patience_s, now)

    def _has_lasted(self, seconds: float, now: float) -> bool:
        return self.since is not None and now - self.since > seconds
