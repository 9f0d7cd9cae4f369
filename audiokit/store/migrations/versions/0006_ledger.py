"""What the ledger lacked: corrections, the cost by kind, sound from history; the ledger added up by day; teams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COUNTS = (
    "history_in_tokens",
    "history_in_ms",
    "cached_text_in_tokens",
    "cached_audio_in_tokens",
    "cache_write_in_tokens",
    "billed_ms",
)
_AMOUNTS = ("cost_audio_in_nanousd", "cost_audio_out_nanousd", "cost_text_nanousd", "cost_cached_nanousd")
_SUMS = (
    "n_calls",
    "n_failed",
    "n_refused",
    "n_cached",
    "n_unknown",
    "cost_nanousd",
    *_AMOUNTS,
    "saved_nanousd",
    "input_ms",
    "history_in_ms",
    "output_ms",
    "text_in_tokens",
    "audio_in_tokens",
    "history_in_tokens",
    "cached_in_tokens",
    "text_out_tokens",
    "audio_out_tokens",
    "characters",
)


def upgrade() -> None:
    op.add_column("person", sa.Column("team", sa.Text(), nullable=True))
    for name in _COUNTS:
        op.add_column("entry", sa.Column(name, sa.Integer(), nullable=True))
    for name in _AMOUNTS:
        op.add_column("entry", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("entry", sa.Column("corrects", sa.Text(), nullable=True))
    op.add_column("entry", sa.Column("makes_known", sa.Boolean(), nullable=False, server_default=sa.false()))
    _index("ix_entry_corrects", ["corrects"], "corrects IS NOT NULL")
    _index("ix_entry_refused", ["at", "page", "model_asked"], "outcome = 'refused'")
    _index("ix_entry_refused_person_id", ["person_id", "at"], "outcome = 'refused'")
    for name in ("tally_day", "tally_month"):
        op.create_table(
            name,
            *(sa.Column(key, sa.Text(), nullable=False) for key in ("who", "page", "model")),
            sa.Column("day", sa.Date(), nullable=False),
            *(sa.Column(each, sa.BigInteger(), nullable=False) for each in _SUMS),
            sa.PrimaryKeyConstraint("who", "page", "model", "day", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{name}_day", name, ["day"])
    op.create_table(
        "tally_latency",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("grain", "page", "model", "measure")),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(f"n{number:02}", sa.Integer(), nullable=False, server_default="0") for number in range(51)),
        sa.PrimaryKeyConstraint("grain", "page", "model", "measure", "day", name="pk_tally_latency"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tally_latency_day", "tally_latency", ["day"])
    op.create_table(
        "tally_zone",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tally_zone"),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "entry", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
