"""What operators look up of leases and of the pool: what has happened to one."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the indexes."""
    run_sql_beside(__file__)
