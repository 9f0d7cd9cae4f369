"""Whether this process should be sent visitors: not before it has started, and not once it has been told to stop."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Phase", "Readiness"]


class Phase(StrEnum):
    """Where a process is between its start and its end."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class Readiness:
    """The phase of this process; it never goes back. Safe to share between threads."""

    def __init__(self) -> None:
        self._phase = Phase.STARTING

    @property
    def phase(self) -> Phase:
        """Where it is now."""
        return self._phase

    def begin(self) -> None:
        """Note that it has started; without meaning once it stops."""
        if self._phase is Phase.STARTING:
            self._phase = Phase.READY

    def stop(self) -> None:
        """Note that it has been told to stop."""
        self._phase = Phase.STOPPING
