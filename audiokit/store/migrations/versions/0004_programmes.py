"""What summaries need: programmes with their sources and lines, sound that was generated once, money it saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("saved_nanousd", sa.BigInteger(), nullable=True))
    op.create_table(
        "programme",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chapters", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("goes_on", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("low_nanousd", sa.BigInteger(), nullable=True),
        sa.Column("high_nanousd", sa.BigInteger(), nullable=True),
        sa.Column("cap_nanousd", sa.BigInteger(), nullable=True),
        sa.Column("spent_nanousd", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("reserved_nanousd", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("clip_digest", sa.Text(), nullable=True),
        sa.Column("clip_media_type", sa.Text(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("peaks", sa.Text(), nullable=True),
        sa.Column("marks", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_programme_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_programme"),
    )
    op.create_index("ix_programme_person_id_updated_at", "programme", ["person_id", "updated_at"])
    op.create_table(
        "source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("n_words", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("taking", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name="fk_source_programme_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_index("ix_source_digest", "source", ["digest"])
    op.create_index("ix_source_programme_id", "source", ["programme_id"])
    op.create_table(
        "line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("support", sa.Text(), nullable=True),
        sa.Column("is_starred", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("clip_digest", sa.Text(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("n_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("timings", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name="fk_line_programme_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('written', 'spoken', 'wrong', 'failed')", name=op.f("ck_line_state")),
        sa.PrimaryKeyConstraint("id", name="pk_line"),
    )
    op.create_index("ix_line_clip_digest", "line", ["clip_digest"])
    op.create_index("ix_line_programme_id_position", "line", ["programme_id", "position"])
    op.create_table(
        "made",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("n_words", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("cost_nanousd", sa.BigInteger(), nullable=True),
        sa.Column("timings", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_made"),
    )
    op.create_index("ix_made_digest", "made", ["digest"])
    op.create_index("ix_made_voice_model", "made", ["voice", "model"])
