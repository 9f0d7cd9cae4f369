"""What budgets need: their limits, what is spent and held in each period, what was told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("limit_nanousd", sa.BigInteger(), nullable=False),
        sa.Column("is_hard", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scope_kind IN ('installation', 'team', 'person', 'page', 'model')", name=op.f("ck_budget_scope_kind")
        ),
        sa.CheckConstraint("period IN ('day', 'week', 'month')", name=op.f("ck_budget_period")),
        sa.PrimaryKeyConstraint("id", name="pk_budget"),
        sa.UniqueConstraint("scope_kind", "scope_id", "period", name="uq_budget_scope_kind_scope_id_period"),
    )
    op.create_table(
        "budget_period",
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("spent_nanousd", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("presumed_nanousd", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("n_unknown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("held_nanousd", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("told_percent", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("budget_id", "starts_on", name="pk_budget_period"),
    )
    op.create_table(
        "budget_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("amount_nanousd", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "budget_id", name="pk_budget_hold"),
    )
    op.create_index("ix_budget_hold_expires_at", "budget_hold", ["expires_at"])
    op.create_table(
        "presumed_cost",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("amount_nanousd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_presumed_cost"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("spent_nanousd", sa.BigInteger(), nullable=False),
        sa.Column("limit_nanousd", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_at", "notice", ["at"])
    op.create_table(
        "notice_letter",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_notice_letter_notice_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'given up')", name=op.f("ck_notice_letter_state")),
        sa.PrimaryKeyConstraint("notice_id", "way", name="pk_notice_letter"),
    )
    op.create_index("ix_notice_letter_state_due_at", "notice_letter", ["state", "due_at"])
    op.create_table(
        "notice_seen",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_notice_seen_notice_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name="pk_notice_seen"),
    )
