"""SQL of moving projects from a partner to children."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


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
