"""Money and prices that arrived before a month began and act after others have dealt with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.assigning import LeaseAssignment, assign
from tests.support.late_leases import (
    APRIL,
    DAY,
    EARLIER,
    JUNE,
    MANY,
    MARCH,
    MAY,
    SECOND,
    archive,
    assert_books_are_right,
    row_of,
    unpaid_lease,
)
from tests.support.leases import (
    PRICE_CENTS,
    charges,
    disconnect,
    lease,
    make_account,
    paid_for,
    top_up,
    work,
)
from tests.support.operations import refused
from tests.support.tenants import make_child, make_partner

from partner_api.cash import store as cash
from partner_api.database.arguments import SYSTEM
from partner_api.leases import store
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

CHEAP = 99


async def set_price(
    connection: Connection, wallet: Wallet, lease_id: UUID, cents: int, now: datetime
) -> None:
    (outcome,) = await store.set_price(
        connection, wallet.tenant_id, now, [store.PriceItem(lease_id, cents, SYSTEM, None)]
    )
    assert outcome.status == "done", outcome


async def renewals(connection: Connection, wallet: Wallet) -> list[int]:
    """What each renewal took from the wallet, in order."""
    rows = await connection.fetch(
        """
        SELECT -amount_cents AS cents FROM cash_events
         WHERE tenant_id = $1 AND event_type = 'lease_renewal' ORDER BY sequence
        """,
        wallet.tenant_id,
    )
    return [row["cents"] for row in rows]


# Prices -----------------------------------------------------------------------------------------


async def test_a_month_that_is_due_keeps_its_price(connection: Connection) -> None:
    """The new price is that of the month after it, what is paid is what is owed, and the books are right."""
    partner, lease_id = await unpaid_lease(connection)
    await set_price(connection, partner, lease_id, CHEAP, EARLIER)
    await top_up(connection, partner, APRIL + DAY, MANY)
    await work(connection, partner, MAY)
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "paid"),
        (CHEAP, "paid"),
    ]
    assert await renewals(connection, partner) == [PRICE_CENTS, CHEAP]
    await assert_books_are_right(connection, partner)


async def test_every_month_that_had_begun_when_a_worker_came_keeps_its_price(
    connection: Connection,
) -> None:
    """Only the oldest of them has a charge."""
    partner, lease_id = await unpaid_lease(connection, at=MAY + SECOND)
    await set_price(connection, partner, lease_id, CHEAP, EARLIER)
    await top_up(connection, partner, MAY + DAY, MANY)
    await work(connection, partner, JUNE)
    assert await renewals(connection, partner) == [PRICE_CENTS, PRICE_CENTS, CHEAP]
    await assert_books_are_right(connection, partner)


async def test_a_price_that_comes_after_the_renewal_is_the_next_month_s(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    await work(connection, partner, APRIL)
    await set_price(connection, partner, lease_id, CHEAP, EARLIER)
    await work(connection, partner, MAY)
    assert await renewals(connection, partner) == [PRICE_CENTS, CHEAP]
    await assert_books_are_right(connection, partner)


async def test_a_month_keeps_its_price_when_the_wallet_knows_that_it_began(
    connection: Connection,
) -> None:
    """No worker has come, but money that charges nothing came in after the month's instant."""
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    await top_up(connection, partner, APRIL, 1, "adjustment")
    await set_price(connection, partner, lease_id, CHEAP, EARLIER)
    await work(connection, partner, APRIL + SECOND)
    assert await renewals(connection, partner) == [PRICE_CENTS]


async def test_months_that_had_begun_at_another_change_of_the_price_keep_theirs(
    connection: Connection,
) -> None:
    """No worker has come since March. The change that arrived before May acts after one that came in May."""
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    await set_price(connection, partner, lease_id, CHEAP, MAY)
    await set_price(connection, partner, lease_id, CHEAP + 1, MAY - SECOND)
    await work(connection, partner, JUNE)
    assert await renewals(connection, partner) == [PRICE_CENTS, PRICE_CENTS, CHEAP + 1]
    await assert_books_are_right(connection, partner)


async def test_a_change_of_the_price_is_not_dated_before_another_that_acted_first(
    connection: Connection,
) -> None:
    """However late it is: the month that had begun at the first one has begun at this one."""
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    await set_price(connection, partner, lease_id, CHEAP, APRIL)
    await set_price(connection, partner, lease_id, 0, APRIL - 40 * DAY)
    await work(connection, partner, APRIL)
    await disconnect(connection, partner, lease_id, APRIL + SECOND)
    assert await charges(connection, partner, lease_id) == [(PRICE_CENTS, "paid")] * 2
    await assert_books_are_right(connection, partner)


@pytest.mark.parametrize("how", ["worker", "top-up", "release", "recall", "archive"])
async def test_the_charge_of_a_month_says_its_price(
    connection: Connection, owner_connection: Connection, how: str
) -> None:
    """Also where the lease's price is another, as an earlier release left it, whoever settles the month."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    child = await make_child(connection, partner, now=MARCH)
    lease_id = await lease(connection, child, MARCH)
    await work(connection, partner, APRIL)
    await owner_connection.execute(
        "UPDATE leases SET monthly_price_cents = $2 WHERE tenant_id = $1", partner.tenant_id, CHEAP
    )
    await owner_connection.execute("SELECT lease_totals_recount($1)", partner.tenant_id)
    outlook = await cash.read_outlook(
        connection, partner.tenant_id, partner.organization_id, APRIL, APRIL + DAY
    )
    assert outlook is not None
    assert (outlook.past_due_cents, outlook.shortfall_cents) == (PRICE_CENTS, PRICE_CENTS)

    if how != "top-up":
        await top_up(connection, partner, APRIL + SECOND, PRICE_CENTS, "adjustment")
    if how == "worker":
        await work(connection, partner, APRIL + DAY)
    elif how == "top-up":
        await top_up(connection, partner, APRIL + DAY, PRICE_CENTS)
    elif how == "archive":
        await archive(connection, child, APRIL + DAY)
    else:
        await disconnect(connection, child, lease_id, APRIL + DAY, recalled=how == "recall")
    settled = "uncollected" if how == "recall" else "paid"
    assert (await charges(connection, partner, lease_id))[1] == (PRICE_CENTS, settled)
    assert await renewals(connection, partner) == ([] if how == "recall" else [PRICE_CENTS])
    # No audit row says that the price was set.
    await assert_books_are_right(connection, partner, but_for={Rule.LEASE_PRICE})


# Money ------------------------------------------------------------------------------------------


async def test_a_top_up_pays_what_became_past_due_while_it_waited(connection: Connection) -> None:
    """It is dated when the lease was tried, not before the month that it pays."""
    partner, lease_id = await unpaid_lease(connection)
    outcome = await top_up(connection, partner, EARLIER, PRICE_CENTS)
    assert (outcome.facts or {})["balance_cents"] == 0
    assert await charges(connection, partner, lease_id) == [(PRICE_CENTS, "paid")] * 2
    row = await row_of(connection, partner, lease_id)
    assert (row["billing_status"], row["next_due_at"]) == ("current", MAY)
    settled_at = await connection.fetchval(
        "SELECT settled_at FROM lease_charges WHERE tenant_id = $1 AND lease_month = 1",
        partner.tenant_id,
    )
    assert settled_at == APRIL + SECOND
    await assert_books_are_right(connection, partner)


async def test_a_top_up_pays_the_months_that_began_meanwhile_too(connection: Connection) -> None:
    """The second began before the worker came that tried the first."""
    partner, lease_id = await unpaid_lease(connection, at=MAY + SECOND)
    await top_up(connection, partner, EARLIER, MANY)
    assert await paid_for(connection, partner) == [(lease_id, 1), (lease_id, 2)]
    await assert_books_are_right(connection, partner)


async def test_money_is_not_taken_from_a_month_that_the_wallet_knows_began(
    connection: Connection,
) -> None:
    """By an adjustment, and by an assignment: both arrived before the month did."""
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS)
    old = await lease(connection, partner, MARCH)
    account_id = await make_account(connection, MARCH)
    # No worker has come since, and this charges nothing.
    await top_up(connection, partner, APRIL, 1, "adjustment")
    outcome = await top_up(connection, partner, EARLIER, -2, "adjustment")
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_funds")
    assert await charges(connection, partner, old) == [(PRICE_CENTS, "paid")] * 2

    await top_up(connection, partner, MAY, PRICE_CENTS, "adjustment")
    new = LeaseAssignment(partner.project_id, [account_id], [uuid4()], None, SYSTEM)
    outcome = await assign(connection, partner.tenant_id, MAY - SECOND, new)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_funds")
    assert await charges(connection, partner, old) == [(PRICE_CENTS, "paid")] * 3
    await assert_books_are_right(connection, partner)


async def test_a_refund_is_of_what_was_paid_while_it_waited(connection: Connection) -> None:
    """What may be given back is read under the lock; no time is asked."""
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    await work(connection, partner, APRIL)
    for cents, done in ((PRICE_CENTS, True), (1, False)):
        (outcome,) = await cash.refund(
            connection,
            partner.tenant_id,
            EARLIER,
            [cash.RefundItem(partner.organization_id, lease_id, 1, cents, None, SYSTEM, None)],
        )
        assert (outcome.status == "done") is done, outcome
    await assert_books_are_right(connection, partner)
