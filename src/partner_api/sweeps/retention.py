"""Retention: rows past their time are deleted, and partitions are created before theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.audit.operator_store import ensure_partitions, expire
from partner_api.edge.idempotency import store as idempotency_store
from partner_api.events.operator_store import delete_expired
from partner_api.operators import link_store, session_store
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Pool

_RECORDS_PER_STEP = 1_000


class PurgeIdempotencyRecords(Sweep):
    """Removes idempotency records that have expired."""

    name = "idempotency_records"
    pause_seconds = 60.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 1,000 records older than 25 hours; they stop answering after 24."""
        async with pool.acquire() as connection:
            return await idempotency_store.delete_expired(connection, now, _RECORDS_PER_STEP)


class PurgeOutbox(Sweep):
    """Deletes events 30 days after they were published."""

    name = "outbox"
    pause_seconds = 600.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 1,000 events."""
        async with pool.acquire() as connection:
            return await delete_expired(connection, now, _RECORDS_PER_STEP)


class PurgeSessions(Sweep):
    """Deletes sessions and sign-in links of the console seven days after they have expired."""

    name = "sessions"
    pause_seconds = 600.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 1,000 of each."""
        async with pool.acquire() as connection:
            sessions = await session_store.delete_expired(connection, now, _RECORDS_PER_STEP)
            return sessions + await link_store.delete_expired(connection, now, _RECORDS_PER_STEP)


class RotateAuditPartitions(Sweep):
    """Creates the audit log's partitions of the coming months, and drops those past their retention."""

    name = "audit_partitions"
    pause_seconds = 3600.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Create the missing ones of this and the next three months; drop those past 90 days."""
        async with pool.acquire() as connection:
            made = await ensure_partitions(connection, now)
            return made + await expire(connection, now, _RECORDS_PER_STEP)
