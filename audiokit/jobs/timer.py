"""Small work that comes round again and again, in a thread of its own, for as long as the app runs.

What must not be lost or doubled decides that itself, in the database: every process of an installation has its timer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from audiokit.errors import AudiokitError

__all__ = ["Timer"]

_log = logging.getLogger(__name__)
_GRACE_S = 5.0


class Timer:
    """Calls ``work`` at once and then every so many seconds, from :meth:`start` to :meth:`stop`.

    What goes wrong in our own words (:class:`audiokit.errors.AudiokitError`) is logged, and tried again the next time.
    """

    def __init__(self, name: str, every_s: float, work: Callable[[], object]) -> None:
        self._every_s, self._work = every_s, work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and give what is under way a moment; one that was never started has nothing to end."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_GRACE_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except AudiokitError as error:
                _log.warning("%s: %s", self._thread.name, type(error).__name__)
            self._stopping.wait(self._every_s)
