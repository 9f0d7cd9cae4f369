"""What was saved by silence that was not sent, and by history that was compacted; unknown of all that is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_AMOUNTS = ("saved_silence_nanousd", "saved_history_nanousd")


def upgrade() -> None:
    for table in ("entry", "tally_day", "tally_month"):
        for name in _AMOUNTS:
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
