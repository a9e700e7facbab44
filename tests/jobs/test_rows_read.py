"""What a call looks at is bounded by its batch, however much else its tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.job_ends import JobSettlement, ending, release_jobs, settle_jobs
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

_CHILDREN = 60
_JOBS_OF_EACH = 10


class _Undo(Exception):
    """Ends a transaction without a trace."""


async def _rows_read(connection: Connection, wallet: Wallet) -> list[int]:
    """As the owner: start two jobs, settle one and release the other, and undo it all; the rows that each call read."""
    totals: list[int] = []

    async def note(outcomes: list[Outcome]) -> None:
        assert {outcome.status for outcome in outcomes} == {"done"}
        read = await connection.fetchval(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        )
        totals.append(int(read) - sum(totals))

    tenant_id, one, other = wallet.tenant_id, job_start(wallet, 1), job_start(wallet, 1)
    settlement = JobSettlement(one.job_id, 1)
    # Counts of transactions that are over would be among those of the next one.
    await connection.execute("SELECT pg_stat_force_next_flush()")
    try:
        async with connection.transaction():
            await note(await job_store.start_jobs(connection, tenant_id, NOON, [one, other]))
            await note(await settle_jobs(connection, tenant_id, NOON, [settlement]))
            await note(await release_jobs(connection, tenant_id, NOON, [ending(other.job_id)]))
            raise _Undo
    except _Undo:
        return totals


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
