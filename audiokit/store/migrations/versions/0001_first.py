"""The first tables: persons, their conversations and clips, and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _person()
    _conversation()
    _turn()
    _clip()
    _entry()


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _count(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _person() -> None:
    op.create_table(
        "person",
        _text("id"),
        _text("name"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )


def _conversation() -> None:
    op.create_table(
        "conversation",
        _text("id"),
        _text("person_id"),
        _text("title"),
        _text("voice"),
        _text("tier"),
        _text("instructions", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_person_id"),
    )
    op.create_index("ix_conversation_person_id_updated_at", "conversation", ["person_id", "updated_at"])


def _turn() -> None:
    op.create_table(
        "turn",
        _text("id"),
        _text("conversation_id"),
        _count("position", nullable=False),
        _text("speaker"),
        _text("state"),
        _text("words", nullable=True),
        _text("clip_digest", nullable=True),
        _text("clip_media_type", nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        _text("peaks", nullable=True),
        _text("audio_id", nullable=True),
        _moment("audio_expires_at", nullable=True),
        _text("endpoint", nullable=True),
        _text("model", nullable=True),
        _count("first_sound_ms"),
        _count("total_ms"),
        _text("failure", nullable=True),
        _text("notes", nullable=True),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_turn_conversation_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("conversation_id", "position", name="uq_turn_conversation_id_position"),
        sa.CheckConstraint("speaker IN ('person', 'model')", name=op.f("ck_turn_speaker")),
        sa.CheckConstraint(
            "state IN ('recorded', 'sending', 'answered', 'failed', 'unusable')", name=op.f("ck_turn_state")
        ),
    )


def _clip() -> None:
    op.create_table(
        "clip",
        _text("digest"),
        _text("person_id"),
        _text("media_type"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        _moment("created_at"),
        _text("kind"),
        sa.PrimaryKeyConstraint("digest", "person_id", name="pk_clip"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_clip_person_id"),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        _text("id"),
        _moment("at"),
        _text("person_id"),
        _text("page"),
        _text("turn_id", nullable=True),
        _text("conversation_id", nullable=True),
        _text("endpoint"),
        _text("kind"),
        _text("model_asked"),
        _text("model_used", nullable=True),
        _count("text_in_tokens"),
        _count("audio_in_tokens"),
        _count("cached_in_tokens"),
        _count("text_out_tokens"),
        _count("audio_out_tokens"),
        _count("characters"),
        _count("input_ms"),
        _count("output_ms"),
        _text("price_id", nullable=True),
        sa.Column("cost_nanousd", sa.BigInteger(), nullable=True),
        _count("first_byte_ms"),
        _count("total_ms", nullable=False),
        _text("outcome"),
        _text("error", nullable=True),
        _text("request_id", nullable=True),
        sa.Column("cached", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.CheckConstraint("outcome IN ('answered', 'failed', 'cut', 'refused')", name=op.f("ck_entry_outcome")),
    )
    op.create_index("ix_entry_person_id_at", "entry", ["person_id", "at"])
    op.create_index("ix_entry_at", "entry", ["at"])
    op.create_index("ix_entry_turn_id", "entry", ["turn_id"])
    op.create_index("ix_entry_conversation_id", "entry", ["conversation_id"])
