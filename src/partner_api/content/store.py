"""SQL of content: containers, and the files in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

ContentFormat = Literal["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
ContentStatus = Literal["queued", "processing", "completed", "failed", "canceled"]


class Container(Struct, frozen=True):
    """A container, with what its job says of its end and its reservation of its cost."""

    id: UUID
    project_id: UUID
    job_id: UUID
    status: ContentStatus
    format: ContentFormat
    inputs: dict[str, Any]
    created_at: datetime
    completed_at: datetime | None
    failed_at: datetime | None
    finished_at: datetime | None
    last_error_code: str | None
    last_error_message: str | None
    charged: int


class Asset(Struct, frozen=True):
    """A file in a container; its size in bytes, its width and height in pixels."""

    id: UUID
    container_id: UUID
    kind: str
    name: str
    width: int
    height: int
    mime_type: str
    size_bytes: int
    sha256: str
    storage_key: str


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


_COLUMNS = columns_of(
    Container,
    "c",
    finished_at="j.finished_at",
    last_error_code="j.last_error_code",
    last_error_message="j.last_error_message",
    charged="r.charged",
)
_CONTAINER = f"""
SELECT {_COLUMNS}
  FROM containers c
  JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id
  JOIN jobs j ON j.tenant_id = c.tenant_id AND j.id = c.job_id
  JOIN reservations r ON r.tenant_id = c.tenant_id AND r.job_id = c.job_id
"""


# The first part finds the project, so that one of another's is told from one without content.
_LIST_CONTAINERS = f"""
SELECT {columns_of(Container, "page")} FROM projects owned
  LEFT JOIN LATERAL (
       {_CONTAINER}
        WHERE c.tenant_id = $1 AND c.project_id = owned.id
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
) -> Container | None:
    """Return an organization's container; None when it has no such container."""
    row = await connection.fetchrow(
        f"{_CONTAINER} WHERE c.tenant_id = $1 AND c.id = $2 AND p.organization_id = $3",
        tenant_id,
        container_id,
        organization_id,
    )
    return read_row(Container, row)


async def list_containers(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    wanted: ContentFilter,
    *,
    before: ContentPosition | None,
    limit: int,
) -> list[Container] | None:
    """Return a page of a project's containers, newest first; None when the project is not the organization's."""
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
    return read_rows(Container, [row for row in rows if row["id"] is not None])


async def find_asset(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    container_id: UUID,
    asset_id: UUID,
) -> Asset | None:
    """Return a file in an organization's container; None when it has no such file."""
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(Asset, "a")} FROM assets a
          JOIN containers c ON c.tenant_id = a.tenant_id AND c.id = a.container_id
          JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id
         WHERE a.tenant_id = $1 AND a.id = $2 AND a.container_id = $3 AND p.organization_id = $4
        """,
        tenant_id,
        asset_id,
        container_id,
        organization_id,
    )
    return read_row(Asset, row)


async def list_assets(
    connection: Connection, tenant_id: int, container_ids: Sequence[UUID]
) -> dict[UUID, list[Asset]]:
    """Return the files of containers, by container, in the order in which their worker named them."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(Asset)} FROM assets WHERE tenant_id = $1 AND container_id = ANY ($2)
         ORDER BY container_id, position
        """,
        tenant_id,
        list(container_ids),
    )
    found: dict[UUID, list[Asset]] = {container_id: [] for container_id in container_ids}
    for asset in read_rows(Asset, rows):
        found[asset.container_id].append(asset)
    return found
