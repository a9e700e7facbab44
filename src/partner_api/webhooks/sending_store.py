"""SQL of sending: claiming deliveries that are due, and recording what came of them.

A claim and a report are a commit each, with nothing sent in between: call both outside a transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import asyncpg
from msgspec import Struct

from partner_api.database.skipped_rows import is_row_fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection

# One claim looks at so many tenants in search of those with something due; the next one goes on behind them.
_TENANTS_PER_LOOK = 1_000


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
    failures: Mapping[int, asyncpg.PostgresError]
    """Tenants of which nothing could be claimed, because of a lock or of a row, and what PostgreSQL said."""


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
    left_out: Sequence[int] = (),
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
        left_out: tenants that get no turn.
    """
    full = [tenant_id for tenant_id, count in busy_tenants.items() if count >= per_tenant]
    turn = await _take_turns(connection, now, after_tenant, limit, [*full, *left_out])
    busy = {str(key): count for key, count in (*busy_tenants.items(), *busy_endpoints.items())}
    asked = (now, per_endpoint, per_tenant, claim_seconds, list(busy), list(busy.values()))
    failures: dict[int, asyncpg.PostgresError] = {}
    try:
        had = await _claim_of(connection, turn.tenant_ids, limit, asked)
    except asyncpg.PostgresError as error:
        if not is_row_fault(error):
            raise
        had = await _claim_of_each(connection, turn.tenant_ids, limit, asked, failures)
    if had.tenants < len(turn.tenant_ids):
        last_tenant = turn.tenant_ids[had.tenants - 1]
        return Claimed(had.deliveries, last_tenant, had.abandoned, True, failures)
    # Who has had some abandoned may have others to send.
    more = turn.more or had.abandoned > 0
    return Claimed(had.deliveries, turn.last_tenant, had.abandoned, more, failures)


class _ClaimedOf(NamedTuple):
    deliveries: list[ClaimedDelivery]
    tenants: int
    abandoned: int


async def _claim_of(
    connection: Connection, tenant_ids: Sequence[int], limit: int, asked: Sequence[object]
) -> _ClaimedOf:
    """Claim deliveries of these tenants: all or, when it raises, nothing."""
    if not tenant_ids:
        return _ClaimedOf([], 0, 0)
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_claim($1, $3, $2, $4, $5, $6, $7, $8)",
        tenant_ids,
        limit,
        *asked,
    )
    if row is None:
        raise LookupError("webhook_deliveries_claim returned no row")
    deliveries = [ClaimedDelivery(*claimed.values()) for claimed in row["p_claimed"]]
    return _ClaimedOf(deliveries, row["p_tenants"], row["p_abandoned"])


async def _claim_of_each(
    connection: Connection,
    tenant_ids: Sequence[int],
    limit: int,
    asked: Sequence[object],
    failures: dict[int, asyncpg.PostgresError],
) -> _ClaimedOf:
    """Claim deliveries of each of these tenants for itself, so that only those fail whose lock or row it is."""
    deliveries: list[ClaimedDelivery] = []
    tenants = abandoned = 0
    for tenant_id in tenant_ids:
        if len(deliveries) >= limit:
            break
        try:
            had = await _claim_of(connection, [tenant_id], limit - len(deliveries), asked)
        except asyncpg.PostgresError as error:
            if not is_row_fault(error):
                raise
            failures[tenant_id] = error
        else:
            deliveries += had.deliveries
            abandoned += had.abandoned
        tenants += 1
    return _ClaimedOf(deliveries, tenants, abandoned)


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
