"""The line of a partner's leases: where it begins, however many have left it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.databases import make_database
from tests.support.invariants import mismatches
from tests.support.leases import PRICE_CENTS, charges, lease, top_up, work
from tests.support.many_leases import fill_leases
from tests.support.tenants import Wallet, make_partner

from partner_api.database.connection import connect
from partner_api.months import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

MARCH = datetime(2026, 3, 10, 9, tzinfo=UTC)
APRIL = add_months(MARCH, 1)
DAY = timedelta(days=1)
LEASES = 3_000
BATCH = 100


@pytest.fixture(scope="module")
def own_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of these tests alone: what others leave would decide about plans and pages."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.mark.one_server(reason="counts the blocks that the server of the test itself reads")
@pytest.mark.parametrize("past_due", [False, True], ids=["renewed", "past due before"])
async def test_a_batch_reads_no_more_when_many_have_gone_before_it(
    own_urls: DatabaseUrls, past_due: bool
) -> None:
    """By the blocks that PostgreSQL looks at for the front of the line, before the first batch and before the last."""
    owner, connection = await connect(own_urls.owner), await connect(own_urls.app)
    partner = await make_partner(connection, now=MARCH)
    await fill_leases(owner, partner, LEASES, MARCH)
    now = APRIL + DAY
    if past_due:
        assert await work(connection, partner, now) == LEASES
        now += 2 * DAY
    await top_up(connection, partner, MARCH, LEASES * PRICE_CENTS, "adjustment")

    first = await _blocks_of_the_front(owner, partner, now)
    for _ in range(LEASES // BATCH - 1):
        await owner.execute(
            "SELECT p_advanced FROM leases_renew($1, $2, $3, '{}')",
            partner.tenant_id,
            now,
            BATCH,
        )
    last = await _blocks_of_the_front(owner, partner, now)
    # Those that have gone would fill some thirty pages of the index.
    assert first > 0
    assert last < first + 12, (first, last)
    assert await work(connection, partner, now) == BATCH
    assert await _paid(connection, partner) == LEASES
    await connection.close()
    await owner.close()


async def test_what_stands_before_a_line_that_begins_too_late_is_found_and_charged(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=10 * PRICE_CENTS)
    early = await lease(connection, partner, MARCH)
    late = await lease(connection, partner, MARCH + 2 * DAY)
    await owner_connection.execute(
        "UPDATE cash_wallets SET renewals_due_at = $2 WHERE tenant_id = $1",
        partner.tenant_id,
        APRIL + DAY,
    )
    (found,) = await mismatches(connection, partner.tenant_id)
    assert found.startswith("renewal_awaited: cash wallet, expected 2026-04-10T09:00:00Z")

    await work(connection, partner, APRIL + 3 * DAY)
    for each in (early, late):
        assert await charges(connection, partner, each) == [(PRICE_CENTS, "paid")] * 2
    assert await mismatches(connection, partner.tenant_id) == []


async def test_what_is_past_due_before_a_line_that_begins_too_late_is_found_and_charged(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS)
    early = await lease(connection, partner, MARCH)
    late = await lease(connection, partner, MARCH + 2 * DAY)
    await work(connection, partner, APRIL + 3 * DAY)
    await owner_connection.execute(
        "UPDATE lease_totals SET past_due_from = $2 WHERE tenant_id = $1",
        partner.tenant_id,
        APRIL + DAY,
    )
    (found,) = await mismatches(connection, partner.tenant_id)
    assert found.startswith(
        "lease_totals: lease totals past_due_from, expected 2026-04-10T09:00:00Z"
    )

    await top_up(connection, partner, APRIL + 3 * DAY, 10 * PRICE_CENTS)
    await work(connection, partner, APRIL + 5 * DAY)
    for each in (early, late):
        assert await charges(connection, partner, each) == [(PRICE_CENTS, "paid")] * 2
    assert await mismatches(connection, partner.tenant_id) == []


async def test_a_lease_that_is_paid_late_and_due_again_stands_before_those_not_tried(
    connection: Connection,
) -> None:
    """Its next month has begun, and those of others later have not: the line begins with it."""
    partner = await make_partner(connection, now=MARCH, cash_cents=2 * PRICE_CENTS)
    late = await lease(connection, partner, MARCH)
    other = await lease(connection, partner, MARCH + 25 * DAY)
    await work(connection, partner, APRIL)
    may = add_months(MARCH, 2)
    # Nobody has come since, for a month and more.
    await top_up(connection, partner, may + 2 * DAY, 3 * PRICE_CENTS)
    await work(connection, partner, may + 2 * DAY)
    assert await charges(connection, partner, late) == [(PRICE_CENTS, "paid")] * 3
    assert await charges(connection, partner, other) == [(PRICE_CENTS, "paid")] * 2
    assert await mismatches(connection, partner.tenant_id) == []


async def test_totals_that_are_wrong_are_counted_anew(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    await lease(connection, partner, MARCH)
    await work(connection, partner, APRIL)
    await owner_connection.execute(
        "UPDATE lease_totals SET leases = 7, settled_cents = 0 WHERE tenant_id = $1",
        partner.tenant_id,
    )
    await owner_connection.execute(
        "DELETE FROM lease_calendar WHERE tenant_id = $1", partner.tenant_id
    )
    assert len(await mismatches(connection, partner.tenant_id)) > 1
    await owner_connection.execute("SELECT lease_totals_recount($1)", partner.tenant_id)
    assert await mismatches(connection, partner.tenant_id) == []


async def _blocks_of_the_front(owner: Connection, partner: Wallet, now: datetime) -> int:
    """Of the line's index, without what is then asked for each lease."""
    count = "SELECT pg_stat_get_xact_blocks_fetched('leases_line'::regclass)"
    async with owner.transaction():
        before = await owner.fetchval(count)
        await owner.fetch(
            """
            SELECT * FROM lease_line_front($1, $2, $3, (
                SELECT renewals_due_at FROM cash_wallets WHERE tenant_id = $1))
            """,
            partner.tenant_id,
            now,
            BATCH,
        )
        return int(await owner.fetchval(count)) - int(before)


async def _paid(connection: Connection, partner: Wallet) -> int:
    count = await connection.fetchval(
        "SELECT count(*) FROM lease_charges WHERE tenant_id = $1 AND lease_month = 1 AND status = 'paid'",
        partner.tenant_id,
    )
    assert isinstance(count, int)
    return count
