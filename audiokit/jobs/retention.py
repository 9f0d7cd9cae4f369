"""Jobs that are over are forgotten after a while; their programmes stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from audiokit.jobs.marks import Wish, wish_of

if TYPE_CHECKING:
    from dbos import DBOSClient

__all__ = ["forget_old"]

_OVER: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_AT_ONCE: Final = 100  # 30 to 70 ms each, in which nobody else writes


def forget_old(client: DBOSClient, *, keep: timedelta, now: datetime | None = None) -> int:
    """Delete jobs that have been over for longer than ``keep``, and return how many. A paused job is not over."""
    before = ((now or datetime.now(UTC)) - keep).isoformat()
    n_forgotten, n_paused = 0, 0
    while True:
        rows = client.list_workflows(
            status=_OVER,
            completed_before=before,
            limit=_AT_ONCE,
            offset=n_paused,
            load_input=False,
            load_output=False,
        )
        over = [row.workflow_id for row in rows if not (row.status == "CANCELLED" and wish_of(row) is Wish.PAUSE)]
        if over:
            client.delete_workflows(over)
        n_forgotten += len(over)
        n_paused += len(rows) - len(over)
        if len(rows) < _AT_ONCE:
            return n_forgotten
