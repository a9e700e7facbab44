"""What a cash wallet says of its renewals, against going through all leases month by month."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.assigning import LeaseAssignment, assign
from tests.support.invariants import assert_books_balance
from tests.support.leases import disconnect, make_account, top_up, work
from tests.support.many_leases import fill_leases
from tests.support.outlook import by_lease
from tests.support.tenants import Wallet, make_child, make_partner

from partner_api.cash.store import read_outlook
from partner_api.database.arguments import SYSTEM
from partner_api.leases.store import PriceItem, set_price
from partner_api.months import add_months
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# The ends of months of every length, and a leap day.
BEGIN = datetime(2027, 12, 26, 11, 59, 58, tzinfo=UTC)
OPERATIONS = 60
PRICES = (0, 1, 7_000, 15_000, 9_007_199_254_740)
DAY = timedelta(days=1)
AHEAD = (timedelta(0), timedelta(seconds=1), DAY, 28 * DAY, 30 * DAY, 31 * DAY, 200 * DAY)
BEHIND = (timedelta(0), timedelta(milliseconds=1), timedelta(hours=1), 12 * DAY, 40 * DAY)


async def assert_right(
    connection: Connection, owner: Connection, partner: Wallet, now: datetime, until: datetime
) -> None:
    told = await read_outlook(connection, partner.tenant_id, partner.organization_id, now, until)
    assert told == await by_lease(owner, partner, now, until), (now, until)


class History:
    """Random business of a partner and its children, with time that goes on and requests that come late."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection = connection
        self.chance = random.Random(seed)
        self.now = BEGIN
        self.leases: list[tuple[Wallet, UUID]] = []

    async def start(self) -> None:
        """Open the wallet, with money for some of it."""
        self.partner = await make_partner(self.connection, now=BEGIN, cash_cents=10**15)
        self.child = await make_child(self.connection, self.partner, now=BEGIN)

    async def go_on(self) -> None:
        """Do one thing, perhaps with a clock that is behind."""
        self.now += self.chance.choice((timedelta(0), timedelta(seconds=1), DAY, 3 * DAY, 11 * DAY))
        at = self.now - self.chance.choice((timedelta(0), timedelta(0), timedelta(hours=30)))
        ours = self.chance.choice(self.leases) if self.leases else None
        kind = self.chance.choice(
            (
                "assign",
                "assign",
                "work",
                "work",
                "money",
                "spend",
                "price",
                "price",
                "release",
                "recall",
            )
        )
        if kind == "assign" or ours is None:
            await self.assign(max(at, BEGIN))
        elif kind == "work":
            await work(self.connection, self.partner, at)
        elif kind == "money":
            await top_up(self.connection, self.partner, at, self.chance.choice(PRICES[2:]))
        elif kind == "spend":
            # All but a little, so that the line waits.
            balance = await self.connection.fetchval(
                "SELECT balance_cents FROM cash_wallets WHERE tenant_id = $1",
                self.partner.tenant_id,
            )
            rest = self.chance.choice((0, 20_000, 100_000))
            if balance > rest:
                await top_up(self.connection, self.partner, at, rest - balance, "adjustment")
        elif kind == "price":
            item = PriceItem(ours[1], self.chance.choice(PRICES), SYSTEM, None)
            await set_price(self.connection, self.partner.tenant_id, at, [item])
        else:
            await disconnect(self.connection, *ours, at, recalled=kind == "recall")

    async def assign(self, at: datetime) -> None:
        """Lease up to three accounts."""
        count, price = self.chance.randint(1, 3), self.chance.choice(PRICES)
        wallet = self.chance.choice((self.partner, self.child))
        accounts = [
            await make_account(self.connection, at, price_cents=price) for _ in range(count)
        ]
        ids = [uuid4() for _ in accounts]
        item = LeaseAssignment(wallet.project_id, accounts, ids, None, SYSTEM)
        if (await assign(self.connection, wallet.tenant_id, at, item)).status == "done":
            self.leases += [(wallet, lease_id) for lease_id in ids]


@pytest.mark.parametrize("seed", range(12))
async def test_it_is_what_the_leases_come_to_after_any_history_at_any_instant(
    connection: Connection, owner_connection: Connection, seed: int
) -> None:
    history = History(connection, seed)
    await history.start()
    for _ in range(OPERATIONS):
        await history.go_on()
        now = history.now - history.chance.choice(BEHIND)
        for until in {now + history.chance.choice(AHEAD) for _ in range(3)} | {now - DAY}:
            await assert_right(connection, owner_connection, history.partner, now, until)
    await assert_books_balance(connection, history.partner.tenant_id)
    archive = organizations.ArchiveItem(
        history.child.organization_id, history.partner.organization_id, SYSTEM, None
    )
    tenant_id = history.partner.tenant_id
    await organizations.archive(connection, tenant_id, history.now, [archive])
    until = history.now + 30 * DAY
    await assert_right(connection, owner_connection, history.partner, history.now, until)
    await assert_books_balance(connection, tenant_id)


@pytest.mark.parametrize(
    "until", [datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 3, 31, tzinfo=UTC)]
)
async def test_each_second_of_the_last_day_of_a_short_month_has_those_of_the_days_it_lacks(
    connection: Connection, owner_connection: Connection, until: datetime
) -> None:
    partner = await make_partner(connection, now=BEGIN)
    for day in range(5):
        first = datetime(2028, 1, 27 + day, 11, 59, 57, tzinfo=UTC)
        await fill_leases(owner_connection, partner, 5, first, price_cents=100 + day)
    for balance in range(0, 2_600, 70):
        await owner_connection.execute(
            "UPDATE cash_wallets SET balance_cents = $2 WHERE tenant_id = $1",
            partner.tenant_id,
            balance,
        )
        await assert_right(
            connection, owner_connection, partner, until - timedelta(days=1, seconds=2), until
        )
        await assert_right(connection, owner_connection, partner, until, until + 30 * DAY)


async def test_leases_of_which_many_are_due_are_told_while_they_are_charged(
    connection: Connection, owner_connection: Connection
) -> None:
    """Some of one second are paid, others are not yet; money may be short of them."""
    partner = await make_partner(connection, now=BEGIN)
    await fill_leases(owner_connection, partner, 300, BEGIN, apart=timedelta(0), price_cents=10)
    for balance in (100_000, 2_000):
        await owner_connection.execute(
            "UPDATE cash_wallets SET balance_cents = $2 WHERE tenant_id = $1",
            partner.tenant_id,
            balance,
        )
        due = add_months(BEGIN, 1)
        await owner_connection.fetchrow(
            "SELECT * FROM leases_renew($1, $2, 70, '{}')", partner.tenant_id, due
        )
        for now in (due - DAY, due, due + DAY):
            await assert_right(connection, owner_connection, partner, now, now + 30 * DAY)


@pytest.mark.parametrize("cents", [0, 60_000, 10**9])
async def test_it_reads_no_more_for_six_thousand_leases_than_for_one_thousand(
    connection: Connection, owner_connection: Connection, cents: int
) -> None:
    blocks = []
    for count in (1_000, 6_000):
        partner = await make_partner(connection, now=BEGIN, cash_cents=cents)
        await fill_leases(owner_connection, partner, count, BEGIN, apart=timedelta(seconds=400))
        await _scatter_calendar(owner_connection, partner)
        await owner_connection.execute("VACUUM ANALYZE lease_calendar")
        now = BEGIN + 29 * DAY
        await owner_connection.execute(
            "SELECT p_advanced FROM leases_renew($1, $2, NULL, '{}')",
            partner.tenant_id,
            now,
        )
        blocks.append(await _blocks(owner_connection, partner, now))
    # A few rows of each span; lease by lease it would be some ten thousand.
    assert blocks[1] < blocks[0] + 300, blocks


async def _scatter_calendar(owner: Connection, partner: Wallet) -> None:
    """Put the rows of a partner's calendar where years of assigning would: each on a page that is not its neighbour's.

    Where they lie in their order, to read them all costs as little as to read a few.
    """
    async with owner.transaction():
        await owner.execute("CREATE TEMPORARY TABLE scattered (LIKE lease_calendar) ON COMMIT DROP")
        await owner.execute(
            "INSERT INTO scattered SELECT * FROM lease_calendar WHERE tenant_id = $1",
            partner.tenant_id,
        )
        await owner.execute("DELETE FROM lease_calendar WHERE tenant_id = $1", partner.tenant_id)
        await owner.execute(
            "INSERT INTO lease_calendar SELECT * FROM scattered ORDER BY hashint4(position)"
        )


async def _blocks(owner: Connection, partner: Wallet, now: datetime) -> int:
    statement = """
        EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)
        SELECT * FROM lease_outlook($1, $2, $3, $4)
    """
    arguments = (partner.tenant_id, partner.organization_id, now, now + 30 * DAY)
    # The second time, everything is planned.
    await owner.fetchval(statement, *arguments)
    plan = (await owner.fetchval(statement, *arguments))[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
