"""Nodes whose clocks differ: what they write is still right."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support import operations as op
from tests.support.tenants import NOON, make_partner

from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def test_a_late_node_settles_into_a_period_that_another_opened(
    connection: Connection,
) -> None:
    """Neither lapse nor allotment: the rollover has no row that would carry the boundary's time."""
    wallet = await make_partner(connection, prepaid=100)
    boundary = (await op.read(connection, wallet)).period_end
    job_id = await op.started(connection, wallet, 10, now=boundary - timedelta(hours=1))
    await op.read(connection, wallet, now=boundary + timedelta(seconds=1))

    await op.settle(connection, wallet, job_id, 10, now=boundary - timedelta(seconds=2))

    result = await reconcile(connection, NOON, Scope(wallet.tenant_id))
    assert result.mismatches == []


async def test_the_start_of_a_subscription_moves_and_nothing_lapses(connection: Connection) -> None:
    """The new period has no row that would carry the time of the move."""
    wallet = await make_partner(connection, prepaid=100)
    await op.subscribe(connection, wallet, 0, billing_status="canceled")
    await op.spend(connection, wallet, 10, now=NOON + timedelta(days=1))

    moved = NOON + timedelta(days=5)
    await op.subscribe(
        connection,
        wallet,
        0,
        now=moved,
        billing_status="canceled",
        started_on=NOON.date() - timedelta(days=7),
    )
    await op.spend(connection, wallet, 5, now=moved)

    assert (await reconcile(connection, moved, Scope(wallet.tenant_id))).mismatches == []
