"""Webhook endpoints and deliveries in the database of a server, as the server makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from msgspec import to_builtins
from tests.support.installation import now

from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.ids import new_ulid, new_uuid7
from partner_api.webhooks import delivery_store, endpoint_store
from partner_api.webhooks.sending.signatures import new_signing_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from tests.support.installation import Installation
    from tests.support.tenants import Wallet

# Nothing answers there: no name ends like this.
URL = "https://hooks.example.test/layers"


_latest = [now()]


def _next_id() -> UUID:
    """An id that sorts behind those made before, also in one millisecond."""
    _latest[0] = max(now(), _latest[0] + timedelta(milliseconds=1))
    return new_uuid7(_latest[0])


async def add_endpoint(
    installation: Installation,
    wallet: Wallet,
    *,
    scope: endpoint_store.EndpointScope = "own",
    events: Sequence[str] = ("*",),
) -> UUID:
    """An endpoint of the organization, for all events unless some are named."""
    endpoint_id = _next_id()
    secret_keys = installation.secret_keys
    context = f"webhook:{wallet.tenant_id}:{endpoint_id}".encode()
    sealed = secret_keys.seal(new_signing_secret().encode(), context)
    async with installation.pool.acquire() as connection, connection.transaction():
        await endpoint_store.insert_endpoint(
            connection,
            wallet.tenant_id,
            now(),
            endpoint_id=endpoint_id,
            organization_id=wallet.organization_id,
            project_id=None,
            url=URL,
            description=None,
            events=events,
            scope=scope,
            metadata={},
            secret=endpoint_store.SealedSecret(sealed, secret_keys.current_id),
        )
    return endpoint_id


async def add_delivery(
    installation: Installation,
    wallet: Wallet,
    endpoint_id: UUID,
    status: str = "delivered",
    *,
    event_created_at: datetime | None = None,
    event_type: str = "job.completed",
    delivery_id: UUID | None = None,
    **columns: Any,
) -> UUID:
    """A delivery to the endpoint in this state, made an attempt ago; ``columns`` are set on its row."""
    at = now()
    delivery = delivery_store.NewDelivery(
        delivery_id or _next_id(),
        endpoint_id,
        new_ulid(at),
        event_type,
        wallet.organization_id,
        event_created_at or at,
        to_builtins(EVENT_TYPES[event_type].example),
        None,
    )
    columns = {**_columns_of(status, at), **columns}
    sets = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, 3))
    async with installation.owner.acquire() as connection, connection.transaction():
        await delivery_store.insert_delivery(connection, wallet.tenant_id, at, delivery)
        await connection.execute(
            "UPDATE webhook_queues SET next_due_at = NULL WHERE tenant_id = $1 AND endpoint_id = $2",
            wallet.tenant_id,
            endpoint_id,
        )
        await connection.execute(
            f"UPDATE webhook_deliveries SET {sets} WHERE tenant_id = $1 AND id = $2",
            wallet.tenant_id,
            delivery.id,
            *columns.values(),
        )
        await connection.execute(
            """
            INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status, error, body)
            SELECT $1, $2, 1, $3, 12, 200, NULL, $4 WHERE $5 > 0
            """,
            wallet.tenant_id,
            delivery.id,
            at,
            b"received",
            columns["attempts"],
        )
    return delivery.id


def _columns_of(status: str, at: datetime) -> dict[str, Any]:
    """What the row of a delivery in this state has beside that."""
    later = at + timedelta(hours=1)
    return {
        "status": status,
        "attempts": 0 if status == "pending" else 1,
        "next_attempt_at": later if status in ("pending", "delivering", "failed") else None,
        "claim_token": uuid4() if status == "delivering" else None,
        "delivered_at": at if status == "delivered" else None,
        "abandoned_at": at if status == "abandoned" else None,
        "abandoned_reason": "endpoint_paused" if status == "abandoned" else None,
        "last_response_status": None if status == "pending" else 200,
        "last_response_at": None if status == "pending" else at,
    }
