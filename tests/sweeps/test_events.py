"""Publishing in the background: in turns, together, and past what is locked or broken."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.endpoints import happen, make_endpoint
from tests.support.tenants import NOON, make_partner

from partner_api.sweeps import events as sweep_module
from partner_api.sweeps.events import PublishEvents

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool

SECOND = timedelta(seconds=1)


async def unpublished(connection: Connection) -> dict[int, int]:
    rows = await connection.fetch(
        "SELECT tenant_id, count(*) AS events FROM outbox WHERE sequence IS NULL GROUP BY tenant_id"
    )
    return {row["tenant_id"]: row["events"] for row in rows}


async def test_a_large_tenant_does_not_hold_up_a_small_one(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_module, "_EVENTS_PER_COMMIT", 10)
    large, small = await make_partner(connection), await make_partner(connection)
    await happen(connection, large, count=25)
    await happen(connection, small, count=2)
    sweep = PublishEvents()
    assert await sweep.step(pool, NOON) == 12
    assert await unpublished(connection) == {large.tenant_id: 15}
    assert await sweep.step(pool, NOON) == 10
    assert await sweep.step(pool, NOON) == 5
    assert await sweep.step(pool, NOON) == 0


async def test_tenants_take_turns(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a step has room for, of which the first are always busy."""
    monkeypatch.setattr(sweep_module, "_TENANTS_PER_STEP", 2)
    monkeypatch.setattr(sweep_module, "_EVENTS_PER_COMMIT", 1)
    partners = [await make_partner(connection) for _ in range(5)]
    for partner in partners:
        await happen(connection, partner, count=10)
    sweep = PublishEvents()
    for _ in range(5):
        assert await sweep.step(pool, NOON) == 2
    assert await unpublished(connection) == {partner.tenant_id: 8 for partner in partners}


async def test_a_commit_takes_fewer_events_that_go_to_many_endpoints(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait for as long as it takes, which is by its deliveries."""
    monkeypatch.setattr(sweep_module, "_EVENTS_PER_COMMIT", 10)
    monkeypatch.setattr(sweep_module, "_DELIVERIES_PER_COMMIT", 20)
    wide, narrow = await make_partner(connection), await make_partner(connection)
    for _ in range(5):
        await make_endpoint(connection, wide)
    await happen(connection, wide, count=18)
    await happen(connection, narrow, count=24)
    sweep = PublishEvents()
    assert await sweep.step(pool, NOON) == 10 + 10
    assert await sweep.step(pool, NOON) == 4 + 10
    assert await sweep.step(pool, NOON) == 4 + 4
    assert await unpublished(connection) == {}


async def test_several_workers_publish_once(pool: Pool, connection: Connection) -> None:
    partners = [await make_partner(connection) for _ in range(3)]
    for partner in partners:
        await make_endpoint(connection, partner)
        await happen(connection, partner, count=40)
    advanced = await asyncio.gather(*(PublishEvents().step(pool, NOON) for _ in range(3)))
    assert sum(advanced) == 120
    rows = await connection.fetch(
        """
        SELECT count(*) AS deliveries, count(DISTINCT event_id) AS events
          FROM webhook_deliveries GROUP BY tenant_id
        """
    )
    assert [tuple(row.values()) for row in rows] == [(40, 40)] * 3
    assert await unpublished(connection) == {}


async def test_a_tenant_that_cannot_be_published_does_not_hold_up_the_others(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """Its events come in one order, so none of them is left out for the others."""
    bad, good = await make_partner(connection), await make_partner(connection)
    await happen(connection, bad, count=3)
    await happen(connection, good, count=3)
    await owner.execute(
        f"ALTER TABLE outbox ADD CONSTRAINT bad CHECK (tenant_id <> {bad.tenant_id} OR sequence IS NULL) NOT VALID"
    )
    sweep = PublishEvents()
    assert await sweep.step(pool, NOON) == 3
    assert await sweep.step(pool, NOON) == 0
    assert await unpublished(connection) == {bad.tenant_id: 3}


async def test_it_knows_for_how_long_the_oldest_has_waited(
    pool: Pool, connection: Connection
) -> None:
    sweep = PublishEvents()
    ever = NOON - timedelta(days=9999)
    assert await sweep.next_due(connection, ever) is None
    first, second = await make_partner(connection), await make_partner(connection)
    await happen(connection, second, now=NOON + SECOND)
    await happen(connection, first, now=NOON + 2 * SECOND)
    assert await sweep.next_due(connection, ever) == NOON + SECOND
    assert await sweep.next_due(connection, NOON + SECOND) is None
    await sweep.step(pool, NOON)
    assert await sweep.next_due(connection, ever) is None
