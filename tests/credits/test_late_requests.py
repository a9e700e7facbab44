"""Requests that arrived before a period ended and act after it was ended: they count in the new one.

What is read, decided and dated is the wallet as it is under the lock; the time of the request only lets a period end
that nobody has ended yet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    allocate,
    audit,
    configure,
    events,
    post,
    read,
    release,
    settle,
    spend,
    start,
    started,
    stored,
    subscribe,
    subscription,
)
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.edge.idempotency import store as idempotency_store
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

    Act = Callable[[Connection, Wallet, UUID], Awaitable[object]]

JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)
AUGUST_15 = datetime(2026, 8, 15, tzinfo=UTC)
EARLIER = JULY_15 - timedelta(seconds=1)
DAY = timedelta(days=1)


async def archive(connection: Connection, child: Wallet, now: datetime) -> datetime:
    assert child.partner_id is not None
    (outcome,) = await organizations.archive(
        connection,
        child.tenant_id,
        now,
        [organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)],
    )
    return datetime.fromisoformat((outcome.facts or {})["archived_at"])


ACTS: dict[str, Act] = {
    "grant": lambda c, child, _: post(c, child, "grant", 5, now=EARLIER),
    "purchase": lambda c, child, _: post(c, child, "purchase", 5, now=EARLIER),
    "adjust": lambda c, child, _: post(c, child, "adjustment", -5, now=EARLIER),
    "allocate": lambda c, child, _: allocate(c, child, 5, now=EARLIER),
    "configure": lambda c, child, _: configure(c, child, now=EARLIER, monthly_credit_cap=10_000),
    "raise": lambda c, child, _: subscribe(c, child, 150, now=EARLIER),
    "start": lambda c, child, _: started(c, child, 20, now=EARLIER),
    "settle": lambda c, child, job: settle(c, child, job, 30, now=EARLIER),
    "release": lambda c, child, job: release(c, child, job, now=EARLIER),
    "read": lambda c, child, _: read(c, child, EARLIER),
    "archive": lambda c, child, _: archive(c, child, EARLIER),
}


@pytest.mark.parametrize("act", ACTS)
async def test_a_period_that_has_ended_stays_ended(connection: Connection, act: str) -> None:
    """It is not opened again, and nothing is dated in it."""
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner, prepaid=200)
    await subscribe(connection, child, 100)
    job_id = await started(connection, child, 40, now=JULY_15 - timedelta(hours=1))
    for wallet in (child, partner):
        await read(connection, wallet, JULY_15 + timedelta(seconds=1))
    before = [len(await events(connection, wallet)) for wallet in (child, partner)]

    await ACTS[act](connection, child, job_id)
    for wallet, known in zip((child, partner), before, strict=True):
        row = await read(connection, wallet, EARLIER)
        assert (row.period_start, row.period_end) == (JULY_15, AUGUST_15)
        assert [event for event in (await events(connection, wallet))[known:]
                if event["created_at"] < JULY_15] == []  # fmt: skip
    used = (await connection.fetchval(
        "SELECT used_this_period FROM wallets WHERE tenant_id = $1 AND organization_id = $2",
        child.tenant_id,
        child.organization_id,
    ))  # fmt: skip
    assert used == (30 if act == "settle" else 0)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_refund_after_the_period_is_dated_in_the_new_one(connection: Connection) -> None:
    """How much may be given back is read under the lock, and no time decides it."""
    partner = await make_partner(connection, prepaid=100)
    job_id = await spend(connection, partner, 40)
    await read(connection, partner, JULY_15)
    for credits, done in ((40, True), (1, False)):
        outcome = await post(connection, partner, "refund", credits, job_id=job_id, now=EARLIER)
        assert (outcome.status == "done") is done, outcome
    assert (await events(connection, partner))[-1]["created_at"] == JULY_15
    assert (await read(connection, partner, EARLIER)).used_this_period == 0


async def test_a_first_subscription_starts_on_the_day_of_the_wallet(connection: Connection) -> None:
    """Not on the day before a period that has begun already."""
    partner = await make_partner(connection)
    await read(connection, partner, JULY_15)
    outcome = await subscribe(connection, partner, 100, now=EARLIER)
    started_at = (outcome.facts or {})["subscription"]["started_at"]
    assert datetime.fromisoformat(started_at) == JULY_15
    assert (await read(connection, partner, EARLIER)).balance == 100


async def test_a_refill_that_failed_is_told_once_an_hour_whoever_is_late(
    connection: Connection,
) -> None:
    """The mark of the last one does not go back, so nobody tells it again."""
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    await configure(connection, child, refill_threshold=10, refill_amount=50)
    for minutes in (60, 0, 30, 119):
        await start(connection, child, 5, now=NOON + timedelta(minutes=minutes))
    assert len(await audit(connection, partner, "credits.refill_failed")) == 1
    failed_at = (await stored(connection, child))["refill_failed_at"]
    assert failed_at == NOON + timedelta(hours=1)


# Records of answers -----------------------------------------------------------------------------


async def test_the_first_answer_is_given_again_to_a_request_that_is_on_its_way_when_its_day_ends(
    connection: Connection,
) -> None:
    """It arrived a second before the record's day was over; the sweep came first."""
    partner = await make_partner(connection)
    record = Idempotency(partner.tenant_id, uuid4(), "PUT", "/subscription", uuid4().hex, b"same")

    async def subscribe_again(now: datetime) -> str:
        item = subscription(partner, 5)._replace(idempotency=record)
        (outcome,) = await credit.set_subscriptions(connection, partner.tenant_id, now, [item])
        return outcome.status

    assert await subscribe_again(NOON) == "done"
    await idempotency_store.delete_expired(connection, NOON + DAY + timedelta(minutes=59), 1_000)
    assert await subscribe_again(NOON + DAY - timedelta(seconds=1)) == "replayed"
    # One that arrives when the day is over is another request; and then the one that is late is answered as that was.
    assert await subscribe_again(NOON + DAY) == "done"
    assert await subscribe_again(NOON + DAY - timedelta(seconds=1)) == "replayed"
    assert await subscribe_again(NOON) == "replayed"
    assert len(await audit(connection, partner, "subscription.updated")) == 2
