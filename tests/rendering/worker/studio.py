"""Jobs for a worker, and what became of them."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from PIL import Image
from tests.support.tenants import Wallet, job_start

from partner_api.jobs import store as job_store
from partner_api.rendering.worker.loop import run_rendering
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from partner_api.clock import Clock
    from partner_api.database.connection import Connection, Pool, Row
    from partner_api.storage.folder import FolderStorage

SHORT = "Stop scrolling! Three coffees a day are fine. Here is why."
LONG = "咖啡一天三杯没有问题。" * 180
"""It has ten slides."""

_MOST_SECONDS = 60.0


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until something has come about."""
    deadline = time.monotonic() + _MOST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it has not come about"
        await asyncio.sleep(0.02)


class Working(NamedTuple):
    """A worker: what stops it, and its task."""

    stop: asyncio.Event
    task: asyncio.Task[None]


@dataclass
class Studio:
    """A database with one partner, a folder, and workers."""

    pool: Pool
    owner: Connection
    clock: Clock
    storage: FolderStorage
    folder: Path
    partner: Wallet

    async def order(self, hook: str, content_format: str = "slideshow_builder") -> UUID:
        """Start a job of 50 credits."""
        now = self.clock.now()
        start = job_start(self.partner, 50)._replace(
            format=content_format, inputs={"hook": hook}, expires_at=now + timedelta(hours=24)
        )
        async with self.pool.acquire() as connection:
            (outcome,) = await job_store.start_jobs(
                connection, self.partner.tenant_id, now, [start]
            )
        assert outcome.status == "done", outcome
        return start.job_id

    async def order_held(self) -> UUID:
        """Start a job whose rendering does not end before ``let_go``."""
        self._held.touch()
        return await self.order(f"wait for {self._held}")

    def let_go(self) -> None:
        """Let the rendering of what is held end."""
        self._held.unlink()

    @property
    def _held(self) -> Path:
        return self.folder / "held"

    @asynccontextmanager
    async def worker(
        self, beat: Callable[[], None] | None = None, **settings: str
    ) -> AsyncIterator[Working]:
        """A worker, stopped at the end."""
        stop = asyncio.Event()
        loaded = load_settings({"LAYERS_DATA_DIR": str(self.folder), **settings})
        working = run_rendering(self.pool, self.clock, self.storage, loaded, stop, beat)
        task = asyncio.create_task(working)
        try:
            yield Working(stop, task)
        finally:
            stop.set()
            await task

    async def job(self, job_id: UUID) -> Row:
        row = await self.owner.fetchrow("SELECT * FROM jobs WHERE id = $1", job_id)
        assert row is not None
        return row

    async def until(self, job_id: UUID, condition: Callable[[Row], Any]) -> Row:
        """Wait until a job is as it should become."""
        deadline = time.monotonic() + _MOST_SECONDS
        while not condition(row := await self.job(job_id)):
            assert time.monotonic() < deadline, dict(row)
            await asyncio.sleep(0.02)
        return row

    async def charged(self, job_id: UUID) -> tuple[str, int]:
        row = await self.owner.fetchrow(
            "SELECT status, charged FROM reservations WHERE job_id = $1", job_id
        )
        assert row is not None
        return row["status"], row["charged"]

    async def lose_the_lease(self, job_id: UUID) -> None:
        """Let the time pass after which a silent worker is not waited for."""
        await self.owner.execute(
            "UPDATE jobs SET lease_until = $2 WHERE id = $1", job_id, self.clock.now()
        )

    @asynccontextmanager
    async def database_away(self) -> AsyncIterator[None]:
        """No connection of the application's role is left, and it can make no new ones, while the block runs."""
        async with self.pool.acquire() as connection:
            role = await connection.fetchval("SELECT quote_ident(current_user)")
        database = await self.owner.fetchval("SELECT quote_ident(current_database())")
        await self.owner.execute(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC, {role}")
        await self.owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            await self.owner.execute(f"GRANT CONNECT ON DATABASE {database} TO PUBLIC, {role}")

    @asynccontextmanager
    async def database_stuck(self) -> AsyncIterator[None]:
        """No statement on jobs is answered while the block runs."""
        async with self.owner.transaction():
            await self.owner.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE")
            yield

    async def assets(self, job_id: UUID) -> list[Row]:
        return await self.owner.fetch(
            "SELECT a.* FROM assets a JOIN containers c ON c.tenant_id = a.tenant_id AND c.id = a.container_id "
            "WHERE c.job_id = $1 ORDER BY a.position",
            job_id,
        )

    async def assert_delivered(self, job_id: UUID) -> None:
        """The job is completed and charged, and its files are what its assets say."""
        job = await self.job(job_id)
        assert (job["status"], job["progress"]) == ("completed", 1)
        assert await self.charged(job_id) == ("settled", 50)
        assets = await self.assets(job_id)
        assert [asset["kind"] for asset in assets] == ["slide"] * (len(assets) - 1) + ["poster"]
        for asset in assets:
            content = self.storage.path(asset["storage_key"]).read_bytes()
            assert len(content) == asset["size_bytes"]
            assert hashlib.sha256(content).hexdigest() == asset["sha256"]
            assert Image.open(io.BytesIO(content)).size == (asset["width"], asset["height"])

    def files(self) -> list[Path]:
        """Everything in storage, also what is on its way there."""
        return [path for path in (self.folder / "files").rglob("*") if path.is_file()]
