"""The hash chains of the ledgers, for the rows that are there and for those to come."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the hashes, chain what is there, and require them from now on."""
    run_sql_beside(__file__)
