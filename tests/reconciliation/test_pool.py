"""The pool is read beside leases that begin and end meanwhile, on a cluster at other nodes: no false alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.reconciliation.breaks import found
from tests.reconciliation.history import make_pool_account
from tests.support.assigning import LeaseAssignment, assign
from tests.support.leases import disconnect
from tests.support.tenants import NOON, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.reconciliation import pool_store
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.reconciliation.history import History
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool


async def test_a_lease_that_ends_between_two_looks_is_no_mismatch(
    database_urls: DatabaseUrls, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await connect(database_urls.app)
    partner = await make_partner(other, cash_cents=100_000)
    lease = uuid4()
    account = await make_pool_account(other)
    outcome = await assign(
        other,
        partner.tenant_id,
        NOON,
        LeaseAssignment(partner.project_id, [account], [lease], None, SYSTEM),
    )
    assert outcome.status == "done", outcome
    find_held = pool_store.find_held
    asked: list[UUID] = []

    async def end_it_and_find(
        connection: Connection, accounts: Sequence[pool_store.HeldAccount]
    ) -> set[UUID]:
        asked.extend(each.id for each in accounts)
        await disconnect(other, partner, lease, NOON)
        held = await find_held(connection, accounts)
        assert account not in held
        return held

    monkeypatch.setattr(pool_store, "find_held", end_it_and_find)
    async with pool.acquire() as connection:
        result = await reconcile(connection, NOON, Scope(partner.tenant_id))
    await other.close()

    assert account in asked
    assert result.mismatches == []


@pytest.mark.cluster
async def test_a_copy_of_the_pool_to_which_a_change_has_not_come_accuses_nobody(
    breaking: Connection, history: History
) -> None:
    """The nodes commit one after the other; what counts is the copy beside the lease."""
    copy = await breaking.fetchval(
        "SELECT shard_name(logicalrelid, shardid) FROM pg_dist_shard WHERE logicalrelid = 'pool_accounts'::regclass"
    )
    await breaking.execute("SET LOCAL citus.enable_manual_changes_to_shards = on")
    await breaking.execute(
        f"UPDATE {copy} SET status = 'leased', lease_id = $2, lease_tenant_id = $3 WHERE id = $1",
        history.free_account,
        uuid4(),
        history.tenant_id,
    )
    held = await pool_store.list_held_accounts(breaking, UUID(int=0), 999)
    assert history.free_account in [each.id for each in held]

    assert await found(breaking, history) == []
