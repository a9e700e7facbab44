"""SQL of organizations within their tenant: creating, reading and changing them, and what they hold."""

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

OrganizationStatus = Literal["active", "suspended", "archived"]


class Organization(Struct, frozen=True):
    """A partner or a child; what suspends or resumes one answers it in its facts too."""

    id: UUID
    parent_id: UUID | None
    name: str
    status: OrganizationStatus
    metadata: dict[str, str]
    billing_email: str | None
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Archiving(Struct, frozen=True):
    """What archiving a child did: the facts of ``archive``."""

    organization_id: UUID
    archived_at: datetime
    reclaimed_credits: int
    revoked_api_keys: int
    released_leased_accounts: int


class OrganizationCounts(Struct, frozen=True):
    """How much an organization has of what."""

    children: int
    projects: int
    leased_accounts: int
    """Assigned now."""
    past_due_leases: int
    """Of them, those whose month could not be paid."""
    open_lease_requests: int


# Of the organization $2 of the tenant $1: the columns of ``OrganizationCounts``.
CONTENTS = """
(SELECT count(*) FROM organizations
  WHERE tenant_id = $1 AND parent_id = $2) AS children,
(SELECT count(*) FROM projects
  WHERE tenant_id = $1 AND organization_id = $2) AS projects,
(SELECT count(*) FROM leases l
   JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
  WHERE l.tenant_id = $1 AND p.organization_id = $2 AND l.status = 'assigned') AS leased_accounts,
(SELECT count(*) FROM leases l
   JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
  WHERE l.tenant_id = $1 AND p.organization_id = $2
    AND l.next_attempt_at IS NOT NULL) AS past_due_leases,
(SELECT count(*) FROM lease_requests
  WHERE tenant_id = $1 AND organization_id = $2 AND status = 'requested') AS open_lease_requests
"""
_COLUMNS = columns_of(Organization)
_FIND_CHILD = (
    f"SELECT {_COLUMNS} FROM organizations WHERE tenant_id = $1 AND parent_id = $2 AND id = $3"
)


async def create_partner(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    organization_id: UUID,
    env: str,
    name: str,
    billing_email: str | None,
    metadata: dict[str, str],
    rate_limit_tier: str,
    caller: Actor,
) -> None:
    """Create a partner in one environment: tenant, organization, credit wallet and cash wallet.

    Raises:
        asyncpg.UniqueViolationError: the tenant id is taken, or the partner has this environment already.
    """
    await connection.execute(
        "SELECT partner_create($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant_id,
        now,
        organization_id,
        env,
        name,
        billing_email,
        metadata,
        rate_limit_tier,
        caller,
    )


async def create_child(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    organization_id: UUID,
    partner_id: UUID,
    name: str,
    billing_email: str | None,
    metadata: dict[str, str],
    caller: Actor,
) -> bool:
    """Create an active child with an empty wallet; False when the parent is not an active partner of the tenant."""
    created: bool = await connection.fetchval(
        "SELECT child_create($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant_id,
        now,
        organization_id,
        partner_id,
        name,
        billing_email,
        metadata,
        caller,
    )
    return created


async def find_child(
    connection: Connection, tenant_id: int, partner_id: UUID, organization_id: UUID
) -> Organization | None:
    """Return a direct child of a partner; None when it is not its own."""
    row = await connection.fetchrow(_FIND_CHILD, tenant_id, partner_id, organization_id)
    return read_row(Organization, row)


async def lock_child(
    connection: Connection, tenant_id: int, partner_id: UUID, organization_id: UUID
) -> Organization | None:
    """As ``find_child``, locked until the transaction ends."""
    row = await connection.fetchrow(
        _FIND_CHILD + " FOR NO KEY UPDATE", tenant_id, partner_id, organization_id
    )
    return read_row(Organization, row)


async def lock_organization(connection: Connection, tenant_id: int, organization_id: UUID) -> None:
    """Lock an organization until the transaction ends, so that only one at a time counts what it has."""
    await connection.execute(
        "SELECT FROM organizations WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        tenant_id,
        organization_id,
    )


async def list_children(
    connection: Connection,
    tenant_id: int,
    partner_id: UUID,
    *,
    statuses: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> list[Organization]:
    """Return a page of a partner's children, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM organizations
         WHERE tenant_id = $1 AND parent_id = $2
           AND ($3::text[] IS NULL OR status = ANY ($3))
           AND ($4::uuid IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5
        """,
        tenant_id,
        partner_id,
        None if statuses is None else list(statuses),
        before,
        limit,
    )
    return read_rows(Organization, rows)


async def update_child(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID,
    *,
    name: str,
    metadata: dict[str, str],
    billing_email: str | None,
) -> Organization:
    """Set what a parent may change of a locked child."""
    row = await connection.fetchrow(
        f"""
        UPDATE organizations SET name = $3, metadata = $4, billing_email = $5,
               updated_at = greatest(updated_at, $6)
         WHERE tenant_id = $1 AND id = $2
        RETURNING {_COLUMNS}
        """,
        tenant_id,
        organization_id,
        name,
        metadata,
        billing_email,
        now,
    )
    return read_returned(Organization, row)


class StatusItem(NamedTuple):
    """An organization to suspend or resume; with ``partner_id``, only a child of it."""

    organization_id: UUID
    partner_id: UUID | None
    status: Literal["active", "suspended"]
    caller: Actor
    idempotency: Idempotency | None


class ArchiveItem(NamedTuple):
    """A child to archive for ever."""

    organization_id: UUID
    partner_id: UUID
    caller: Actor
    idempotency: Idempotency | None


async def set_status(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[StatusItem]
) -> list[Outcome]:
    """Suspend or resume organizations. Facts: an ``Organization``.

    Refused: NOT_FOUND, CONFLICT (archived).
    """
    return await call_money_function(connection, "organization_set_status", tenant_id, now, items)


async def archive(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[ArchiveItem]
) -> list[Outcome]:
    """Archive children for ever. Facts: an ``Archiving``, the same when it is asked for again.

    Refused: NOT_FOUND.
    """
    return await call_money_function(connection, "organization_archive", tenant_id, now, items)


async def count_contents(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> OrganizationCounts:
    """Count what an organization has."""
    row = await connection.fetchrow(f"SELECT {CONTENTS}", tenant_id, organization_id)
    return read_returned(OrganizationCounts, row)


async def find_tenant(connection: Connection, partner_id: UUID, env: str) -> int:
    """Return the tenant of a partner that exists, in one environment."""
    tenant_id: int = await connection.fetchval(
        "SELECT id FROM tenants WHERE partner_id = $1 AND env = $2", partner_id, env
    )
    return tenant_id
