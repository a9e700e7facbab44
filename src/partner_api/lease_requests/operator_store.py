"""SQL of lease requests across tenants: the operator's view of the live ones, and what test tenants ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from partner_api.database.looks import look
from partner_api.database.rows import columns_of, read_row, read_rows
from partner_api.lease_requests.store import LeaseRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection


class QueuedRequest(LeaseRequest, frozen=True):
    """A lease request with the names of what it is for, and what its partner can pay with."""

    organization_name: str
    project_name: str
    partner_id: UUID
    partner_name: str
    cash_balance_cents: int | None
    """None if the partner has no cash wallet."""


class OpenTestRequest(Struct, frozen=True):
    """A request of a test tenant that has no answer yet."""

    tenant_id: int
    id: UUID
    count: int
    vertical: str


_QUEUED = f"""
SELECT {
    columns_of(
        QueuedRequest,
        "r",
        organization_name="o.name",
        project_name="p.name",
        partner_id="t.partner_id",
        partner_name="h.name",
        cash_balance_cents="w.balance_cents",
    )
}
  FROM lease_requests r
  JOIN tenants t ON t.id = r.tenant_id AND t.env = 'live'
  JOIN projects p ON p.tenant_id = r.tenant_id AND p.id = r.project_id
  JOIN organizations o ON o.tenant_id = r.tenant_id AND o.id = r.organization_id
  JOIN organizations h ON h.tenant_id = r.tenant_id AND h.id = t.partner_id
  LEFT JOIN cash_wallets w ON w.tenant_id = r.tenant_id AND w.organization_id = t.partner_id"""


async def list_requests(
    connection: Connection,
    *,
    statuses: Sequence[str],
    organization_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[QueuedRequest]:
    """Return a page of all lease requests, oldest first. Crosses tenants."""
    rows = await connection.fetch(
        f"""
        {_QUEUED}
         WHERE r.status = ANY ($1::text[])
           AND ($2::uuid IS NULL OR r.organization_id = $2)
           AND ($3::uuid IS NULL OR r.id > $3)
         ORDER BY r.id LIMIT $4
        """,
        list(statuses),
        organization_id,
        after,
        limit,
    )
    return read_rows(QueuedRequest, rows)


async def find_request(connection: Connection, request_id: UUID) -> QueuedRequest | None:
    """Return the lease request with this id. Crosses tenants."""
    row = await connection.fetchrow(f"{_QUEUED} WHERE r.id = $1", request_id)
    return read_row(QueuedRequest, row)


async def find_tenant(connection: Connection, request_id: UUID) -> int | None:
    """Return the tenant of a lease request. Crosses tenants: operators know a request by its id alone."""
    tenant_id: int | None = await connection.fetchval(
        """
        SELECT r.tenant_id FROM lease_requests r JOIN tenants t ON t.id = r.tenant_id
         WHERE r.id = $1 AND t.env = 'live'
        """,
        request_id,
    )
    return tenant_id


async def open_test_requests(
    connection: Connection,
    before: datetime,
    limit: int,
    resting: Sequence[UUID] = (),
    locked: Sequence[int] = (),
) -> list[OpenTestRequest]:
    """Return open requests of test tenants submitted by then. Crosses tenants.

    First the oldest of every tenant, then the second of each that has one, and so on.

    Args:
        connection: any.
        before: those submitted later do not count.
        limit: how many at most.
        resting: requests that do not count either.
        locked: tenants that do not.
    """
    rows = await look(
        connection,
        f"""
        SELECT {columns_of(OpenTestRequest, "r")} FROM lease_requests r
          JOIN tenants t ON t.id = r.tenant_id AND t.env = 'test'
         WHERE /* reached: r.tenant_id */ r.status = 'requested' AND r.submitted_at <= $1 AND r.id <> ALL ($3::uuid[])
           AND r.tenant_id <> ALL ($4::bigint[])
         ORDER BY row_number() OVER (PARTITION BY r.tenant_id ORDER BY r.id), r.id LIMIT $2
        """,
        before,
        limit,
        resting,
        locked,
    )
    return read_rows(OpenTestRequest, rows)


async def next_open_test_request(connection: Connection, after: datetime) -> datetime | None:
    """Return when the first open request of a test tenant after an instant was submitted. Crosses tenants."""
    submitted_at: datetime | None = await connection.fetchval(
        """
        SELECT min(r.submitted_at) FROM lease_requests r
          JOIN tenants t ON t.id = r.tenant_id AND t.env = 'test'
         WHERE r.status = 'requested' AND r.submitted_at > $1
        """,
        after,
    )
    return submitted_at
