"""SQL that counts a tenant's ledgers by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def count_rows(connection: Connection, tenant_id: int, limit: int) -> int:
    """Add ledger rows of a tenant that are not counted yet to its daily totals, in one commit.

    Args:
        connection: outside a transaction, so that the call is its own.
        tenant_id: whose ledgers.
        limit: how many rows at most.

    Returns:
        How many were counted; fewer than ``limit`` when all are that had been committed before the call.
    """
    counted: int = await connection.fetchval("SELECT daily_totals_count($1, $2)", tenant_id, limit)
    return counted
