"""Period ends: what lapses, what is granted, what is carried over, and when that is written."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    allocate,
    events,
    post,
    read,
    refused,
    settle,
    spend,
    start,
    started,
    stored,
    subscribe,
)
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.credits import store as credit

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool

JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("first_day", "next_days"),
    [
        ("2026-06-15", ["2026-07-15", "2026-08-15", "2026-09-15"]),
        ("2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("2028-01-31", ["2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2028-02-29", ["2028-03-29", "2028-04-29"]),
        ("2027-12-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
    ],
)
async def test_periods_are_calendar_months_clamped_to_month_ends(
    connection: Connection, first_day: str, next_days: list[str]
) -> None:
    created = datetime.fromisoformat(first_day).replace(hour=17, minute=5, tzinfo=UTC)
    partner = await make_partner(connection, now=created)

    days = [first_day, *next_days]
    for begins, ends in pairwise(days):
        start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (begins, ends))
        for now in (max(created, start), end - MILLISECOND):
            wallet = await read(connection, partner, now)
            assert (wallet.period_start, wallet.period_end) == (start, end)


async def test_a_leap_day_comes_back_after_four_years(connection: Connection) -> None:
    partner = await make_partner(connection, now=datetime(2028, 2, 29, tzinfo=UTC))
    wallet = await read(connection, partner, datetime(2032, 3, 1, tzinfo=UTC))
    assert wallet.period_start == datetime(2032, 2, 29, tzinfo=UTC)


async def test_without_a_subscription_there_is_nothing_to_lapse_or_grant(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=700)
    await spend(connection, partner, 100)
    before = await events(connection, partner)

    wallet = await read(connection, partner, JULY_15)
    assert (wallet.prepaid, wallet.used_this_period) == (600, 0)
    assert wallet.period_start == JULY_15
    assert await events(connection, partner) == before


async def test_a_read_after_the_boundary_writes_lapse_then_allotment(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=50)
    await subscribe(connection, partner, 1000)
    await spend(connection, partner, 400)
    assert (await read(connection, partner, JULY_15 - MILLISECOND)).included_remaining == 600

    wallet = await read(connection, partner, JULY_15)
    assert (wallet.included_this_period, wallet.included_remaining) == (1000, 1000)
    assert (wallet.prepaid, wallet.used_this_period) == (50, 0)

    lapse, grant = (await events(connection, partner))[-2:]
    assert (lapse["event_type"], lapse["included_delta"], lapse["prepaid_delta"]) == (
        "adjustment",
        -600,
        0,
    )
    assert (grant["event_type"], grant["included_delta"], grant["prepaid_delta"]) == (
        "grant",
        1000,
        0,
    )
    assert (lapse["reason"], grant["reason"]) == ("period_lapse", "period_allotment")
    assert lapse["created_at"] == grant["created_at"] == JULY_15
    assert (lapse["included_after"], grant["included_after"]) == (0, 1000)
    assert lapse["usage_after"] == grant["usage_after"] == 0
    await assert_books_balance(connection, partner.tenant_id)


async def test_the_rollover_is_written_once_however_many_read_at_once(
    pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)

    async def look() -> int:
        async with pool.acquire() as own:
            return int((await read(own, partner, JULY_15)).balance)

    assert await asyncio.gather(*(look() for _ in range(40))) == [1000] * 40
    assert [event["reason"] for event in await events(connection, partner)][1:] == [
        "period_lapse",
        "period_allotment",
    ]


async def test_a_server_of_the_previous_release_rolls_over_by_the_old_name(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    touch = "SELECT wallets_touch($1, $2, $3)"
    asked = (partner.tenant_id, JULY_15, [partner.organization_id])
    assert [await connection.fetchval(touch, *asked) for _ in range(2)] == [1, 0]
    assert (await read(connection, partner, JULY_15)).balance == 1000


async def test_an_allotment_that_was_used_up_leaves_nothing_to_lapse(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 100)
    await spend(connection, partner, 100)
    await read(connection, partner, JULY_15)
    assert [event["reason"] for event in await events(connection, partner)][-1:] == [
        "period_allotment"
    ]
    assert len(await events(connection, partner)) == 3


async def test_missed_periods_are_written_one_by_one_in_order(connection: Connection) -> None:
    created = datetime(2027, 1, 31, 9, tzinfo=UTC)
    partner = await make_partner(connection, now=created)
    await subscribe(connection, partner, 100, now=created)

    after_outage = datetime(2027, 6, 1, tzinfo=UTC)
    assert await credit.roll_over_due_wallets(
        connection, partner.tenant_id, [partner.organization_id], after_outage
    ) == (1)
    boundaries = [(2, 28), (3, 31), (4, 30), (5, 31)]
    written = [
        (event["reason"], event["included_delta"], event["created_at"])
        for event in (await events(connection, partner))[1:]
    ]
    assert written == [
        row
        for month, day in boundaries
        for row in (
            ("period_lapse", -100, datetime(2027, month, day, tzinfo=UTC)),
            ("period_allotment", 100, datetime(2027, month, day, tzinfo=UTC)),
        )
    ]
    assert (await read(connection, partner, after_outage)).balance == 100
    again = await credit.roll_over_due_wallets(
        connection, partner.tenant_id, [partner.organization_id], after_outage
    )
    assert again == 0


@pytest.mark.parametrize("billing_status", ["past_due", "canceled"])
async def test_only_an_active_subscription_receives_a_new_allotment(
    connection: Connection, billing_status: str
) -> None:
    partner = await make_partner(connection, prepaid=10)
    await subscribe(connection, partner, 100)
    await subscribe(connection, partner, 100, billing_status=billing_status)
    assert (await read(connection, partner)).included_remaining == 100

    wallet = await read(connection, partner, JULY_15)
    assert (wallet.included_remaining, wallet.included_this_period) == (0, 0)
    assert wallet.prepaid == 10
    assert (await stored(connection, partner))["included_credits"] == 100
    assert (await events(connection, partner))[-1]["reason"] == "period_lapse"


@pytest.mark.parametrize(
    ("included", "prepaid", "reserved", "next_allotment", "carried"),
    [
        (1000, 0, 0, 0, 0),
        (1000, 0, 400, 0, 400),
        (1000, 0, 1000, 0, 1000),
        (1000, 300, 400, 0, 100),
        (1000, 400, 400, 0, 0),
        (1000, 900, 400, 0, 0),
        (1000, 300, 1300, 0, 1000),
        (1000, 100, 800, 500, 200),
        (1000, 100, 600, 500, 0),
        (1000, 0, 900, 1000, 0),
    ],
)
async def test_what_reserved_work_needs_and_nothing_else_covers_is_carried_over(
    connection: Connection,
    included: int,
    prepaid: int,
    reserved: int,
    next_allotment: int,
    carried: int,
) -> None:
    partner = await make_partner(connection, prepaid=prepaid)
    await subscribe(connection, partner, included)
    job_id = await started(connection, partner, reserved, days=60) if reserved else None
    await subscribe(connection, partner, next_allotment)

    wallet = await read(connection, partner, JULY_15)
    assert wallet.included_this_period == carried + next_allotment
    assert wallet.included_remaining == carried + next_allotment
    assert wallet.available == carried + next_allotment + prepaid - reserved
    if job_id is not None:
        outcome = await settle(connection, partner, job_id, reserved, now=JULY_15)
        assert outcome.status == "done"
    assert (await read(connection, partner, JULY_15)).used_this_period == reserved
    await assert_books_balance(connection, partner.tenant_id)


async def test_carried_credits_lapse_at_the_next_boundary_when_nothing_needs_them_any_more(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 500)
    job_id = await started(connection, partner, 500, days=60)
    await subscribe(connection, partner, 0)
    await read(connection, partner, JULY_15)
    await settle(connection, partner, job_id, 200, now=JULY_15)
    assert (await read(connection, partner, JULY_15)).available == 300
    august = datetime(2026, 8, 15, tzinfo=UTC)
    assert (await read(connection, partner, august)).balance == 0
    assert (await events(connection, partner))[-1]["included_delta"] == -300


async def test_consumption_counts_in_the_period_in_which_it_settles(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    await spend(connection, partner, 100)
    job_id = await started(connection, partner, 200, days=60)
    assert (await read(connection, partner)).used_this_period == 100
    await settle(connection, partner, job_id, 150, now=JULY_15)
    assert (await read(connection, partner, JULY_15)).used_this_period == 150


async def test_a_refused_operation_leaves_the_rollover_written(connection: Connection) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    await subscribe(connection, child, 100)
    _, outcome = await start(connection, child, 5000, now=JULY_15)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_credits")
    written = await events(connection, child)
    assert [event["reason"] for event in written][1:] == ["period_lapse", "period_allotment"]


async def test_a_boundary_between_two_nodes_clocks_is_crossed_once(
    connection: Connection,
) -> None:
    """One node's clock is past the boundary, the other's two seconds behind it."""
    ahead, behind = JULY_15 + timedelta(seconds=1), JULY_15 - timedelta(seconds=1)
    partner = await make_partner(connection, prepaid=1000)
    await subscribe(connection, partner, 100)
    job_id = await started(connection, partner, 50, days=60)
    await read(connection, partner, ahead)
    written = len(await events(connection, partner))

    await settle(connection, partner, job_id, 50, now=behind)
    late = await started(connection, partner, 20, now=behind)
    wallet = await read(connection, partner, behind)
    assert (wallet.period_start, wallet.used_this_period) == (JULY_15, 50)
    await settle(connection, partner, late, 20, now=ahead)
    assert (await read(connection, partner, ahead)).used_this_period == 70
    assert len(await events(connection, partner)) == written + 2
    await assert_books_balance(connection, partner.tenant_id)


async def test_usage_on_a_late_clock_is_dated_in_the_period_in_which_it_counts(
    connection: Connection,
) -> None:
    """Also when the rollover left no row, because there was nothing to lapse and nothing to grant."""
    partner = await make_partner(connection, prepaid=1000)
    job_id = await started(connection, partner, 50, days=60)
    await read(connection, partner, JULY_15)
    await settle(connection, partner, job_id, 50, now=JULY_15 - timedelta(seconds=2))
    assert (await events(connection, partner))[-1]["created_at"] >= JULY_15
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_transfer_from_a_faster_node_takes_the_child_over_its_boundary(
    connection: Connection,
) -> None:
    """Both rows of a transfer carry the partner's time, which lies in the child's next period.

    What the child spends after it is dated after it, so it is usage of that period.
    """
    june_20 = NOON + timedelta(days=5)
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner, now=june_20)
    boundary = datetime(2026, 7, 20, tzinfo=UTC)
    slow = boundary - timedelta(seconds=1)
    await post(connection, partner, "purchase", 5, now=boundary + timedelta(seconds=1))

    await allocate(connection, child, 100, now=slow)
    await spend(connection, child, 60, now=slow)
    assert (await read(connection, child, slow)).used_this_period == 60
    await assert_books_balance(connection, partner.tenant_id)
    after = await read(connection, child, boundary + timedelta(seconds=2))
    assert after.period_start == boundary
    assert after.used_this_period == 60
    await assert_books_balance(connection, partner.tenant_id)


async def test_rows_of_a_wallet_never_go_back_in_time(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10)
    for seconds in (3, 0, 5, -4, 1):
        await post(connection, partner, "grant", 1, now=NOON + timedelta(seconds=seconds))
    times = [event["created_at"] for event in await events(connection, partner)]
    assert times == sorted(times)
    assert times[-1] == NOON + timedelta(seconds=5)


async def test_a_decade_of_missed_periods_is_made_up_for_at_once(connection: Connection) -> None:
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    later = NOON.replace(year=2036)
    wallet = await read(connection, partner, later)
    assert (wallet.balance, wallet.period_start) == (
        1000,
        JULY_15.replace(year=2036, month=6),
    )
    assert len(await events(connection, partner)) == 1 + 2 * 120
    await assert_books_balance(connection, partner.tenant_id)
