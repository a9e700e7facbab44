"""SQL of recovering: having sent once more what an endpoint has not got of some time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partner_api.webhooks.delivery_store import make_due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class Recovering(NamedTuple):
    """How many deliveries were made due, and whether there are more."""

    deliveries: int
    has_more: bool


async def recover(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    endpoint_id: UUID,
    *,
    organization_id: UUID | None,
    since: datetime,
    until: datetime,
    limit: int,
) -> Recovering:
    """Send again what an endpoint, whose queue is locked, has not got of the events of some time, the oldest first.

    An abandoned delivery stays as it is, and a new one of the same event takes over. One that waits for its next try is
    due at once.

    Args:
        connection: in a transaction.
        tenant_id: of the endpoint.
        now: the time of the request.
        endpoint_id: the endpoint.
        organization_id: only its events; None for those of its children too.
        since: when the first of the events was created.
        until: when the last of them was, inclusive.
        limit: most deliveries.
    """
    lost = await connection.fetch(
        """
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = $1 AND endpoint_id = $2 AND status = 'abandoned' AND NOT recovered
           AND event_created_at BETWEEN $3 AND $4 AND ($6::uuid IS NULL OR organization_id = $6)
         ORDER BY event_created_at LIMIT $5
        """,
        tenant_id,
        endpoint_id,
        since,
        until,
        limit + 1,
        organization_id,
    )
    lost_ids = [row["id"] for row in lost[:limit]]
    waiting = await connection.fetch(
        """
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = $1 AND endpoint_id = $2 AND next_attempt_at > $6 AND status = 'failed'
           AND event_created_at BETWEEN $3 AND $4 AND ($7::uuid IS NULL OR organization_id = $7)
         ORDER BY next_attempt_at LIMIT $5
        """,
        tenant_id,
        endpoint_id,
        since,
        until,
        limit - len(lost_ids) + 1,
        now,
        organization_id,
    )
    waiting_ids = [row["id"] for row in waiting[: limit - len(lost_ids)]]
    await _repeat(connection, tenant_id, now, lost_ids)
    await connection.execute(
        "UPDATE webhook_deliveries SET next_attempt_at = $3 WHERE tenant_id = $1 AND id = ANY ($2)",
        tenant_id,
        waiting_ids,
        now,
    )
    recovered = len(lost_ids) + len(waiting_ids)
    if recovered:
        await make_due(connection, tenant_id, now, endpoint_id)
    return Recovering(recovered, len(lost) + len(waiting) > recovered)


async def _repeat(
    connection: Connection, tenant_id: int, now: datetime, abandoned: Sequence[UUID]
) -> None:
    """Have new deliveries take over from abandoned ones."""
    await connection.execute(
        """
        INSERT INTO webhook_deliveries
            (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at,
             data, replay_of, status, next_attempt_at, created_at)
        SELECT tenant_id, time_ordered_uuid($3, 'recovered:' || id), endpoint_id, event_id, event_type,
               organization_id, event_created_at, data, replay_of, 'pending', $3, $3
          FROM webhook_deliveries WHERE tenant_id = $1 AND id = ANY ($2)
        """,
        tenant_id,
        list(abandoned),
        now,
    )
    await connection.execute(
        "UPDATE webhook_deliveries SET recovered = true WHERE tenant_id = $1 AND id = ANY ($2)",
        tenant_id,
        list(abandoned),
    )
