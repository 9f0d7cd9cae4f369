"""The log as one JSON object a line, with no key, no word and no sound in it, by construction.

Of our own records the message is written, as house rules keep all three out of it, with whatever looks like a key or
like encoded sound cut out besides. Of other libraries' records only what their authors typed is: the template with its
gaps, and where it stands. Of an error its class and the places it came through are; what it says is not.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, TextIO

from audiokit.errors import AudiokitError

__all__ = ["JsonLines", "write_json"]

_OURS: Final = "audiokit"
_DETAILS: Final = ("status", "code", "param", "request_id", "model", "key", "role", "tier", "provider", "budget_id")
_MAX_CHARS: Final = 400
_MAX_FRAMES: Final = 20
_HIDDEN: Final = "…"
# Keys as providers make them, what stands behind an authorisation, addresses that are signed, and long runs of base64.
_SECRETS: Final = re.compile(
    r"\b(?:sk|key|sess|ek|xox[a-z])-[\w-]{6,}|(?i:bearer|basic|api[-_]?key)[=:\s]+\S+|(?<=/api/)\S+/\S{16,}"
    r"|://[^/\s:@]+:[^/\s@]+@|[A-Za-z0-9+/_=-]{40,}"
)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
            "message": _message(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["errors"] = [_error(error) for error in _chain(record.exc_info[1])]
        return json.dumps(told, ensure_ascii=False)


def write_json(stream: TextIO | None = None) -> None:
    """Have the whole process log so, to ``stream`` (the standard error), whatever set up its own log before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(min(root.level, logging.WARNING) or logging.WARNING)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True


def _message(record: logging.LogRecord) -> str | None:
    """Return what our own code says, or the template of others where there is one; what they wrote out stays out."""
    if record.name.partition(".")[0] == _OURS:
        return _SECRETS.sub(_HIDDEN, record.getMessage())[:_MAX_CHARS]
    return str(record.msg)[:_MAX_CHARS] if record.args and isinstance(record.msg, str) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that led to it, at most a handful."""
    for _ in range(5):
        yield error
        following = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if following is None:
            return
        error = following


def _error(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    told: dict[str, object] = {
        "type": type(error).__name__,
        "through": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, AudiokitError):
        known = {name: str(error.detail[name])[:_MAX_CHARS] for name in _DETAILS if name in error.detail}
        told |= {name: _SECRETS.sub(_HIDDEN, value) for name, value in known.items()}
    return told
