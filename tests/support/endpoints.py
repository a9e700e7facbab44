"""Webhook endpoints for tests, their events and their deliveries, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from msgspec import to_builtins
from tests.support.tenants import NOON

from partner_api.events import store as events
from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.webhooks import sending_store
from partner_api.webhooks.sending_store import ClaimedDelivery, DeliveryResult, Finished

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

CLAIM_SECONDS = 30
SEALED = b"sealed"


class Endpoint(NamedTuple):
    """An endpoint, and whose it is."""

    tenant_id: int
    id: UUID
    organization_id: UUID


async def make_endpoint(
    connection: Connection,
    wallet: Wallet,
    *,
    types: Sequence[str] = ("*",),
    scope: str = "own",
    project_id: UUID | None = None,
    status: str = "active",
    now: datetime = NOON,
) -> Endpoint:
    """An endpoint of an organization, with its queue."""
    endpoint = Endpoint(wallet.tenant_id, uuid4(), wallet.organization_id)
    await connection.execute(
        """
        INSERT INTO webhook_endpoints (tenant_id, id, organization_id, project_id, url, events, scope, status,
                                       paused_reason, secret, secret_key_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 'https://hooks.example.test/', $5, $6, $7::text,
                CASE WHEN $7::text = 'auto_paused' THEN 'failures' END, $8, 'k1', $9, $9)
        """,
        endpoint.tenant_id,
        endpoint.id,
        endpoint.organization_id,
        project_id,
        list(types),
        scope,
        status,
        SEALED,
        now,
    )
    await connection.execute(
        "INSERT INTO webhook_queues (tenant_id, endpoint_id) VALUES ($1, $2)",
        endpoint.tenant_id,
        endpoint.id,
    )
    return endpoint


async def set_status(connection: Connection, endpoint: Endpoint, status: str) -> None:
    """Pause an endpoint, or let it go on: then without its failures."""
    async with connection.transaction():
        await connection.execute(
            """
            UPDATE webhook_queues SET consecutive_failure_count = 0, failing_since = NULL
             WHERE tenant_id = $1 AND endpoint_id = $2 AND $3::text = 'active'
            """,
            endpoint.tenant_id,
            endpoint.id,
            status,
        )
        await connection.execute(
            """
            UPDATE webhook_endpoints SET status = $3::text, paused_reason = NULL
             WHERE tenant_id = $1 AND id = $2
            """,
            endpoint.tenant_id,
            endpoint.id,
            status,
        )


async def delete_endpoint(connection: Connection, endpoint: Endpoint, now: datetime) -> None:
    """Delete an endpoint as its route does: its rows stay until the sweep comes."""
    async with connection.transaction():
        await connection.execute(
            "UPDATE webhook_queues SET next_due_at = NULL WHERE tenant_id = $1 AND endpoint_id = $2",
            endpoint.tenant_id,
            endpoint.id,
        )
        await connection.execute(
            "UPDATE webhook_endpoints SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2",
            endpoint.tenant_id,
            endpoint.id,
            now,
        )


async def happen(
    connection: Connection,
    wallet: Wallet,
    *,
    event_type: str = "job.completed",
    now: datetime = NOON,
    data: dict[str, Any] | None = None,
    count: int = 1,
) -> list[UUID]:
    """Write events of an organization to the outbox, with what the reference shows unless data is given; their ids."""
    if data is None and event_type in EVENT_TYPES:
        data = to_builtins(EVENT_TYPES[event_type].example)
        data = {name: value for name, value in (data or {}).items() if name != "organizationId"}
    return [
        await events.write_event(
            connection, wallet.tenant_id, now, wallet.organization_id, event_type, data or {}
        )
        for _ in range(count)
    ]


async def publish(
    connection: Connection, wallet: Wallet, now: datetime = NOON, limit: int = 500
) -> events.Published:
    """Publish what there is of a tenant."""
    return await events.publish(connection, wallet.tenant_id, now, limit)


async def claim(
    connection: Connection,
    now: datetime,
    *,
    tenant_id: int,
    limit: int = 100,
    per_endpoint: int = 100,
    per_tenant: int = 100,
) -> list[ClaimedDelivery]:
    """Claim what is due of one tenant, with nothing in hand."""
    claimed = await sending_store.claim(
        connection,
        now,
        tenant_id,
        slots=min(limit, per_tenant),
        per_endpoint=per_endpoint,
        claim_seconds=CLAIM_SECONDS,
        busy_endpoints={},
    )
    return claimed.deliveries


def result_of(
    claimed: ClaimedDelivery,
    at: datetime,
    *,
    status: int | None = 200,
    error: str | None = None,
    retry_after_seconds: int | None = None,
    jitter: float = 1.0,
) -> DeliveryResult:
    """What came of a delivery: it has arrived, unless something else is said."""
    return DeliveryResult(
        claimed.tenant_id,
        claimed.endpoint_id,
        claimed.id,
        claimed.claim_token,
        at,
        12,
        status,
        error,
        b"answer" if status is not None else None,
        retry_after_seconds,
        jitter,
    )


async def finish(connection: Connection, now: datetime, *results: DeliveryResult) -> list[Finished]:
    """Record results of one tenant."""
    return await sending_store.finish(connection, now, results[0].tenant_id, results)
