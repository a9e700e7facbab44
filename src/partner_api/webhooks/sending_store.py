"""SQL of sending: claiming deliveries that are due, and recording what came of them.

A claim and a report are a commit each, with nothing sent in between: call both outside a transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import read_returned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection

# One claim looks at so many tenants in search of those with something due; the next one goes on behind them.
_TENANTS_PER_LOOK = 1_000
# A metric need not count further.
_MOST_COUNTED = 10_000


class ClaimedDelivery(Struct, frozen=True):
    """A delivery that this sender has claimed, with what it needs to send it. In SQL, a ``webhook_claimed``."""

    tenant_id: int
    id: UUID
    endpoint_id: UUID
    claim_token: UUID
    url: str
    secret: bytes
    """Sealed, as is the previous one."""
    previous_secret: bytes | None
    """Only while it signs too."""
    event_id: UUID
    event_type: str
    event_created_at: datetime
    organization_id: UUID
    """Whose event it is."""
    data: dict[str, Any]
    replay_of: UUID | None
    attempt: int
    """Which attempt it is, from 1."""


class Claimed(NamedTuple):
    """What a claim came to."""

    deliveries: list[ClaimedDelivery]
    last_tenant: int
    """Who had the last turn: the next claim goes on behind it."""
    abandoned: int
    """How many were due that cannot be sent; each says why."""
    more: bool
    """Whether not everybody had a turn: with free slots, claim again at once."""


class DeliveryResult(NamedTuple):
    """What came of sending one claimed delivery. In SQL, a ``webhook_result``."""

    tenant_id: int
    endpoint_id: UUID
    delivery_id: UUID
    claim_token: UUID
    at: datetime
    """When it was sent, milliseconds at the finest."""
    duration_ms: int
    status: int | None
    """Of the answer; None without one."""
    error: str | None
    """A sentence of what went wrong, at most 500 characters. With None and a status of 2xx it has arrived."""
    body: bytes | None
    """The first 2 kB of the answer."""
    retry_after_seconds: int | None
    """What the answer asked to wait; counts with 429 and 503."""
    jitter: float
    """The next step of the ladder is multiplied by this: 0.9 to 1.1."""


class Finished(Struct, frozen=True):
    """What a delivery is after its attempt."""

    delivery_id: UUID
    status: Literal["delivered", "failed", "abandoned", "stale"]
    """``stale``: the claim was not the current one any more, and nothing changed."""
    auto_paused: bool
    """Whether its endpoint was paused by this attempt."""


class Waiting(Struct, frozen=True):
    """What waits to be sent, for the metrics."""

    pending: int
    """Deliveries that are due or wait for their next attempt; 10,000 stands for that many or more."""
    oldest_due_at: datetime | None
    """When the first of those that are due became so; None when none is due."""
    auto_paused: int
    """Endpoints that the server has paused; counted as far as ``pending``."""


class _Turn(NamedTuple):
    tenant_ids: list[int]
    last_tenant: int
    more: bool


async def claim(
    connection: Connection,
    now: datetime,
    *,
    after_tenant: int,
    limit: int,
    per_endpoint: int,
    per_tenant: int,
    claim_seconds: int,
    busy_tenants: Mapping[int, int],
    busy_endpoints: Mapping[UUID, int],
) -> Claimed:
    """Claim deliveries that are due: tenants take turns, and of each those of the endpoint that waits longest.

    Args:
        connection: outside a transaction.
        now: milliseconds at the finest.
        after_tenant: who had the last turn; -1 for the beginning.
        limit: how many at most.
        per_endpoint: how many of one endpoint this sender sends at a time.
        per_tenant: how many of one tenant.
        claim_seconds: after so long without a report they are due again.
        busy_tenants: how many deliveries of a tenant this sender is sending.
        busy_endpoints: how many of an endpoint.
    """
    full = [tenant_id for tenant_id, count in busy_tenants.items() if count >= per_tenant]
    turn = await _take_turns(connection, now, after_tenant, limit, full)
    if not turn.tenant_ids:
        return Claimed([], turn.last_tenant, 0, turn.more)
    busy = {str(key): count for key, count in (*busy_tenants.items(), *busy_endpoints.items())}
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_claim($1, $2, $3, $4, $5, $6, $7, $8)",
        turn.tenant_ids,
        now,
        limit,
        per_endpoint,
        per_tenant,
        claim_seconds,
        list(busy),
        list(busy.values()),
    )
    if row is None:
        raise LookupError("webhook_deliveries_claim returned no row")
    deliveries = [ClaimedDelivery(*claimed.values()) for claimed in row["p_claimed"]]
    had_turn, abandoned = row["p_tenants"], row["p_abandoned"]
    if had_turn < len(turn.tenant_ids):
        return Claimed(deliveries, turn.tenant_ids[had_turn - 1], abandoned, more=True)
    # Who has had some abandoned may have others to send.
    return Claimed(deliveries, turn.last_tenant, abandoned, turn.more or abandoned > 0)


async def _take_turns(
    connection: Connection, now: datetime, after_tenant: int, limit: int, full: Sequence[int]
) -> _Turn:
    """Return tenants with something due, in turn: those behind a tenant first. Crosses tenants.

    When nothing is due of anybody, that is one look into an index.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE behind AS (
            (SELECT q.tenant_id, q.next_due_at, 1 AS looked FROM webhook_queues q
              WHERE q.tenant_id > $2 AND q.next_due_at IS NOT NULL
              ORDER BY q.tenant_id, q.next_due_at LIMIT 1)
            UNION ALL
            SELECT next.tenant_id, next.next_due_at, behind.looked + 1 FROM behind CROSS JOIN LATERAL (
                SELECT q.tenant_id, q.next_due_at FROM webhook_queues q
                 WHERE q.tenant_id > behind.tenant_id AND q.next_due_at IS NOT NULL
                 ORDER BY q.tenant_id, q.next_due_at LIMIT 1) next
             WHERE behind.looked < $5),
        before AS (
            (SELECT q.tenant_id, q.next_due_at, 1 AS looked FROM webhook_queues q
              WHERE q.tenant_id <= $2 AND q.next_due_at IS NOT NULL
                AND $5 > (SELECT count(*) FROM behind)
              ORDER BY q.tenant_id, q.next_due_at LIMIT 1)
            UNION ALL
            SELECT next.tenant_id, next.next_due_at, before.looked + 1 FROM before CROSS JOIN LATERAL (
                SELECT q.tenant_id, q.next_due_at FROM webhook_queues q
                 WHERE q.tenant_id > before.tenant_id AND q.tenant_id <= $2 AND q.next_due_at IS NOT NULL
                 ORDER BY q.tenant_id, q.next_due_at LIMIT 1) next
             WHERE before.looked < $5)
        SELECT tenant_id, looked, next_due_at <= $1 AND tenant_id <> ALL ($4::bigint[]) AS is_due
          FROM (SELECT * FROM behind UNION ALL SELECT * FROM before) turn
         WHERE EXISTS (SELECT FROM webhook_queues q WHERE q.next_due_at <= $1)
           AND (looked = $5 OR next_due_at <= $1 AND tenant_id <> ALL ($4::bigint[]))
         LIMIT $3
        """,
        now,
        after_tenant,
        limit,
        full,
        _TENANTS_PER_LOOK,
    )
    tenant_ids = [row["tenant_id"] for row in rows if row["is_due"]]
    cut = len(rows) == limit or any(row["looked"] == _TENANTS_PER_LOOK for row in rows)
    last_tenant = rows[-1]["tenant_id"] if cut else tenant_ids[-1] if tenant_ids else after_tenant
    return _Turn(tenant_ids, last_tenant, cut)


async def finish(
    connection: Connection, now: datetime, results: Sequence[DeliveryResult]
) -> list[Finished]:
    """Record what came of claimed deliveries; in the order of ``results``.

    Args:
        connection: outside a transaction.
        now: milliseconds at the finest.
        results: of any tenants; a delivery is in them once.
    """
    if not results:
        return []
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_finish($1, $2)", now, list(results)
    )
    if row is None:
        raise LookupError("webhook_deliveries_finish returned no row")
    return [
        Finished(result.delivery_id, status, auto_paused)
        for result, status, auto_paused in zip(
            results, row["p_statuses"], row["p_paused"], strict=True
        )
    ]


async def next_due(connection: Connection, after: datetime) -> datetime | None:
    """Return the first instant after another at which an endpoint has something due. Crosses tenants."""
    due: datetime | None = await connection.fetchval(
        """
        SELECT next_due_at FROM webhook_queues WHERE next_due_at > $1
         ORDER BY next_due_at LIMIT 1
        """,
        after,
    )
    return due


async def count_delivering(connection: Connection) -> int:
    """Return how many deliveries are claimed now, a lost claim included. Crosses tenants."""
    count: int = await connection.fetchval(
        """
        SELECT count(*) FROM webhook_deliveries
         WHERE status = 'delivering' AND next_attempt_at IS NOT NULL
        """
    )
    return count


async def waiting(connection: Connection, now: datetime) -> Waiting:
    """Return what waits to be sent, counted to 10,000. Crosses tenants."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM (
                    SELECT FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL LIMIT $1) AS counted) AS pending,
               (SELECT next_due_at FROM webhook_queues WHERE next_due_at <= $2
                 ORDER BY next_due_at LIMIT 1) AS oldest_due_at,
               (SELECT count(*) FROM (
                    SELECT FROM webhook_endpoints
                     WHERE status = 'auto_paused' AND deleted_at IS NULL LIMIT $1) AS counted) AS auto_paused
        """,
        _MOST_COUNTED,
        now,
    )
    return read_returned(Waiting, row)
