"""What was prepared before a turn was sent, and each clip's waveform beside its blob."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("sent_s", sa.Double(), nullable=True))
    op.add_column("turn", sa.Column("changes", sa.Text(), nullable=True))
    op.add_column("clip", sa.Column("waveform", sa.LargeBinary(), nullable=True))
