"""What the planner should believe of tenants."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Set the number of distinct tenants of every table."""
    run_sql_beside(__file__)
