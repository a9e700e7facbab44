"""A tenant of which somebody holds a lock is left for later, and the others go on."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.holding import holding_rows
from tests.support.tenants import NOON, make_partner
from tests.sweeps.due_work import ALL, DueWork, Expiry, due_partners, is_done
from tests.sweeps.sending import OUTGOING
from tests.sweeps.skipping import DAY, locked_out, request, skipped, start
from tests.sweeps.test_loop import Sham, run_until

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.processes.sweeps import CONNECTIONS
from partner_api.rehearsal import advance as rehearsal
from partner_api.rehearsal.advance import LeftLocked, advance
from partner_api.rendering.worker.renderer import Renderer
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps import all_sweeps, locks
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.locks import LockedTenants
from partner_api.sweeps.renewals import SERVERS_AT_ONCE
from partner_api.sweeps.retention import RotateAuditPartitions
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.sweep import Sweep
from partner_api.webhooks.sending import claims

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from tests.support.databases import DatabaseUrls
    from tests.support.holding import Held
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

LONG = 120.0


@pytest_asyncio.fixture
async def pool(urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections as the sweeps have them."""
    async with await open_pool(urls.app, 4, settings=locks.SETTINGS) as pool:
        yield pool


@pytest.fixture(autouse=True)
def _log_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_lines", {})


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", SecretKeys.parse("test:" + "ab" * 32))


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer.for_samples()
    yield renderer
    await renderer.kill()


def holding(owner: Connection, table: str, tenant: Wallet) -> AbstractAsyncContextManager[Held]:
    """Hold rows of a tenant, as somebody does who looks after them by hand."""
    lock = f"SELECT FROM {table} WHERE tenant_id = $1 FOR UPDATE"
    return holding_rows(owner, lock, tenant.tenant_id)


async def run_to_idle(sweep: Sweep, pool: Pool, now: datetime) -> int:
    """Run steps until one finds nothing; gives how many rows they advanced."""
    total = 0
    async with asyncio.timeout(LONG):
        while advanced := await sweep.step(pool, now):
            total += advanced
    return total


@pytest.mark.parametrize("work", ALL, ids=lambda work: type(work).__name__)
async def test_the_others_go_on_and_a_later_step_does_what_was_left(
    pool: Pool,
    connection: Connection,
    owner: Connection,
    storage: FolderStorage,
    renderer: Renderer,
    work: DueWork,
) -> None:
    partners = await due_partners(work, owner, connection, 4)
    held, *free = partners
    seconds = 0.0
    sweep = work.open(storage, renderer)
    sweep._locked = LockedTenants(sweep.name, clock=lambda: seconds)
    before, bad = locked_out(sweep.name), skipped(sweep.name)
    with capture_logs() as log:
        async with holding(owner, work.table, held):
            await run_to_idle(sweep, pool, work.now)
            assert [await is_done(work, connection, partner) for partner in free] == [True] * 3
            assert not await is_done(work, connection, held)
            assert sweep.left_some
            # Also when it was the only one.
            assert await sweep.step(pool, work.now) == 0
            assert sweep.left_some
        # Once, however many tries: the first line, and then one a minute.
        lines = [entry for entry in log if entry["log_level"] in {"warning", "error"}]
        assert [(line["event"], line["sweep"], line["tenant_id"]) for line in lines] == [
            ("sweep_locked_out", sweep.name, held.tenant_id)
        ]
        assert locked_out(sweep.name) > before
        assert skipped(sweep.name) == bad, "it is no fault of the row"
        seconds = 60.0
        assert await run_to_idle(sweep, pool, work.now) > 0
    assert await is_done(work, connection, held)
    assert not sweep.left_some


async def test_a_tenant_rests_longer_after_each_try_and_not_for_long() -> None:
    seconds = 0.0
    locked = LockedTenants("test", clock=lambda: seconds)
    rests = []
    with capture_logs() as log:
        for _ in range(6):
            locked.leave(
                1, asyncpg.LockNotAvailableError("canceling statement due to lock timeout")
            )
            began = seconds
            while locked.begin_step():
                assert locked.left_some
                seconds += 1
            assert not locked.left_some
            rests.append(seconds - began)
        locked.end(1)
        locked.leave(1, asyncpg.LockNotAvailableError("again"))
    assert rests == [1, 2, 4, 8, 10, 10]
    seconds += 1
    assert locked.begin_step() == []
    (line,) = log
    assert line["reason"] == ("LockNotAvailableError: canceling statement due to lock timeout")


async def test_a_tenant_that_is_waited_for_no_more_costs_the_next_steps_nothing(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    held, free = await due_partners(Expiry(), owner, connection, 2)
    sweep = ExpireJobs()
    sweep._locked = LockedTenants(sweep.name, clock=lambda: 0.0)
    before = locked_out(sweep.name)
    async with holding(owner, "wallets", held):
        for number in itertools.count():
            await run_to_idle(sweep, pool, Expiry.now)
            if number == 3:
                break
            await start(connection, free)
        assert await is_done(Expiry(), connection, free)
        assert locked_out(sweep.name) - before == 1


async def test_a_tenant_with_many_requests_delays_another_by_one_of_them(
    pool: Pool, connection: Connection
) -> None:
    large, small = [await make_partner(connection, env="test") for _ in range(2)]
    for _ in range(110):
        await request(connection, large, NOON)
    # The ids of requests are in the order in which they came.
    await request(connection, small, NOON + timedelta(seconds=1), UUID(int=2**128 - 1))
    assert await AnswerSandboxRequests().step(pool, NOON + DAY) == 100
    assert (
        await connection.fetchval(
            "SELECT status FROM lease_requests WHERE tenant_id = $1", small.tenant_id
        )
        == "assigned"
    )


async def test_housekeeping_waits_no_longer_for_a_table_and_others_not_for_it(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """Whoever waits to change a table lets nobody else at it, so nobody waits for long."""
    then = datetime(2041, 5, 1, tzinfo=UTC)
    async with owner.transaction():
        # As a dump has it.
        await owner.execute("LOCK TABLE audit_events, audit_events_default IN ACCESS SHARE MODE")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await RotateAuditPartitions().step(pool, then)
        # This writes to it.
        await make_partner(connection)
    assert await RotateAuditPartitions().step(pool, then) > 0


async def test_a_sweep_that_is_locked_out_of_everything_is_tried_again_and_has_not_failed() -> None:
    async def fail() -> int:
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    locked = Sham("locked", fail)
    before = locked_out("locked")
    log = await run_until(lambda: len(locked.times) > 3, locked)
    assert locked_out("locked") - before >= 3
    (line,) = [entry for entry in log if entry["log_level"] in {"warning", "error"}]
    assert (line["event"], line["sweep"]) == ("sweep_locked_out", "locked")
    assert "exc_info" not in line
    for pause, doubled in zip(locked.pauses, (0.02, 0.04), strict=False):
        assert pause > 0.79 * doubled


def test_each_sweep_has_a_connection(storage: FolderStorage) -> None:
    """So that none waits for another's, there are two for what is not a sweep, and more for those that use several."""
    more = (SERVERS_AT_ONCE - 1) + (claims.CONNECTIONS - 1)
    assert len(all_sweeps(storage, OUTGOING)) + 3 + more == CONNECTIONS


class TestRehearsal:
    """The clock does all that is due, or says that it did not."""

    async def due(self, connection: Connection) -> tuple[Wallet, datetime]:
        begin = datetime.now(UTC).replace(microsecond=0)
        partner = await make_partner(connection, now=begin, prepaid=10)
        await start(connection, partner, begin)
        return partner, begin

    async def test_it_waits_for_a_lock(
        self, pool: Pool, connection: Connection, owner: Connection, storage: FolderStorage
    ) -> None:
        partner, begin = await self.due(connection)
        before = locked_out("expiries")
        async with asyncio.timeout(LONG):
            async with holding(owner, "wallets", partner):
                moving = asyncio.create_task(
                    advance(pool, Clock(), all_sweeps(storage, OUTGOING), begin + 2 * DAY)
                )
                while locked_out("expiries") == before and not moving.done():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await moving
        assert await is_done(Expiry(), connection, partner)

    async def test_it_reports_what_it_could_not_do(
        self,
        pool: Pool,
        connection: Connection,
        owner: Connection,
        storage: FolderStorage,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(rehearsal, "CLOCK_LOCK_SECONDS", 0.1)
        partner, begin = await self.due(connection)
        clock = Clock()
        target = begin + 5 * DAY
        async with holding(owner, "wallets", partner):
            with pytest.raises(LeftLocked, match="expiries"):
                await advance(pool, clock, all_sweeps(storage, OUTGOING), target)
            # Not past what is left.
            assert clock.now() < begin + 2 * DAY
        await advance(pool, clock, all_sweeps(storage, OUTGOING), target)
        assert await is_done(Expiry(), connection, partner)
        assert clock.now() >= target
