"""SQL of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Row

_COLUMNS = (
    "name",
    "timezone",
    "customer_external_id",
    "primary_language",
    "owner_email",
    "app_name",
    "app_description",
    "tagline",
    "brand_voice",
    "target_gender",
    "metadata",
)
_ASSIGNABLE = frozenset({*_COLUMNS, "status", "archived_at"})


async def create_project(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    project_id: UUID,
    organization_id: UUID,
    fields: Mapping[str, Any],
) -> Row:
    """Create an active project and give its row.

    Args:
        connection: any.
        tenant_id: of the organization.
        now: creation time.
        project_id: new.
        organization_id: whose.
        fields: values by column, at least ``name`` and ``timezone``.

    Raises:
        asyncpg.UniqueViolationError: the organization has another with this customer_external_id.
    """
    row = await connection.fetchrow(
        """
        INSERT INTO projects
            (tenant_id, id, organization_id, created_at, updated_at,
             name, timezone, customer_external_id, primary_language, owner_email, app_name,
             app_description, tagline, brand_voice, target_gender, metadata)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        RETURNING *
        """,
        tenant_id,
        project_id,
        organization_id,
        now,
        *({"primary_language": "en", **fields}.get(column) for column in _COLUMNS),
    )
    assert row is not None  # noqa: S101 - RETURNING of one inserted row
    return row


async def find_project(
    connection: Connection, tenant_id: int, organization_id: UUID, project_id: UUID
) -> Row | None:
    """An organization's project; None when it is not its own."""
    return await connection.fetchrow(
        "SELECT * FROM projects WHERE tenant_id = $1 AND organization_id = $2 AND id = $3",
        tenant_id,
        organization_id,
        project_id,
    )


async def lock_project(
    connection: Connection, tenant_id: int, organization_id: UUID, project_id: UUID
) -> Row | None:
    """As ``find_project``, locked until the transaction ends."""
    return await connection.fetchrow(
        """
        SELECT * FROM projects WHERE tenant_id = $1 AND organization_id = $2 AND id = $3
           FOR NO KEY UPDATE
        """,
        tenant_id,
        organization_id,
        project_id,
    )


async def share_project(
    connection: Connection, tenant_id: int, organization_id: UUID, project_id: UUID
) -> Row | None:
    """As ``find_project``, kept from moving or being archived until the transaction ends."""
    return await connection.fetchrow(
        """
        SELECT * FROM projects WHERE tenant_id = $1 AND organization_id = $2 AND id = $3
           FOR SHARE
        """,
        tenant_id,
        organization_id,
        project_id,
    )


async def update_project(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    project_id: UUID,
    changes: Mapping[str, Any],
) -> Row:
    """Set columns of a locked project and give its row; its last change is never dated before another.

    Raises:
        asyncpg.UniqueViolationError: the organization has another with this customer_external_id.
    """
    if not changes.keys() <= _ASSIGNABLE:
        raise ValueError(f"not columns of a project: {changes.keys() - _ASSIGNABLE}")
    assignments = "".join(f", {column} = ${place}" for place, column in enumerate(changes, 4))
    row = await connection.fetchrow(
        f"UPDATE projects SET updated_at = greatest(updated_at, $3){assignments} "
        "WHERE tenant_id = $1 AND id = $2 RETURNING *",
        tenant_id,
        project_id,
        now,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def list_projects(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    statuses: Sequence[str] | None,
    search: str | None,
    customer_external_ids: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> list[Row]:
    """A page of an organization's projects, newest first; ``search`` is taken literally."""
    return await connection.fetch(
        """
        SELECT * FROM projects
         WHERE tenant_id = $1 AND organization_id = $2
           AND ($3::text[] IS NULL OR status = ANY ($3))
           AND ($4::text IS NULL OR position(lower($4) IN lower(name)) > 0)
           AND ($5::text[] IS NULL OR customer_external_id = ANY ($5))
           AND ($6::uuid IS NULL OR id < $6)
         ORDER BY id DESC LIMIT $7
        """,
        tenant_id,
        organization_id,
        None if statuses is None else list(statuses),
        search,
        None if customer_external_ids is None else list(customer_external_ids),
        before,
        limit,
    )


async def count_assigned_leases(connection: Connection, tenant_id: int, project_id: UUID) -> int:
    """How many accounts are leased to a project now."""
    return int(
        await connection.fetchval(
            """
            SELECT count(*) FROM leases
             WHERE tenant_id = $1 AND project_id = $2 AND status = 'assigned'
            """,
            tenant_id,
            project_id,
        )
    )


async def first_project_id(connection: Connection, tenant_id: int, organization_id: UUID) -> UUID:
    """The oldest project of an organization that has one."""
    project_id: UUID = await connection.fetchval(
        """
        SELECT id FROM projects WHERE tenant_id = $1 AND organization_id = $2
         ORDER BY id LIMIT 1
        """,
        tenant_id,
        organization_id,
    )
    return project_id


async def lock_projects(
    connection: Connection, tenant_id: int, organization_id: UUID, project_ids: Sequence[UUID]
) -> set[UUID]:
    """Lock those of the projects that are the organization's, in id order; gives their ids."""
    rows = await connection.fetch(
        """
        SELECT id FROM projects
         WHERE tenant_id = $1 AND organization_id = $2 AND id = ANY ($3)
         ORDER BY id FOR NO KEY UPDATE
        """,
        tenant_id,
        organization_id,
        project_ids,
    )
    return {row["id"] for row in rows}


async def find_running_job(
    connection: Connection, tenant_id: int, project_ids: Sequence[UUID]
) -> UUID | None:
    """A job that is running in one of these projects, if there is one."""
    job_id: UUID | None = await connection.fetchval(
        """
        SELECT id FROM jobs
         WHERE tenant_id = $1 AND project_id = ANY ($2) AND status = 'running' LIMIT 1
        """,
        tenant_id,
        project_ids,
    )
    return job_id


async def move_projects(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    project_ids: Sequence[UUID],
    organization_id: UUID,
) -> None:
    """Give locked projects to another organization; what hangs on a project goes with it."""
    await connection.execute(
        """
        UPDATE projects SET organization_id = $3, updated_at = greatest(updated_at, $4)
         WHERE tenant_id = $1 AND id = ANY ($2)
        """,
        tenant_id,
        project_ids,
        organization_id,
        now,
    )
    await connection.execute(
        "UPDATE lease_requests SET organization_id = $3 WHERE tenant_id = $1 AND project_id = ANY ($2)",
        tenant_id,
        project_ids,
        organization_id,
    )
