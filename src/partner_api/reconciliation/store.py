"""SQL that prepares a check of the books and finds the tenants and organizations to check.

What holds of every store of this folder:

What must agree is read by one statement, so from one snapshot: while others move credits, a check
sees either all of a movement or nothing of it. Every statement looks at a bounded number of rows
beside the events of one wallet, finds them by key, and names one tenant unless it says otherwise.
A look-up is written as LATERAL (... LIMIT 1): the planner then has no other way than the index, also
when its statistics are older than a million rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection


class Organization(msgspec.Struct, frozen=True):
    """An organization, and how many events its wallets should have."""

    id: UUID
    credit_events: int
    cash_events: int


async def prepare_session(connection: Connection) -> None:
    """Set a connection up for statements that may read the millions of events of one wallet.

    Rows come through an index only, and so in its order: the next page of a list is then never the
    rest of the list, sorted.
    """
    await connection.execute(
        """
        SET statement_timeout = '1h';
        SET jit = off;
        SET max_parallel_workers_per_gather = 0;
        SET enable_seqscan = off;
        SET enable_bitmapscan = off
        """
    )


async def restore_session(connection: Connection) -> None:
    """Undo ``prepare_session``."""
    await connection.execute("RESET ALL")


async def list_tenants(connection: Connection, after: int, limit: int) -> list[int]:
    """Return the next tenants by id, with those that only their wallets name. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT id FROM (
               (SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT $2)
               UNION
               (SELECT tenant_id FROM cash_wallets WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2)) known
         ORDER BY id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def tenants_of(connection: Connection, organization_id: UUID) -> list[int]:
    """Return the tenants that have this organization: live, test, or both. Crosses tenants."""
    rows = await connection.fetch(
        "SELECT tenant_id FROM organizations WHERE id = $1 ORDER BY tenant_id", organization_id
    )
    return [row["tenant_id"] for row in rows]


async def tenant_exists(connection: Connection, tenant_id: int) -> bool:
    """Return whether there is such a tenant."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM tenants WHERE id = $1)", tenant_id)
    )


async def count_wallets(connection: Connection, tenant_id: int | None) -> int:
    """Count the credit and cash wallets. Crosses tenants without ``tenant_id``."""
    count = await connection.fetchval(
        """
        SELECT (SELECT count(*) FROM wallets WHERE $1::bigint IS NULL OR tenant_id = $1)
             + (SELECT count(*) FROM cash_wallets WHERE $1::bigint IS NULL OR tenant_id = $1)
        """,
        tenant_id,
    )
    return int(count)


async def list_organizations(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[Organization]:
    """Return the next organizations by id."""
    rows = await connection.fetch(
        """
        SELECT o.id, coalesce(w.last_sequence, 0) AS credit_events,
               coalesce(c.last_sequence, 0) AS cash_events
          FROM organizations o
          LEFT JOIN LATERAL (
               SELECT last_sequence FROM wallets
                WHERE tenant_id = $1 AND organization_id = o.id LIMIT 1) w ON true
          LEFT JOIN LATERAL (
               SELECT last_sequence FROM cash_wallets
                WHERE tenant_id = $1 AND organization_id = o.id AND currency = 'USD'
                LIMIT 1) c ON true
         WHERE o.tenant_id = $1 AND o.id > $2
         ORDER BY o.id LIMIT $3
        """,
        tenant_id,
        after,
        limit,
    )
    return read_rows(Organization, rows)
