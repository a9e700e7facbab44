"""Indexes of what operators look for: jobs that wait, the tries of a job, endpoints that fail."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the indexes."""
    run_sql_beside(__file__)
