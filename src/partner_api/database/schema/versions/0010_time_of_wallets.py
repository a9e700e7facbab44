"""The time of wallets whose subscription's start was moved."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Set each wallet's time to that of its last event or of its period's start."""
    run_sql_beside(__file__)
