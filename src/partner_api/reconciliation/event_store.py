"""SQL that looks up what events tell of: each names what it is about, and its id follows from that.

The same rules as in `store`: bounded, by key, one tenant each. `told_store` has what is compared as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class EventNews(msgspec.Struct, frozen=True):
    """An event of the outbox, and whether it tells of something that has not happened."""

    id: UUID
    organization_id: UUID | None
    event_type: str
    is_wrong: bool


def _id_in(field: str, prefix: str) -> str:
    """Return the expression for an id that an event names; of text that is none, NULL."""
    return (
        f"CASE WHEN o.data ->> '{field}' ~ '^{prefix}_[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' "
        f"THEN substr(o.data ->> '{field}', {len(prefix) + 2})::uuid END"
    )


# What somebody pretended in the test environment has not happened, and the audit log says so: o the event.
NOT_PRETENDED = """
       NOT EXISTS (SELECT FROM audit_events a
                    WHERE a.tenant_id = $1 AND a.occurred_at = o.created_at AND a.event_type = 'event.sampled'
                      AND a.details ->> 'eventId' = 'evt_' || ulid_text(o.id))"""
# o the event; j the job, t the transfer and g the organization that it names. Both events of a job's end name its
# container.
_EVENTS = f"""
SELECT o.id, o.organization_id, o.event_type, w.is_wrong
  FROM (SELECT *, lead(id) OVER (ORDER BY id) IS NULL AS is_last
          FROM (SELECT * FROM outbox WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) o
  LEFT JOIN LATERAL (
       SELECT job_id FROM containers WHERE tenant_id = $1 AND id = {_id_in("containerId", "cnt")} LIMIT 1) c ON true
  LEFT JOIN LATERAL (
       SELECT * FROM jobs WHERE tenant_id = $1 AND id = c.job_id LIMIT 1) j ON true
  LEFT JOIN LATERAL (
       SELECT * FROM credit_transfers WHERE tenant_id = $1 AND id = {_id_in("transferId", "txn")} LIMIT 1) t ON true
  LEFT JOIN LATERAL (
       SELECT archived_at FROM organizations
        WHERE tenant_id = $1 AND id = o.organization_id AND o.event_type = 'organization.archived' LIMIT 1) g ON true
 CROSS JOIN LATERAL (
       SELECT (CASE
              WHEN o.event_type IN ('job.completed', 'job.failed', 'job.canceled', 'content.generated') THEN
                   o.event_type IN ('job.' || j.status, 'content.generated')
                   AND (o.event_type <> 'content.generated' OR j.status = 'completed')
                   AND o.id = time_ordered_uuid(j.finished_at, o.event_type || ':' || j.id)
              WHEN o.event_type = 'credits.allocated' THEN
                   o.id = time_ordered_uuid(t.created_at, 'credits.allocated:' || t.id)
                   AND o.created_at = t.created_at AND o.organization_id = t.to_organization_id
                   AND o.data -> 'credits' = to_jsonb(t.credits)
              WHEN o.event_type = 'organization.archived' THEN o.created_at = g.archived_at
              ELSE true END) IS NOT TRUE AS has_not_happened) h
 CROSS JOIN LATERAL (SELECT h.has_not_happened AND {NOT_PRETENDED} AS is_wrong) w
 WHERE w.is_wrong OR o.is_last
 ORDER BY o.id
"""


async def list_wrong_events(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[EventNews]:
    """Return the wrong ones among the next ``limit`` events of the outbox.

    The last event of the page always comes, so that the caller knows where to go on.
    """
    return read_rows(EventNews, await connection.fetch(_EVENTS, tenant_id, after, limit))


async def allocations_told_since(
    connection: Connection, tenant_id: int, told_after: datetime
) -> datetime | None:
    """Return from when on allocations must be told of, None for not yet: earlier releases told of none.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: whose outbox.
        told_after: what happened later is still in the outbox.
    """
    first: datetime | None = await connection.fetchval(
        """
        SELECT min(created_at) FROM outbox WHERE tenant_id = $1 AND event_type = 'credits.allocated'
        """,
        tenant_id,
    )
    return None if first is None else max(first, told_after)
