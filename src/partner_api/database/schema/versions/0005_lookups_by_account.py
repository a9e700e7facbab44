"""Through which index a lease is found by its id alone."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Move that index from the leases to their social accounts."""
    run_sql_beside(__file__)
