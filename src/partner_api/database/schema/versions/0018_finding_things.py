"""Indexes by which an operator finds things across tenants: by name, handle, e-mail or id, and in the audit log."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the indexes."""
    run_sql_beside(__file__)
