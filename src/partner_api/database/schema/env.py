"""Alembic's entry point: runs the revisions on the connection that ``migrate`` opened."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # All revisions or none: a failed upgrade leaves the schema as it was.
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
