"""The turns of test tenants that have jobs."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the index in which the next tenant is found."""
    run_sql_beside(__file__)
