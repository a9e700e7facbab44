"""What a server of the previous release calls, and its functions, as they do: the statements are their own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.support.endpoints import happen, make_endpoint, publish, result_of
from tests.support.invariants import mismatches
from tests.support.leases import lease, make_account
from tests.support.operations import hold, started
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.credits import store as credits_store
from partner_api.credits.store import CreditPosting
from partner_api.database.arguments import SYSTEM, Actor, Idempotency
from partner_api.jobs.claim_store import CancelItem, JobCompletion, JobFailure, JobHeartbeat
from partner_api.lease_requests import store as requests
from partner_api.webhooks.sending_store import ClaimedDelivery

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

DISCONNECT = "SELECT lease_disconnect($1, $2, $3, $4, $5, $6, $7)"
SET_PRICE = "SELECT lease_set_price($1, $2, $3, $4, $5)"
REFUND = "SELECT cash_refund($1, $2, $3, $4, $5, $6, $7, $8)"
FULFIL = "SELECT lease_request_fulfil($1, $2, $3, $4, $5, $6, $7, $8)"
REJECT = "SELECT lease_request_reject($1, $2, $3, $4, $5)"
PRETEND = "SELECT lease_request_pretend($1, $2, $3, $4, $5, $6)"
SET_STATUS = "SELECT organization_set_status($1, $2, $3, $4, $5, $6)"
ARCHIVE = "SELECT organization_archive($1, $2, $3, $4, $5)"


_ON_ONE_SERVER = pytest.mark.one_server(
    reason="hands whole rows or arrays on as the release before did, which no cluster ever ran"
)


@pytest.fixture
async def partner(connection: Connection) -> Wallet:
    """A partner with money for leases."""
    return await make_partner(connection, cash_cents=1_000_000)


async def call(
    connection: Connection, statement: str, wallet: Wallet, *arguments: object
) -> tuple[str | None, dict[str, Any] | None]:
    """The code and the facts of an outcome; in a transaction, which that server keeps the record in."""
    async with connection.transaction():
        outcome = await connection.fetchval(statement, wallet.tenant_id, NOON, *arguments)
    assert (outcome["status"] == "refused") == (outcome["code"] is not None)
    return outcome["code"], outcome["facts"]


async def request(connection: Connection, wallet: Wallet, count: int) -> UUID:
    request = await requests.insert_request(
        connection,
        wallet.tenant_id,
        NOON,
        request_id=uuid4(),
        organization_id=wallet.organization_id,
        project_id=wallet.project_id,
        partner_request_id=None,
        count=count,
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return request.id


async def test_leases_are_priced_and_ended(connection: Connection, partner: Wallet) -> None:
    lease_id = await lease(connection, partner, NOON)
    owner = partner.organization_id
    end = (lease_id, owner, "released_by_partner", "Over", SYSTEM)
    assert (await call(connection, SET_PRICE, partner, lease_id, 7, SYSTEM))[0] is None
    code, facts = await call(connection, DISCONNECT, partner, *end)
    assert code is None
    assert facts is not None
    assert facts["disconnected_at"] == NOON.isoformat()
    over = {"status": "disconnected", "disconnectedReason": "released_by_partner"}
    assert await call(connection, DISCONNECT, partner, *end) == ("CONFLICT", over)
    assert await call(connection, SET_PRICE, partner, lease_id, 8, SYSTEM) == ("CONFLICT", over)
    assert await call(connection, SET_PRICE, partner, uuid4(), 8, SYSTEM) == ("NOT_FOUND", None)
    assert await mismatches(connection, partner.tenant_id) == []


async def test_leases_of_several_partners_are_renewed(
    connection: Connection, partner: Wallet
) -> None:
    other = await make_partner(connection, cash_cents=1_000_000)
    for wallet in (partner, other):
        await lease(connection, wallet, NOON)
    row = await connection.fetchrow(
        "SELECT * FROM leases_renew_partners($1, $2, $3)",
        [partner.tenant_id, other.tenant_id],
        NOON + timedelta(days=32),
        1_000,
    )
    assert row is not None
    assert tuple(row) == (2, 2, [])
    for wallet in (partner, other):
        assert await mismatches(connection, wallet.tenant_id) == []


async def test_money_is_refunded(connection: Connection, partner: Wallet) -> None:
    lease_id = await lease(connection, partner, NOON, price_cents=500)
    item = (partner.organization_id, lease_id, 0)
    code, facts = await call(connection, REFUND, partner, *item, 400, None, SYSTEM)
    assert code is None
    assert facts is not None
    assert (facts["event"]["amount_cents"], facts["balance_cents"]) == (400, 999_900)
    assert await call(connection, REFUND, partner, *item, 101, None, SYSTEM) == (
        "CONFLICT",
        {"chargedCents": 500, "refundedCents": 400},
    )
    assert await mismatches(connection, partner.tenant_id) == []


async def test_an_amount_out_of_range_is_a_problem_of_its_field(
    connection: Connection, owner_connection: Connection
) -> None:
    most = 9007199254740991
    partner = await make_partner(connection, cash_cents=most)
    lease_id = await lease(connection, partner, NOON, price_cents=500)
    await owner_connection.execute(
        "UPDATE cash_wallets SET balance_cents = $2 WHERE tenant_id = $1", partner.tenant_id, most
    )
    item = (partner.organization_id, lease_id, 0, 1, None, SYSTEM)
    issue = {"path": "amountCents", "message": f"would bring a balance above {most}"}
    assert await call(connection, REFUND, partner, *item) == ("VALIDATION", {"issues": [issue]})


async def test_requests_are_answered(connection: Connection, partner: Wallet) -> None:
    request_id = await request(connection, partner, 1)
    accounts = [await make_account(connection, NOON) for _ in range(2)]
    answer = ([uuid4(), uuid4()], None, "Here", SYSTEM)
    issue = {
        "path": "poolAccountIds",
        "message": "Expected 1 to 1 accounts, as the request asks for",
    }
    assert await call(connection, FULFIL, partner, request_id, accounts, *answer) == (
        "VALIDATION",
        {"issues": [issue]},
    )
    one = (accounts[:1], [uuid4()], None, "Here", SYSTEM)
    code, facts = await call(connection, FULFIL, partner, request_id, *one)
    assert (code, (facts or {})["status"]) == (None, "assigned")
    answered = ("CONFLICT", {"status": "assigned"})
    assert await call(connection, FULFIL, partner, request_id, *one) == answered
    assert await call(connection, REJECT, partner, request_id, "No", SYSTEM) == answered
    other = await request(connection, partner, 1)
    code, facts = await call(connection, REJECT, partner, other, "No", SYSTEM)
    assert (code, (facts or {})["status"]) == (None, "rejected")
    # Not a test tenant.
    item = (other, [uuid4()], ["handle"], [1])
    assert await call(connection, PRETEND, partner, *item) == ("NOT_FOUND", None)
    assert await mismatches(connection, partner.tenant_id) == []


async def test_a_child_is_suspended_resumed_and_archived(
    connection: Connection, partner: Wallet
) -> None:
    child = await make_child(connection, partner)
    whose = (child.organization_id, partner.organization_id)
    for status in ("suspended", "suspended", "active"):
        code, _ = await call(connection, SET_STATUS, child, *whose, status, SYSTEM)
        assert code is None
        assert status == await connection.fetchval(
            "SELECT status FROM organizations WHERE tenant_id = $1 AND id = $2",
            child.tenant_id,
            child.organization_id,
        )
    code, facts = await call(connection, ARCHIVE, child, *whose, SYSTEM)
    assert (code, (facts or {})["archived_at"]) == (None, NOON.isoformat())
    archived = ("CONFLICT", {"status": "archived"})
    assert await call(connection, SET_STATUS, child, *whose, "active", SYSTEM) == archived
    assert await mismatches(connection, partner.tenant_id) == []


async def test_due_wallets_are_rolled_over(connection: Connection, partner: Wallet) -> None:
    ids = [partner.organization_id]
    assert (
        await connection.fetchval("SELECT wallets_touch($1, $2, $3)", partner.tenant_id, NOON, ids)
        == 0
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lease_time(ROW(l.*)::leases, $2) FROM leases l WHERE tenant_id = $1",
        "SELECT lease_assigned($1, $2, NULL, NULL, NULL, '', 0, NULL)",
    ],
)
async def test_what_would_change_a_lease_without_counting_it_is_to_be_tried_again(
    connection: Connection, owner_connection: Connection, partner: Wallet, statement: str
) -> None:
    await lease(connection, partner, NOON)
    with pytest.raises(asyncpg.SerializationError):
        await owner_connection.fetch(statement, partner.tenant_id, NOON)


async def test_a_posting_that_has_begun_keeps_its_record(
    connection: Connection, owner_connection: Connection, partner: Wallet
) -> None:
    """Its function goes on in its own text, and calls what the new one calls."""
    operator = Actor("operator", None, uuid4(), "Grace")
    assert operator.operator_id is not None
    record = Idempotency(
        partner.tenant_id, operator.operator_id, "POST", "/grant", "key", b"f" * 32
    )
    item = CreditPosting(partner.organization_id, "grant", 7, None, None, {}, operator, record)
    begun = await owner_connection.fetchval(
        "SELECT credit_post_one($1, $2, $3)", partner.tenant_id, NOON, item
    )
    assert begun["status"] == "done"
    (repeated,) = await credits_store.post(connection, partner.tenant_id, NOON, [item])
    assert (repeated.status, repeated.facts) == ("replayed", begun["facts"])
    assert begun["facts"]["balance"] == 7
    assert await mismatches(connection, partner.tenant_id) == []


@_ON_ONE_SERVER
async def test_a_function_that_has_begun_finds_what_it_calls(
    connection: Connection, owner_connection: Connection, partner: Wallet
) -> None:
    owner, tenant = owner_connection, partner.tenant_id
    later = NOON + timedelta(days=40)
    rolled = await owner.fetchval(
        "SELECT w FROM wallets v, wallet_rolled(v, $2) w WHERE v.tenant_id = $1", tenant, NOON
    )
    together = await owner.fetch(
        "SELECT r.* FROM wallets_rolled(ARRAY(SELECT w FROM wallets w WHERE w.tenant_id = $1), $2) r",
        tenant,
        NOON,
    )
    ((wallet,), at) = together[0]
    assert (rolled["tenant_id"], wallet["tenant_id"], at) == (tenant, tenant, NOON)
    for statement in (
        "SELECT (wallet_at(w, $2)).period_number FROM wallets w WHERE w.tenant_id = $1",
        "SELECT period_number FROM wallets WHERE tenant_id = $1 AND period_end > $2",
    ):
        assert await owner.fetchval(statement, tenant, later) == 1
    refill = await owner.fetchval("SELECT job_refill($1, 5, $2)", uuid4(), NOON)
    assert (refill["credits"], refill["id"] is None) == (5, False)
    refusal = await owner.fetchval("SELECT amount_refusal('credits')")
    assert [issue["path"] for issue in refusal["facts"]["issues"]] == ["credits"]
    account = await make_account(connection, NOON)
    assigned = await owner.fetchval(
        "SELECT lease_assign_one($1, $2, $3)",
        tenant,
        later,
        (partner.project_id, [account], [uuid4()], 100, SYSTEM),
    )
    assert (assigned["status"], assigned["facts"]["charged_cents"]) == ("done", 100)
    assert await mismatches(connection, tenant) == []


@_ON_ONE_SERVER
async def test_wallets_that_are_saved_without_a_time_are_told_of_when_they_get_low(
    connection: Connection, owner_connection: Connection
) -> None:
    """Once, as of their last event."""
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner, prepaid=100)
    await owner_connection.execute(
        "UPDATE wallets SET refill_threshold = 150, refill_amount = 50 WHERE organization_id = $1",
        child.organization_id,
    )
    for _ in range(2):
        await owner_connection.execute(
            "SELECT wallets_save(w.tenant_id, ARRAY[w]) FROM wallets w WHERE w.organization_id = $1",
            child.organization_id,
        )
    told = await owner_connection.fetch(
        """
        SELECT o.created_at = w.last_event_at AS is_of_then, o.data -> 'available' AS available
          FROM outbox o JOIN wallets w USING (tenant_id, organization_id)
         WHERE o.tenant_id = $1 AND o.event_type = 'credits.low'
        """,
        child.tenant_id,
    )
    assert [tuple(row) for row in told] == [(True, 100)]
    assert await mismatches(connection, child.tenant_id) == []


@_ON_ONE_SERVER
async def test_ends_of_jobs_that_have_begun_go_on(
    connection: Connection, owner_connection: Connection
) -> None:
    """What they call decides and writes one job."""
    owner, partner = owner_connection, await make_partner(connection, prepaid=1_000)
    tenant = partner.tenant_id
    record = Idempotency(tenant, uuid4(), "POST", "/complete", "key", b"f" * 32)

    async def job(attempt: int = 1) -> tuple[UUID, str, UUID]:
        job_id = await started(connection, partner, 100)
        worker, token = await hold(owner, tenant, job_id, NOON)
        await owner.execute("UPDATE jobs SET attempt = $2 WHERE id = $1", job_id, attempt)
        return job_id, worker, token

    async def one(function: str, *arguments: object) -> Any:
        given = ", ".join(f"${number + 3}" for number in range(len(arguments)))
        return await owner.fetchval(f"SELECT {function}($1, $2, {given})", tenant, NOON, *arguments)

    async def of_row(call: str, job_id: UUID, *arguments: object) -> Any:
        return await owner.fetchval(
            f"SELECT {call} FROM jobs j WHERE id = $1", job_id, NOON, *arguments
        )

    completed, failed, beaten, canceled, settled, requeued = [await job() for _ in range(6)]
    completion = JobCompletion(*completed, 7, [], SYSTEM, record)
    assert (await one("job_complete_one", completion))["status"] == "done"
    assert (await one("job_complete_one", completion))["status"] == "replayed"
    failure = JobFailure(*failed, "E", "It failed.", False, SYSTEM)
    assert (await one("job_fail_one", failure))["facts"] == {"status": "failed"}
    beat = JobHeartbeat(*beaten, None, 0.5)
    assert (await one("job_heartbeat_one", beat))["facts"]["cancel_requested"] is False
    cancel = CancelItem(canceled[0], None, SYSTEM)
    assert (await one("job_cancel_one", cancel))["facts"]["accepted"] is True
    refusal = "(job_claim_refusal(j, $2, $3, $4)).code"
    assert await of_row(refusal, beaten[0], *beaten[1:]) is None
    assert await of_row(refusal, completed[0], *completed[1:]) == "CONFLICT"
    settle = "(job_complete_settle(j, $2, $3)).status"
    assert await of_row(settle, settled[0], JobCompletion(*settled, 7, [], SYSTEM)) == "done"
    back = "job_give_back(j, $2, true, 'A', 'A', 'B', 'B', $3)"
    assert await of_row(back, requeued[0], SYSTEM) == "running"
    assert await of_row(back, (await job(attempt=3))[0], SYSTEM) == "failed"
    waiting = await job()
    await owner.execute("SELECT job_requeue($1, $2, 'A', 'A')", tenant, waiting[0])
    await owner.execute("UPDATE containers SET status = 'queued' WHERE job_id = $1", waiting[0])
    for call in (
        "assets_insert($1, $2, '00000000-0000-0000-0000-000000000001'::uuid, '[]'::jsonb)",
        "jobs_settled($1, $2, '{}'::job_settlement[])",
        "jobs_tell($1, $2, '{}'::uuid[])",
    ):
        await owner.execute(f"SELECT {call}", tenant, NOON)
    start = await owner.fetchval(
        """
        SELECT (job_start_one(w, w, $3, $2, $2, 'active', p, NULL)).p_outcome
          FROM wallets w JOIN projects p ON p.tenant_id = w.tenant_id WHERE w.tenant_id = $1
        """,
        tenant,
        NOON,
        job_start(partner, 5)._replace(idempotency=record),
    )
    # The key of the completion: it is looked up here.
    assert start["status"] == "replayed"
    assert await mismatches(connection, tenant) == []


@_ON_ONE_SERVER
async def test_deliveries_of_several_tenants_are_claimed_and_reported(
    connection: Connection,
) -> None:
    partners = [await make_partner(connection) for _ in range(3)]
    for partner in partners:
        await make_endpoint(connection, partner)
        await happen(connection, partner, count=2)
        await publish(connection, partner)
    ids = [partner.tenant_id for partner in partners]
    claimed = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_claim($1, $2, 4, 4, 2, 30, $3, $4)",
        ids,
        NOON,
        [str(ids[0])],
        [1],
    )
    assert claimed is not None
    deliveries = [ClaimedDelivery(*one.values()) for one in claimed["p_claimed"]]
    assert [one.tenant_id for one in deliveries] == [ids[0], ids[1], ids[1], ids[2]]
    assert (claimed["p_tenants"], claimed["p_abandoned"]) == (3, 0)
    results = [result_of(one, NOON) for one in (deliveries[3], deliveries[0], deliveries[1])]
    results.append(results[0]._replace(claim_token=uuid4(), delivery_id=uuid4()))
    results[1] = results[1]._replace(status=410)
    finished = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries_finish($1, $2)", NOON, results
    )
    assert finished is not None
    assert finished["p_statuses"] == ["delivered", "abandoned", "delivered", "stale"]
    assert finished["p_paused"] == [False, True, False, False]
