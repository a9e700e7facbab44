"""What the ledgers come to by day, kept apart from them, and checks of the books that operators ask for."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the tables of the totals, and the one of what is asked for."""
    run_sql_beside(__file__)
