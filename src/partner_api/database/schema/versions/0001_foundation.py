"""Tenancy, keys, the credit and cash ledgers, leases, jobs, idempotency, audit."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the schema."""
    run_sql_beside(__file__)
