"""Publishing what has happened: events get their place in the feed, and their deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.skipped_rows import RestingRows
from partner_api.events import operator_store, store
from partner_api.sweeps.locks import LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_each, advance_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

# So few that whoever waits for an event of one of them hears of it soon.
_TENANTS_PER_STEP = 20
_EVENTS_PER_COMMIT = 500
# Of a tenant whose events go to many endpoints: a commit takes about as long for each of the others.
_DELIVERIES_PER_COMMIT = 2_000


class PublishEvents(Sweep):
    """Publishes events, tenant by tenant, so that one with many does not hold up the others."""

    name = "events"
    pause_seconds = 1.0
    # A commit for each event would take as much of the database as what they tell of.
    rest_seconds = 0.02
    wakes_on = "outbox"
    rings = ("events", "deliveries")
    # Events are published all the time.
    logs_steps = False

    def __init__(self) -> None:
        # By tenant: its events come in one line, and none may be left out.
        self._resting: RestingRows[tuple[int, int]] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)
        self._last_tenant = -1
        # By tenant, of those whose events go to so many endpoints that a commit takes fewer of them.
        self._limits: dict[int, int] = {}

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Publish up to 500 events of each of up to 20 tenants, one commit per tenant.

        As long as they go to up to four endpoints each: of more, fewer, so that a commit takes about 2,000 deliveries.
        """
        locked = self._locked.begin_step()
        resting = [tenant_id for tenant_id, _ in self._resting.keys]
        async with pool.acquire() as connection:

            async def publish(tenant_id: int) -> int:
                async def publish_some(_: Sequence[int]) -> Advanced:
                    limit = self._limits.get(tenant_id, _EVENTS_PER_COMMIT)
                    done = await store.publish(connection, tenant_id, now, limit)
                    self._learn(tenant_id, done)
                    return Advanced(done.events)

                self._last_tenant = tenant_id
                return await advance_rows(
                    tenant_id, [tenant_id], publish_some, self._resting, self._locked
                )

            return await advance_each(
                await operator_store.tenants_with_unpublished(
                    connection, self._last_tenant, _TENANTS_PER_STEP, [*resting, *locked]
                ),
                publish,
            )

    def _learn(self, tenant_id: int, done: store.Published) -> None:
        """Keep how many events of a tenant a commit takes next, by what the last one took."""
        fit = done.events * _DELIVERIES_PER_COMMIT // max(done.deliveries, 1)
        if done.events and fit < _EVENTS_PER_COMMIT:
            self._limits[tenant_id] = max(fit, 1)
        else:
            self._limits.pop(tenant_id, None)

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return when the oldest event was written that is not published yet."""
        created_at = await operator_store.oldest_unpublished(connection)
        return None if created_at is None or created_at <= after else created_at
