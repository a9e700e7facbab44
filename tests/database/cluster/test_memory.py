"""What a session takes on a node does not grow with what it has done there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.database.cluster.worlds import on_workers
from tests.support import working
from tests.support.tenants import NOON, allocation, job_start, make_child, make_partner

from partner_api.credits.store import allocate
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.jobs.claim_store import JobCompletion, complete_jobs
from partner_api.jobs.store import start_jobs

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.cluster

# PostgreSQL tries five plans for particular values before it takes one for all.
_FIRST_ROUNDS = 20
_ROUNDS = 150
# A plan that is kept takes 57 kB; an index of the session that grows is less than that.
_GROWTH = _ROUNDS * 4_096
_TAKEN = """
CREATE FUNCTION memory_taken(p_tenant_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT sum(used_bytes) FROM pg_backend_memory_contexts);
END
$$;
GRANT EXECUTE ON FUNCTION memory_taken TO PUBLIC;
SELECT create_distributed_function('memory_taken(bigint)', 'p_tenant_id', colocate_with => 'organizations');
"""
_KEPT_PLANS = """
SELECT array_agg(oid::regprocedure::text) FROM pg_proc p
 WHERE pronamespace = 'public'::regnamespace AND prosecdef AND proargnames[1] = 'p_tenant_id'
   AND ('plan_cache_mode=force_custom_plan' = ANY (proconfig)) IS NOT TRUE
"""


async def test_what_is_called_for_a_tenant_keeps_no_plan(
    database_urls: DatabaseUrls, owner_connection: Connection
) -> None:
    assert await owner_connection.fetchval(_KEPT_PLANS) is None
    assert await on_workers(database_urls, _KEPT_PLANS) == [None, None]


async def test_memory_does_not_grow_with_calls(
    spread: DatabaseUrls, spread_owner: Connection
) -> None:
    await spread_owner.execute(_TAKEN)
    partner = await make_partner(spread_owner, prepaid=1_000_000)
    child = await make_child(spread_owner, partner, prepaid=1_000)
    connection = await connect(spread.app)
    try:
        for _ in range(_FIRST_ROUNDS):
            await _work(connection, child)
        before = await connection.fetchval("SELECT memory_taken($1)", child.tenant_id)
        for _ in range(_ROUNDS):
            await _work(connection, child)
        after = await connection.fetchval("SELECT memory_taken($1)", child.tenant_id)
    finally:
        await connection.close()
    assert after - before < _GROWTH


async def _work(connection: Connection, child: Wallet) -> None:
    outcomes = await allocate(connection, child.tenant_id, NOON, [allocation(child, 1)])
    outcomes += await start_jobs(connection, child.tenant_id, NOON, [job_start(child, 1)])
    (claim,) = await working.claim(connection, child)
    completion = JobCompletion(
        claim.job_id, claim.worker_id, claim.claim_token, 1, [], SYSTEM, None
    )
    outcomes += await complete_jobs(connection, child.tenant_id, NOON, [completion])
    assert [outcome.status for outcome in outcomes] == ["done"] * 3
