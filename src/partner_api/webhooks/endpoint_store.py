"""SQL of webhook endpoints: creating, reading, changing and deleting them.

Whoever changes an endpoint holds its row of ``webhook_queues`` first, as the sender does.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection

EndpointStatus = Literal["active", "paused", "auto_paused"]
EndpointScope = Literal["own", "all_children"]


class Endpoint(Struct, frozen=True):
    """A webhook endpoint and how sending to it went, without its secrets."""

    id: UUID
    organization_id: UUID
    project_id: UUID | None
    url: str
    description: str | None
    events: list[str]
    scope: EndpointScope
    status: EndpointStatus
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
    last_success_at: datetime | None
    last_failure_at: datetime | None
    consecutive_failure_count: int


class SealedSecret(NamedTuple):
    """A signing secret as it is kept: its ciphertext, and which of the installation's keys opens it."""

    ciphertext: bytes
    key_id: str


_QUEUE = ("last_success_at", "last_failure_at", "consecutive_failure_count")
_SELECT = f"""
SELECT {columns_of(Endpoint, "e", **{name: f"q.{name}" for name in _QUEUE})}
  FROM webhook_endpoints e
  JOIN webhook_queues q ON q.tenant_id = e.tenant_id AND q.endpoint_id = e.id
 WHERE e.tenant_id = $1 AND e.organization_id = $2 AND e.deleted_at IS NULL"""
_CHANGEABLE = frozenset(
    {"url", "events", "description", "metadata", "status", "paused_reason", "scope"}
)


async def insert_endpoint(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    endpoint_id: UUID,
    organization_id: UUID,
    project_id: UUID | None,
    url: str,
    description: str | None,
    events: Sequence[str],
    scope: EndpointScope,
    metadata: Mapping[str, str],
    secret: SealedSecret,
) -> None:
    """Create an active endpoint, with nothing to send.

    Args:
        connection: in a transaction.
        tenant_id: of the organization.
        now: creation time.
        endpoint_id: new.
        organization_id: whose.
        project_id: of the organization; None for events of all its projects.
        url: where to send.
        description: the organization's own.
        events: names of types, or ``*`` alone.
        scope: whether events of its children are sent too.
        metadata: the organization's own.
        secret: what it is signed with.
    """
    await connection.execute(
        """
        INSERT INTO webhook_endpoints
            (tenant_id, id, organization_id, project_id, url, description, events, scope, metadata,
             secret, secret_key_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        """,
        tenant_id,
        endpoint_id,
        organization_id,
        project_id,
        url,
        description,
        list(events),
        scope,
        dict(metadata),
        secret.ciphertext,
        secret.key_id,
        now,
    )
    await connection.execute(
        "INSERT INTO webhook_queues (tenant_id, endpoint_id) VALUES ($1, $2)",
        tenant_id,
        endpoint_id,
    )


async def count_endpoints(connection: Connection, tenant_id: int, organization_id: UUID) -> int:
    """Return how many endpoints an organization has."""
    return int(
        await connection.fetchval(
            """
            SELECT count(*) FROM webhook_endpoints
             WHERE tenant_id = $1 AND organization_id = $2 AND deleted_at IS NULL
            """,
            tenant_id,
            organization_id,
        )
    )


async def find_endpoint(
    connection: Connection, tenant_id: int, organization_id: UUID, endpoint_id: UUID
) -> Endpoint | None:
    """Return an organization's endpoint; None when it is not its own, or deleted."""
    row = await connection.fetchrow(
        _SELECT + " AND e.id = $3", tenant_id, organization_id, endpoint_id
    )
    return read_row(Endpoint, row)


async def lock_queue(
    connection: Connection, tenant_id: int, organization_id: UUID, endpoint_id: UUID
) -> None:
    """Lock the sender's side of an organization's endpoint, and with it its deliveries, until the transaction ends.

    Nothing is locked when it is not the organization's own, or deleted.
    """
    await connection.execute(
        """
        SELECT FROM webhook_queues q
         WHERE q.tenant_id = $1 AND q.endpoint_id = $3
           AND EXISTS (SELECT FROM webhook_endpoints e
                        WHERE e.tenant_id = $1 AND e.organization_id = $2 AND e.id = $3
                          AND e.deleted_at IS NULL)
           FOR NO KEY UPDATE
        """,
        tenant_id,
        organization_id,
        endpoint_id,
    )


async def list_endpoints(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    project_ids: Sequence[UUID] | None,
    statuses: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> list[Endpoint]:
    """Return a page of an organization's endpoints, newest first."""
    rows = await connection.fetch(
        f"""
        {_SELECT}
           AND ($3::uuid[] IS NULL OR e.project_id = ANY ($3))
           AND ($4::text[] IS NULL OR e.status = ANY ($4))
           AND ($5::uuid IS NULL OR e.id < $5)
         ORDER BY e.id DESC LIMIT $6
        """,
        tenant_id,
        organization_id,
        None if project_ids is None else list(project_ids),
        None if statuses is None else list(statuses),
        before,
        limit,
    )
    return read_rows(Endpoint, rows)


async def update_endpoint(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    endpoint_id: UUID,
    changes: Mapping[str, Any],
) -> None:
    """Set columns of an endpoint whose queue is locked; its last change is never dated before another.

    Raises:
        ValueError: a column is not one that changes.
    """
    if not changes.keys() <= _CHANGEABLE:
        raise ValueError(f"not columns of an endpoint: {changes.keys() - _CHANGEABLE}")
    assignments = "".join(f", {column} = ${place}" for place, column in enumerate(changes, 4))
    await connection.execute(
        f"UPDATE webhook_endpoints SET updated_at = greatest(updated_at, $3){assignments} "
        "WHERE tenant_id = $1 AND id = $2",
        tenant_id,
        endpoint_id,
        now,
        *changes.values(),
    )


async def forget_failures(connection: Connection, tenant_id: int, endpoint_id: UUID) -> None:
    """Count failures from none again."""
    await connection.execute(
        """
        UPDATE webhook_queues SET consecutive_failure_count = 0, failing_since = NULL
         WHERE tenant_id = $1 AND endpoint_id = $2
        """,
        tenant_id,
        endpoint_id,
    )


async def rotate_secret(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    endpoint_id: UUID,
    secret: SealedSecret,
    previous_expires_at: datetime,
) -> None:
    """Set a new secret; the present one becomes the previous one, in whose place an older one is forgotten."""
    await connection.execute(
        """
        UPDATE webhook_endpoints
           SET previous_secret = secret, previous_secret_key_id = secret_key_id,
               previous_secret_expires_at = $6,
               secret = $4, secret_key_id = $5, updated_at = greatest(updated_at, $3)
         WHERE tenant_id = $1 AND id = $2
        """,
        tenant_id,
        endpoint_id,
        now,
        secret.ciphertext,
        secret.key_id,
        previous_expires_at,
    )


async def delete_endpoint(
    connection: Connection, tenant_id: int, now: datetime, endpoint_id: UUID
) -> None:
    """Hide an endpoint whose queue is locked, with its deliveries, which nobody sends any more.

    The rows are removed later, little by little.
    """
    await connection.execute(
        "UPDATE webhook_queues SET next_due_at = NULL WHERE tenant_id = $1 AND endpoint_id = $2",
        tenant_id,
        endpoint_id,
    )
    await connection.execute(
        "UPDATE webhook_endpoints SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2",
        tenant_id,
        endpoint_id,
        now,
    )
