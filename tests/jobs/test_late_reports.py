"""Reports and cancels that arrived before a job's time was up, and act after it was.

Whether a claim is the current one, and whether a job runs, is read under its lock; no time of a request brings either
back. As long as nobody has ended a job, the time at which a report arrived decides whether it came in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import read, started
from tests.support.tenants import NOON, job_start, make_partner
from tests.support.working import beat, cancel, claim, complete, expire_claims, fail, job_of

from partner_api.clock import Clock
from partner_api.edge.money_calls import MoneyCalls
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store
from partner_api.jobs.service import TIME_LIMIT, start_jobs
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from tests.support.tenants import Wallet
    from tests.support.working import Claim, expire_claims

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
REPORTS = ["heartbeat", "complete", "fail"]


async def report(connection: Connection, held: Claim, how: str, now: datetime) -> Outcome:
    if how == "heartbeat":
        return await beat(connection, held, now=now)
    if how == "complete":
        return await complete(connection, held, 10, now=now)
    return await fail(connection, held, retryable=False, now=now)


async def claimed(connection: Connection, at: datetime) -> tuple[Wallet, Claim]:
    """A partner with 500 credits, and a job of 100 that was started at noon and taken then."""
    partner = await make_partner(connection, prepaid=500)
    await started(connection, partner, 100)
    (held,) = await claim(connection, partner, now=at)
    return partner, held


@pytest.mark.parametrize("how", REPORTS)
async def test_a_claim_that_has_lapsed_is_not_the_current_one(
    connection: Connection, how: str
) -> None:
    partner, held = await claimed(connection, NOON)
    assert await expire_claims(connection, partner.tenant_id, NOON + MINUTE, 10) == 1
    outcome = await report(connection, held, how, NOON + MINUTE - SECOND)
    assert (outcome.code, outcome.facts) == ("CONFLICT", {"status": "running"})
    job = await job_of(connection, partner, held.job_id)
    assert (job["stage"], job["claim_token"]) == ("queued", None)


async def test_a_file_of_a_claim_that_has_lapsed_is_not_kept(connection: Connection) -> None:
    """Nor is it begun: each looks at the claim under the job's lock."""
    partner, held = await claimed(connection, NOON)
    key = f"{held.tenant_id}/{uuid4()}/one.png"
    arguments = (held.tenant_id, NOON, held.job_id, held.worker_id, held.claim_token, key)
    begin = "SELECT upload_begin($1, $2, $3, $4, $5, $6)"
    finish = "SELECT done FROM upload_finish($1, $2, $3, $4, $5, $6, 'one.png', 3, repeat('0', 64))"
    assert await connection.fetchval(begin, *arguments) is True
    await expire_claims(connection, partner.tenant_id, NOON + MINUTE, 10)
    assert await connection.fetchval(begin, *arguments) is False
    assert await connection.fetchval(finish, *arguments) is False


@pytest.mark.parametrize("how", REPORTS)
async def test_a_job_whose_time_was_up_stays_failed(connection: Connection, how: str) -> None:
    partner, held = await claimed(connection, NOON + DAY - MINUTE)
    assert await job_store.expire_jobs(connection, partner.tenant_id, NOON + DAY, 10) == 1
    outcome = await report(connection, held, how, NOON + DAY - SECOND)
    assert (outcome.code, outcome.facts) == ("CONFLICT", {"status": "failed"})
    assert (await read(connection, partner)).available == 500
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize("how", REPORTS)
async def test_a_report_that_arrived_in_time_counts_while_nobody_has_ended_the_job(
    connection: Connection, how: str
) -> None:
    _, held = await claimed(connection, NOON + DAY - MINUTE)
    assert (await report(connection, held, how, NOON + DAY - SECOND)).status == "done"


async def test_a_cancel_comes_too_late_for_a_job_that_is_over(connection: Connection) -> None:
    partner, held = await claimed(connection, NOON + DAY - MINUTE)
    await job_store.expire_jobs(connection, partner.tenant_id, NOON + DAY, 10)
    outcome = await cancel(connection, partner, held.job_id, now=NOON + DAY - SECOND)
    assert (outcome.facts or {})["reason"] == "ALREADY_FAILED"


async def test_a_heartbeat_that_waited_shortens_no_claim(connection: Connection) -> None:
    partner, held = await claimed(connection, NOON)
    await beat(connection, held, progress=0.5, now=NOON + 30 * SECOND)
    outcome = await beat(connection, held, progress=0.2, now=NOON + SECOND)
    until = NOON + 90 * SECOND
    assert datetime.fromisoformat((outcome.facts or {})["lease_until"]) == until
    assert (await job_of(connection, partner, held.job_id))["progress"] == 0.5
    # The sweep whose time has come by its old look at the claim leaves it.
    expired = await claim_store.expire_claims(
        connection, partner.tenant_id, NOON + MINUTE, [held.job_id]
    )
    assert expired == (0, [])


@pytest.mark.parametrize("how", ["complete", "fail", "cancel", "expire"])
async def test_a_job_does_not_end_before_it_was_taken(connection: Connection, how: str) -> None:
    """By a worker that asked a node with a faster clock. Its container and its reservation have the same time."""
    taken_at = NOON + MINUTE
    partner, held = await claimed(connection, taken_at)
    if how == "cancel":
        await cancel(connection, partner, held.job_id, now=NOON)
        job = await job_of(connection, partner, held.job_id)
        assert job["cancel_requested_at"] == taken_at
        await complete(connection, held, 10, now=NOON)
    elif how == "expire":
        await job_store.expire_these(connection, partner.tenant_id, NOON, [held.job_id])
    else:
        await report(connection, held, how, NOON)
    row = await connection.fetchrow(
        """
        SELECT j.finished_at, r.closed_at, c.completed_at, c.failed_at FROM jobs j
          JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
          JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
         WHERE j.tenant_id = $1
        """,
        partner.tenant_id,
    )
    assert row is not None
    assert {time for time in row.values() if time is not None} == {taken_at}
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_claim_of_a_slower_node_is_held_as_long_as_any(connection: Connection) -> None:
    partner, held = await claimed(connection, NOON - 30 * SECOND)
    job = await job_of(connection, partner, held.job_id)
    assert (job["claimed_at"], job["lease_until"]) == (NOON, NOON + MINUTE)


class _Moved(Clock):
    """The clock of a rehearsal that has moved while a start was on its way."""

    def now(self) -> Any:
        return NOON + 400 * DAY


async def test_a_start_that_waited_has_its_whole_time(pool: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    outcome = await MoneyCalls(pool, _Moved(), 10).call(
        start_jobs, partner.tenant_id, job_start(partner, 100)
    )
    assert outcome.status == "done"
    job_id = await connection.fetchval(
        "SELECT id FROM jobs WHERE tenant_id = $1", partner.tenant_id
    )
    job = await job_of(connection, partner, job_id)
    assert job["expires_at"] - job["started_at"] == TIME_LIMIT


@pytest.mark.parametrize("credits_charged", [10, 0])
async def test_a_job_that_a_faster_clock_claimed_in_the_next_period_is_charged_there(
    connection: Connection, credits_charged: int
) -> None:
    """It ends no earlier than it was claimed, so its usage is dated then, and counts in the period of that date."""
    partner = await make_partner(connection, prepaid=500)
    end = (await read(connection, partner)).period_end
    await started(connection, partner, 100, now=end - MINUTE)
    (held,) = await claim(connection, partner, now=end + SECOND)
    assert (await complete(connection, held, credits_charged, now=end - SECOND)).status == "done"
    wallet = await read(connection, partner, now=end - SECOND)
    assert wallet.last_event_at < wallet.period_end
    if credits_charged:
        assert (wallet.period_start, wallet.last_event_at) == (end, end + SECOND)
        assert wallet.used_this_period == credits_charged
    checked = await reconcile(connection, end + MINUTE, Scope(partner.tenant_id))
    assert checked.mismatches == []
