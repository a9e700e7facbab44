"""`kill -9` during a burst of starts: no job without its reservation, none twice, none forgotten."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest
from tests.contract.installation import Installation, project_id
from tests.databases import make_database
from tests.invariants import assert_books_balance
from tests.serving import Service, passable_folder

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.ids import parse_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import DatabaseUrls
    from tests.contract.installation import Key

KEYS = f"k1:{'5a' * 32}"
CLIENTS = 24
MANY = 50
VIDEO = {"tiktokVideoId": "7301234567890123456"}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def urls(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, migrated=False) as urls:
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


class Starts:
    """Clients that start jobs, each request with a key of its own."""

    def __init__(self, server: Service, key: Key) -> None:
        self._server = server
        self._path = f"/v1/projects/{project_id(key.wallet)}/content/video-remix"
        self._headers = key.headers
        self.sent: set[str] = set()
        self.jobs: dict[str, UUID] = {}
        # Set when the burst is in full swing.
        self.many = asyncio.Event()

    async def burst(self, strike: asyncio.Event) -> None:
        """Start jobs as fast as answers come, until the strike."""
        await asyncio.gather(*(self._one_client(strike) for _ in range(CLIENTS)))

    async def retry(self) -> int:
        """Send again whatever had no answer; gives how many of those had been started already."""
        replayed = 0
        async with self._client() as http:
            for token in self.sent - self.jobs.keys():
                replayed += await self._send(http, token)
        return replayed

    async def _one_client(self, strike: asyncio.Event) -> None:
        async with self._client() as http:
            while not strike.is_set():
                token = str(uuid4())
                self.sent.add(token)
                with suppress(httpx.TransportError):
                    await self._send(http, token)

    async def _send(self, http: httpx.AsyncClient, token: str) -> bool:
        answer = await http.post(
            self._path, json=VIDEO, headers={**self._headers, "Idempotency-Key": token}
        )
        if answer.status_code == 202:
            self.jobs[token] = parse_id("job", answer.json()["jobId"])
            if len(self.jobs) >= MANY:
                self.many.set()
        else:
            assert answer.status_code in (409, 503), answer.text
        return "Idempotent-Replayed" in answer.headers

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._server.base_url, trust_env=False, timeout=20)


@pytest.mark.parametrize("seed", range(3))
async def test_a_server_killed_during_a_burst_of_starts(
    server: Service, urls: DatabaseUrls, seed: int
) -> None:
    server.start()
    async with await open_pool(urls.app, 2) as pool, await open_pool(urls.owner, 2) as owner:
        installation = Installation(pool, owner, SecretKeys.parse(KEYS))
        wallet = await installation.partner(prepaid=10_000_000)
        starts = Starts(server, await installation.key(wallet, "*"))
        strike = asyncio.Event()
        burst = asyncio.create_task(starts.burst(strike))
        await starts.many.wait()
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

        assert set(starts.jobs.values()) <= await running(), "an acknowledged job is gone"
        async with pool.acquire() as connection:
            await assert_books_balance(connection, wallet.tenant_id)
        server.start()
        await starts.retry()
        assert starts.sent == starts.jobs.keys()
        assert len(set(starts.jobs.values())) == len(starts.jobs)
        assert await running() == set(starts.jobs.values()), "a key started two jobs"
        async with pool.acquire() as connection:
            await assert_books_balance(connection, wallet.tenant_id)
