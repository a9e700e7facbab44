"""Generation: claims of jobs by workers, files, and what starting and ending a job takes."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what jobs lacked."""
    run_sql_beside(__file__)
