"""What a month of a lease costs: the renewals, the functions that settle one lease, and the outlook agree."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.leases.test_renewals import APRIL, DAY, MANY, MARCH, MAY
from tests.support.leases import PRICE_CENTS, charges, lease, top_up, work
from tests.support.tenants import make_partner

from partner_api.cash import store as cash
from partner_api.database.arguments import SYSTEM
from partner_api.leases.store import PriceItem, set_price
from partner_api.months import add_months

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# The oldest month is April's; July's has not begun.
MONTHS = (1, 2, 3, 4)
NOW = MAY + 3 * DAY


@pytest.mark.parametrize("tried", [True, False])
async def test_all_who_ask_for_the_price_of_a_month_get_the_same(
    connection: Connection, owner_connection: Connection, *, tried: bool
) -> None:
    """Of months with a charge, with a former price, and with the present one."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    if tried:
        await work(connection, partner, APRIL)
    for at, cents in ((APRIL + DAY, 20_000), (MAY + DAY, 30_000), (MAY + 2 * DAY, 40_000)):
        item = PriceItem(lease_id, cents, SYSTEM, None)
        await set_price(connection, partner.tenant_id, at, [item])
    expected = [PRICE_CENTS, 20_000, 40_000, 40_000]
    assert await _of_the_function(owner_connection, partner, lease_id) == expected
    assert await _of_the_outlook(connection, partner) == expected

    await top_up(connection, partner, NOW, MANY)
    await work(connection, partner, add_months(MARCH, MONTHS[-1]))
    assert await charges(connection, partner, lease_id) == [
        (cents, "paid") for cents in (PRICE_CENTS, *expected)
    ]


async def _of_the_function(owner: Connection, partner: Wallet, lease_id: UUID) -> list[int]:
    lease = await owner.fetchrow(
        "SELECT * FROM leases WHERE tenant_id = $1 AND social_account_id = $2",
        partner.tenant_id,
        lease_id,
    )
    assert lease is not None
    return [
        await owner.fetchval("SELECT lease_month_price($1::leases, $2)", tuple(lease), month)
        for month in MONTHS
    ]


async def _of_the_outlook(connection: Connection, partner: Wallet) -> list[int]:
    """What each month adds to what is needed until it has begun."""
    needed = [0]
    for month in MONTHS:
        begun = add_months(MARCH, month)
        outlook = await cash.read_outlook(
            connection,
            partner.tenant_id,
            partner.organization_id,
            begun - timedelta(seconds=1),
            begun,
        )
        assert outlook is not None
        needed.append(outlook.past_due_cents + outlook.total_cents)
    return [after - before for before, after in itertools.pairwise(needed)]


async def test_the_price_is_a_part_of_the_statement_that_goes_through_the_leases(
    owner_connection: Connection,
) -> None:
    """And no call for each month of each lease, which would take many times as long."""
    rows = await owner_connection.fetch(
        "SELECT prosrc FROM pg_proc WHERE proname IN ('lease_line_part', 'lease_months_until')"
    )
    assert ["lease_former_prices" in row["prosrc"] for row in rows] == [True, True]
    assert not any("lease_month_price" in row["prosrc"] for row in rows)
