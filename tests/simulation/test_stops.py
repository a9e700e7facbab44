"""Where a process is killed decides what it has done; nothing else does."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.support.tenants import NOON, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.simulation import work
from partner_api.simulation.nodes import NodeFailed, NodeKilled, Nodes
from partner_api.simulation.stops import Moment, Stop
from partner_api.sweeps.expiries import Expiries

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

POST = partial(work.move_money, credit.post)


def grant(wallet: Wallet, credits: int) -> tuple[object, ...]:
    item = credit.CreditPosting(
        wallet.organization_id, "grant", credits, None, None, {}, SYSTEM, None
    )
    return (wallet.tenant_id, NOON, [item])


async def prepaid(connection: Connection, wallet: Wallet) -> int:
    key = credit.WalletKey(wallet.tenant_id, wallet.organization_id)
    (found,) = await credit.read_wallets(connection, [key], NOON)
    assert found is not None
    return found.prepaid


async def test_a_killed_process_has_done_what_its_moment_says(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    with Nodes(database_urls.app, connection) as nodes:
        for moment, expected in ((Moment.UNSENT, 0), (Moment.UNCOMMITTED, 0), (Moment.UNREAD, 5)):
            with pytest.raises(NodeKilled):
                await nodes.call(0, POST, grant(wallet, 5), Stop(0, moment))
            assert await prepaid(connection, wallet) == expected, moment
        assert nodes.killed == 3
        # The next one goes on as if nothing had been.
        (outcome,) = await nodes.call(0, POST, grant(wallet, 1))
        assert outcome.status == "done"
        assert await prepaid(connection, wallet) == 6
    await connection.close()


async def test_a_boundary_that_is_not_reached_kills_nothing(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    with Nodes(database_urls.app, connection) as nodes:
        (outcome,) = await nodes.call(0, POST, grant(wallet, 5), Stop(1, Moment.UNSENT))
        assert (outcome.status, nodes.killed) == ("done", 0)
        with pytest.raises(NodeKilled):
            await nodes.call(0, work.sweep, (0, NOON, [Expiries()]), Stop(0, Moment.UNREAD))
    await connection.close()


async def test_what_a_process_raises_is_told(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    with Nodes(database_urls.app, connection) as nodes:
        with pytest.raises(NodeFailed, match="CheckViolationError"):
            await nodes.call(0, POST, grant(wallet, 0))
        # It is none the worse for it.
        (outcome,) = await nodes.call(0, POST, grant(wallet, 1))
        assert outcome.status == "done"
    await connection.close()


async def test_processes_end_with_the_driver(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    with Nodes(database_urls.app, connection) as nodes:
        await nodes.call(0, work.sweep, (0, NOON, []))
        assert await running(connection) >= 1
    for _ in range(1000):
        if not await running(connection):
            break
        await asyncio.sleep(0.01)
    assert await running(connection) == 0
    await connection.close()


async def running(connection: Connection) -> int:
    count = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'layers-simulate'"
    )
    return int(count)
