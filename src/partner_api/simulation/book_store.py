"""SQL of the driver's books: the wallets of a tenant, their new events, and what all events add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class StoredWallet(Struct, frozen=True):
    """A credit wallet as it is stored, with its organization's status and its open reservations."""

    organization_id: UUID
    state: str
    included_remaining: int
    prepaid: int
    reserved: int
    running_jobs: int
    last_sequence: int
    organization_status: str
    open_credits: int
    open_jobs: int


class NewEvent(Struct, frozen=True):
    """A row of the ledger of credits; ``reason`` says which rule made it, if one did."""

    organization_id: UUID
    sequence: int
    event_type: str
    included_delta: int
    prepaid_delta: int
    included_after: int
    prepaid_after: int
    created_at: datetime
    reason: str | None


class StoredCashWallet(Struct, frozen=True):
    """The cash wallet of a partner, as it is stored."""

    organization_id: UUID
    balance_cents: int
    last_sequence: int


class NewCashEvent(Struct, frozen=True):
    """A row of the cash ledger."""

    sequence: int
    event_type: str
    amount_cents: int
    balance_after_cents: int
    created_at: datetime


class EventSums(Struct, frozen=True):
    """What all credit events add up to, by what they mean."""

    events: int
    added: int
    used: int
    lapsed: int
    withdrawn: int
    moved: int


_OF_OTHERS = {
    "organization_status": "o.status",
    "open_credits": "r.open_credits",
    "open_jobs": "r.open_jobs",
}


async def read_wallets(connection: Connection, tenant_id: int) -> list[StoredWallet]:
    """Read the wallets of a tenant as they are stored, with what their open reservations add up to."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(StoredWallet, "w", **_OF_OTHERS)}
          FROM wallets w
          JOIN organizations o ON o.tenant_id = $1 AND o.id = w.organization_id
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(credits), 0)::bigint AS open_credits, count(*) AS open_jobs
                 FROM reservations
                WHERE tenant_id = $1 AND organization_id = w.organization_id
                  AND status = 'open') r
         WHERE w.tenant_id = $1 ORDER BY w.organization_id
        """,
        tenant_id,
    )
    return read_rows(StoredWallet, rows)


async def read_new_events(
    connection: Connection, tenant_id: int, after: Mapping[UUID, int]
) -> list[NewEvent]:
    """Read the events of each wallet after a sequence, wallet by wallet, in order."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(NewEvent, "e", reason="e.metadata ->> 'reason'")}
          FROM unnest($2::uuid[], $3::bigint[]) AS k (organization_id, sequence)
          JOIN credit_events e
            ON e.tenant_id = $1 AND e.organization_id = k.organization_id
           AND e.sequence > k.sequence
         ORDER BY e.organization_id, e.sequence
        """,
        tenant_id,
        list(after),
        list(after.values()),
    )
    return read_rows(NewEvent, rows)


async def read_cash_wallet(connection: Connection, tenant_id: int) -> StoredCashWallet:
    """Read the cash wallet of a tenant's partner."""
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(StoredCashWallet)} FROM cash_wallets
         WHERE tenant_id = $1 AND currency = 'USD'
        """,
        tenant_id,
    )
    wallet = read_row(StoredCashWallet, row)
    assert wallet is not None  # noqa: S101 - made with the tenant
    return wallet


async def read_new_cash_events(
    connection: Connection, tenant_id: int, after: int
) -> list[NewCashEvent]:
    """Read the cash events of a tenant after a sequence, in order."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(NewCashEvent)} FROM cash_events
         WHERE tenant_id = $1 AND currency = 'USD' AND sequence > $2 ORDER BY sequence
        """,
        tenant_id,
        after,
    )
    return read_rows(NewCashEvent, rows)


async def sum_events(connection: Connection) -> EventSums:
    """Add up all credit events, by what they mean. Crosses tenants."""
    row = await connection.fetchrow(
        """
        SELECT count(*) AS events,
               coalesce(sum(c) FILTER (WHERE event_type IN ('grant', 'purchase', 'refund')
                                          OR event_type = 'adjustment' AND c > 0), 0) AS added,
               coalesce(-sum(c) FILTER (WHERE event_type = 'usage'), 0) AS used,
               coalesce(-sum(c) FILTER (WHERE reason LIKE '%lapse'), 0) AS lapsed,
               coalesce(-sum(c) FILTER (WHERE event_type = 'adjustment' AND c < 0
                                          AND reason IS NULL), 0) AS withdrawn,
               coalesce(sum(c) FILTER (WHERE event_type = 'allocation' AND c > 0), 0) AS moved
          FROM (SELECT event_type, included_delta::numeric + prepaid_delta AS c,
                       metadata ->> 'reason' AS reason
                  FROM credit_events) e
        """
    )
    assert row is not None  # noqa: S101 - an aggregate has one row
    # They may be larger than the largest bigint.
    return EventSums(*map(int, row.values()))
