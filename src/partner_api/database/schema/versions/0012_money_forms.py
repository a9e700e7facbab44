"""The arguments of the money functions that had none of their own."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create a type for the items of each, with who asks and the idempotency record."""
    run_sql_beside(__file__)
