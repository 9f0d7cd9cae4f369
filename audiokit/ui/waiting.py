"""What is said to somebody whose work has not begun: others are before it, or nobody works here at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from audiokit.errors import AudiokitError
from audiokit.jobs.values import Status
from audiokit.ui import state

__all__ = ["why"]

_SOON = timedelta(seconds=30)  # a worker that is there takes up what is queued within a second or two
_BEFORE = "Other work is before it. It begins by itself once that is done."
_NOBODY = (
    "Nobody has taken this up yet, so there may be no worker. Whoever runs audiokit starts one with `audiokit worker`; "
    "this then begins by itself, and keeps its place until then."
)


def why(since: datetime) -> str | None:
    """Return, as Markdown, why what was asked for at ``since`` has not begun, or None while that is no wonder."""
    if datetime.now(UTC) - since < _SOON:
        return None
    try:
        under_way = state.studio().jobs_under_way()
    except AudiokitError:  # that the jobs cannot be read is for the page to say, at its next look
        return None
    return _BEFORE if any(status == Status.RUNNING.value for _, status in under_way) else _NOBODY
