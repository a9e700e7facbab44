"""What a partner's leases come to, kept so that asking takes as long for ten as for a million."""

from __future__ import annotations

from partner_api.database.schema.sql_file import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the totals and the calendar of each partner's leases, and count those that are there."""
    run_sql_beside(__file__)
