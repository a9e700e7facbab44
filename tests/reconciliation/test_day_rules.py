"""What a day comes to is the sum of its events, as far as they are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.operations import post
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.daily_totals.store import count_rows
from partner_api.reconciliation.rules import Mismatch, Rule, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def wrong(connection: Connection, partner: Wallet) -> list[Mismatch]:
    """What a check of a tenant finds of its days."""
    found = await reconcile(connection, NOON + timedelta(hours=1), Scope(partner.tenant_id))
    return [one for one in found.mismatches if one.rule == Rule.DAILY_TOTALS]


async def counted_partner(connection: Connection) -> Wallet:
    """A partner whose rows are counted, but for the last one."""
    partner = await make_partner(connection, prepaid=50, cash_cents=700)
    child = await make_child(connection, partner, prepaid=5)
    await post(connection, child, "purchase", 3)
    assert await count_rows(connection, partner.tenant_id, 100) == 5
    await post(connection, child, "purchase", 4)
    return partner


async def test_days_that_are_counted_are_right(breaking: Connection) -> None:
    partner = await counted_partner(breaking)
    assert await wrong(breaking, partner) == []


@pytest.mark.parametrize(
    ("column", "is_"),
    [("credits_purchased", 53), ("cash_paid_in_cents", 700), ("credits_used", 0)],
)
async def test_a_total_that_is_not_the_sum_is_reported(
    breaking: Connection, column: str, is_: int
) -> None:
    partner = await counted_partner(breaking)
    await breaking.execute(
        f"UPDATE daily_totals SET {column} = {column} + 1 WHERE tenant_id = $1", partner.tenant_id
    )

    (mismatch,) = await wrong(breaking, partner)

    assert mismatch.organization_id == partner.organization_id
    assert mismatch.subject == f"day 2026-06-15 {column}"
    assert (mismatch.expected, mismatch.found) == (is_, is_ + 1)


async def test_rows_that_were_left_out_are_reported(breaking: Connection) -> None:
    """Somebody has moved on how far a ledger is counted."""
    partner = await counted_partner(breaking)
    await breaking.execute(
        "UPDATE daily_totals_counted SET sequence = sequence + 1 WHERE tenant_id = $1",
        partner.tenant_id,
    )

    (mismatch,) = await wrong(breaking, partner)

    assert (mismatch.expected, mismatch.found) == (57, 53)
