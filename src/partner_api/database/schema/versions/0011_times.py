"""Times that every layer can hold."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Take no times outside 1970 to 9999, nor infinite ones."""
    run_sql_beside(__file__)
