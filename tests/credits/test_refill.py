"""Caps and auto-refill: what starting a job checks, and what it may bring along."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    audit,
    configure,
    events,
    read,
    refused,
    release,
    settle,
    spend,
    start,
    started,
    subscribe,
)
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

HOUR = timedelta(hours=1)
LARGEST = 2**53 - 1


async def _refilled(
    connection: Connection, *, partner: int, child: int, threshold: int, amount: int, **patch: Any
) -> tuple[Wallet, Wallet]:
    """A partner and a child with so many prepaid credits, and refill switched on."""
    parent = await make_partner(connection, prepaid=partner + child)
    wallet = await make_child(connection, parent, prepaid=child)
    await configure(
        connection,
        wallet,
        refill_threshold=threshold,
        refill_amount=amount,
        **patch,
    )
    return parent, wallet


async def test_a_start_that_goes_below_the_threshold_refills(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=1000, child=100, threshold=50, amount=200)
    job_id, outcome = await start(connection, child, 60)
    assert outcome.status == "done"
    wallet = await read(connection, child)
    assert (wallet.balance, wallet.reserved) == (300, 60)
    assert (await read(connection, partner)).balance == 800

    out, into = (await events(connection, partner))[-1], (await events(connection, child))[-1]
    assert out["reason"] == into["reason"] == "auto_refill"
    assert (out["event_type"], into["event_type"]) == ("allocation", "allocation")
    assert (out["prepaid_delta"], into["prepaid_delta"]) == (-200, 200)
    assert out["transfer_id"] == into["transfer_id"]
    assert into["metadata"]["direction"] == "in"
    assert len(await audit(connection, child, "credits.refilled")) == 1
    assert (await release(connection, child, job_id)).status == "done"
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_start_that_stays_at_the_threshold_does_not(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=1000, child=100, threshold=50, amount=200)
    await started(connection, child, 50)
    assert (await read(connection, partner)).balance == 1000
    await started(connection, child, 1)
    assert (await read(connection, partner)).balance == 800


async def test_a_refill_makes_a_start_possible(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=1000, child=0, threshold=0, amount=200)
    await started(connection, child, 200)
    assert (await read(connection, child)).available == 0
    assert (await read(connection, partner)).balance == 800


async def test_nothing_moves_when_the_start_would_not_fit_even_then(
    connection: Connection,
) -> None:
    partner, child = await _refilled(connection, partner=1000, child=10, threshold=50, amount=200)
    _, outcome = await start(connection, child, 211)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_credits")
    assert outcome.facts == {
        "reason": "insufficient_credits",
        "required": 211,
        "available": 10,
    }
    assert (await read(connection, partner)).balance == 1000
    assert await audit(connection, child, "credits.refill_failed") == []
    await started(connection, child, 210)


async def test_the_cap_is_checked_first_and_never_refills(connection: Connection) -> None:
    partner, child = await _refilled(
        connection, partner=1000, child=100, threshold=500, amount=200, monthly_credit_cap=50
    )
    _, outcome = await start(connection, child, 51)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "monthly_credit_cap")
    assert (outcome.facts or {})["required"] == 51
    assert (await read(connection, partner)).balance == 1000
    await started(connection, child, 50)


async def test_the_cap_counts_what_was_used_and_what_is_reserved(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1000)
    child = await make_child(connection, partner, prepaid=1000)
    await configure(connection, child, monthly_credit_cap=300)
    await spend(connection, child, 100)
    job_id = await started(connection, child, 150)
    assert refused((await start(connection, child, 51))[1])[1] == "monthly_credit_cap"
    await started(connection, child, 50)
    assert refused((await start(connection, child, 1))[1])[1] == "monthly_credit_cap"
    await settle(connection, child, job_id, 120)
    await started(connection, child, 30)
    assert refused((await start(connection, child, 1))[1])[1] == "monthly_credit_cap"
    july_15 = datetime(2026, 7, 15, tzinfo=UTC)
    # 80 are still reserved; what was used belongs to the period that is over.
    assert refused((await start(connection, child, 221, now=july_15))[1])[1] == (
        "monthly_credit_cap"
    )
    await started(connection, child, 220, now=july_15)


async def test_a_cap_of_zero_stops_everything(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=100)
    await configure(connection, child, monthly_credit_cap=0)
    assert refused((await start(connection, child, 1))[1])[1] == "monthly_credit_cap"


async def test_a_refill_that_is_not_set_does_nothing(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=500, child=0, threshold=9, amount=100)
    await configure(connection, child, refill_threshold=None, refill_amount=None)
    assert refused((await start(connection, child, 1))[1])[1] == "insufficient_credits"
    assert (await read(connection, partner)).balance == 500


async def test_only_the_partners_spendable_prepaid_refills(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=300, child=0, threshold=0, amount=200)
    await subscribe(connection, partner, 50)
    await started(connection, partner, 151)
    _, outcome = await start(connection, child, 10)
    assert refused(outcome)[1] == "insufficient_credits"
    assert (await read(connection, partner)).available == 199
    (row,) = await audit(connection, child, "credits.refill_failed")
    assert row["actor"] == "system"
    assert row["details"]["organizationId"] == f"org_{child.organization_id}"


async def test_the_partners_own_boundary_is_written_before_it_pays(
    connection: Connection,
) -> None:
    """Its allotment lapses at the boundary, so what its reservations need then comes from prepaid."""
    partner, child = await _refilled(connection, partner=200, child=0, threshold=0, amount=100)
    await subscribe(connection, partner, 1000)
    await started(connection, partner, 150)
    await subscribe(connection, partner, 0)
    july_15 = datetime(2026, 7, 15, tzinfo=UTC)
    assert refused((await start(connection, child, 10, now=july_15))[1])[1] == (
        "insufficient_credits"
    )
    assert (await read(connection, partner, july_15)).available == 50
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_start_that_fits_goes_ahead_when_the_refill_fails(connection: Connection) -> None:
    _, child = await _refilled(connection, partner=50, child=100, threshold=50, amount=200)
    assert (await start(connection, child, 60))[1].status == "done"
    assert len(await audit(connection, child, "credits.refill_failed")) == 1


async def test_a_failed_refill_is_told_once_per_child_and_hour(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=50, child=0, threshold=50, amount=200)
    sibling = await make_child(connection, partner)
    await configure(connection, sibling, refill_threshold=1, refill_amount=60)
    times = [timedelta(), HOUR / 2, HOUR - timedelta(milliseconds=1), HOUR, HOUR * 3 / 2, HOUR * 2]
    for later in times:
        for wallet in (child, sibling):
            _, outcome = await start(connection, wallet, 1, now=NOON + later)
            assert refused(outcome)[1] == "insufficient_credits"
    told = [
        (row["details"]["organizationId"], row["occurred_at"] - NOON)
        for row in await audit(connection, child, "credits.refill_failed")
    ]
    names = {f"org_{wallet.organization_id}" for wallet in (child, sibling)}
    assert set(told) == {(name, later) for name in names for later in (HOUR * 0, HOUR, HOUR * 2)}
    assert len(told) == 6


async def test_a_storm_of_retries_tells_of_one_failed_refill(
    pool: Pool, connection: Connection
) -> None:
    partner, child = await _refilled(connection, partner=199, child=0, threshold=50, amount=200)

    async def attempt(number: int) -> str | None:
        async with pool.acquire() as own:
            now = NOON + timedelta(milliseconds=number % 7)
            return refused((await start(own, child, 10, now=now))[1])[1]

    reasons = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert set(reasons) == {"insufficient_credits"}
    assert len(await audit(connection, child, "credits.refill_failed")) == 1
    assert (await read(connection, partner)).balance == 199


async def test_each_start_of_a_batch_refills_for_itself(connection: Connection) -> None:
    partner, child = await _refilled(connection, partner=450, child=0, threshold=0, amount=200)
    items = [job_start(child, credits) for credits in (150, 150, 60, 100, 40)]
    outcomes = await job_store.start_jobs(connection, child.tenant_id, NOON, items)
    # 200 - 150; + 200 - 150 = 100; - 60 = 40; 100 more would need a third 200; 40 fit.
    assert [outcome.status for outcome in outcomes] == ["done", "done", "done", "refused", "done"]
    assert (await read(connection, partner)).balance == 50
    assert (await read(connection, child)).available == 0
    await assert_books_balance(connection, partner.tenant_id)


async def test_children_in_one_batch_share_what_the_partner_has_left(
    connection: Connection,
) -> None:
    """The partner's own start in the same batch takes its part too, in its turn."""
    partner, one = await _refilled(connection, partner=500, child=0, threshold=0, amount=200)
    two = await make_child(connection, partner)
    await configure(connection, two, refill_threshold=0, refill_amount=200)
    items = [job_start(one, 100), job_start(partner, 150), job_start(two, 100)]
    outcomes = await job_store.start_jobs(connection, one.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == ["done", "done", "refused"]
    wallet = await read(connection, partner)
    assert (wallet.balance, wallet.available) == (300, 150)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_refill_beyond_the_largest_balance_does_not_happen(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=LARGEST)
    child = await make_child(connection, partner, prepaid=LARGEST - 5)
    await configure(connection, child, refill_threshold=LARGEST, refill_amount=5)
    await started(connection, child, 1)
    assert (await read(connection, child)).balance == LARGEST
    await started(connection, child, 1)
    assert (await read(connection, child)).balance == LARGEST
    await assert_books_balance(connection, partner.tenant_id)
