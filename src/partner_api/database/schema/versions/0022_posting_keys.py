"""The keys of what operators have posted, kept for ever."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table."""
    run_sql_beside(__file__)
