"""Where a process is killed decides what it has done; nothing else does."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import product
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.tenants import NOON, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect
from partner_api.simulation import work, writes
from partner_api.simulation.kill_points import KillPoint, Moment
from partner_api.simulation.nodes import NodeFailed, NodeKilled, Nodes
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.time_limits import DEAD_CLIENT_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulation.conftest import EmptyDatabase
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

POST = partial(work.move_money, credit.post)
# As if the machine were busy.
SLOW = f"""
CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep({2 * DEAD_CLIENT_SECONDS}); RETURN NEW; END $$;
CREATE TRIGGER wait_a_while BEFORE INSERT ON credit_events
   FOR EACH ROW EXECUTE FUNCTION wait_a_while();
"""


def grant(wallet: Wallet, credits: int) -> tuple[int, datetime, list[credit.CreditPosting]]:
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
                await nodes.call(0, POST, grant(wallet, 5), KillPoint(0, moment))
            assert await prepaid(connection, wallet) == expected, moment
        assert nodes.killed == 3
        # The next one goes on as if nothing had been.
        (outcome,) = await nodes.call(0, POST, grant(wallet, 1))
        assert outcome.status == "done"
        assert await prepaid(connection, wallet) == 6
    await connection.close()


async def test_operations_that_arrive_together_are_killed_together(
    database_urls: DatabaseUrls,
) -> None:
    """They are one statement, as at a server."""
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    tenant_id, now, items = grant(wallet, 5)
    with Nodes(database_urls.app, connection) as nodes:
        for moment, expected in ((Moment.UNCOMMITTED, 0), (Moment.UNREAD, 15)):
            with pytest.raises(NodeKilled):
                await nodes.call(0, POST, (tenant_id, now, items * 3), KillPoint(0, moment))
            assert await prepaid(connection, wallet) == expected, moment
        # There is no second statement to be killed at.
        at_the_next = KillPoint(1, Moment.UNSENT)
        outcomes = await nodes.call(0, POST, (tenant_id, now, items * 3), at_the_next)
        assert [outcome.status for outcome in outcomes] == ["done"] * 3
        assert await prepaid(connection, wallet) == 30
    await connection.close()


def test_what_was_sent_is_done_however_long_it_takes(database: EmptyDatabase) -> None:
    """Or a run on a busy machine would be another one."""
    database.change(SLOW)
    asyncio.run(_test_what_was_sent_is_done(database.url))


async def _test_what_was_sent_is_done(url: str) -> None:
    connection = await connect(url)
    wallet = await make_partner(connection)
    with Nodes(url, connection) as nodes:
        with pytest.raises(NodeKilled):
            await nodes.call(0, POST, grant(wallet, 5), KillPoint(0, Moment.UNREAD))
        assert await prepaid(connection, wallet) == 5
    await connection.close()


async def test_a_transaction_is_done_by_its_commit_alone(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    item = writes.ProjectOpening(
        uuid4(),
        wallet.organization_id,
        "Another",
        SYSTEM,
        Idempotency(wallet.tenant_id, uuid4(), "POST", "/v1/projects", "key", b"same"),
    )
    arguments = (wallet.tenant_id, NOON, [item])
    with Nodes(database_urls.app, connection) as nodes:
        # The record is looked for, the project created, the record kept, and all of it committed.
        for statement, moment in product(range(4), Moment):
            with pytest.raises(NodeKilled):
                await nodes.call(0, writes.open_projects, arguments, KillPoint(statement, moment))
            found = await connection.fetchrow(
                "SELECT FROM projects WHERE tenant_id = $1 AND id = $2",
                wallet.tenant_id,
                item.project_id,
            )
            is_done = (statement, moment) == (3, Moment.UNREAD)
            assert (found is not None) is is_done, (statement, moment)
        (outcome,) = await nodes.call(0, writes.open_projects, arguments)
        assert outcome.status == "replayed"
    await connection.close()


async def test_a_kill_point_that_is_not_reached_kills_nothing(database_urls: DatabaseUrls) -> None:
    connection = await connect(database_urls.app)
    wallet = await make_partner(connection)
    with Nodes(database_urls.app, connection) as nodes:
        (outcome,) = await nodes.call(0, POST, grant(wallet, 5), KillPoint(1, Moment.UNSENT))
        assert (outcome.status, nodes.killed) == ("done", 0)
        with pytest.raises(NodeKilled):
            await nodes.call(0, work.sweep, (0, NOON, [ExpireJobs()]), KillPoint(0, Moment.UNREAD))
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
