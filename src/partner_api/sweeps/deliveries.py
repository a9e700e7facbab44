"""Webhooks: what is due is claimed, sent, and reported."""

from __future__ import annotations

import time
from collections import deque
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import asyncpg
import structlog

from partner_api.database.at_once import work_at_once
from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.skipped_rows import RestingRows, is_row_fault
from partner_api.sweeps.locks import LATER, LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.time_limits import WEBHOOK_CLAIM_SECONDS
from partner_api.webhooks import sending_store, waiting_store
from partner_api.webhooks.sending import claims, metrics
from partner_api.webhooks.sending.claims import Share
from partner_api.webhooks.sending.sender import Sender
from partner_api.webhooks.sending.slots import PER_ENDPOINT, PER_TENANT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.clock import Clock
    from partner_api.database.connection import Connection, Pool
    from partner_api.webhooks.sending.sender import Outgoing, Sent

_log = structlog.get_logger(__name__)
# A receiver that refuses at once would have one turn after the other for its few slots, and the database and this
# process little time for others: after a turn of fewer rows than these, reported and claimed, they get some.
_FEW_ROWS = 40
_REST_SECONDS = 0.01
# Each looks at a thousand endpoints. A step that finds only such as are full must end all the same.
_LOOKS_PER_STEP = 10
_CLAIM = timedelta(seconds=WEBHOOK_CLAIM_SECONDS)


class DeliverWebhooks(Sweep):
    """Sends deliveries, many at a time; tenants take turns, and their endpoints.

    Args:
        outgoing: what they are sent with.
        drain_seconds: how long what is being sent may go on after the last step. It then goes on between the steps,
            so that a receiver that is slow holds up no other one. None: each step waits for the answers to all that
            it sends, so that nothing goes on when it has ended.
    """

    name = "deliveries"
    pause_seconds = 1.0
    wakes_on = "deliveries"
    rings = ()
    # A receiver that is dead, or slower than its partner's events come, says nothing of this server.
    is_lag_ours = False
    # Each attempt has a line of its own.
    logs_steps = False

    def __init__(self, outgoing: Outgoing, *, drain_seconds: float | None) -> None:
        self._sender = Sender(outgoing)
        self._drain_seconds = drain_seconds
        self._last_tenant = -1
        self._others_send = False
        self._resting: RestingRows[int] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)
        self.wakes_itself = self._sender.news

    @property
    def left_some(self) -> bool:
        """Whether the last step left something that is locked, or that another process is sending."""
        return self._others_send or self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Report what has been sent meanwhile, and begin to send what is due, as far as there are slots.

        Returns:
            How many deliveries were reported, claimed, or abandoned because they cannot be sent.
        """
        began = time.monotonic()
        self._sender.news.clear()
        self._locked.begin_step()
        if not self._sender.sent and not self._sender.slots.free:
            return 0
        advanced = await self._report(pool, now)
        advanced += await self._claim(pool, now)
        if self._drain_seconds is None:
            await self._sender.wait()
            seconds = int(time.monotonic() - began)
            advanced += await self._report(pool, now + timedelta(seconds=seconds))
            async with pool.acquire() as connection:
                self._others_send = await waiting_store.count_delivering(connection) > 0
        self.rest_seconds = _REST_SECONDS if advanced < _FEW_ROWS else 0.0
        return advanced

    async def stop(self, pool: Pool, clock: Clock) -> None:
        """Wait for what is being sent, as long as it may go on, and report it. The rest is cut off."""
        give_up = time.monotonic() + (self._drain_seconds or 0.0)
        while self._sender.sending and (left := give_up - time.monotonic()) > 0:
            await self._sender.wait(left)
            await self._report(pool, clock.now())
        await self._sender.cut_off()
        await self._report(pool, clock.now())

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return when the next delivery is due."""
        return await waiting_store.next_due(connection, after)

    async def close(self) -> None:
        """Cut off what is being sent; it is due again when its claim is lost."""
        await self._sender.close()

    async def _claim(self, pool: Pool, now: datetime) -> int:
        """Claim into the slots that are free; where a look finds nothing, go on with the tenants behind."""
        slots = self._sender.slots
        for _ in range(_LOOKS_PER_STEP if slots.free else 0):
            claimed = await claims.claim(
                pool.acquire,
                now,
                Share(slots.free, PER_ENDPOINT, PER_TENANT, slots.of_tenants, slots.of_endpoints),
                after_tenant=self._last_tenant,
                claim_seconds=int(WEBHOOK_CLAIM_SECONDS),
                left_out=[*self._locked.keys, *self._resting.keys],
            )
            self._last_tenant = claimed.last_tenant
            for tenant_id, error in claimed.failures.items():
                if isinstance(error, LATER):
                    self._locked.leave(tenant_id, error)
                else:
                    self._resting.skip(tenant_id, error, tenant_id=tenant_id)
            metrics.count_unsent(claimed.abandoned)
            for delivery in claimed.deliveries:
                self._sender.begin(delivery, now)
            if (found := len(claimed.deliveries) + claimed.abandoned) or not claimed.more:
                return found
        return 0

    async def _report(self, pool: Pool, now: datetime) -> int:
        """Report what has been sent, tenant by tenant, some of them at once; return how many."""
        sent = groupby(self._sender.sent, key=lambda each: each.delivery.tenant_id)
        tenants = deque(
            (tenant_id, list(some)) for tenant_id, some in sent if tenant_id not in self._locked
        )
        reported = 0

        async def report(connection: Connection) -> None:
            nonlocal reported
            while tenants:
                # Another may have counted while this one waited.
                some = await self._report_some(connection, now, *tenants.popleft())
                reported += some

        if tenants:
            await work_at_once(pool.acquire, min(claims.CONNECTIONS, len(tenants)), report)
        return reported

    async def _report_some(
        self, connection: Connection, now: datetime, tenant_id: int, sent: Sequence[Sent]
    ) -> int:
        """Report some of a tenant; if that fails, each half for itself, down to the row at fault."""
        try:
            finished = await sending_store.finish(
                connection, now, tenant_id, [each.result for each in sent]
            )
        except LATER as error:
            # It keeps its slots until its turn to be reported comes again. While a node is down that may take long, and
            # others need them: what nobody claims any more is sent again when the node is back.
            self._locked.leave(tenant_id, error)
            for each in sent if isinstance(error, NODE_UNREACHABLE) else ():
                if now - each.result.at > _CLAIM:
                    self._sender.forget(each)
            return 0
        except asyncpg.PostgresError as error:
            if not is_row_fault(error):
                raise
            if len(sent) == 1:
                # Its claim is lost in time, and then it is sent again.
                _log.exception("webhook_attempt_not_kept", delivery_id=str(sent[0].delivery.id))
                self._sender.forget(sent[0])
                return 0
        else:
            self._locked.end(tenant_id)
            self._sender.note(sent, finished)
            return len(sent)
        middle = len(sent) // 2
        first = await self._report_some(connection, now, tenant_id, sent[:middle])
        if tenant_id in self._locked:
            return first
        return first + await self._report_some(connection, now, tenant_id, sent[middle:])
