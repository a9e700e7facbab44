"""How jobs end: what claims, cancels and sweeps call, in batches that they do not make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from tests.jobs.test_jobs import stored_job
from tests.support.invariants import assert_books_balance
from tests.support.job_ends import JobSettlement, ending, release_jobs, settle_jobs
from tests.support.operations import events, hold, read, refused, started
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection


async def _settle(owner: Connection, wallet: Wallet, job_id: UUID, charged: int) -> Outcome:
    items = [JobSettlement(job_id, charged)]
    (outcome,) = await settle_jobs(owner, wallet.tenant_id, NOON, items)
    return outcome


async def _release(
    owner: Connection,
    wallet: Wallet,
    job_id: UUID,
    status: str = "failed",
    *,
    now: datetime = NOON,
) -> Outcome:
    (outcome,) = await release_jobs(owner, wallet.tenant_id, now, [ending(job_id, status)])
    return outcome


@pytest.mark.parametrize("status", ["failed", "canceled"])
async def test_a_release_frees_everything_without_a_row(
    connection: Connection, owner_connection: Connection, status: str
) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 120)
    later = NOON + timedelta(minutes=3)
    outcome = await _release(owner_connection, partner, job_id, status, now=later)
    assert outcome.facts == {"released_credits": 120}
    wallet = await read(connection, partner, later)
    assert (wallet.available, wallet.running_jobs, wallet.used_this_period) == (500, 0, 0)
    assert len(await events(connection, partner)) == 1
    job = await stored_job(connection, partner, job_id)
    assert (job["status"], job["container_status"], job["reservation"]) == (
        status,
        status,
        "released",
    )
    assert (job["error_code"] is not None) == (status == "failed")


async def test_what_is_over_stays_over(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=500)
    settled, failed, canceled = [await started(connection, partner, 100) for _ in range(3)]
    await _settle(owner_connection, partner, settled, 60)
    await _release(owner_connection, partner, failed)
    await _release(owner_connection, partner, canceled, "canceled")
    over = {settled: "completed", failed: "failed", canceled: "canceled"}
    for job_id, status in over.items():
        for outcome in (
            await _settle(owner_connection, partner, job_id, 10),
            await _release(owner_connection, partner, job_id, "canceled"),
        ):
            assert (outcome.status, outcome.code) == ("refused", "CONFLICT")
            assert outcome.facts == {"status": status}
    assert (await read(connection, partner)).balance == 440
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_job_that_never_was_is_not_found(
    connection: Connection, owner_connection: Connection
) -> None:
    partner, stranger = await make_partner(connection, prepaid=100), await make_partner(connection)
    job_id = await started(connection, partner, 10)
    for missing, tenant in ((uuid4(), partner), (job_id, stranger)):
        assert refused(await _settle(owner_connection, tenant, missing, 1)) == ("NOT_FOUND", None)
        assert refused(await _release(owner_connection, tenant, missing)) == ("NOT_FOUND", None)


async def test_a_batch_over_several_wallets_touches_each_alone(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=300)
    one, two = [await make_child(connection, partner, prepaid=100) for _ in range(2)]
    items = [
        job_start(wallet, credits)
        for wallet, credits in ((two, 70), (partner, 100), (one, 100), (two, 40), (one, 1))
    ]
    outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    assert [outcome.status for outcome in outcomes] == ["done", "done", "done"] + ["refused"] * 2
    settlements = [JobSettlement(item.job_id, 33) for item in (items[2], items[0])]
    outcomes = await settle_jobs(owner_connection, partner.tenant_id, NOON, settlements)
    assert [outcome.status for outcome in outcomes] == ["done", "done"]
    balances = [
        ((await read(connection, wallet)).balance, (await read(connection, wallet)).reserved)
        for wallet in (partner, one, two)
    ]
    assert balances == [(100, 100), (67, 0), (67, 0)]
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_job_named_twice_in_a_batch_ends_once(
    connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=500)
    first, second = [await started(connection, partner, 100) for _ in range(2)]
    outcomes = await settle_jobs(
        owner_connection,
        partner.tenant_id,
        NOON,
        [JobSettlement(first, credits) for credits in (30, 40)],
    )
    assert [(outcome.status, outcome.facts) for outcome in outcomes] == [
        ("done", {"credits_charged": 30}),
        ("refused", {"status": "completed"}),
    ]
    outcomes = await release_jobs(
        owner_connection,
        partner.tenant_id,
        NOON,
        [ending(second, "failed"), ending(second, "canceled")],
    )
    assert [(outcome.status, outcome.facts) for outcome in outcomes] == [
        ("done", {"released_credits": 100}),
        ("refused", {"status": "failed"}),
    ]
    assert (await read(connection, partner)).balance == 470
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_empty_batch_ends_nothing(
    connection: Connection, owner_connection: Connection
) -> None:
    tenant_id = (await make_partner(connection)).tenant_id
    assert await settle_jobs(owner_connection, tenant_id, NOON, []) == []
    assert await release_jobs(owner_connection, tenant_id, NOON, []) == []


@pytest.mark.usefixtures("two_roles")
async def test_the_role_of_the_server_ends_no_job_itself(connection: Connection) -> None:
    """Only a claim, a cancel or the job's time does."""
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 100)
    for end in (
        settle_jobs(connection, partner.tenant_id, NOON, [JobSettlement(job_id, 1)]),
        release_jobs(connection, partner.tenant_id, NOON, [ending(job_id)]),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await end
    assert (await stored_job(connection, partner, job_id))["status"] == "running"


async def test_a_report_that_is_repeated_under_another_key_is_kept_for_that_key_too(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=500)
    job_id = await started(connection, partner, 100)
    held = await hold(connection, partner.tenant_id, job_id, NOON)

    async def complete(key: str, charged: int) -> tuple[str, str | None]:
        record = Idempotency(0, partner.organization_id, "POST", "/complete", key, bytes([charged]))
        item = claim_store.JobCompletion(job_id, *held, charged, [], SYSTEM, record)
        (outcome,) = await claim_store.complete_jobs(connection, partner.tenant_id, NOON, [item])
        return outcome.status, outcome.code

    assert await complete("first", 70) == ("done", None)
    assert await complete("second", 70) == ("replayed", None)
    for key in ("first", "second"):
        assert await complete(key, 70) == ("replayed", None)
        assert await complete(key, 60) == ("refused", "IDEMPOTENCY_CONFLICT")
