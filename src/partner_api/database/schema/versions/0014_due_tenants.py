"""Indexes in which the sweeps step from tenant to tenant."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create them: of open reservations, of claims, and of wallets, each by tenant and by when it is due."""
    run_sql_beside(__file__)
