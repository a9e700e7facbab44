"""Auto-refill is on when its two numbers are set, and has no switch of its own."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Clear the numbers of wallets whose refill was switched off."""
    run_sql_beside(__file__)
