"""What falls due day by day, against going through all leases month by month."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.leases import disconnect, lease, top_up, work
from tests.support.outlook import by_lease
from tests.support.tenants import make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.leases.calendar_store import list_leases_of_day, list_partner_lines
from partner_api.leases.store import LeasePosition, PriceItem, set_price
from partner_api.ops.renewals.service import (
    begun_spans,
    calendar_of,
    days_from,
    days_of_month,
    ranges_of,
)

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection
    from partner_api.leases.listed_store import ListedLease
    from partner_api.ops.renewals.service import PartnerCalendar

# Before months of every length, and a leap day.
BEGIN = datetime(2027, 12, 26, 11, 59, 58, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAYS = 62


async def calendar_at(
    connection: Connection, partner: Wallet, now: datetime, first: date
) -> PartnerCalendar:
    (line,) = await list_partner_lines(
        connection,
        begun_spans(now, first),
        organization_id=partner.organization_id,
        before=None,
        limit=2,
    )
    return calendar_of(line, days_from(first, DAYS))


async def owed_at(owner: Connection, partner: Wallet, at: datetime) -> tuple[int, int]:
    """The months that have begun by then and are not settled, and what they cost."""
    outlook = await by_lease(owner, partner, at, at)
    assert outlook is not None
    return outlook.past_due, outlook.past_due_cents


async def of_day(
    connection: Connection,
    partner: Wallet,
    now: datetime,
    day: date,
    after: LeasePosition | None = None,
    limit: int = 1_000,
) -> list[ListedLease]:
    return await list_leases_of_day(
        connection,
        now,
        ranges=ranges_of(now, day),
        days_of_month=days_of_month(day),
        tenant_id=partner.tenant_id,
        after=after,
        limit=limit,
    )


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC) - SECOND


async def some_business(connection: Connection, partner: Wallet, seed: int) -> datetime:
    """Lease, price, release and renew over some months; the time when it is over."""
    chance = random.Random(seed)
    child = await make_child(connection, partner, now=BEGIN)
    now = BEGIN
    leases: list[UUID] = []
    for _ in range(50):
        now += timedelta(seconds=chance.randrange(5 * 86_400))
        await work(connection, partner, now)
        kind = chance.choice(("lease", "lease", "lease", "price", "end", "money"))
        if kind == "lease" or not leases:
            await top_up(connection, partner, now, 40_000)
            price = chance.choice((0, 1, 7_000, 15_000))
            whose = chance.choice((partner, child))
            leases.append(await lease(connection, whose, now, price_cents=price))
        elif kind == "price":
            item = PriceItem(chance.choice(leases), chance.randrange(20_000), SYSTEM, None)
            await set_price(connection, partner.tenant_id, now, [item])
        elif kind == "end":
            ended = leases.pop(chance.randrange(len(leases)))
            await disconnect(connection, partner, ended, now, recalled=True)
        else:
            await top_up(connection, partner, now, chance.randrange(1, 30_000))
    return now


@pytest.mark.parametrize("seed", range(4))
async def test_each_day_has_what_begins_on_it_and_what_is_owed_by_then(
    connection: Connection, owner_connection: Connection, seed: int
) -> None:
    partner = await make_partner(connection, now=BEGIN, cash_cents=0)
    now = await some_business(connection, partner, seed)
    for first in (now.date(), now.date() + timedelta(days=5), now.date() + timedelta(days=33)):
        calendar = await calendar_at(connection, partner, now, first)
        before = await owed_at(
            owner_connection, partner, max(now, end_of(first - timedelta(days=1)))
        )
        assert tuple(calendar.before) == before
        for due in calendar.days:
            through = await owed_at(owner_connection, partner, end_of(due.day))
            assert (due.months, due.cents) == (through[0] - before[0], through[1] - before[1])
            assert due.owed_cents == through[1]
            before = through


@pytest.mark.parametrize("seed", range(4))
async def test_a_day_has_as_many_leases_as_months_begin_on_it(
    connection: Connection, seed: int
) -> None:
    partner = await make_partner(connection, now=BEGIN, cash_cents=0)
    now = await some_business(connection, partner, seed)
    calendar = await calendar_at(connection, partner, now, now.date())
    assert sum(day.months for day in calendar.days) > 10
    for day in calendar.days:
        found = await of_day(connection, partner, now, day.day)
        assert len(found) == day.months, day.day
        assert sum(one.monthly_price_cents for one in found) == day.cents


async def test_leases_of_a_day_page_by_page(connection: Connection) -> None:
    partner = await make_partner(connection, now=BEGIN, cash_cents=10**9)
    made = [await lease(connection, partner, BEGIN + number * SECOND) for number in (0, 0, 1, 2)]
    day = date(2028, 1, 26)
    seen: list[UUID] = []
    after: LeasePosition | None = None
    while found := await of_day(connection, partner, BEGIN + 5 * SECOND, day, after, 1):
        seen.append(found[0].social_account_id)
        after = LeasePosition(found[0].next_due_at, found[0].social_account_id)
    assert seen == [*sorted(made[:2]), *made[2:]]
    assert await of_day(connection, partner, BEGIN, day + timedelta(days=1)) == []


async def test_the_last_day_of_a_month_takes_the_days_that_it_does_not_have(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, now=BEGIN, cash_cents=10**9)
    made = [
        await lease(connection, partner, datetime(2028, 1, day, 9, tzinfo=UTC))
        for day in (28, 29, 30, 31)
    ]
    now = datetime(2028, 1, 31, 12, tzinfo=UTC)
    for day, expected in (
        (date(2028, 2, 28), made[:1]),
        (date(2028, 2, 29), made[1:]),
        (date(2028, 3, 30), made[2:3]),
        (date(2028, 3, 31), made[3:]),
    ):
        found = await of_day(connection, partner, now, day)
        assert {one.social_account_id for one in found} == set(expected), day
    calendar = await calendar_at(connection, partner, now, now.date())
    months = {due.day: due.months for due in calendar.days if due.months}
    assert months[date(2028, 2, 29)] == 3
    assert (months[date(2028, 3, 30)], months[date(2028, 3, 31)]) == (1, 1)


async def test_today_begins_now(connection: Connection) -> None:
    partner = await make_partner(connection, now=BEGIN, cash_cents=100_000)
    for hours in (0, 2):
        await lease(connection, partner, BEGIN + timedelta(hours=hours))
    # A month later, in the second of the first, and between the two; nobody has come to charge it.
    for now in (
        datetime(2028, 1, 26, 11, 59, 58, tzinfo=UTC),
        datetime(2028, 1, 26, 12, tzinfo=UTC),
    ):
        calendar = await calendar_at(connection, partner, now, now.date())
        assert calendar.before == (1, 15_000)
        assert (calendar.days[0].months, calendar.days[0].owed_cents) == (1, 30_000)
    assert [one.assigned_at.hour for one in await of_day(connection, partner, now, now.date())] == [
        13
    ]
