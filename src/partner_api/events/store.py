"""SQL of a tenant's events: writing them, publishing them, and reading the feed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_joined
from partner_api.ids import new_ulid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection

# A look at the feed goes no farther, however rare what is asked for: its reader comes again.
_ROWS_PER_LOOK = 2_000


class Published(NamedTuple):
    """What a step has published: how many events, and how many deliveries it made of them."""

    events: int
    deliveries: int


class Event(Struct, frozen=True):
    """A published event."""

    tenant_id: int
    id: UUID
    organization_id: UUID
    """To whom it happened."""
    event_type: str
    data: dict[str, Any]
    created_at: datetime
    sequence: int


class FeedPage(NamedTuple):
    """A part of a feed, oldest first."""

    events: list[Event]
    position: int
    """Where to go on: the sequence of the last event that was looked at."""
    oldest: int
    """The smallest position from which on nothing is missing: what was before is deleted."""
    at_end: bool
    """There was nothing more to look at."""


class _FeedBounds(Struct, frozen=True):
    last_sequence: int
    oldest: int
    look_end: int | None


# The rows are read one after the other until there are enough; only with a filter does it matter where a look ends.
_READ_FEED = f"""
SELECT {columns_of(_FeedBounds, "bounds")}, {columns_of(Event, "page")}
  FROM (SELECT coalesce((SELECT s.last_sequence FROM event_streams s WHERE s.tenant_id = $1), 0) AS last_sequence,
               coalesce((SELECT o.sequence - 1 FROM outbox o WHERE o.tenant_id = $1 AND o.sequence IS NOT NULL
                          ORDER BY o.sequence LIMIT 1),
                        (SELECT s.last_sequence FROM event_streams s WHERE s.tenant_id = $1), 0) AS oldest,
               CASE WHEN $4::text[] IS NOT NULL OR $5::timestamptz IS NOT NULL THEN
                    (SELECT o.sequence FROM outbox o
                      WHERE o.tenant_id = $1 AND o.sequence > $3 {{whose}}
                      ORDER BY o.sequence OFFSET $7::bigint - 1 LIMIT 1) END AS look_end) bounds
  LEFT JOIN LATERAL (
       SELECT * FROM (
              SELECT o.* FROM outbox o
               WHERE o.tenant_id = $1 AND o.sequence > $3 {{whose}}
               ORDER BY o.sequence LIMIT $7) looked
        WHERE ($4::text[] IS NULL OR looked.event_type = ANY ($4))
          AND ($5::timestamptz IS NULL OR looked.created_at >= $5)
        ORDER BY looked.sequence LIMIT $6) page ON true
 ORDER BY page.sequence
"""
_OWN_FEED = _READ_FEED.format(whose="AND o.organization_id = $2")
# A tenant is a partner and its children.
_TENANTS_FEED = _READ_FEED.format(whose="AND $2::uuid IS NOT NULL")


async def publish(connection: Connection, tenant_id: int, now: datetime, limit: int) -> Published:
    """Publish the oldest events of a tenant that are not published yet; outside a transaction.

    Args:
        connection: any.
        tenant_id: whose.
        now: milliseconds at the finest.
        limit: how many at most.
    """
    row = await connection.fetchrow(
        "SELECT * FROM events_publish($1, $2, $3)", tenant_id, now, limit
    )
    if row is None:
        raise LookupError("events_publish returned no row")
    return Published(row["p_events"], row["p_deliveries"])


async def read_feed(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    all_children: bool,
    types: Sequence[str] | None,
    after: int,
    since: datetime | None,
    limit: int,
) -> FeedPage:
    """Return the next events of an organization, in the order in which they were published.

    A page may have fewer events than ``limit``, and none at all, although there are more behind its position: a look
    ends after 2,000 events of whatever type. Its position is before ``after`` when nothing was ever published there:
    the database was restored from a backup.

    Args:
        connection: any.
        tenant_id: the caller's.
        organization_id: whose events.
        all_children: with those of its children; for a partner only.
        types: of these types; None for all.
        after: a position; 0 for the beginning.
        since: created then or later.
        limit: how many at most.
    """
    start = after
    if since is not None:
        # No event was published before it was created.
        start = max(after, await sequence_at(connection, tenant_id, since) - 1)
    rows = await connection.fetch(
        _TENANTS_FEED if all_children else _OWN_FEED,
        tenant_id,
        organization_id,
        start,
        types,
        since,
        limit,
        _ROWS_PER_LOOK,
    )
    bounds = read_joined(_FeedBounds, rows[0], "last_sequence")
    if bounds is None:
        raise LookupError("a feed without bounds")
    events = [
        event
        for row in rows
        if (event := read_joined(Event, row, "id", after=[_FeedBounds])) is not None
    ]
    at_end = len(events) < limit and bounds.look_end is None
    if at_end:
        position = bounds.last_sequence
    elif len(events) == limit:
        position = events[-1].sequence
    else:
        position = bounds.look_end or after
    return FeedPage(events, position, bounds.oldest, at_end)


async def sequence_at(connection: Connection, tenant_id: int, at: datetime) -> int:
    """Return the smallest sequence of a tenant that was published then or later; one past the last if none was."""
    sequence: int = await connection.fetchval("SELECT event_sequence_at($1, $2)", tenant_id, at)
    return sequence


async def stream_positions(connection: Connection, tenant_ids: Sequence[int]) -> dict[int, int]:
    """Return the sequence of each tenant's newest published event; 0 when it has none. Crosses tenants."""
    rows = await connection.fetch(
        "SELECT tenant_id, last_sequence FROM event_streams WHERE tenant_id = ANY ($1::bigint[])",
        tenant_ids,
    )
    found = {row["tenant_id"]: row["last_sequence"] for row in rows}
    return {tenant_id: found.get(tenant_id, 0) for tenant_id in tenant_ids}


async def write_event(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID,
    event_type: str,
    data: Mapping[str, Any],
) -> UUID:
    """Write an event to the outbox, in the transaction of what it tells of; return its id.

    Args:
        connection: in that transaction.
        tenant_id: whose.
        now: when it happened, milliseconds at the finest.
        organization_id: to whom.
        event_type: one of the contract's.
        data: as the type's Struct has it; ``organizationId`` is added when it is published.
    """
    event_id = new_ulid(now)
    await connection.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        tenant_id,
        event_id,
        organization_id,
        event_type,
        dict(data),
        now,
    )
    return event_id
