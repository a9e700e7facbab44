"""SQL of the cash ledger as operators see it: each row with its origin, and what belongs with it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from msgspec import Struct

from partner_api.cash.event_store import CashFilter, page_source
from partner_api.cash.store import CashEvent
from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

ChargeStatus = Literal["due", "paid", "uncollected"]


class CashEventWithOrigin(CashEvent, frozen=True):
    """A row of the cash ledger, with what it came from; the lease's facts are None where there is none."""

    organization_id: UUID
    for_organization_name: str
    handle: str | None
    pool_account_id: UUID | None
    lease_status: str | None
    disconnected_reason: str | None
    charged_cents: int | None
    """What its month was charged."""
    refunded_cents: int | None
    """What of that has been given back."""


class LeaseMonth(Struct, frozen=True):
    """A month of a lease, and how it was settled."""

    lease_month: int
    period_start: datetime
    period_end: datetime
    price_cents: int
    status: ChargeStatus
    refunded_cents: int
    cash_sequence: int | None
    settled_at: datetime | None


# Each of them finds one row by a key: a limit keeps PostgreSQL from reading a table to join it.
_ORIGINS: Final = """
  LEFT JOIN LATERAL (
       SELECT o.name FROM organizations o WHERE o.tenant_id = $1 AND o.id = e.for_organization_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (
       SELECT s.handle FROM social_accounts s
        WHERE s.tenant_id = $1 AND s.id = e.social_account_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (
       SELECT l.pool_account_id, l.status, l.disconnected_reason FROM leases l
        WHERE l.tenant_id = $1 AND l.social_account_id = e.social_account_id LIMIT 1) l ON true
  LEFT JOIN LATERAL (
       SELECT CASE c.status WHEN 'paid' THEN c.price_cents ELSE 0 END AS charged, c.refunded_cents AS refunded
         FROM lease_charges c
        WHERE c.tenant_id = $1 AND c.social_account_id = e.social_account_id AND c.lease_month = e.lease_month
        LIMIT 1) c ON true
"""
_COLUMNS: Final = columns_of(
    CashEventWithOrigin,
    "e",
    internal_hash="cash_event_internal_hash(ROW(e.*)::cash_events)",
    for_organization_name="o.name",
    handle="s.handle",
    pool_account_id="l.pool_account_id",
    lease_status="l.status",
    disconnected_reason="l.disconnected_reason",
    charged_cents="c.charged",
    refunded_cents="c.refunded",
)


async def list_events_with_origin(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: CashFilter,
    *,
    before: int | None,
    limit: int,
) -> list[CashEventWithOrigin]:
    """Return a page of a partner's cash ledger, newest first, each row with its origin.

    However long the ledger is, a page costs the same: every filter is a run through an index, and renewals, of which
    no other row stands between for long, are found in the order of the ledger.

    Args:
        connection: any.
        tenant_id: of the partner.
        organization_id: whose wallet.
        wanted: filters.
        before: the sequence after which the page begins; None for the first.
        limit: rows.
    """
    source = await page_source(connection, tenant_id, organization_id, wanted, before, limit)
    if source is None:
        return []
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM ({source.rows}) a ORDER BY sequence DESC LIMIT $5) e
          {_ORIGINS}
         ORDER BY e.sequence DESC
        """,
        *source.arguments,
    )
    return read_rows(CashEventWithOrigin, rows)


async def find_event_with_origin(
    connection: Connection, tenant_id: int, organization_id: UUID, sequence: int
) -> CashEventWithOrigin | None:
    """Return one row of a partner's cash ledger; None when there is none of this sequence."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM cash_events
                 WHERE tenant_id = $1 AND organization_id = $2 AND currency = 'USD' AND sequence = $3) e
          {_ORIGINS}
        """,
        tenant_id,
        organization_id,
        sequence,
    )
    return read_row(CashEventWithOrigin, row)


async def list_related_events(
    connection: Connection, tenant_id: int, event: CashEventWithOrigin
) -> list[CashEventWithOrigin]:
    """Return up to 100 rows that belong with one, itself not among them, the nearest of them, oldest first.

    They are the other rows of its lease, those of the same request, and of a payment the renewals that it paid.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM (
                    (SELECT e.* FROM lease_charges c
                       JOIN cash_events e ON e.tenant_id = $1 AND e.organization_id = $2 AND e.currency = 'USD'
                        AND e.sequence = c.cash_sequence
                      WHERE c.tenant_id = $1 AND c.social_account_id = $4)
                    UNION
                    (SELECT * FROM cash_events
                      WHERE tenant_id = $1 AND social_account_id = $4 AND event_type = 'refund'
                        AND organization_id = $2)
                    UNION
                    (SELECT * FROM cash_events
                      WHERE tenant_id = $1 AND organization_id = $2 AND currency = 'USD'
                        AND sequence BETWEEN $3 - 100 AND $3 + 100 AND created_at = $5
                        AND (request_id = $6 OR event_type = 'topup' AND sequence < $3 AND $7 = 'lease_renewal'
                             OR event_type = 'lease_renewal' AND sequence > $3 AND $7 = 'topup'))) a
                 WHERE sequence <> $3
                 ORDER BY abs(sequence - $3) LIMIT 100) e
          {_ORIGINS}
         ORDER BY e.sequence
        """,
        tenant_id,
        event.organization_id,
        event.sequence,
        event.social_account_id,
        event.created_at,
        event.request_id,
        event.event_type,
    )
    return read_rows(CashEventWithOrigin, rows)


async def list_lease_months(
    connection: Connection, tenant_id: int, social_account_id: UUID, limit: int
) -> list[LeaseMonth]:
    """Return the newest months of a lease that have begun, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(LeaseMonth)} FROM lease_charges
         WHERE tenant_id = $1 AND social_account_id = $2
         ORDER BY lease_month DESC LIMIT $3
        """,
        tenant_id,
        social_account_id,
        limit,
    )
    return read_rows(LeaseMonth, rows)


async def find_lease_request(
    connection: Connection, tenant_id: int, social_account_id: UUID
) -> UUID | None:
    """Return the lease request that a lease was assigned for; None for one that was assigned without."""
    request_id: UUID | None = await connection.fetchval(
        """
        SELECT r.id FROM leases l
          JOIN lease_requests r ON r.tenant_id = l.tenant_id AND r.project_id = l.project_id
         WHERE l.tenant_id = $1 AND l.social_account_id = $2
           AND l.social_account_id = ANY (r.assigned_social_account_ids)
         LIMIT 1
        """,
        tenant_id,
        social_account_id,
    )
    return request_id
