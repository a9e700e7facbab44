"""SQL of events across tenants: whose are not published yet, and those that are past their time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from partner_api.database.looks import look
from partner_api.events.store import sequence_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Row

# A look goes no farther; the next one goes on behind it.
_EVENTS_PER_LOOK = 1_000
_MOST_LOOKS = 20
# The largest bigint.
_LAST_TENANT = 2**63 - 1
_TIME_KEPT = timedelta(days=30)
_MILLISECOND = timedelta(milliseconds=1)
# What is oldest says whose turn it is; of these tenants then all goes that is past its time.
_EXPIRED_PER_LOOK = 10


async def tenants_with_unpublished(
    connection: Connection, after_tenant: int, limit: int, resting: Sequence[int] = ()
) -> list[int]:
    """Return tenants with events that are not published, in turn: those behind a tenant first. Crosses tenants.

    A look goes through a thousand events, and the next one goes on behind the tenant at which it ends: the rest of what
    that one has is read by nobody.

    Args:
        connection: any.
        after_tenant: who had the last turn; -1 for the beginning.
        limit: how many at most.
        resting: tenants that do not count.
    """
    left_out = set(resting)
    found: list[int] = []
    for first, last in ((after_tenant, _LAST_TENANT), (-1, after_tenant)):
        behind: int | None = first
        while behind is not None and len(found) < limit:
            looked, behind = await _look(partial(look, connection), behind, last)
            found += [each for each in looked if each not in left_out]
    return found[:limit]


async def oldest_unpublished(connection: Connection) -> datetime | None:
    """Return when the oldest event was created that is not published yet. Crosses tenants.

    Of the tenants that 20 looks come to. What a node that is down has may be older, so this fails then.
    """
    found: list[datetime] = []
    behind: int | None = -1
    for _ in range(_MOST_LOOKS):
        if behind is None:
            break
        looked, behind = await _look(connection.fetch, behind, _LAST_TENANT)
        found += looked.values()
    return min(found, default=None)


async def _look(
    fetch: Callable[..., Awaitable[list[Row]]], after_tenant: int, last_tenant: int
) -> tuple[dict[int, datetime], int | None]:
    """Return the first tenants with unpublished events, and behind whom to look on, if at all. Crosses tenants.

    Each with the creation time of its oldest one: ids begin with the time.
    """
    rows = await fetch(
        """
        SELECT tenant_id, min(created_at) AS oldest, count(*) AS looked
          FROM (SELECT tenant_id, created_at FROM outbox
                 WHERE /* reached: tenant_id */ tenant_id > $1 AND tenant_id <= $2 AND sequence IS NULL
                 ORDER BY tenant_id, id LIMIT $3) unpublished
         GROUP BY tenant_id ORDER BY tenant_id
        """,
        after_tenant,
        last_tenant,
        _EVENTS_PER_LOOK,
    )
    looked = {row["tenant_id"]: row["oldest"] for row in rows}
    is_cut = sum(row["looked"] for row in rows) == _EVENTS_PER_LOOK
    return looked, rows[-1]["tenant_id"] if is_cut else None


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` events that were published 30 days ago; return how many.

    A commit for each tenant, up to 10 of them. Of each the first go first, so that a feed has no holes.
    """
    until = now - _TIME_KEPT
    deleted = 0
    for tenant_id, first in (await _first_expired(connection, until)).items():
        if deleted >= limit:
            break
        end = await sequence_at(connection, tenant_id, until + _MILLISECOND)
        deleted += await connection.fetchval(
            """
            WITH gone AS (DELETE FROM outbox WHERE tenant_id = $1 AND sequence < $2 RETURNING 1)
            SELECT count(*) FROM gone
            """,
            tenant_id,
            min(end, first + limit - deleted),
        )
    return deleted


async def _first_expired(connection: Connection, until: datetime) -> dict[int, int]:
    """Return whose are the oldest events that were published until then, with the first sequence. Crosses tenants."""
    rows = await look(
        connection,
        """
        SELECT tenant_id, sequence FROM outbox WHERE /* reached: tenant_id */ published_at <= $1
         ORDER BY published_at, tenant_id, sequence LIMIT $2
        """,
        until,
        _EXPIRED_PER_LOOK,
    )
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(row["tenant_id"], row["sequence"])
    return first
