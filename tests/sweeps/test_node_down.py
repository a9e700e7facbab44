"""A node of a cluster that is down: what is due of the tenants elsewhere is done, and of its own when it is back."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.receiver import Receiver
from tests.support.tenants import NOON, Wallet, make_partner
from tests.sweeps.due_work import (
    Expiry,
    Lapse,
    PeriodEnd,
    Publication,
    PurgeOfEndpoint,
    Renewal,
    SandboxJob,
    SandboxRequest,
    Upload,
    is_done,
)
from tests.sweeps.sending import KEYS, due_endpoint, open_sending
from tests.sweeps.skipping import start

from partner_api.database import looks
from partner_api.database.cluster.places import find_place
from partner_api.database.cluster.reach import list_unreachable
from partner_api.database.connection import connect
from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.jobs import operator_store
from partner_api.rendering.worker.renderer import Renderer
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.metrics import measure_lag
from partner_api.sweeps.retention import PurgeIdempotencyRecords, PurgeOutbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls
    from tests.sweeps.due_work import DueWork

    from partner_api.database.connection import Connection, Pool
    from partner_api.sweeps.sweep import Sweep

pytestmark = pytest.mark.cluster

# Where nobody listens: the lowest port.
_CLOSED = 1


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path, KEYS)


@pytest_asyncio.fixture
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer.for_samples()
    yield renderer
    await renderer.kill()


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look asks again the nodes that did not answer."""
    monkeypatch.setattr(looks, "_REMEMBERED_SECONDS", 0.0)


async def partners_on_two_nodes(connection: Connection, env: str = "live") -> tuple[Wallet, Wallet]:
    """Two partners, each on a node of its own."""
    first = await make_partner(connection, env=env, prepaid=10)
    node = (await find_place(connection, first.tenant_id, env)).node
    while True:
        other = await make_partner(connection, env=env, prepaid=10)
        if (await find_place(connection, other.tenant_id, env)).node != node:
            return first, other


@contextlib.asynccontextmanager
async def down(urls: DatabaseUrls, partner: Wallet) -> AsyncIterator[None]:
    """The node of a partner does not answer, in this database, until the end of the block."""
    owner = await connect(urls.owner)
    try:
        node = (await find_place(owner, partner.tenant_id, "live")).node
        change = "UPDATE pg_dist_node SET nodeport = $2 WHERE nodeid = $1"
        await owner.execute(change, node.id, _CLOSED)
        try:
            yield
        finally:
            await owner.execute(change, node.id, node.port)
    finally:
        await owner.close()


@pytest.mark.parametrize(
    "work",
    [
        Expiry(),
        Lapse(),
        PeriodEnd(),
        Renewal(),
        SandboxRequest(),
        SandboxJob(),
        Upload(),
        Publication(),
        PurgeOfEndpoint(),
    ],
    ids=lambda work: type(work).__name__,
)
async def test_what_is_due_elsewhere_is_done_and_the_rest_when_the_node_is_back(
    work: DueWork,
    urls: DatabaseUrls,
    pool: Pool,
    owner: Connection,
    storage: FolderStorage,
    renderer: Renderer,
) -> None:
    async with pool.acquire() as connection:
        partners = await partners_on_two_nodes(connection, work.env)
        for partner in partners:
            await work.prepare(owner, connection, partner)
    there, here = partners
    sweep = work.open(storage, renderer)
    async with down(urls, there):
        await _sweep_until_done(sweep, pool, work, here)
        with pytest.raises(NODE_UNREACHABLE):
            await pool.fetchval(work.done, there.tenant_id)
    await _sweep_until_done(sweep, pool, work, there)


async def _sweep_until_done(sweep: Sweep, pool: Pool, work: DueWork, partner: Wallet) -> None:
    for _ in range(10):
        await sweep.step(pool, work.now)
        async with pool.acquire() as connection:
            if await is_done(work, connection, partner):
                return
    raise AssertionError(f"nothing was done in ten steps of {type(sweep).__name__}")


async def test_deliveries_elsewhere_are_sent_and_the_rest_when_the_node_is_back(
    urls: DatabaseUrls, pool: Pool, owner: Connection
) -> None:
    async with pool.acquire() as connection:
        there, here = await partners_on_two_nodes(connection)
    async with Receiver() as receiver, open_sending(pool) as sending:
        async with pool.acquire() as connection:
            for partner, path in ((there, "/there"), (here, "/here")):
                await due_endpoint(owner, connection, receiver.url(path), 1, partner)
        async with down(urls, there):
            await sending.until(lambda: bool(receiver.requests))
            assert [each.path for each in receiver.requests] == ["/here"]
        await sending.until(lambda: len(receiver.requests) == 2)
        assert receiver.requests[1].path == "/there"


async def test_what_is_past_its_time_is_looked_for_while_a_node_is_down(
    urls: DatabaseUrls, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        there, _ = await partners_on_two_nodes(connection)
    async with down(urls, there):
        assert await PurgeIdempotencyRecords().step(pool, NOON) == 0
        assert await PurgeOutbox().step(pool, NOON) == 0


async def test_workers_find_the_jobs_of_others_and_hear_of_no_job_that_there_is_none(
    urls: DatabaseUrls, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        there, here = await partners_on_two_nodes(connection)
        lost, found = [await start(connection, partner) for partner in (there, here)]
        async with down(urls, there):
            waiting = await operator_store.tenants_with_waiting_jobs(
                connection, ["video_remix"], -1, 10
            )
            assert waiting == [here.tenant_id]
            assert await operator_store.find_tenants(connection, [found]) == [here.tenant_id]
            for job_ids in ([lost], [lost, found], [uuid4()]):
                with pytest.raises(NODE_UNREACHABLE, match=r"no answer from 127\.0\.0\.1:1$"):
                    await operator_store.find_tenants(connection, job_ids)
        assert await operator_store.find_tenants(connection, [lost, uuid4()]) == [
            there.tenant_id,
            None,
        ]


async def test_no_lag_is_told_while_a_node_is_down(urls: DatabaseUrls, pool: Pool) -> None:
    async with pool.acquire() as connection:
        there, _ = await partners_on_two_nodes(connection)
        async with down(urls, there):
            for sweep in (ExpireJobs(), PublishEvents()):
                with pytest.raises(NODE_UNREACHABLE):
                    await measure_lag(connection, [sweep], NOON)


async def test_a_node_that_is_down_is_asked_once_and_logged_once(
    urls: DatabaseUrls, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pool.acquire() as connection:
        there, here = await partners_on_two_nodes(connection)
        monkeypatch.setattr(looks, "_REMEMBERED_SECONDS", 3_600.0)
        asked = 0

        async def counted(connection: Connection) -> object:
            nonlocal asked
            asked += 1
            return await list_unreachable(connection)

        monkeypatch.setattr(looks, "list_unreachable", counted)
        await start(connection, here)
        with capture_logs() as lines:
            async with down(urls, there):
                for _ in range(3):
                    await operator_store.tenants_with_waiting_jobs(
                        connection, ["video_remix"], -1, 10
                    )
            assert asked == 1
            for outage in looks._outages.values():
                outage.ask_again_at = 0.0
            for _ in range(3):
                await operator_store.tenants_with_waiting_jobs(connection, ["video_remix"], -1, 10)
            assert asked == 2
        said = [line["event"] for line in lines if line["event"].startswith("node_")]
        assert said == ["node_down", "node_back"]
