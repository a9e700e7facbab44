"""Lease requests, prices that changed while a lease was behind, and the outbox."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    run_sql_beside(__file__)
