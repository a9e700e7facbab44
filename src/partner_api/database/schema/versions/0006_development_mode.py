"""Where development mode ends: the time of a production database, and credentials of the demo."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the constraint on the installation, and the marks on API keys and operators."""
    run_sql_beside(__file__)
