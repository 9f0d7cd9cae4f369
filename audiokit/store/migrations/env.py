"""Run by Alembic for each command; the connection, its lock and its transaction belong to whoever called."""

from __future__ import annotations

from alembic import context

from audiokit.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
