"""SQL of content: containers, and the files in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Row


class ContentFilter(NamedTuple):
    """Which containers to list. None is no filter; times are inclusive, milliseconds."""

    statuses: Sequence[str] | None = None
    formats: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


class ContentPosition(NamedTuple):
    """Where a container is in the list: its time, and its id among those of one time."""

    created_at: datetime
    container_id: UUID


_CONTAINER = """
SELECT c.*, j.finished_at, j.last_error_code, j.last_error_message, r.charged
  FROM containers c
  JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id
  JOIN jobs j ON j.tenant_id = c.tenant_id AND j.id = c.job_id
  JOIN reservations r ON r.tenant_id = c.tenant_id AND r.job_id = c.job_id
"""


# The first part finds the project, so that one of another's is told from one without content.
_LIST_CONTAINERS = f"""
SELECT page.* FROM projects owned
  LEFT JOIN LATERAL (
       {_CONTAINER}
        WHERE c.tenant_id = owned.tenant_id AND c.project_id = owned.id
          AND ($4::text[] IS NULL OR c.status = ANY ($4))
          AND ($5::text[] IS NULL OR c.format = ANY ($5))
          AND c.created_at >= coalesce($6::timestamptz, '-infinity')
          AND c.created_at <= coalesce($7::timestamptz, 'infinity')
          AND (c.created_at, c.id) < (coalesce($8::timestamptz, 'infinity'),
                                      coalesce($9::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        ORDER BY c.created_at DESC, c.id DESC LIMIT $10) page ON true
 WHERE owned.tenant_id = $1 AND owned.organization_id = $2 AND owned.id = $3
 ORDER BY page.created_at DESC, page.id DESC
"""


async def find_container(
    connection: Connection, tenant_id: int, organization_id: UUID, container_id: UUID
) -> Row | None:
    """An organization's container, with what its job says of its end; None when it is not its own."""
    return await connection.fetchrow(
        f"{_CONTAINER} WHERE c.tenant_id = $1 AND c.id = $2 AND p.organization_id = $3",
        tenant_id,
        container_id,
        organization_id,
    )


async def list_containers(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    wanted: ContentFilter,
    *,
    before: ContentPosition | None,
    limit: int,
) -> list[Row] | None:
    """A page of a project's containers, newest first; None when the project is not the organization's."""
    rows = await connection.fetch(
        _LIST_CONTAINERS,
        tenant_id,
        organization_id,
        project_id,
        None if wanted.statuses is None else list(wanted.statuses),
        None if wanted.formats is None else list(wanted.formats),
        wanted.since,
        wanted.until,
        None if before is None else before.created_at,
        None if before is None else before.container_id,
        limit,
    )
    if not rows:
        return None
    return [row for row in rows if row["id"] is not None]


async def find_asset(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    container_id: UUID,
    asset_id: UUID,
) -> Row | None:
    """A file in an organization's container; None when it is not its own."""
    return await connection.fetchrow(
        """
        SELECT a.* FROM assets a
          JOIN containers c ON c.tenant_id = a.tenant_id AND c.id = a.container_id
          JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id
         WHERE a.tenant_id = $1 AND a.id = $2 AND a.container_id = $3 AND p.organization_id = $4
        """,
        tenant_id,
        asset_id,
        container_id,
        organization_id,
    )
