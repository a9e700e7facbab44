"""SQL of leases across tenants: whose a lease is, and what is due for a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.looks import look
from partner_api.database.rows import read_returned, read_rows
from partner_api.leases.store import LeaseBillingStatus, LeaseStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class PartnerWithRenewals(Struct, frozen=True):
    """A partner whose cash wallet has something to charge."""

    tenant_id: int
    organization_id: UUID
    name: str


class RehearsedLease(Struct, frozen=True):
    """What a rehearsal changed of a lease; the two states are those after it."""

    social_account_id: UUID
    project_id: UUID
    organization_id: UUID
    status: LeaseStatus
    billing_status: LeaseBillingStatus
    months_paid: int
    paid_cents: int
    newly_due: bool


class Renewed(Struct, frozen=True):
    """How far a commit of renewals came: ``leases`` of the first ``tenants`` of those given.

    ``stuck`` are the tenants with leases that are due and that no renewal can advance, whatever money comes in.
    """

    tenants: int
    leases: int
    stuck: Sequence[int]


async def find_tenant(connection: Connection, social_account_id: UUID) -> int | None:
    """Return the tenant of a lease. Crosses tenants: operators know a lease by its account alone."""
    tenant_id: int | None = await connection.fetchval(
        """
        SELECT s.tenant_id FROM social_accounts s
          JOIN tenants t ON t.id = s.tenant_id AND t.env = 'live'
          JOIN leases l ON l.tenant_id = s.tenant_id AND l.social_account_id = s.id
         WHERE s.id = $1
        """,
        social_account_id,
    )
    return tenant_id


async def list_partners_with_renewals(
    connection: Connection,
    until: datetime,
    *,
    organization_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[PartnerWithRenewals]:
    """Return partners from whom something is to be charged by then, newest first. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT w.tenant_id, w.organization_id, o.name FROM cash_wallets w
          JOIN tenants t ON t.id = w.tenant_id AND t.env = 'live'
          JOIN organizations o ON o.tenant_id = w.tenant_id AND o.id = w.organization_id
         WHERE w.renewals_due_at <= $1
           AND ($2::uuid IS NULL OR w.organization_id = $2)
           AND ($3::uuid IS NULL OR w.organization_id < $3)
         ORDER BY w.organization_id DESC LIMIT $4
        """,
        until,
        organization_id,
        before,
        limit,
    )
    return read_rows(PartnerWithRenewals, rows)


async def rehearse_renewals(
    connection: Connection, tenant_id: int, moments: Sequence[datetime], limit: int
) -> list[RehearsedLease]:
    """Return which leases of a partner sweeps at these moments would change. Nothing stays changed.

    Args:
        connection: outside a transaction, so that the call is its own.
        tenant_id: the partner's. Nobody else can charge its wallet meanwhile.
        moments: when a worker would run, in order.
        limit: stop after about so many charges, failed charges and ends of leases.

    Returns:
        The leases that would change; none if a worker is charging the wallet at this moment.
    """
    rows = await connection.fetch(
        "SELECT * FROM leases_rehearse($1, $2, $3)", tenant_id, moments, limit
    )
    return read_rows(RehearsedLease, rows)


async def renew(
    connection: Connection, tenant_ids: Sequence[int], now: datetime, limit: int
) -> Renewed:
    """Charge leases that are due, tenant by tenant, until about ``limit`` were paid, put off or ended; in one commit.

    A cash wallet that somebody else holds is left to them, and counts as visited. Crosses tenants.

    Args:
        connection: outside a transaction, so that the call is its own.
        tenant_ids: at least one; those that ``tenants_with_renewals`` gives together.
        now: what is due later is not charged.
        limit: see above.
    """
    row = await connection.fetchrow(
        """
        SELECT p_taken AS tenants, p_advanced AS leases, p_stuck AS stuck
          FROM leases_renew($1, $2, $3, $4)
        """,
        tenant_ids[0],
        now,
        limit,
        tenant_ids[1:],
    )
    return read_returned(Renewed, row)


async def tenants_with_renewals(
    connection: Connection, now: datetime, limit: int, resting: Sequence[int] = ()
) -> list[list[int]]:
    """Return tenants whose cash wallet has something to charge, the longest overdue first. Crosses tenants.

    Args:
        connection: any.
        now: what is due later does not count.
        limit: how many at most.
        resting: tenants that do not count either.

    Returns:
        A list for each server that has some of them: its tenants can be charged in one commit.
    """
    # Where tenants are spread over servers, each row says when the one that has it was started: no two at one instant.
    rows = await look(
        connection,
        """
        SELECT tenant_id, pg_postmaster_start_time() AS server FROM cash_wallets
         WHERE /* reached: tenant_id */ renewals_due_at <= $1 AND tenant_id <> ALL ($3::bigint[])
         ORDER BY renewals_due_at LIMIT $2
        """,
        now,
        limit,
        resting,
    )
    by_server: dict[datetime, list[int]] = {}
    for row in rows:
        by_server.setdefault(row["server"], []).append(row["tenant_id"])
    return list(by_server.values())


async def next_renewal(connection: Connection, after: datetime) -> datetime | None:
    """Return the first instant after another at which a lease is to be charged. Crosses tenants."""
    due: datetime | None = await connection.fetchval(
        "SELECT min(renewals_due_at) FROM cash_wallets WHERE renewals_due_at > $1", after
    )
    return due
