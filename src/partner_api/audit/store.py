"""SQL of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection


async def ensure_partitions(connection: Connection, now: datetime) -> int:
    """Make the missing partitions of this and the next three months; gives how many."""
    made = await connection.fetchval("SELECT audit_partitions_ensure($1)", now)
    return int(made)
