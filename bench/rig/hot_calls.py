"""Calls of the hot functions that need something to be done first, which another connection does."""

from __future__ import annotations

import contextlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.events import store as events
from partner_api.ids import new_uuid7
from partner_api.jobs import claim_store
from partner_api.leases import operator_store as leases
from partner_api.webhooks import sending_store as deliveries
from rig import calls
from rig.command import MeasurementError
from rig.tenants import require_done
from rig.webhooks import make_endpoint, publish_many, write_events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection
    from rig.calls import Target

_LEASE_SECONDS = 900
_MONTH = timedelta(days=31)
_MANY = 100


async def claim(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Claim jobs of one child that have just been started."""
    async with target.pool.acquire() as other:
        await calls.start(target, other, turn, size)
    child, now = target.child_of(turn), Clock().now()
    given = await claim_store.claim_jobs(
        connection,
        child.tenant_id,
        now,
        worker_id=calls.WORKER,
        formats=[calls.FORMAT],
        lease_seconds=_LEASE_SECONDS,
        tokens=[new_uuid7(now) for _ in range(size)],
        caller=SYSTEM,
    )
    if len(given.jobs) != size:
        raise MeasurementError("not all jobs could be claimed")


async def heartbeat(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Extend claims of one tenant."""
    child = target.child_of(turn)
    if len(target.claimed.get(child.tenant_id, [])) < size:
        await calls.claim_for(target, _MANY, size)
    now = Clock().now()
    items = [
        claim_store.JobHeartbeat(job_id, calls.WORKER, token, None, 0.5)
        for job_id, token in target.claimed[child.tenant_id][:size]
    ]
    require_done(await claim_store.heartbeat(connection, child.tenant_id, now, items))


async def fail(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Let jobs of one tenant fail for good."""
    child = target.child_of(turn)
    if len(target.claimed.get(child.tenant_id, [])) < size:
        await calls.claim_for(target, _MANY * size, 1)
    taken = [target.claimed[child.tenant_id].pop() for _ in range(size)]
    items = [
        claim_store.JobFailure(job_id, calls.WORKER, token, "render", "It broke.", False, SYSTEM)
        for job_id, token in taken
    ]
    require_done(await claim_store.fail_jobs(connection, child.tenant_id, Clock().now(), items))


async def renew(target: Target, connection: Connection, turn: int, _: int) -> None:
    """Renew all leases of one partner for the next month."""
    tenant_id = target.children[turn % calls.LEASING].tenant_id
    month = turn // calls.LEASING + 1
    renewed = await leases.renew(
        connection, [tenant_id], target.opened_at + month * _MONTH, calls.LEASES
    )
    if not renewed.leases:
        raise MeasurementError("no lease was renewed")


async def publish(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Publish events of one partner that have just been written."""
    partner, now = target.partners[turn % len(target.partners)], Clock().now()
    async with _owned(target) as owner:
        await write_events(owner, partner, size, now)
    published = await events.publish(connection, partner.tenant_id, now, _MANY)
    if not published.events:
        raise MeasurementError("nothing was published")


async def deliver(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Claim deliveries of one partner and report that they have arrived."""
    partner = target.partners[turn % calls.LEASING]
    if turn < calls.LEASING:
        keys = SecretKeys({"bench": secrets.token_bytes(32)})
        async with _owned(target) as owner:
            await make_endpoint(owner, keys, partner, "https://receiver.example.com/")
    now = Clock().now()
    claimed = await _claim(connection, partner.tenant_id, size)
    if not claimed.deliveries:
        async with _owned(target) as owner:
            await publish_many(owner, partner, _MANY * size)
        claimed = await _claim(connection, partner.tenant_id, size)
    results = [
        deliveries.DeliveryResult(
            partner.tenant_id,
            one.endpoint_id,
            one.id,
            one.claim_token,
            now,
            20,
            200,
            None,
            b"",
            None,
            1.0,
        )
        for one in claimed.deliveries
    ]
    finished = await deliveries.finish(connection, now, partner.tenant_id, results)
    if [one.status for one in finished] != ["delivered"] * size:
        raise MeasurementError("not all deliveries have arrived")


async def _claim(connection: Connection, tenant_id: int, size: int) -> deliveries.Claimed:
    return await deliveries.claim(
        connection,
        Clock().now(),
        tenant_id,
        slots=size,
        per_endpoint=size,
        claim_seconds=60,
        busy_endpoints={},
    )


@contextlib.asynccontextmanager
async def _owned(target: Target) -> AsyncIterator[Connection]:
    connection = await connect(target.owner_url)
    try:
        yield connection
    finally:
        await connection.close()
