"""What the rules of webhooks do to the database: as the routes, the sender and the sweeps do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.events import store as event_store
from partner_api.webhooks import delivery_store, endpoint_store, recovery_store

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.properties.webhook_model import Endpoint

    from partner_api.database.connection import Connection, Row


class WebhookOperations:
    """The webhooks of one tenant; ``connection`` is the server's."""

    def __init__(self, connection: Connection, tenant_id: int) -> None:
        self.connection = connection
        self.tenant_id = tenant_id

    async def publish_and_die(self, now: datetime, limit: int) -> None:
        """Be cut off before the commit."""
        transaction = self.connection.transaction()
        await transaction.start()
        await event_store.publish(self.connection, self.tenant_id, now, limit)
        await transaction.rollback()

    async def set_status(self, endpoint: Endpoint, status: str, now: datetime) -> None:
        """Pause or resume."""
        async with self.connection.transaction():
            await self._lock(endpoint)
            changes = {"status": status, "paused_reason": None}
            await endpoint_store.update_endpoint(
                self.connection, self.tenant_id, now, endpoint.id, changes
            )
            if status == "active":
                await endpoint_store.forget_failures(self.connection, self.tenant_id, endpoint.id)

    async def rotate(
        self, endpoint: Endpoint, secret: bytes, now: datetime, until: datetime
    ) -> None:
        """A new secret; the present one signs until then."""
        sealed = endpoint_store.SealedSecret(secret, "k1")
        await endpoint_store.rotate_secret(
            self.connection, self.tenant_id, now, endpoint.id, sealed, until
        )

    async def recover(
        self, endpoint: Endpoint, since: datetime, now: datetime
    ) -> recovery_store.Recovering:
        """Everything since then."""
        async with self.connection.transaction():
            await self._lock(endpoint)
            return await recovery_store.recover(
                self.connection,
                self.tenant_id,
                now,
                endpoint.id,
                organization_id=None,
                since=since,
                until=now,
                limit=10_000,
            )

    async def insert(
        self, endpoint: Endpoint, delivery: delivery_store.NewDelivery, now: datetime
    ) -> None:
        """A replay."""
        async with self.connection.transaction():
            await self._lock(endpoint)
            await delivery_store.insert_delivery(self.connection, self.tenant_id, now, delivery)

    async def delete(self, endpoint: Endpoint, now: datetime) -> None:
        """Its rows stay until they are purged."""
        async with self.connection.transaction():
            await self._lock(endpoint)
            await endpoint_store.delete_endpoint(self.connection, self.tenant_id, now, endpoint.id)

    async def _lock(self, endpoint: Endpoint) -> None:
        await endpoint_store.lock_queue(
            self.connection, self.tenant_id, endpoint.owner.id, endpoint.id
        )

    async def deliveries(self) -> dict[Any, Row]:
        """All rows by id, with how many attempts are recorded."""
        rows = await self.connection.fetch(
            """
            SELECT d.*, (SELECT count(*) FROM webhook_attempts a
                          WHERE a.tenant_id = d.tenant_id AND a.delivery_id = d.id) AS tried
              FROM webhook_deliveries d WHERE d.tenant_id = $1
            """,
            self.tenant_id,
        )
        return {row["id"]: row for row in rows}

    async def endpoints(self) -> list[Row]:
        """All that are not purged."""
        return await self.connection.fetch(
            """
            SELECT w.id, w.status, w.paused_reason, q.consecutive_failure_count, q.failing_since, q.next_due_at
              FROM webhook_endpoints w
              JOIN webhook_queues q ON q.tenant_id = w.tenant_id AND q.endpoint_id = w.id
             WHERE w.tenant_id = $1
            """,
            self.tenant_id,
        )

    async def unpublished(self, event_type: str) -> list[Row]:
        """Events of a type that nobody has published: id, time, and whose."""
        return await self.connection.fetch(
            """
            SELECT id, created_at, organization_id FROM outbox
             WHERE tenant_id = $1 AND event_type = $2 AND sequence IS NULL
            """,
            self.tenant_id,
            event_type,
        )

    async def feed(self, partner_id: UUID) -> list[event_store.Event]:
        """Everything that was published."""
        page = await event_store.read_feed(
            self.connection,
            self.tenant_id,
            partner_id,
            all_children=True,
            types=None,
            after=0,
            since=None,
            limit=1_000,
        )
        return page.events


async def set_organization(
    owner: Connection, tenant_id: int, organization_id: UUID, status: str
) -> None:
    """Suspend or resume, in both tables that the check of the books compares."""
    for change in (
        "organizations SET status = $3 WHERE id",
        "wallets SET state = $3 WHERE organization_id",
    ):
        statement = f"UPDATE {change} = $2 AND tenant_id = $1"
        await owner.execute(statement, tenant_id, organization_id, status)
