"""SQL of lease requests: submitting and reading a project's, and calling the functions that answer them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import columns_of, read_returned, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

RequestStatus = Literal["requested", "assigned", "partial", "rejected"]


class LeaseRequest(Struct, frozen=True):
    """A lease request; also the facts of what answers one."""

    id: UUID
    organization_id: UUID
    project_id: UUID
    partner_request_id: str | None
    count: int
    vertical: str
    audience: str | None
    language: str | None
    geo: list[str]
    target: str | None
    partner_note: str | None
    status: RequestStatus
    operator_note: str | None
    submitted_at: datetime
    answered_at: datetime | None
    assigned_social_account_ids: list[UUID]


class FulfilItem(NamedTuple):
    """Pool accounts for a request, with one new social account id for each."""

    request_id: UUID
    pool_account_ids: Sequence[UUID]
    social_account_ids: Sequence[UUID]
    monthly_price_cents: int | None
    note: str | None
    caller: Actor
    idempotency: Idempotency | None


class RejectItem(NamedTuple):
    """A request to reject, and why."""

    request_id: UUID
    note: str
    caller: Actor
    idempotency: Idempotency | None


class PretendItem(NamedTuple):
    """Fictitious accounts for a request of a test tenant: a handle and followers for each id."""

    request_id: UUID
    social_account_ids: Sequence[UUID]
    handles: Sequence[str]
    followers: Sequence[int]
    caller: Actor
    idempotency: Idempotency | None


async def insert_request(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    request_id: UUID,
    organization_id: UUID,
    project_id: UUID,
    partner_request_id: str | None,
    count: int,
    vertical: str,
    audience: str | None,
    language: str | None,
    geo: Sequence[str],
    target: str | None,
    note: str | None,
) -> LeaseRequest:
    """Submit a request for a project, which the caller has locked.

    Raises:
        asyncpg.UniqueViolationError: the organization has another with this partner_request_id.
    """
    row = await connection.fetchrow(
        f"""
        INSERT INTO lease_requests
            (tenant_id, id, organization_id, project_id, partner_request_id, count, vertical, audience,
             language, geo, target, partner_note, submitted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        RETURNING {columns_of(LeaseRequest)}
        """,
        tenant_id,
        request_id,
        organization_id,
        project_id,
        partner_request_id,
        count,
        vertical,
        audience,
        language,
        list(geo),
        target,
        note,
        now.replace(microsecond=0),
    )
    return read_returned(LeaseRequest, row)


async def list_requests(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    *,
    statuses: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> list[LeaseRequest] | None:
    """Return a page of a project's requests, newest first; None if the project is not the organization's."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(LeaseRequest, "r")}
          FROM projects p
          LEFT JOIN LATERAL (
               SELECT * FROM lease_requests r
                WHERE r.tenant_id = $1 AND r.project_id = p.id
                  AND ($4::text[] IS NULL OR r.status = ANY ($4))
                  AND ($5::uuid IS NULL OR r.id < $5)
                ORDER BY r.id DESC
                LIMIT $6) r ON true
         WHERE p.tenant_id = $1 AND p.organization_id = $2 AND p.id = $3
         ORDER BY r.id DESC
        """,
        tenant_id,
        organization_id,
        project_id,
        None if statuses is None else list(statuses),
        before,
        limit,
    )
    if not rows:
        return None
    return read_rows(LeaseRequest, [row for row in rows if row["id"] is not None])


async def find_request(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    *,
    request_id: UUID | None,
    partner_request_id: str | None,
) -> LeaseRequest | None:
    """Return a project's request by one of its two ids; None if it or the project is not the organization's.

    If a name looks like the bare id of another request, the request with the name is returned.
    """
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(LeaseRequest, "r")} FROM lease_requests r
          JOIN projects p ON p.tenant_id = $1 AND p.id = r.project_id
         WHERE r.tenant_id = $1 AND p.organization_id = $2 AND r.project_id = $3
           AND (r.id = $4 OR r.partner_request_id = $5)
         ORDER BY r.partner_request_id = $5 DESC NULLS LAST LIMIT 1
        """,
        tenant_id,
        organization_id,
        project_id,
        request_id,
        partner_request_id,
    )
    return read_row(LeaseRequest, row)


async def fulfil(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[FulfilItem]
) -> list[Outcome]:
    """Answer requests with accounts, and charge their first month. Facts: those of ``LeaseRequest``."""
    return await call_money_function(connection, "lease_request_fulfil", tenant_id, now, items)


async def reject(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[RejectItem]
) -> list[Outcome]:
    """Answer requests with a refusal. Facts: those of ``LeaseRequest``."""
    return await call_money_function(connection, "lease_request_reject", tenant_id, now, items)


async def pretend(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[PretendItem]
) -> list[Outcome]:
    """Answer requests of a test tenant with fictitious accounts. Facts: those of ``LeaseRequest``."""
    return await call_money_function(connection, "lease_request_pretend", tenant_id, now, items)
