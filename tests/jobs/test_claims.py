"""Jobs in the hands of workers: who has them, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from msgspec.structs import asdict
from tests.jobs.claimed import MINUTE, claimed
from tests.support.invariants import assert_books_balance
from tests.support.operations import audit, read, refused, started
from tests.support.tenants import NOON, job_start, make_child, make_partner
from tests.support.working import (
    beat,
    cancel,
    claim,
    complete,
    expire_claims,
    fail,
    job_of,
)

from partner_api.ids import format_id
from partner_api.jobs import claim_store, operator_store, overview_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection


def accepted(outcome: Outcome) -> str | None:
    """None when a cancel was accepted, else what the job is already."""
    assert outcome.status == "done", outcome
    facts = outcome.facts or {}
    assert facts["accepted"] is ("reason" not in facts)
    return facts.get("reason")


async def test_the_oldest_jobs_are_given_first_and_each_once(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    jobs = [
        await started(connection, partner, 10, now=NOON + timedelta(seconds=second))
        for second in (3, 1, 2)
    ]
    later = NOON + MINUTE
    first = await claim(connection, partner, 2, now=later)
    second = await claim(connection, partner, 2, now=later, worker="w2")
    assert [held.job_id for held in first] == [jobs[1], jobs[2]]
    assert [held.job_id for held in second] == [jobs[0]]
    assert await claim(connection, partner, 2, now=later) == []
    job = await job_of(connection, partner, jobs[1])
    assert (job["stage"], job["attempt"], job["worker_id"]) == ("processing", 1, "w1")
    assert (job["lease_until"], job["container_status"]) == (later + MINUTE, "processing")
    rows = await audit(connection, partner, "job.claimed")
    # At one time, so in no order.
    assert sorted(row["details"]["workerId"] for row in rows) == ["w1", "w1", "w2"]


async def test_a_claim_says_all_that_a_worker_needs(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner, prepaid=100)
    item = job_start(child, 50)._replace(inputs={"hook": "Hello"}, format="slideshow_builder")
    await job_store.start_jobs(connection, child.tenant_id, NOON, [item])
    given = await claim_store.claim_jobs(
        connection,
        child.tenant_id,
        NOON,
        worker_id="w1",
        formats=["auto", "slideshow_builder"],
        lease_seconds=30,
        tokens=[token := uuid4()],
        caller=item.caller,
    )
    (job,) = given.jobs
    assert asdict(job) == {
        "job_id": item.job_id,
        "attempt": 1,
        "claim_token": token,
        "format": "slideshow_builder",
        "organization_id": child.organization_id,
        "project_id": child.project_id,
        "container_id": item.container_id,
        "inputs": {"hook": "Hello"},
        "reserved_credits": 50,
        "lease_until": NOON + timedelta(seconds=30),
    }


async def test_only_the_formats_that_are_asked_for(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    await started(connection, partner, 10)
    assert await claim(connection, partner, formats=["auto", "ugc_remix"]) == []
    assert len(await claim(connection, partner, 5, formats=["auto", "video_remix"])) == 1


async def test_tenants_with_waiting_jobs_are_found_in_a_ring(connection: Connection) -> None:
    wallets = [await make_partner(connection, prepaid=500) for _ in range(3)]
    style = f"only_{uuid4().hex[:8]}"
    for count, wallet in enumerate(wallets, 1):
        items = [job_start(wallet, 1)._replace(format=style) for _ in range(count)]
        await job_store.start_jobs(connection, wallet.tenant_id, NOON, items)
    ids = sorted(wallet.tenant_id for wallet in wallets)
    formats = ["auto", style]
    find = operator_store.tenants_with_waiting_jobs
    assert [t for t in await find(connection, formats, 0, 1000) if t in ids] == ids
    assert await find(connection, [style], 0, 2) == ids[:2]
    assert await find(connection, [style], ids[0], 5) == ids[1:]
    assert await find(connection, [style], ids[2], 5) == []
    await claim(connection, wallets[0], 5, formats=[style])
    assert wallets[0].tenant_id not in await find(connection, [style], 0, 5)


async def test_a_claim_that_is_not_the_current_one_changes_nothing(connection: Connection) -> None:
    partner, held = await claimed(connection)
    await expire_claims(connection, partner.tenant_id, NOON + MINUTE, 10)
    (second,) = await claim(connection, partner, worker="w2", now=NOON + MINUTE)
    before = dict(await job_of(connection, partner, held.job_id))
    stranger = second.__class__(second.tenant_id, second.job_id, "w3", second.claim_token, 2)
    for stale in (held, stranger):
        for outcome in (
            await complete(connection, stale, 10, now=NOON + MINUTE),
            await fail(connection, stale, retryable=True, now=NOON + MINUTE),
            await beat(connection, stale, "rendering", 0.9, now=NOON + MINUTE),
        ):
            assert refused(outcome)[0] == "CONFLICT"
    assert dict(await job_of(connection, partner, held.job_id)) == before
    assert (await complete(connection, second, 10, now=NOON + MINUTE)).status == "done"


async def test_a_silent_worker_s_job_is_tried_three_times(connection: Connection) -> None:
    partner, _ = await claimed(connection)
    now = NOON
    for attempt in (1, 2, 3):
        assert await expire_claims(connection, partner.tenant_id, now, 10) == 0
        now += MINUTE
        assert partner.tenant_id in await operator_store.tenants_with_silent_workers(
            connection, now, 1000
        )
        assert await expire_claims(connection, partner.tenant_id, now, 10) == 1
        again = await claim(connection, partner, now=now)
        assert len(again) == (1 if attempt < 3 else 0)
    (job_id,) = [
        job.id
        for job in (
            await overview_store.list_jobs(
                connection,
                overview_store.JobFilter(organization_id=partner.organization_id),
                before=None,
                limit=5,
            )
        ).jobs
    ]
    job = await job_of(connection, partner, job_id)
    assert (job["status"], job["error_code"], job["attempt"]) == ("failed", "WORKER_LOST", 3)
    assert (job["reservation"], job["container_status"]) == ("released", "failed")
    assert (await read(connection, partner, now)).available == 500
    await assert_books_balance(connection, partner.tenant_id)


async def test_until_it_is_taken_back_a_silent_worker_s_claim_is_the_current_one(
    connection: Connection,
) -> None:
    partner, held = await claimed(connection)
    late = NOON + 2 * MINUTE
    upload_claim = (held.tenant_id, late, held.job_id, held.worker_id, held.claim_token)
    key = f"{held.tenant_id}/{uuid4()}/one.png"
    begin = "SELECT upload_begin($1, $2, $3, $4, $5, $6)"
    finish = "SELECT done FROM upload_finish($1, $2, $3, $4, $5, $6, 'one.png', 3, repeat('0', 64))"
    assert await connection.fetchval(begin, *upload_claim, key) is True
    assert await connection.fetchval(finish, *upload_claim, key) is True
    assert (await beat(connection, held, now=late)).status == "done"
    later = late + 2 * MINUTE
    upload_claim = (held.tenant_id, later, held.job_id, held.worker_id, held.claim_token)
    assert await expire_claims(connection, partner.tenant_id, later, 10) == 1
    assert await connection.fetchval(begin, *upload_claim, key) is False
    assert await connection.fetchval(finish, *upload_claim, key) is False
    assert refused(await beat(connection, held, now=later)) == ("CONFLICT", None)


async def test_canceling_what_nobody_has_ends_it_at_once(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 100)
    assert accepted(await cancel(connection, partner, job_id)) is None
    job = await job_of(connection, partner, job_id)
    assert (job["status"], job["reservation"]) == ("canceled", "released")
    assert accepted(await cancel(connection, partner, job_id)) == "ALREADY_CANCELED"
    assert await claim(connection, partner) == []


@pytest.mark.parametrize("end", ["complete", "fail", "retry", "silence", "expiry"])
async def test_an_accepted_cancel_is_final(connection: Connection, end: str) -> None:
    partner, held = await claimed(connection)
    assert accepted(await cancel(connection, partner, held.job_id)) is None
    assert (await job_of(connection, partner, held.job_id))["status"] == "running"
    assert ((await beat(connection, held, "finalizing")).facts or {})["cancel_requested"] is True
    assert accepted(await cancel(connection, partner, held.job_id)) is None
    now = NOON
    if end == "complete":
        outcome = await complete(connection, held, 70)
        assert outcome.facts == {"status": "canceled", "credits_charged": 0}
        assert (await complete(connection, held, 70)).status == "replayed"
    elif end in ("fail", "retry"):
        outcome = await fail(connection, held, retryable=end == "retry")
        assert outcome.facts == {"status": "canceled"}
    elif end == "silence":
        now += MINUTE
        assert await expire_claims(connection, partner.tenant_id, now, 10) == 1
    else:
        now += timedelta(days=1)
        assert await job_store.expire_jobs(connection, partner.tenant_id, now, 10) == 1
    job = await job_of(connection, partner, held.job_id)
    assert (job["status"], job["reservation"], job["error_code"]) == ("canceled", "released", None)
    assert (await read(connection, partner, now)).available == 500
    await assert_books_balance(connection, partner.tenant_id)


async def test_what_is_being_finished_cannot_be_canceled(connection: Connection) -> None:
    partner, held = await claimed(connection)
    await beat(connection, held, "finalizing", 0.99)
    outcome = await cancel(connection, partner, held.job_id)
    assert (outcome.code, outcome.facts) == ("CONFLICT", {"stage": "finalizing"})
    assert (await complete(connection, held, 70)).facts == {
        "status": "completed",
        "credits_charged": 70,
    }
    assert accepted(await cancel(connection, partner, held.job_id)) == "ALREADY_COMPLETED"


async def test_another_s_job_cannot_be_canceled(connection: Connection) -> None:
    partner, held = await claimed(connection)
    child = await make_child(connection, partner)
    assert refused(await cancel(connection, child, held.job_id)) == ("NOT_FOUND", None)
    assert refused(await cancel(connection, partner, uuid4())) == ("NOT_FOUND", None)


@pytest.mark.parametrize("report", ["complete", "fail", "beat"])
async def test_a_job_whose_time_is_up_takes_no_report(connection: Connection, report: str) -> None:
    partner, held = await claimed(connection)
    late = NOON + timedelta(days=1)
    if report == "complete":
        outcome = await complete(connection, held, 70, now=late)
    elif report == "fail":
        outcome = await fail(connection, held, retryable=True, now=late)
    else:
        outcome = await beat(connection, held, now=late)
    assert (outcome.code, outcome.facts) == ("CONFLICT", {"status": "failed"})
    job = await job_of(connection, partner, held.job_id)
    assert (job["error_code"], job["reservation"]) == ("EXPIRED", "released")
    assert await claim(connection, partner, now=late) == []


async def test_the_last_claim_and_no_other_is_current(connection: Connection) -> None:
    partner, held = await claimed(connection)
    find = operator_store.find_tenant_of_claim
    tenant_id = await find(connection, held.job_id, "w1", held.claim_token, NOON)
    assert tenant_id == partner.tenant_id
    assert await find(connection, held.job_id, "w2", held.claim_token, NOON) is None
    assert await find(connection, held.job_id, "w1", uuid4(), NOON) is None
    later = NOON + timedelta(days=1)
    assert await find(connection, held.job_id, "w1", held.claim_token, later) is None
    await complete(connection, held, 1)
    assert await find(connection, held.job_id, "w1", held.claim_token, NOON) is None


async def test_what_partners_are_told(connection: Connection) -> None:
    """One event for each end, and one for new content; none while a job only waits again."""
    partner = await make_partner(connection, prepaid=500)
    done, failed, canceled = [await started(connection, partner, 10) for _ in range(3)]
    await cancel(connection, partner, canceled)
    for held in await claim(connection, partner, 2):
        if held.job_id == done:
            await complete(connection, held, 7)
        else:
            await fail(connection, held, retryable=True)
    (held,) = await claim(connection, partner)
    await fail(connection, held, retryable=False)
    rows = await connection.fetch(
        "SELECT * FROM outbox WHERE tenant_id = $1 ORDER BY event_type", partner.tenant_id
    )
    assert {row["organization_id"] for row in rows} == {partner.organization_id}
    told = {row["event_type"]: row["data"] for row in rows}
    assert len(rows) == len(told) == 4
    assert told["job.completed"]["creditsCharged"] == 7
    assert told["job.completed"] == told["content.generated"]
    assert told["job.completed"]["jobId"] == format_id("job", done)
    assert told["job.failed"]["jobId"] == format_id("job", failed)
    assert told["job.failed"]["error"] == {
        "code": "RENDER_FAILED",
        "message": "It did not render.",
    }
    assert told["job.canceled"]["jobId"] == format_id("job", canceled)
    assert told["job.canceled"]["projectId"] == format_id("prj", partner.project_id)
