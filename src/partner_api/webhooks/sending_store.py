"""SQL of sending: claiming deliveries that are due, and recording what came of them.

A claim and a report are a commit each, with nothing sent in between: call both outside a transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.looks import look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection, Row

# One look goes through so many endpoints in search of tenants with something due; the next one goes on behind them.
_ENDPOINTS_PER_LOOK = 1_000


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
    request_ids: tuple[str, ...] = ()
    """The requests behind its event, as far as they are known; only while traces are on."""


class Claimed(NamedTuple):
    """What a claim of a tenant came to."""

    deliveries: list[ClaimedDelivery]
    abandoned: int
    """How many were due that cannot be sent; each says why."""


class DueTenant(NamedTuple):
    """A tenant with something due."""

    tenant_id: int
    endpoints: int
    """How many of its endpoints have something due; at least so many."""


class Turn(NamedTuple):
    """Who comes next."""

    tenants: list[DueTenant]
    last_tenant: int
    """Up to whom it was looked: the next look goes on behind."""
    more: bool
    """Whether it was not looked at everybody."""


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


async def take_turns(
    connection: Connection, now: datetime, after_tenant: int, limit: int, left_out: Sequence[int]
) -> Turn:
    """Return tenants with something due, in turn: those behind a tenant first. Crosses tenants.

    When nothing is due of anybody, that is one look into an index. Else it goes through a thousand endpoints for which
    something waits, of each tenant in the order in which they are due, and leaves the rest of the last one out.

    Args:
        connection: any.
        now: milliseconds at the finest.
        after_tenant: who had the last turn; -1 for the beginning.
        limit: how many at most.
        left_out: tenants that get no turn.
    """
    any_due = await look(
        connection,
        """
        SELECT next_due_at FROM webhook_queues
         WHERE /* reached: tenant_id */ next_due_at <= $1 ORDER BY next_due_at LIMIT 1
        """,
        now,
    )
    if not any_due:
        return Turn([], after_tenant, False)
    rows = await look(
        connection,
        """
        SELECT part, tenant_id, count(*) FILTER (WHERE next_due_at <= $1) AS due, count(*) AS looked
          FROM ((SELECT 1 AS part, tenant_id, next_due_at FROM webhook_queues
                  WHERE /* reached: tenant_id */ tenant_id > $2 AND next_due_at IS NOT NULL
                  ORDER BY tenant_id, next_due_at LIMIT $3)
                UNION ALL
                (SELECT 2, tenant_id, next_due_at FROM webhook_queues
                  WHERE /* reached: tenant_id */ tenant_id <= $2 AND next_due_at IS NOT NULL
                  ORDER BY tenant_id, next_due_at LIMIT $3)) waiting
         GROUP BY part, tenant_id ORDER BY part, tenant_id
        """,
        now,
        after_tenant,
        _ENDPOINTS_PER_LOOK,
    )
    behind = [row for row in rows if row["part"] == 1]
    if _is_cut(behind):
        looked, cut = behind, True
    else:
        looked, cut = rows, _is_cut(rows[len(behind) :])
    left = set(left_out)
    tenants = [
        DueTenant(row["tenant_id"], row["due"])
        for row in looked
        if row["due"] and row["tenant_id"] not in left
    ]
    if len(tenants) > limit:
        return Turn(tenants[:limit], tenants[limit - 1].tenant_id, True)
    if cut:
        return Turn(tenants, looked[-1]["tenant_id"], True)
    return Turn(tenants, tenants[-1].tenant_id if tenants else after_tenant, False)


def _is_cut(looked: Sequence[Row]) -> bool:
    return sum(int(row["looked"]) for row in looked) == _ENDPOINTS_PER_LOOK


async def claim(
    connection: Connection,
    now: datetime,
    tenant_id: int,
    *,
    slots: int,
    per_endpoint: int,
    claim_seconds: int,
    busy_endpoints: Mapping[UUID, int],
) -> Claimed:
    """Claim deliveries of a tenant that are due, those of the endpoint first that waits longest.

    Args:
        connection: outside a transaction.
        now: milliseconds at the finest.
        tenant_id: whose.
        slots: how many at most.
        per_endpoint: how many of one endpoint this sender sends at a time.
        claim_seconds: after so long without a report they are due again.
        busy_endpoints: how many deliveries of an endpoint this sender is sending.
    """
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_claim($1, $2, $3, $4, $5, $6, $7)",
        tenant_id,
        now,
        slots,
        per_endpoint,
        claim_seconds,
        [str(endpoint_id) for endpoint_id in busy_endpoints],
        list(busy_endpoints.values()),
    )
    if row is None:
        raise LookupError("webhook_deliveries_claim returned no row")
    deliveries = [ClaimedDelivery(*claimed.values()) for claimed in row["p_claimed"]]
    return Claimed(deliveries, row["p_abandoned"])


async def finish(
    connection: Connection, now: datetime, tenant_id: int, results: Sequence[DeliveryResult]
) -> list[Finished]:
    """Record what came of claimed deliveries of a tenant; in the order of ``results``.

    Args:
        connection: outside a transaction.
        now: milliseconds at the finest.
        tenant_id: whose.
        results: a delivery is in them once.
    """
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_finish($1, $2, $3)", tenant_id, now, list(results)
    )
    if row is None:
        raise LookupError("webhook_deliveries_finish returned no row")
    return [
        Finished(result.delivery_id, status, auto_paused)
        for result, status, auto_paused in zip(
            results, row["p_statuses"], row["p_paused"], strict=True
        )
    ]
