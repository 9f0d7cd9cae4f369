"""What was found when the ledger was held against the bill; models that are asked in place of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bill_check",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('under way', 'done', 'failed')", name=op.f("ck_bill_check_state")),
        sa.PrimaryKeyConstraint("id", name="pk_bill_check"),
    )
    op.create_index("ix_bill_check_at", "bill_check", ["at"])
    op.create_table(
        "bill_drift",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("booked", sa.Text(), nullable=False),
        sa.Column("billed", sa.Text(), nullable=True),
        sa.Column("charged_nanousd", sa.BigInteger(), nullable=True),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["bill_check.id"], name="fk_bill_drift_check_id"),
        sa.PrimaryKeyConstraint("day", "model", name="pk_bill_drift"),
    )
    op.create_table(
        "model_switch",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("old_model", sa.Text(), nullable=False),
        sa.Column("new_model", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "old_model", name="pk_model_switch"),
    )
