"""Two-phase spending: a job reserves its estimate, and a worker completes it at its real cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    audit,
    events,
    post,
    read,
    refused,
    settle,
    spend,
    start,
    started,
    subscribe,
)
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.database.arguments import Actor, Idempotency
from partner_api.jobs import claim_store, operator_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Row

LARGEST = 2**53 - 1


async def stored_job(connection: Connection, wallet: Wallet, job_id: UUID) -> Row:
    """The job with its container and its reservation."""
    row = await connection.fetchrow(
        """
        SELECT j.*, c.status AS container_status, c.inputs, c.completed_at, c.failed_at, r.status AS reservation,
               r.credits, r.charged, r.closed_at
          FROM jobs j
          JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
          JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
         WHERE j.tenant_id = $1 AND j.id = $2
        """,
        wallet.tenant_id,
        job_id,
    )
    assert row is not None
    return row


async def test_a_start_reserves_its_estimate_and_makes_job_and_container(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    key_id = uuid4()
    item = job_start(partner, 120)._replace(
        inputs={"hook": "Hello"}, caller=Actor("partner_api", key_id, request_id="req_1")
    )
    (outcome,) = await job_store.start_jobs(connection, partner.tenant_id, NOON, [item])
    assert outcome.status == "done"
    assert outcome.facts == {
        "job_id": str(item.job_id),
        "container_id": str(item.container_id),
        "project_id": str(partner.project_id),
        "reserved_credits": 120,
        "started_at": NOON.isoformat(),
    }

    wallet = await read(connection, partner)
    assert (wallet.balance, wallet.reserved, wallet.available) == (500, 120, 380)
    assert (wallet.running_jobs, wallet.used_this_period) == (1, 0)
    job = await stored_job(connection, partner, item.job_id)
    assert (job["status"], job["stage"], job["progress"]) == ("running", "queued", 0)
    assert (job["started_at"], job["expires_at"]) == (NOON, NOON + timedelta(days=1))
    assert (job["container_status"], job["inputs"]) == ("queued", {"hook": "Hello"})
    assert (job["reservation"], job["credits"], job["closed_at"]) == ("open", 120, None)
    assert len(await events(connection, partner)) == 1
    (row,) = await audit(connection, partner, "job.started")
    assert (row["api_key_id"], row["request_id"]) == (key_id, "req_1")


async def test_a_settlement_takes_the_real_cost_and_frees_the_rest(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 120)
    later = NOON + timedelta(minutes=3)
    outcome = await settle(connection, partner, job_id, 50, now=later)
    assert outcome.facts == {"status": "completed", "credits_charged": 50}
    wallet = await read(connection, partner, later)
    assert (wallet.balance, wallet.reserved, wallet.used_this_period) == (450, 0, 50)
    job = await stored_job(connection, partner, job_id)
    assert (job["status"], job["progress"], job["finished_at"]) == ("completed", 1, later)
    assert (job["container_status"], job["completed_at"]) == ("completed", later)
    assert (job["reservation"], job["charged"], job["closed_at"]) == ("settled", 50, later)
    usage = (await events(connection, partner))[-1]
    assert (usage["event_type"], usage["job_id"], usage["usage_after"]) == ("usage", job_id, 50)
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize(
    ("charged", "from_included", "from_prepaid"), [(40, 40, 0), (100, 100, 0), (130, 100, 30)]
)
async def test_included_credits_are_used_before_prepaid(
    connection: Connection, charged: int, from_included: int, from_prepaid: int
) -> None:
    partner = await make_partner(connection, prepaid=500)
    await subscribe(connection, partner, 100)
    await spend(connection, partner, charged)
    wallet = await read(connection, partner)
    assert (wallet.included_remaining, wallet.prepaid) == (
        100 - from_included,
        500 - from_prepaid,
    )
    usage = (await events(connection, partner))[-1]
    assert (usage["included_delta"], usage["prepaid_delta"]) == (-from_included, -from_prepaid)


async def test_a_job_that_cost_nothing_leaves_no_row(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 120)
    assert (await settle(connection, partner, job_id, 0)).status == "done"
    assert len(await events(connection, partner)) == 1
    assert (await read(connection, partner)).available == 500
    assert (await stored_job(connection, partner, job_id))["status"] == "completed"


@pytest.mark.parametrize("charged", [121, -1, LARGEST])
async def test_a_settlement_never_exceeds_the_reservation(
    connection: Connection, charged: int
) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 120)
    assert refused(await settle(connection, partner, job_id, charged))[0] == "VALIDATION"
    assert (await read(connection, partner)).reserved == 120


async def test_more_than_is_available_is_refused(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    await subscribe(connection, partner, 50)
    await started(connection, partner, 60)
    _, outcome = await start(connection, partner, 91)
    assert refused(outcome) == ("BILLING_EXHAUSTED", "insufficient_credits")
    assert (outcome.facts or {})["required"] == 91
    assert (outcome.facts or {})["available"] == 90
    await started(connection, partner, 90)


async def test_a_batch_is_decided_in_order(connection: Connection) -> None:
    """With 100 available, [120, 50] refuses the first and takes the second."""
    partner = await make_partner(connection, prepaid=100)
    items = [job_start(partner, credits) for credits in (120, 50, 60, 50, 1)]
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == [
        "refused",
        "done",
        "refused",
        "done",
        "refused",
    ]
    assert [(outcome.facts or {}).get("available") for outcome in outcomes if outcome.code] == [
        100,
        50,
        0,
    ]
    assert await connection.fetchval(
        "SELECT array_agg(id ORDER BY id) FROM jobs WHERE tenant_id = $1", partner.tenant_id
    ) == sorted([items[1].job_id, items[3].job_id])
    await assert_books_balance(connection, partner.tenant_id)


async def test_running_jobs_are_limited_per_organization(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner, prepaid=100)
    items = [job_start(partner, 10)._replace(running_jobs_limit=2) for _ in range(3)]
    items.append(job_start(child, 10)._replace(running_jobs_limit=2))
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == ["done", "done", "refused", "done"]
    assert outcomes[2].code == "RATE_LIMITED"
    assert (outcomes[2].facts or {})["limit"] == "concurrent_jobs"
    await settle(connection, partner, items[0].job_id, 10)
    again = job_start(partner, 10)._replace(running_jobs_limit=2)
    (outcome,) = await job_store.start_jobs(connection, partner.tenant_id, NOON, [again])
    assert outcome.status == "done"


async def test_a_project_must_be_the_organizations_and_active(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner, prepaid=100)
    foreign = job_start(partner, 10)._replace(project_id=child.project_id)
    missing = job_start(partner, 10)._replace(project_id=uuid4())
    stranger = job_start(await make_partner(connection, prepaid=50), 10)
    outcomes = await job_store.start_jobs(
        connection, partner.tenant_id, NOON, [foreign, missing, stranger]
    )
    assert [refused(outcome) for outcome in outcomes] == [("NOT_FOUND", None)] * 3
    await connection.execute(
        "UPDATE projects SET status = 'archived', archived_at = $3 WHERE tenant_id = $1 AND id = $2",
        partner.tenant_id,
        partner.project_id,
        NOON,
    )
    assert refused((await start(connection, partner, 10))[1])[0] == "CONFLICT"
    assert (await read(connection, partner)).reserved == 0


async def test_jobs_whose_time_is_up_fail_and_release(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    early = await started(connection, partner, 100)
    late = await started(connection, partner, 100, now=NOON + timedelta(hours=1))
    day = NOON + timedelta(days=1)
    before = day - timedelta(milliseconds=1)
    assert await job_store.expire_jobs(connection, partner.tenant_id, before, 10) == 0
    assert partner.tenant_id in await operator_store.tenants_with_expired_jobs(
        connection, day, 1000
    )
    assert await job_store.expire_jobs(connection, partner.tenant_id, day, 10) == 1
    job = await stored_job(connection, partner, early)
    assert (job["status"], job["error_code"], job["reservation"]) == (
        "failed",
        "EXPIRED",
        "released",
    )
    assert (await stored_job(connection, partner, late))["status"] == "running"
    assert (await read(connection, partner, day)).reserved == 100
    assert refused(await settle(connection, partner, early, 5, now=day))[0] == "CONFLICT"
    assert len(await events(connection, partner)) == 1


async def test_expiry_takes_a_bounded_number_the_longest_overdue_first(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    jobs = [
        await started(connection, partner, 10, now=NOON + timedelta(minutes=minute))
        for minute in (3, 1, 2)
    ]
    later = NOON + timedelta(days=3)
    assert await job_store.expire_jobs(connection, partner.tenant_id, later, 2) == 2
    statuses = [(await stored_job(connection, partner, job_id))["status"] for job_id in jobs]
    assert statuses == ["running", "failed", "failed"]
    assert await job_store.expire_jobs(connection, partner.tenant_id, later, 2) == 1


async def test_the_largest_estimate_is_reserved_and_settled(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=LARGEST)
    job_id = await started(connection, partner, LARGEST)
    assert refused((await start(connection, partner, 1))[1])[0] == "BILLING_EXHAUSTED"
    await settle(connection, partner, job_id, LARGEST)
    wallet = await read(connection, partner)
    assert (wallet.balance, wallet.used_this_period) == (0, LARGEST)
    await assert_books_balance(connection, partner.tenant_id)


async def test_usage_of_a_period_stops_at_the_largest_number(connection: Connection) -> None:
    """A job that was started can always settle, so what it could bring over the edge is refused before."""
    partner = await make_partner(connection, prepaid=LARGEST)
    await spend(connection, partner, LARGEST)
    await post(connection, partner, "purchase", 10)
    _, outcome = await start(connection, partner, 1)
    assert outcome.status == "refused"
    july_15 = datetime(2026, 7, 15, tzinfo=UTC)
    await spend(connection, partner, 10, now=july_15)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_job_of_nothing_reserves_nothing(connection: Connection) -> None:
    """In the sandbox generation reserves and charges nothing, and always fits."""
    partner = await make_partner(connection)
    job_id = await started(connection, partner, 0)
    assert (await read(connection, partner)).running_jobs == 1
    await settle(connection, partner, job_id, 0)
    assert await events(connection, partner) == []
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_project_that_moved_leaves_the_charge_where_it_was_made(
    connection: Connection,
) -> None:
    """The reservation names the wallet that pays; a settlement and a refund find it there."""
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner)
    job_id = await started(connection, partner, 100)
    await connection.execute(
        "UPDATE projects SET organization_id = $3 WHERE tenant_id = $1 AND id = $2",
        partner.tenant_id,
        partner.project_id,
        child.organization_id,
    )
    await settle(connection, partner, job_id, 80)
    assert (await read(connection, partner)).balance == 420
    outcome = await post(connection, partner, "refund", 80, job_id=job_id)
    assert outcome.status == "done"
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_empty_batch_answers_nothing(connection: Connection) -> None:
    tenant_id = (await make_partner(connection)).tenant_id
    assert await job_store.start_jobs(connection, tenant_id, NOON, []) == []
    assert await claim_store.complete_jobs(connection, tenant_id, NOON, []) == []
    assert await claim_store.fail_jobs(connection, tenant_id, NOON, []) == []
    assert await claim_store.cancel_jobs(connection, tenant_id, NOON, []) == []


def keyed(
    wallet: Wallet, key: str, credits: int = 10, fingerprint: bytes = b"f"
) -> job_store.JobStart:
    """A start that carries an Idempotency-Key of the wallet's organization."""
    record = Idempotency(
        wallet.tenant_id, wallet.organization_id, "POST", "/start", key, fingerprint
    )
    return job_start(wallet, credits)._replace(idempotency=record)


async def test_a_start_with_the_same_key_is_one_start(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    first, again = keyed(partner, "a"), keyed(partner, "a")
    (done,) = await job_store.start_jobs(connection, partner.tenant_id, NOON, [first])
    later = NOON + timedelta(hours=23)
    (replayed,) = await job_store.start_jobs(connection, partner.tenant_id, later, [again])
    assert (replayed.status, replayed.facts) == ("replayed", done.facts)
    other = keyed(partner, "a", fingerprint=b"g")
    (conflict,) = await job_store.start_jobs(connection, partner.tenant_id, later, [other])
    assert refused(conflict) == ("IDEMPOTENCY_CONFLICT", None)
    assert (await read(connection, partner)).running_jobs == 1
    later = NOON + timedelta(hours=24)
    (fresh,) = await job_store.start_jobs(connection, partner.tenant_id, later, [again])
    assert (fresh.status, (fresh.facts or {})["job_id"]) == ("done", str(again.job_id))


async def test_a_key_that_comes_twice_in_a_batch_is_one_start(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    items = [
        keyed(partner, "a"),
        keyed(partner, "b"),
        keyed(partner, "a"),
        keyed(partner, "b", fingerprint=b"g"),
        keyed(partner, "c", credits=1000),
        keyed(partner, "c"),
    ]
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    assert [(outcome.status, outcome.code) for outcome in outcomes] == [
        ("done", None),
        ("done", None),
        ("replayed", None),
        ("refused", "IDEMPOTENCY_CONFLICT"),
        ("refused", "BILLING_EXHAUSTED"),
        ("done", None),
    ], "a refusal leaves no record"
    assert outcomes[2].facts == outcomes[0].facts
    wallet = await read(connection, partner)
    assert (wallet.running_jobs, wallet.reserved) == (3, 30)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_social_account_has_to_be_the_project_s_and_connected(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner)
    accounts = {
        (wallet, status): uuid4()
        for wallet in (partner, child)
        for status in ("connected", "reauth_required")
    }
    for (wallet, status), account_id in accounts.items():
        await owner_connection.execute(
            "INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, followers, "
            "status, leased, connected_at) VALUES ($1, $2, $3, 'tiktok', 'a', 1, $4, false, $5)",
            wallet.tenant_id,
            account_id,
            wallet.project_id,
            status,
            NOON,
        )
    items = [
        job_start(partner, 1)._replace(social_account_id=account_id)
        for account_id in (*accounts.values(), uuid4())
    ]
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    assert [outcome.code for outcome in outcomes] == [None] + ["VALIDATION"] * 4
    assert outcomes[1].facts == {"reason": "not_connected", "field": "social_account_id"}


async def test_a_test_tenant_reserves_nothing(connection: Connection) -> None:
    partner = await make_partner(connection, env="test")
    for credits in (120, None):
        item = job_start(partner, 0)._replace(credits=credits)
        (outcome,) = await job_store.start_jobs(connection, partner.tenant_id, NOON, [item])
        assert (outcome.facts or {})["reserved_credits"] == 0
    assert (await read(connection, partner)).running_jobs == 2
    assert partner.tenant_id not in await operator_store.tenants_with_waiting_jobs(
        connection, ["video_remix"], partner.tenant_id - 1, 1
    )
