"""The arguments of the functions by which operators bring in partners and change organizations."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create a type for the items of each, with who asks and the idempotency record."""
    run_sql_beside(__file__)
