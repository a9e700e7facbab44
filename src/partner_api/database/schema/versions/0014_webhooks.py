"""Webhooks: the order of a tenant's events, endpoints, and what is sent to them."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables of webhooks, and the columns by which events are read in order."""
    run_sql_beside(__file__)
