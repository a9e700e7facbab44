"""SQL of organizations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection, Row


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
    caller: Caller,
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
    caller: Caller,
) -> bool:
    """Create an active child with an empty wallet; False when the parent is not an active partner of the tenant."""
    created = await connection.fetchval(
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
    return bool(created)


async def find_organization(
    connection: Connection, organization_id: UUID, env: Literal["live", "test"] = "live"
) -> Row | None:
    """The organization with this id, wherever it is. Crosses tenants: for the operator only.

    A partner has the same id in both environments.
    """
    return await connection.fetchrow(
        """
        SELECT o.* FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE o.id = $1 AND t.env = $2
        """,
        organization_id,
        env,
    )


async def find_by_metadata(connection: Connection, metadata: dict[str, str]) -> Row | None:
    """The oldest live organization whose metadata contains these entries. Crosses tenants."""
    return await connection.fetchrow(
        """
        SELECT o.* FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE o.metadata @> $1 AND t.env = 'live'
         ORDER BY o.id LIMIT 1
        """,
        metadata,
    )


async def find_child(
    connection: Connection, tenant_id: int, partner_id: UUID, organization_id: UUID
) -> Row | None:
    """A direct child of a partner."""
    return await connection.fetchrow(
        "SELECT * FROM organizations WHERE tenant_id = $1 AND parent_id = $2 AND id = $3",
        tenant_id,
        partner_id,
        organization_id,
    )


async def lock_child(
    connection: Connection, tenant_id: int, partner_id: UUID, organization_id: UUID
) -> Row | None:
    """As ``find_child``, locked until the transaction ends."""
    return await connection.fetchrow(
        """
        SELECT * FROM organizations WHERE tenant_id = $1 AND parent_id = $2 AND id = $3
           FOR NO KEY UPDATE
        """,
        tenant_id,
        partner_id,
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
) -> list[Row]:
    """A page of a partner's children, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM organizations
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


async def update_child(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID,
    *,
    name: str,
    metadata: dict[str, str],
    billing_email: str | None,
) -> Row:
    """Set what a parent may change of a locked child; gives the row."""
    row = await connection.fetchrow(
        """
        UPDATE organizations SET name = $3, metadata = $4, billing_email = $5,
               updated_at = greatest(updated_at, $6)
         WHERE tenant_id = $1 AND id = $2
        RETURNING *
        """,
        tenant_id,
        organization_id,
        name,
        metadata,
        billing_email,
        now,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


class StatusItem(NamedTuple):
    """An organization to suspend or resume; with ``partner_id``, only a child of it."""

    organization_id: UUID
    partner_id: UUID | None
    status: Literal["active", "suspended"]
    caller: Caller
    idempotency: Idempotency | None


class ArchiveItem(NamedTuple):
    """A child to archive for ever."""

    organization_id: UUID
    partner_id: UUID
    caller: Caller
    idempotency: Idempotency | None


class OrganizationRow(Struct, frozen=True):
    """A row of ``organizations``: the facts of what suspends or resumes one."""

    id: UUID
    parent_id: UUID | None
    name: str
    status: str
    metadata: dict[str, str]
    billing_email: str | None
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def set_status(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[StatusItem]
) -> list[Outcome]:
    """Suspend or resume organizations. Facts: those of ``OrganizationRow``.

    Refused: NOT_FOUND, CONFLICT (archived).
    """
    return await call_money_function(connection, "organization_set_status", tenant_id, now, items)


async def archive(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[ArchiveItem]
) -> list[Outcome]:
    """Archive children for ever. Facts: what that did, the same when it is asked for again.

    ``{organization_id, archived_at, reclaimed_credits, revoked_api_keys, released_leased_accounts}``. Refused:
    NOT_FOUND.
    """
    return await call_money_function(connection, "organization_archive", tenant_id, now, items)


async def list_all_organizations(
    connection: Connection,
    *,
    search: str | None,
    statuses: Sequence[str] | None,
    parent_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[Row]:
    """A page of all live organizations, newest first. Crosses tenants: for the operator only."""
    return await connection.fetch(
        """
        SELECT o.* FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE t.env = 'live'
           AND ($1::text IS NULL OR position(lower($1) IN lower(o.name)) > 0)
           AND ($2::text[] IS NULL OR o.status = ANY ($2))
           AND ($3::uuid IS NULL OR o.parent_id = $3)
           AND ($4::uuid IS NULL OR o.id < $4)
         ORDER BY o.id DESC LIMIT $5
        """,
        search,
        None if statuses is None else list(statuses),
        parent_id,
        before,
        limit,
    )


async def count_contents(connection: Connection, tenant_id: int, organization_id: UUID) -> Row:
    """How many children, projects, assigned and past due leases, and open lease requests an organization has."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM organizations
                 WHERE tenant_id = $1 AND parent_id = $2) AS children,
               (SELECT count(*) FROM projects
                 WHERE tenant_id = $1 AND organization_id = $2) AS projects,
               (SELECT count(*) FROM leases l
                  JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
                 WHERE l.tenant_id = $1 AND p.organization_id = $2
                   AND l.status = 'assigned') AS leased_accounts,
               (SELECT count(*) FROM leases l
                  JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
                 WHERE l.tenant_id = $1 AND p.organization_id = $2
                   AND l.next_attempt_at IS NOT NULL) AS past_due_leases,
               (SELECT count(*) FROM lease_requests
                 WHERE tenant_id = $1 AND organization_id = $2
                   AND status = 'requested') AS open_lease_requests
        """,
        tenant_id,
        organization_id,
    )
    assert row is not None  # noqa: S101 - a query without FROM has one row
    return row


async def find_tenant(connection: Connection, partner_id: UUID, env: str) -> int:
    """The tenant of a partner that exists, in one environment."""
    tenant_id: int = await connection.fetchval(
        "SELECT id FROM tenants WHERE partner_id = $1 AND env = $2", partner_id, env
    )
    return tenant_id


async def list_tenants(connection: Connection, partner_id: UUID) -> list[int]:
    """The tenants of a partner, of both environments. For the operator only."""
    rows = await connection.fetch(
        "SELECT id FROM tenants WHERE partner_id = $1 ORDER BY id", partner_id
    )
    return [row["id"] for row in rows]


async def update_terms(
    connection: Connection,
    now: datetime,
    partner_id: UUID,
    *,
    rate_limit_tier: str | None,
    format_prices: dict[str, int],
) -> None:
    """Set a partner's tier and the prices given, in both environments.

    Crosses tenants: for the operator only.
    """
    await connection.execute(
        """
        UPDATE organizations
           SET rate_limit_tier = coalesce($2, rate_limit_tier),
               format_prices = coalesce(format_prices, '{}') || $3::jsonb,
               updated_at = greatest(updated_at, $4)
         WHERE id = $1 AND parent_id IS NULL
        """,
        partner_id,
        rate_limit_tier,
        format_prices,
        now,
    )
