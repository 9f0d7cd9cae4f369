"""What lets a conversation outlive the provider's memory, and what a person prefers or has made of their words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("answer_with", sa.Text(), nullable=False, server_default="sound"),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("translates", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("memory", sa.Text(), nullable=False, server_default="balanced"),
        sa.Column("uses_tools", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("branched_from", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("digest_until", sa.Integer(), nullable=True),
    ):
        op.add_column("conversation", column)
    for column in (
        sa.Column("typed", sa.Text(), nullable=True),
        sa.Column("timings", sa.Text(), nullable=True),
        sa.Column("calls", sa.Text(), nullable=True),
        sa.Column("levels", sa.Text(), nullable=True),
        sa.Column("in_words", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("turn", column)
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_preference_person_id"),
        sa.PrimaryKeyConstraint("person_id", "name", name="pk_preference"),
    )
    op.create_table(
        "prompt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("clip_digest", sa.Text(), nullable=True),
        sa.Column("clip_media_type", sa.Text(), nullable=True),
        sa.Column("cleaned_digest", sa.Text(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("refined", sa.Text(), nullable=True),
        sa.Column("stages", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_prompt_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prompt"),
    )
    op.create_index("ix_prompt_person_id_updated_at", "prompt", ["person_id", "updated_at"])
