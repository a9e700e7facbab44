"""Renewals: what is charged, when, in which order, and what happens when the money is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.assigning import LeaseAssignment, assign
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

from partner_api.database.arguments import SYSTEM
from partner_api.leases.store import PriceItem, set_price

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Row

MARCH = datetime(2027, 3, 10, 9, 0, 0, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, 0, 0, tzinfo=UTC)
MAY = datetime(2027, 5, 10, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MANY = 1_000_000


async def row_of(connection: Connection, wallet: Wallet, lease_id: UUID) -> Row:
    row = await connection.fetchrow(
        "SELECT * FROM leases WHERE tenant_id = $1 AND social_account_id = $2",
        wallet.tenant_id,
        lease_id,
    )
    assert row is not None
    return row


async def balance(connection: Connection, wallet: Wallet) -> int:
    cents: int = await connection.fetchval(
        "SELECT balance_cents FROM cash_wallets WHERE tenant_id = $1", wallet.tenant_id
    )
    return cents


async def test_a_month_is_charged_at_its_instant_and_not_before(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    assert await work(connection, partner, APRIL - timedelta(milliseconds=1)) == 0
    assert await work(connection, partner, APRIL) == 1
    assert await charges(connection, partner, lease_id) == [(PRICE_CENTS, "paid")] * 2
    assert await work(connection, partner, APRIL + 29 * DAY) == 0
    assert await balance(connection, partner) == MANY - 2 * PRICE_CENTS


async def test_a_lease_has_whole_seconds_and_what_is_written_of_it_milliseconds(
    connection: Connection,
) -> None:
    """Whoever follows the ledger or the audit log by time finds the assignment at its time."""
    now = MARCH + timedelta(milliseconds=700)
    partner = await make_partner(connection, now=MARCH - DAY, cash_cents=MANY)
    lease_id = await lease(connection, partner, now)
    assert (await row_of(connection, partner, lease_id))["assigned_at"] == MARCH
    connected_at = await connection.fetchval(
        "SELECT connected_at FROM social_accounts WHERE tenant_id = $1", partner.tenant_id
    )
    assert connected_at == MARCH
    written = await connection.fetch(
        """
        SELECT created_at AS at FROM cash_events WHERE tenant_id = $1 AND event_type = 'lease_charge'
        UNION ALL
        SELECT occurred_at FROM audit_events WHERE tenant_id = $1 AND event_type = 'leased_account.assigned'
        UNION ALL
        SELECT created_at FROM outbox WHERE tenant_id = $1 AND event_type = 'social_account.connected'
        """,
        partner.tenant_id,
    )
    assert [row["at"] for row in written] == [now] * 3
    assert await work(connection, partner, APRIL) == 1


async def test_a_partner_pays_for_its_child(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    child = await make_child(connection, partner, now=MARCH)
    await lease(connection, child, MARCH)
    await work(connection, partner, APRIL)
    rows = await connection.fetch(
        "SELECT * FROM cash_events WHERE tenant_id = $1 AND event_type = 'lease_renewal'",
        partner.tenant_id,
    )
    (row,) = rows
    assert row["organization_id"] == partner.organization_id
    assert row["for_organization_id"] == child.organization_id
    assert (row["period_start"], row["period_end"]) == (APRIL, MAY)


@pytest.mark.parametrize(
    ("assigned", "months"),
    [
        ("2026-01-31T10:00:00", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2028-01-30T10:00:00", ["2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2027-12-29T23:59:59", ["2028-01-29", "2028-02-29", "2028-03-29"]),
        ("2027-01-29T23:59:59", ["2027-02-28", "2027-03-29"]),
        # Clocks change in Europe on 28 March 2027, an hour after this.
        ("2027-02-28T00:30:00", ["2027-03-28", "2027-04-28"]),
        ("2027-02-28T01:30:00", ["2027-03-28", "2027-04-28"]),
    ],
)
async def test_months_are_counted_from_the_assignment(
    connection: Connection, assigned: str, months: list[str]
) -> None:
    """Under a session time zone that has daylight saving as well."""
    at = datetime.fromisoformat(assigned).replace(tzinfo=UTC)
    partner = await make_partner(connection, now=at, cash_cents=MANY)
    await connection.execute("SET timezone = 'Europe/Lisbon'")
    try:
        lease_id = await lease(connection, partner, at)
        for number, day in enumerate(months, 1):
            instant = datetime.combine(datetime.fromisoformat(day), at.timetz())
            assert await work(connection, partner, instant - SECOND) == 0
            row = await row_of(connection, partner, lease_id)
            assert (row["next_month"], row["next_due_at"]) == (number, instant)
            assert await work(connection, partner, instant) == 1
    finally:
        await connection.execute("RESET timezone")


async def test_missed_months_are_charged_in_the_order_in_which_they_began(
    connection: Connection,
) -> None:
    """A worker that was away for 70 days, and money for three of the four months."""
    partner = await make_partner(connection, now=MARCH, cash_cents=5 * PRICE_CENTS)
    first = await lease(connection, partner, MARCH)
    second = await lease(connection, partner, MARCH + 5 * DAY)
    await work(connection, partner, MARCH + 70 * DAY)
    assert await paid_for(connection, partner) == [(first, 1), (second, 1), (first, 2)]
    assert await charges(connection, partner, second) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "due"),
    ]


async def test_money_for_three_of_five(connection: Connection) -> None:
    """The smaller ids are paid; the others are past due since that moment, and a cheaper one waits as well."""
    partner = await make_partner(connection, now=MARCH, cash_cents=9 * PRICE_CENTS)
    leases = sorted([await lease(connection, partner, MARCH) for _ in range(5)])
    later = await lease(connection, partner, MARCH + SECOND, price_cents=1)
    await work(connection, partner, APRIL + SECOND)
    assert await paid_for(connection, partner) == [(each, 1) for each in leases[:3]]
    assert await balance(connection, partner) == PRICE_CENTS - 1
    for each in (*leases[3:], later):
        row = await row_of(connection, partner, each)
        assert (row["billing_status"], row["past_due_since"]) == ("past_due", APRIL + SECOND)
        assert row["status"] == "assigned"


async def test_a_top_up_pays_what_is_past_due_at_once(connection: Connection) -> None:
    """And the months that began meanwhile; the anchor stays."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    await work(connection, partner, APRIL + 3 * DAY)
    outcome = await top_up(connection, partner, MAY + DAY, 2 * PRICE_CENTS + 7)
    assert outcome.facts is not None
    assert outcome.facts["balance_cents"] == 7
    assert outcome.facts["event"]["balance_after_cents"] == 2 * PRICE_CENTS + 7
    row = await row_of(connection, partner, lease_id)
    assert (row["billing_status"], row["past_due_since"]) == ("current", None)
    assert (row["next_month"], row["next_due_at"]) == (3, MAY.replace(month=6))


async def test_seven_days_and_one_last_attempt(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    for day in range(7):
        assert await work(connection, partner, APRIL + day * DAY) == 1, day
        assert await work(connection, partner, APRIL + day * DAY + timedelta(hours=23)) == 0
    assert (await row_of(connection, partner, lease_id))["status"] == "assigned"
    assert await work(connection, partner, APRIL + 7 * DAY) == 1
    row = await row_of(connection, partner, lease_id)
    assert (row["status"], row["disconnected_reason"]) == ("disconnected", "payment_failed")
    assert row["disconnected_at"] == APRIL + 7 * DAY
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "uncollected"),
    ]
    pool_status = await connection.fetchval(
        "SELECT status FROM pool_accounts WHERE id = $1", row["pool_account_id"]
    )
    assert pool_status == "available"


async def test_the_last_attempt_may_succeed(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    await work(connection, partner, APRIL)
    await top_up(connection, partner, APRIL + DAY, PRICE_CENTS, "adjustment")
    assert (await row_of(connection, partner, lease_id))["billing_status"] == "past_due"
    await work(connection, partner, APRIL + 7 * DAY)
    assert (await row_of(connection, partner, lease_id))["billing_status"] == "current"


async def test_one_that_ended_stands_in_nobody_s_way(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS + 1_000)
    dear = await lease(connection, partner, MARCH)
    cheap = await lease(connection, partner, MARCH + 6 * DAY, price_cents=400)
    await work(connection, partner, APRIL)
    await work(connection, partner, APRIL + 6 * DAY)
    assert (await row_of(connection, partner, cheap))["billing_status"] == "past_due"
    await work(connection, partner, APRIL + 7 * DAY)
    assert (await row_of(connection, partner, dear))["disconnected_reason"] == "payment_failed"
    assert await paid_for(connection, partner) == [(cheap, 1)]


async def test_a_new_price_is_for_months_that_have_not_begun(connection: Connection) -> None:
    """Also when the price changes twice while the lease is months behind."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    for at, cents in ((APRIL + DAY, 20_000), (MAY + DAY, 30_000), (MAY + 2 * DAY, 40_000)):
        (outcome,) = await set_price(
            connection, partner.tenant_id, at, [PriceItem(lease_id, cents, SYSTEM, None)]
        )
        assert outcome.status == "done"
    await top_up(connection, partner, MAY + 3 * DAY, MANY)
    await work(connection, partner, MAY.replace(month=6))
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "paid"),
        (20_000, "paid"),
        (40_000, "paid"),
    ]


async def test_a_release_pays_what_a_worker_would_have_paid(connection: Connection) -> None:
    """In the order in which it came due: the other lease was first, so it is the one that is paid."""
    partner = await make_partner(connection, now=MARCH, cash_cents=3 * PRICE_CENTS)
    other = await lease(connection, partner, MARCH)
    released = await lease(connection, partner, MARCH + DAY)
    outcome = await disconnect(connection, partner, released, APRIL + 2 * DAY)
    assert outcome.status == "done"
    assert await paid_for(connection, partner) == [(other, 1)]
    assert await charges(connection, partner, released) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "uncollected"),
    ]


async def test_an_assignment_leaves_the_money_for_what_was_due_before(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS)
    old = await lease(connection, partner, MARCH)
    account_id = await make_account(connection, APRIL)
    new = LeaseAssignment(partner.project_id, [account_id], [uuid4()], None, SYSTEM)
    # No worker has come since the month began.
    outcome = await assign(connection, partner.tenant_id, APRIL + SECOND, new)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_funds")
    assert await charges(connection, partner, old) == [(PRICE_CENTS, "paid")] * 2


async def test_an_adjustment_leaves_the_money_for_what_was_due_before(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS + 100)
    old = await lease(connection, partner, MARCH)
    outcome = await top_up(connection, partner, APRIL + SECOND, -101, "adjustment")
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_funds")
    await top_up(connection, partner, APRIL + SECOND, -100, "adjustment")
    assert await charges(connection, partner, old) == [(PRICE_CENTS, "paid")] * 2


async def test_a_recall_charges_nothing(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, partner, MARCH)
    outcome = await disconnect(connection, partner, lease_id, MAY + DAY, recalled=True)
    assert outcome.status == "done"
    assert await balance(connection, partner) == MANY - PRICE_CENTS
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "uncollected"),
        (PRICE_CENTS, "uncollected"),
    ]


async def test_what_happens_is_put_out_once(connection: Connection) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS)
    await lease(connection, partner, MARCH)
    for at in (APRIL, MAY, MAY + DAY, MAY + 7 * DAY):
        await work(connection, partner, at)
        await work(connection, partner, at)
    rows = await connection.fetch(
        """
        SELECT event_type FROM outbox WHERE tenant_id = $1 AND event_type <> 'lease_request.assigned'
         ORDER BY created_at
        """,
        partner.tenant_id,
    )
    assert [row["event_type"] for row in rows] == [
        "social_account.connected",
        "leased_account.renewed",
        "leased_account.past_due",
        "leased_account.disconnected",
    ]


async def test_a_month_that_a_release_pays_is_put_out_too(connection: Connection) -> None:
    cents = 2 * PRICE_CENTS
    partner = await make_partner(connection, now=MARCH, cash_cents=cents + 2 * PRICE_CENTS)
    # It stands in front of the other, and the wallet cannot pay it.
    await lease(connection, partner, MARCH, price_cents=cents)
    released = await lease(connection, partner, MARCH + DAY)
    assert await balance(connection, partner) == PRICE_CENTS
    await disconnect(connection, partner, released, APRIL + DAY)
    assert await charges(connection, partner, released) == [(PRICE_CENTS, "paid")] * 2
    rows = await connection.fetch(
        """
        SELECT data FROM outbox WHERE tenant_id = $1 AND event_type = 'leased_account.renewed'
        """,
        partner.tenant_id,
    )
    assert [row["data"] for row in rows] == [
        {
            "socialAccountId": f"sa_{released}",
            "projectId": f"prj_{partner.project_id}",
            "leaseMonth": 1,
            "amountCents": PRICE_CENTS,
        }
    ]
