"""What a call looks at is bounded by its batch, however much else its tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.job_ends import JobSettlement, ending, release_jobs, settle_jobs
from tests.support.operations import hold
from tests.support.tenants import NOON, job_start, make_child, make_partner
from tests.support.working import Claim, upload

from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

_CHILDREN = 60
_JOBS_OF_EACH = 10


class _Undo(Exception):
    """Ends a transaction without a trace."""


class _Counter:
    """Counts the rows that each call of a transaction reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.totals: list[int] = []

    async def note(self, outcomes: list[Outcome]) -> None:
        """Add what was read since the last call, all of whose items were done."""
        assert {outcome.status for outcome in outcomes} == {"done"}
        read = await self._connection.fetchval(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        )
        self.totals.append(int(read) - sum(self.totals))


async def _rows_read(connection: Connection, wallet: Wallet) -> list[int]:
    """As the owner: start two jobs, settle one and release the other, and undo it all; the rows that each call read."""
    counter = _Counter(connection)
    tenant_id, one, other = wallet.tenant_id, job_start(wallet, 1), job_start(wallet, 1)
    settlement = JobSettlement(one.job_id, 1)
    # Counts of transactions that are over would be among those of the next one.
    await connection.execute("SELECT pg_stat_force_next_flush()")
    try:
        async with connection.transaction():
            await counter.note(
                await job_store.start_jobs(connection, tenant_id, NOON, [one, other])
            )
            await counter.note(await settle_jobs(connection, tenant_id, NOON, [settlement]))
            await counter.note(
                await release_jobs(connection, tenant_id, NOON, [ending(other.job_id)])
            )
            raise _Undo
    except _Undo:
        return counter.totals


async def _rows_read_completing(connection: Connection, wallet: Wallet, count: int) -> int:
    """As the owner: start, beat and complete so many jobs with a file each, and undo it all; the rows that completing
    read.
    """
    counter = _Counter(connection)
    tenant_id = wallet.tenant_id
    starts = [job_start(wallet, 1) for _ in range(count)]
    await connection.execute("SELECT pg_stat_force_next_flush()")
    try:
        async with connection.transaction():
            await counter.note(await job_store.start_jobs(connection, tenant_id, NOON, starts))
            claims, completions = [], []
            for start in starts:
                worker, token = await hold(connection, tenant_id, start.job_id, NOON)
                held = Claim(tenant_id, start.job_id, worker, token, 1)
                files = [await upload(connection, held, "one.png", b"one")]
                record = Idempotency(0, start.job_id, "POST", "/complete", "key", b"f")
                claims.append(claim_store.JobHeartbeat(start.job_id, worker, token, None, 0.5))
                completions.append(
                    claim_store.JobCompletion(start.job_id, worker, token, 1, files, SYSTEM, record)
                )
            await counter.note(await claim_store.heartbeat(connection, tenant_id, NOON, claims))
            await counter.note(
                await claim_store.complete_jobs(connection, tenant_id, NOON, completions)
            )
            raise _Undo
    except _Undo:
        return counter.totals[-1]


async def test_a_call_does_not_read_all_that_a_tenant_has(
    connection: Connection, owner_connection: Connection
) -> None:
    """Also when the planner has just counted a tenant's rows, which autovacuum does at any time."""
    partner = await make_partner(connection, prepaid=10_000)
    wallet = await make_child(connection, partner, prepaid=100)

    async def grow(children: int) -> list[int]:
        for _ in range(children):
            child = await make_child(connection, partner, prepaid=10)
            items = [job_start(child, 1) for _ in range(_JOBS_OF_EACH)]
            await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
        await owner_connection.execute("ANALYZE jobs, containers, reservations, projects, wallets")
        # A connection makes new plans then.
        await owner_connection.reload_schema_state()
        return await _rows_read(owner_connection, wallet)

    read = await grow(3 * _CHILDREN)
    assert sum(read) < 3 * _CHILDREN * _JOBS_OF_EACH / 2, read


async def test_what_completing_reads_grows_with_the_batch_alone(
    connection: Connection, owner_connection: Connection
) -> None:
    """As many rows for each job of a hundred as for one, beside what one call reads in any case."""
    partner = await make_partner(connection, prepaid=10_000)
    wallet = await make_child(connection, partner, prepaid=500)
    for _ in range(2):
        one = await _rows_read_completing(owner_connection, wallet, 1)
        hundred = await _rows_read_completing(owner_connection, wallet, 100)
        assert hundred <= 100 * one, (one, hundred)
        # The second time among the rows of others, and with plans that were made before these were there.
        items = [job_start(partner, 1) for _ in range(30 * _JOBS_OF_EACH)]
        await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
