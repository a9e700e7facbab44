"""What test environments ask for: it is answered without an operator, and without workers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from partner_api.generation import due
from partner_api.generation.storage import content_key
from partner_api.leasing import fictitious
from partner_api.leasing import requests_store as store
from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from typing import Any

    from partner_api.bell import Topic
    from partner_api.database.connection import Connection, Pool, Row
    from partner_api.generation.storage import Storage

_log = structlog.get_logger(__name__)
_JOBS_PER_STEP = 50
_REQUESTS_PER_STEP = 100
# An integration sees a request open before it is answered, as it would be with people.
_DELAY = timedelta(seconds=2)


class SandboxRequests:
    """Assigns accounts that do not exist and cost nothing, as many as were asked for."""

    name = "sandbox_requests"
    pause_seconds = 1.0
    limit_seconds = SWEEP_STEP_SECONDS
    wakes_on: Topic | None = None

    async def step(self, pool: Pool, now: datetime) -> int:
        """Answer up to 100 requests that are two seconds old, one commit each."""
        answered = 0
        async with pool.acquire() as connection:
            for row in await store.open_test_requests(connection, now - _DELAY, _REQUESTS_PER_STEP):
                accounts = fictitious.accounts(row["id"], row["vertical"], row["count"], now)
                outcome = await store.pretend(
                    connection,
                    row["tenant_id"],
                    now,
                    request_id=row["id"],
                    social_account_ids=[account.social_account_id for account in accounts],
                    handles=[account.handle for account in accounts],
                    followers=[account.followers for account in accounts],
                )
                answered += outcome.status == "done"
        return answered

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next request is two seconds old."""
        submitted_at = await store.next_open_test_request(connection, after - _DELAY)
        return None if submitted_at is None else submitted_at + _DELAY


class SandboxJobs:
    """Completes the jobs of test environments with samples, which follow from what was asked for."""

    name = "sandbox_jobs"
    pause_seconds = 0.5
    limit_seconds = SWEEP_STEP_SECONDS
    wakes_on: Topic | None = None

    def __init__(self, storage: Storage, *, jobs_per_step: int = _JOBS_PER_STEP) -> None:
        self._storage = storage
        self._jobs_per_step = jobs_per_step
        self._after: due.JobPosition | None = None

    async def step(self, pool: Pool, now: datetime) -> int:
        """Complete up to 50 jobs that are two seconds old, one commit each.

        After a step in which none of them could be made, the next one goes on behind them, and at the end of the
        line begins again.
        """
        completed = 0
        async with pool.acquire() as connection:
            rows = await due.due_sandbox_jobs(
                connection, now - _DELAY, self._after, self._jobs_per_step
            )
        for row in rows:
            try:
                item = due.SandboxCompletion(row["id"], await self._make(row))
            except Exception:
                # One that cannot be made does not hold up the others; it expires.
                _log.exception("sandbox_job_not_made", job_id=str(row["id"]))
                continue
            async with pool.acquire() as connection:
                completed += await due.complete_sandbox_jobs(
                    connection, row["tenant_id"], now, [item]
                )
        stuck = len(rows) == self._jobs_per_step and not completed
        self._after = due.JobPosition(rows[-1]["started_at"], rows[-1]["id"]) if stuck else None
        return completed

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next job is two seconds old."""
        started_at = await due.next_sandbox_start(connection, after - _DELAY)
        return None if started_at is None else started_at + _DELAY

    async def _make(self, row: Row) -> list[dict[str, Any]]:
        """Render and store the files of a job; gives them as the job is completed with them."""
        # Not before it is needed: every process knows the sweeps, and few draw anything.
        from partner_api.generation.rendering.sample import render_sample

        rendered = await asyncio.to_thread(render_sample, row["inputs"], row["format"])
        assets = []
        for asset in rendered:
            key = content_key(row["tenant_id"], row["container_id"], asset.name, asset.content)
            stored = await self._storage.put(key, _once(asset.content))
            assets.append(
                {
                    "kind": asset.kind,
                    "name": asset.name,
                    "width": asset.width,
                    "height": asset.height,
                    "mime_type": asset.mime_type,
                    "size_bytes": stored.size_bytes,
                    "sha256": stored.sha256,
                    "storage_key": stored.key,
                }
            )
        return assets


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
