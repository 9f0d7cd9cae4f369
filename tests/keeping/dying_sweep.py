"""Sweeps a data folder in a process of its own that dies, as by a power cut, at a step that is named."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from audiokit.people.receipts import Receipts
from audiokit.settings import Settings
from audiokit.store.blobs import Blobs
from audiokit.studio import open_studio

_STEPS: dict[str, tuple[type, str]] = {
    "begun": (Receipts, "begin"),
    "bytes gone": (Blobs, "delete"),
}


def _dying_after(method: Callable[..., Any]) -> Callable[..., Any]:
    def once(*args: Any, **named: Any) -> Any:
        method(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return once


if __name__ == "__main__":
    place, name = _STEPS[sys.argv[1]]
    setattr(place, name, _dying_after(getattr(place, name)))
    deleting = open_studio(Settings.read()).privacy.deleting
    object.__setattr__(deleting.holdings, "now", lambda: datetime.now(UTC) + timedelta(days=40))
    deleting.sweep()
