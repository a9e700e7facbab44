"""SQL of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def create_project(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    project_id: UUID,
    organization_id: UUID,
    name: str,
    timezone: str,
    customer_external_id: str | None = None,
) -> None:
    """Create an active project.

    Raises:
        asyncpg.UniqueViolationError: the organization has another project with this customer_external_id.
    """
    await connection.execute(
        """
        INSERT INTO projects
            (tenant_id, id, organization_id, name, timezone, customer_external_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
        """,
        tenant_id,
        project_id,
        organization_id,
        name,
        timezone,
        customer_external_id,
        now,
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
