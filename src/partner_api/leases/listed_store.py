"""SQL of leases as operators list them: with whose they are, what they have brought, and month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_rows
from partner_api.leases.store import Lease

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection

LeaseMonthStatus = Literal["due", "paid", "uncollected"]


class ListedLease(Lease, frozen=True):
    """A lease with the names of whose it is; ``partner_id`` is the organization whose cash wallet pays."""

    partner_id: UUID
    partner_name: str
    organization_name: str
    project_name: str
    next_due_at: datetime
    """When the first month begins that is not settled."""
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    """When it ends, if it still cannot be paid; None while it is not past due."""


class LeaseWithPayments(ListedLease, frozen=True):
    """The same with what it has brought."""

    release_note: str | None
    months_paid: int
    paid_cents: int
    refunded_cents: int


class LeaseMonth(Struct, frozen=True):
    """A month of a lease that has begun; ``event_id`` is the row of the cash ledger that paid it."""

    lease_month: int
    period_start: datetime
    period_end: datetime
    price_cents: int
    status: LeaseMonthStatus
    refunded_cents: int
    settled_at: datetime | None
    event_id: UUID | None


# Looked up for the rows of a page alone: joined, they would be for every lease before the page is cut.
_OWNER = "FROM organizations o WHERE o.tenant_id = l.tenant_id AND o.id = p.organization_id"
_NAMES = {
    "organization_id": "p.organization_id",
    "handle": "s.handle",
    "platform": "s.platform",
    "followers": "s.followers",
    "next_renewal_at": "CASE l.status WHEN 'assigned' THEN lease_next_renewal(l.assigned_at, $1) END",
    "partner_id": f"(SELECT coalesce(o.parent_id, o.id) {_OWNER})",
    "partner_name": """(SELECT coalesce(r.name, o.name)
        FROM organizations o LEFT JOIN organizations r ON r.tenant_id = l.tenant_id AND r.id = o.parent_id
       WHERE o.tenant_id = l.tenant_id AND o.id = p.organization_id)""",
    "organization_name": f"(SELECT o.name {_OWNER})",
    "project_name": "p.name",
    "last_attempt_at": "l.past_due_since + lease_patience()",
}
# Of `leases l` and what is joined to it below; the first argument says what is next.
LISTED_COLUMNS = columns_of(ListedLease, "l", **_NAMES)
_PAID = """FROM lease_charges c
  WHERE c.tenant_id = l.tenant_id AND c.social_account_id = l.social_account_id AND c.status = 'paid'"""
_COLUMNS_WITH_PAYMENTS = columns_of(
    LeaseWithPayments,
    "l",
    **_NAMES,
    months_paid=f"(SELECT count(*) {_PAID})",
    paid_cents=f"(SELECT coalesce(sum(c.price_cents), 0)::bigint {_PAID})",
    refunded_cents=f"(SELECT coalesce(sum(c.refunded_cents), 0)::bigint {_PAID})",
)
LISTED_JOINS = """
  JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
  JOIN social_accounts s ON s.tenant_id = l.tenant_id AND s.id = l.social_account_id
"""


async def find_lease(
    connection: Connection, now: datetime, social_account_id: UUID
) -> tuple[int, LeaseWithPayments] | None:
    """Return the tenant of a live lease, and the lease. Crosses tenants: operators know it by its account alone."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS_WITH_PAYMENTS}, l.tenant_id AS tenant_id
          FROM leases l JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live' {LISTED_JOINS}
         WHERE s.id = $2
        """,
        now,
        social_account_id,
    )
    if row is None:
        return None
    *columns, tenant_id = row.values()
    return tenant_id, LeaseWithPayments(*columns)


async def list_leases(
    connection: Connection,
    now: datetime,
    *,
    tenant_id: int | None,
    organization_id: UUID | None,
    statuses: Sequence[str] | None,
    billing_status: str | None,
    due_before: datetime | None,
    handle: str | None,
    before: UUID | None,
    limit: int,
) -> list[ListedLease]:
    """Return a page of all leases, newest first. Crosses tenants.

    Args:
        connection: any.
        now: decides when each is renewed next.
        tenant_id: only of this tenant; with an organization, that one's, so that an index finds its leases.
        organization_id: only of this organization's projects.
        statuses: only in these.
        billing_status: only assigned ones with this.
        due_before: only assigned ones whose oldest unpaid month begins before this.
        handle: only of accounts with this handle.
        before: only those with a smaller id.
        limit: how many.
    """
    # Each filter that is asked for is a condition of its own: `$1 IS NULL OR …` would keep PostgreSQL from using an
    # index, which matters if few of a million leases are past due.
    arguments: list[Any] = [now]
    conditions = ["true"]

    def add(condition: str, value: object) -> None:
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))

    if tenant_id is not None:
        add("l.tenant_id = {}", tenant_id)
    if organization_id is not None:
        add("p.organization_id = {}", organization_id)
    if statuses is not None:
        add("l.status = ANY ({}::text[])", list(statuses))
    if billing_status is not None:
        add("l.billing_status = {}", billing_status)
        conditions.append("l.status = 'assigned'")
    if billing_status == "past_due":
        conditions.append("l.next_attempt_at IS NOT NULL")
    if due_before is not None:
        add("l.next_due_at < {}", due_before)
        conditions.append("l.status = 'assigned'")
    if handle is not None:
        # As the index has it.
        add("lower(s.handle) = lower({})", handle)
        conditions.append("s.leased")
    if before is not None:
        add("s.id < {}", before)
    arguments.append(limit)
    rows = await connection.fetch(
        f"""
        SELECT {LISTED_COLUMNS}
          FROM leases l JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live' {LISTED_JOINS}
         WHERE {" AND ".join(conditions)} ORDER BY s.id DESC LIMIT ${len(arguments)}
        """,
        *arguments,
    )
    return read_rows(ListedLease, rows)


async def list_leases_of_account(
    connection: Connection,
    now: datetime,
    *,
    pool_account_id: UUID,
    handle: str,
    before: UUID | None,
    limit: int,
) -> list[LeaseWithPayments]:
    """Return a page of the leases that an account of the pool had, newest first. Crosses tenants.

    A handle never changes, and an index has it.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS_WITH_PAYMENTS}
          FROM leases l JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live' {LISTED_JOINS}
         WHERE lower(s.handle) = lower($2) AND s.leased AND l.pool_account_id = $3 AND ($4::uuid IS NULL OR s.id < $4)
         ORDER BY s.id DESC LIMIT $5
        """,
        now,
        handle,
        pool_account_id,
        before,
        limit,
    )
    return read_rows(LeaseWithPayments, rows)


async def list_months(
    connection: Connection,
    tenant_id: int,
    social_account_id: UUID,
    *,
    before: int | None,
    limit: int,
) -> list[LeaseMonth]:
    """Return a page of the months of a lease that have been charged or tried, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(LeaseMonth, "c", event_id="e.event_id")}
          FROM lease_charges c
          LEFT JOIN cash_wallets w ON w.tenant_id = $1 AND w.currency = 'USD'
          LEFT JOIN cash_events e
            ON e.tenant_id = $1 AND e.organization_id = w.organization_id AND e.currency = 'USD'
           AND e.sequence = c.cash_sequence
         WHERE c.tenant_id = $1 AND c.social_account_id = $2 AND ($3::integer IS NULL OR c.lease_month < $3)
         ORDER BY c.lease_month DESC LIMIT $4
        """,
        tenant_id,
        social_account_id,
        before,
        limit,
    )
    return read_rows(LeaseMonth, rows)
