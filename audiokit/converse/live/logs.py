"""The wire logs of the latest live sessions: kept in memory only, for the person whose session it was."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from audiokit.speech.realtime_log import WireLog

__all__ = ["Logs"]

_MOST = 50  # sessions; a log has a megabyte at most


class Logs:
    """One log for each conversation, that of its latest session; the oldest go first. Any thread may ask."""

    def __init__(self, most: int = _MOST) -> None:
        self._logs: OrderedDict[tuple[str, str], WireLog] = OrderedDict()
        self._most, self._lock = most, Lock()

    def begin(self, person_id: str, conversation_id: str) -> WireLog:
        """Return the log of a session that begins; that of the conversation's last one is forgotten."""
        with self._lock:
            log = self._logs[person_id, conversation_id] = WireLog()
            self._logs.move_to_end((person_id, conversation_id))
            while len(self._logs) > self._most:
                self._logs.popitem(last=False)
            return log

    def of(self, person_id: str, conversation_id: str) -> WireLog | None:
        """Return the log of a conversation's latest session; None where there was none, or others came since."""
        with self._lock:
            return self._logs.get((person_id, conversation_id))

    def forget(self, person_id: str, conversation_id: str | None = None) -> None:
        """Forget the log of a conversation, or those of all conversations of a person."""
        with self._lock:
            for key in list(self._logs):
                if key[0] == person_id and conversation_id in {None, key[1]}:
                    del self._logs[key]
