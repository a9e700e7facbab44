"""`kill -9` during a burst of starts: no job without its reservation, none twice, none forgotten."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from tests.faults.clients import starts
from tests.support.databases import make_database
from tests.support.installation import Installation, project_id
from tests.support.invariants import assert_books_balance
from tests.support.serving import Service, passable_folder

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.ids import parse_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.support.databases import DatabaseUrls

KEYS = f"k1:{'5a' * 32}"
CLIENTS = 24
MANY = 50

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture
def server(urls: DatabaseUrls) -> Iterator[Service]:
    with passable_folder() as home:
        service = Service(
            home,
            "serve",
            "--workers",
            "2",
            DATABASE_URL=urls.app,
            LAYERS_MIGRATION_DATABASE_URL=urls.owner,
            LAYERS_SECRET_KEYS=KEYS,
            LAYERS_DEVELOPMENT="true",
        )
        try:
            yield service
        finally:
            service.end()


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))]
)
async def test_a_server_killed_during_a_burst_of_starts(
    server: Service, urls: DatabaseUrls, seed: int
) -> None:
    """At one moment of the burst; at others in the long tests."""
    server.start()
    async with await open_pool(urls.app, 2) as pool, await open_pool(urls.owner, 2) as owner:
        installation = Installation(pool, owner, SecretKeys.parse(KEYS))
        wallet = await installation.partner(prepaid=10_000_000)
        key = await installation.key(wallet, "*")
        started = starts(
            server.base_url, f"/v1/projects/{project_id(wallet)}", key.headers, CLIENTS
        )

        def acknowledged() -> list[UUID]:
            return [parse_id("job", job_id) for job_id in started.acknowledged.values()]

        strike = asyncio.Event()
        burst = asyncio.create_task(started.burst(strike))
        await started.until_acknowledged(MANY, burst)
        await asyncio.sleep(random.Random(seed).uniform(0, 0.3))
        for pid in server.own_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        strike.set()
        await burst
        server.wait()

        async def running() -> set[UUID]:
            # What a killed process sent last may be just being committed; it holds the project.
            await owner.execute(
                "SELECT FROM projects WHERE tenant_id = $1 FOR NO KEY UPDATE", wallet.tenant_id
            )
            rows = await pool.fetch(
                """
                SELECT j.id, j.status, r.status AS reservation, c.id AS container
                  FROM jobs j
                  LEFT JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
                  LEFT JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
                 WHERE j.tenant_id = $1
                """,
                wallet.tenant_id,
            )
            for row in rows:
                assert (row["status"], row["reservation"]) == ("running", "open")
                assert row["container"] is not None
            return {row["id"] for row in rows}

        assert set(acknowledged()) <= await running(), "an acknowledged job is gone"
        async with pool.acquire() as connection:
            await assert_books_balance(connection, wallet.tenant_id)
        server.start()
        await started.retry()
        assert len(set(acknowledged())) == len(started.sent)
        assert await running() == set(acknowledged()), "a key started two jobs"
        async with pool.acquire() as connection:
            await assert_books_balance(connection, wallet.tenant_id)
