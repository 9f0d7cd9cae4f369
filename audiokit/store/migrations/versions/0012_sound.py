"""What sounds are like, those that go in and those that come out: noted with each call, and added up by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BUCKETS = {"l": 15, "s": 12, "b": 7}


def upgrade() -> None:
    for side in ("in", "out"):
        for name, kind in (
            ("sound_ms", sa.Integer()),
            ("speech_ms", sa.Integer()),
            ("clipped_ratio", sa.Double()),
            ("loudness_lufs", sa.Double()),
            ("snr_db", sa.Double()),
            ("bandwidth_hz", sa.Integer()),
        ):
            op.add_column("entry", sa.Column(f"{side}_{name}", kind, nullable=True))
    op.add_column("entry", sa.Column("again_for", sa.Text(), nullable=True))
    op.create_table(
        "tally_sound",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("grain", "page", "model", "direction")),
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            for name in ("n_sounds", "n_clipped", "n_again", "sound_ms", "speech_ms")
        ),
        *(
            sa.Column(f"{of}{number:02}", sa.Integer(), nullable=False, server_default="0")
            for of, n_buckets in _BUCKETS.items()
            for number in range(n_buckets)
        ),
        sa.PrimaryKeyConstraint("grain", "page", "model", "direction", "day", name="pk_tally_sound"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tally_sound_day", "tally_sound", ["day"])
