"""Indexes for the pages that say where a row of a ledger came from."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create them."""
    run_sql_beside(__file__)
