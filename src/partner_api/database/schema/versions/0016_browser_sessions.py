"""The sessions of people who look at pages: operators in the console, partners in the portal."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the tables of sessions and of the links that open them once."""
    run_sql_beside(__file__)
