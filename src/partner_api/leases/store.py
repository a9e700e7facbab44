"""SQL of leases: reading a project's, and calling the functions that change one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

LeaseStatus = Literal["assigned", "disconnected"]
LeaseBillingStatus = Literal["current", "past_due"]
LeaseEnd = Literal[
    "released_by_partner", "recalled_by_operator", "payment_failed", "organization_archived"
]


class LeasePosition(NamedTuple):
    """The last lease of a page; the next page starts after it.

    Cursors are decoded into it, so its types are needed at run time.
    """

    assigned_at: datetime
    social_account_id: UUID


class DisconnectItem(NamedTuple):
    """A lease to end: who ends it, and why in words. Without ``organization_id``, an operator's."""

    social_account_id: UUID
    organization_id: UUID | None
    reason: Literal["released_by_partner", "recalled_by_operator"]
    note: str | None
    caller: Actor
    idempotency: Idempotency | None


class PriceItem(NamedTuple):
    """What a lease costs from its next renewal on."""

    social_account_id: UUID
    monthly_price_cents: int
    caller: Actor
    idempotency: Idempotency | None


class Lease(Struct, frozen=True):
    """A lease with what is shown of its account and project; also the facts of what changes a lease."""

    social_account_id: UUID
    project_id: UUID
    organization_id: UUID
    pool_account_id: UUID | None
    handle: str
    platform: str
    followers: int
    status: LeaseStatus
    assigned_at: datetime
    next_renewal_at: datetime | None
    monthly_price_cents: int
    billing_status: LeaseBillingStatus
    past_due_since: datetime | None
    disconnected_at: datetime | None
    disconnected_reason: LeaseEnd | None


LEASE_COLUMNS = columns_of(
    Lease,
    "l",
    organization_id="p.organization_id",
    handle="s.handle",
    platform="s.platform",
    followers="s.followers",
    next_renewal_at="CASE l.status WHEN 'assigned' THEN lease_next_renewal(l.assigned_at, $1) END",
)
"""Of ``leases l``, ``projects p`` and ``social_accounts s``; the first argument says what is next."""


# One index scan per project and status, merged.
_OF_PROJECTS = f"""
SELECT {LEASE_COLUMNS}
  FROM (SELECT l.* FROM projects p
         CROSS JOIN unnest($4::text[]) AS wanted (status)
         CROSS JOIN LATERAL (
               SELECT * FROM leases l
                WHERE l.tenant_id = $2 AND l.project_id = p.id AND l.status = wanted.status
                  AND ($5::timestamptz IS NULL OR (l.assigned_at, l.social_account_id) > ($5, $6::uuid))
                  AND ($8::text IS NULL OR l.billing_status = $8)
                ORDER BY l.assigned_at, l.social_account_id
                LIMIT $7) l
         WHERE p.tenant_id = $2 AND p.organization_id = $3
         ORDER BY l.assigned_at, l.social_account_id
         LIMIT $7) l
  JOIN projects p ON p.tenant_id = $2 AND p.id = l.project_id
  JOIN social_accounts s ON s.tenant_id = $2 AND s.id = l.social_account_id
 ORDER BY l.assigned_at, l.social_account_id
"""
# Those that are past due are few, and stand together in the line.
_PAST_DUE = f"""
SELECT {LEASE_COLUMNS}
  FROM leases l
  JOIN projects p ON p.tenant_id = $2 AND p.id = l.project_id AND p.organization_id = $3
  JOIN social_accounts s ON s.tenant_id = $2 AND s.id = l.social_account_id
 WHERE l.tenant_id = $2 AND l.status = 'assigned' AND l.billing_status = $8
   AND 'assigned' = ANY ($4::text[])
   AND ($5::timestamptz IS NULL OR (l.assigned_at, l.social_account_id) > ($5, $6::uuid))
 ORDER BY l.assigned_at, l.social_account_id
 LIMIT $7
"""


async def list_all_leases(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    statuses: Sequence[str],
    billing_status: LeaseBillingStatus | None,
    now: datetime,
    after: LeasePosition | None,
    limit: int,
) -> list[Lease]:
    """Return a page of the leases of all projects of an organization, oldest assignment first."""
    rows = await connection.fetch(
        _PAST_DUE if billing_status == "past_due" else _OF_PROJECTS,
        now,
        tenant_id,
        organization_id,
        list(dict.fromkeys(statuses)),
        after.assigned_at if after else None,
        after.social_account_id if after else None,
        limit,
        billing_status,
    )
    return read_rows(Lease, rows)


async def disconnect(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[DisconnectItem]
) -> list[Outcome]:
    """End leases. Facts: those of ``Lease``.

    A release first charges what is due of all the partner's leases; a recall charges nothing.
    """
    return await call_money_function(connection, "lease_disconnect", tenant_id, now, items)


async def set_price(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[PriceItem]
) -> list[Outcome]:
    """Set what leases cost from their next renewal on. Facts: those of ``Lease``."""
    return await call_money_function(connection, "lease_set_price", tenant_id, now, items)


async def has_renewals(connection: Connection, tenant_id: int, now: datetime) -> bool:
    """Return whether a tenant's leases have something to charge."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM cash_wallets WHERE tenant_id = $1 AND renewals_due_at <= $2)
            """,
            tenant_id,
            now,
        )
    )


async def list_leases(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    *,
    statuses: Sequence[str],
    now: datetime,
    after: LeasePosition | None,
    limit: int,
) -> list[Lease] | None:
    """Return a page of a project's leases, oldest assignment first; None if the project is not the organization's.

    One round trip answers both: the project's own row comes back even if it has no lease.
    """
    rows = await connection.fetch(
        f"""
        SELECT {LEASE_COLUMNS}
          FROM projects p
          LEFT JOIN LATERAL (
               SELECT * FROM leases l
                WHERE l.tenant_id = $2 AND l.project_id = p.id AND l.status = ANY ($5::text[])
                  AND ($6::timestamptz IS NULL OR (l.assigned_at, l.social_account_id) > ($6, $7::uuid))
                ORDER BY l.assigned_at, l.social_account_id
                LIMIT $8) l ON true
          LEFT JOIN social_accounts s ON s.tenant_id = $2 AND s.id = l.social_account_id
         WHERE p.tenant_id = $2 AND p.organization_id = $3 AND p.id = $4
         ORDER BY l.assigned_at, l.social_account_id
        """,
        now,
        tenant_id,
        organization_id,
        project_id,
        list(statuses),
        after.assigned_at if after else None,
        after.social_account_id if after else None,
        limit,
    )
    if not rows:
        return None
    return read_rows(Lease, [row for row in rows if row["social_account_id"] is not None])
