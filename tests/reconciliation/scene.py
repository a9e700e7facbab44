"""Two months of a partner, until a certain moment: everything in it is recent enough to be compared with everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support import operations as op
from tests.support.endpoints import make_endpoint, publish
from tests.support.leases import disconnect, make_account, work
from tests.support.tenants import NOON, Wallet, job_start, make_child, make_partner
from tests.support.working import claim, complete, fail, upload

from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Actor, Idempotency
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store
from partner_api.lease_requests import store as requests
from partner_api.leases.store import PriceItem, set_price
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection

END = datetime(2026, 8, 19, 12, tzinfo=UTC)
# What posts with a key.
OPERATOR = Actor("operator", None, uuid4(), "Grace")
# The ids that the corruptions name.
Names = dict[str, Any]


def day(month: int, number: int, hour: int = 12) -> datetime:
    """A moment of that summer; leases are assigned, and due, at noon."""
    return datetime(2026, month, number, hour, tzinfo=UTC)


async def make_scene(connection: Connection) -> Names:
    """Live through it, in the order of time; gives what the corruptions name."""
    partner = await make_partner(connection, prepaid=100_000, cash_cents=2_000_000)
    child = await make_child(connection, partner, prepaid=1_000)
    archived = await make_child(connection, partner, prepaid=700)
    bare = await make_child(connection, partner, prepaid=500)
    names: Names = {
        "tenant": partner.tenant_id,
        "partner": partner.organization_id,
        "child": child.organization_id,
        "archived": archived.organization_id,
        "bare": bare.organization_id,
        "partner_project": partner.project_id,
        "child_project": child.project_id,
        "free_account": await make_account(connection, NOON),
    }
    await _subscribe(connection, partner, child, archived)
    names |= await _lease(connection, partner, child, archived)
    names |= await _spend_in_june(connection, child, archived)
    await _july_and_august(connection, partner, child, archived, names)
    await make_endpoint(connection, child, now=END)
    names |= await _work(connection, partner, child, bare)
    while (await publish(connection, partner, END)).events:
        pass
    return names


async def _subscribe(
    connection: Connection, partner: Wallet, child: Wallet, archived: Wallet
) -> None:
    await op.subscribe(connection, partner, 500, tier="scale")
    await op.subscribe(connection, child, 300)
    await op.subscribe(connection, child, 450)
    await op.subscribe(connection, archived, 90)
    # Its period began before it had a subscription.
    await op.subscribe(connection, archived, 90, now=day(6, 20), started_on=day(6, 18).date())


async def request(connection: Connection, wallet: Wallet, count: int, at: datetime) -> UUID:
    """Submit a request of the wallet's project."""
    request_id = uuid4()
    await requests.insert_request(
        connection,
        wallet.tenant_id,
        at,
        request_id=request_id,
        organization_id=wallet.organization_id,
        project_id=wallet.project_id,
        partner_request_id=None,
        count=count,
        vertical="fitness",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return request_id


async def _assigned(
    connection: Connection,
    wallet: Wallet,
    count: int,
    at: datetime,
    *,
    accounts: int | None = None,
    price_cents: int = 15_000,
) -> tuple[UUID, list[UUID], list[UUID]]:
    """A request, the leases with which it was answered, and their pool accounts."""
    request_id = await request(connection, wallet, count, at)
    pool = [
        await make_account(connection, at, price_cents=price_cents)
        for _ in range(accounts or count)
    ]
    leases = [uuid4() for _ in pool]
    async with connection.transaction():
        (outcome,) = await requests.fulfil(
            connection,
            wallet.tenant_id,
            at,
            [requests.FulfilItem(request_id, pool, leases, None, None, SYSTEM, None)],
        )
    assert outcome.status == "done", outcome
    return request_id, leases, pool


async def _lease(connection: Connection, partner: Wallet, child: Wallet, archived: Wallet) -> Names:
    names: Names = {}
    names["request"], (names["lease"], names["priced"]), pool = await _assigned(
        connection, child, 2, day(6, 15)
    )
    names["account"], names["priced_account"] = pool
    names["partial"], (names["released"],), _ = await _assigned(
        connection, partner, 2, day(6, 20), accounts=1
    )
    _, (names["recalled"],), _ = await _assigned(connection, child, 1, day(6, 21))
    _, (names["archived_lease"],), _ = await _assigned(connection, archived, 1, day(6, 22))
    _, (names["free"],), _ = await _assigned(connection, child, 1, day(6, 23), price_cents=0)
    _, (names["failed"],), _ = await _assigned(connection, partner, 1, day(7, 1), price_cents=100)
    _, (names["late"],), _ = await _assigned(connection, child, 1, day(7, 5))
    _, (names["past_due"],), _ = await _assigned(connection, child, 1, day(7, 18), price_cents=200)
    for lease, price in (("failed", 10_000_000), ("past_due", 50_000_000)):
        await _set_price(connection, partner, names[lease], price, day(7, 20))
    return names


async def _set_price(
    connection: Connection, partner: Wallet, lease: UUID, price_cents: int, at: datetime
) -> None:
    async with connection.transaction():
        (outcome,) = await set_price(
            connection, partner.tenant_id, at, [PriceItem(lease, price_cents, SYSTEM, None)]
        )
    assert outcome.status == "done", outcome


async def _spend_in_june(connection: Connection, child: Wallet, archived: Wallet) -> Names:
    refunded = await op.spend(connection, child, 80, now=day(6, 24))
    await op.post(connection, child, "refund", 30, job_id=refunded, now=day(6, 24))
    await op.post(connection, child, "grant", 20, now=day(6, 24))
    await op.post(connection, child, "adjustment", -50, now=day(6, 25))
    await op.configure(
        connection, child, now=day(6, 25), refill_threshold=100, refill_amount=250,
        monthly_credit_cap=5_000,
    )  # fmt: skip
    await op.spend(connection, archived, 15, now=day(6, 25))
    return {"refunded_job": refunded}


async def _july_and_august(
    connection: Connection, partner: Wallet, child: Wallet, archived: Wallet, names: Names
) -> None:
    tenant_id = partner.tenant_id
    wallets = [wallet.organization_id for wallet in (partner, child, archived)]
    for at in (day(7, 15), day(7, 20), day(7, 21), day(7, 22), day(7, 23)):
        await credit.roll_over_due_wallets(connection, tenant_id, wallets, at)
        await work(connection, partner, at)
    await op.spend(connection, child, 900, now=day(7, 25))
    for at in (day(8, 1), day(8, 2), day(8, 5)):
        await work(connection, partner, at)
    # A month that has begun keeps its price, also if nobody has been able to pay it yet.
    await _set_price(connection, partner, names["late"], 16_000, day(8, 5, 13))
    carried = await op.started(connection, archived, 60, now=day(8, 6))
    await work(connection, partner, day(8, 8))
    archive = organizations.ArchiveItem(
        archived.organization_id, partner.organization_id, SYSTEM, None
    )
    await organizations.archive(connection, tenant_id, day(8, 9), [archive])
    await op.settle(connection, archived, carried, 45, now=day(8, 9, 13))
    for lease, owner, at in (("released", partner, day(8, 10)), ("recalled", child, day(8, 12))):
        outcome = await disconnect(
            connection, owner, names[lease], at, recalled=lease == "recalled"
        )
        assert outcome.status == "done", outcome
    await credit.roll_over_due_wallets(connection, tenant_id, wallets, day(8, 15))
    await work(connection, partner, day(8, 15))
    async with connection.transaction():
        refund = cash.RefundItem(
            partner.organization_id, names["lease"], 1, 5_000, None, SYSTEM, None
        )
        await cash.refund(connection, tenant_id, day(8, 16), [refund])
    await _set_price(connection, partner, names["priced"], 20_000, day(8, 17))
    fix = cash.CashPosting(
        partner.organization_id, "adjustment", -1_500, "Fix", None, OPERATOR, _posting_key()
    )
    await cash.post(connection, tenant_id, day(8, 17), [fix])
    await work(connection, partner, day(8, 18))


async def _work(connection: Connection, partner: Wallet, child: Wallet, bare: Wallet) -> Names:
    """What is going on at the end, and what has just ended."""
    at = END - timedelta(hours=2)
    names: Names = {}
    key = Idempotency(child.tenant_id, uuid4(), "POST", "/allocate", "k1", b"request")
    transfer = uuid4()
    (outcome,) = await credit.allocate(
        connection, child.tenant_id, at,
        [credit.CreditAllocation(
            transfer, partner.organization_id, child.organization_id, 120, "August", {}, SYSTEM, key)],
    )  # fmt: skip
    assert outcome.status == "done", outcome
    names["transfer"] = transfer
    for credits in (40, 70):
        await _start(connection, child, credits, at)
    held = await claim(connection, child, 2, now=at)
    names["failed_job"], names["completed_job"] = (each.job_id for each in held)
    await fail(connection, held[0], retryable=False, now=at)
    await complete(connection, held[1], 35, [await upload(connection, held[1], "a", b"a")], now=at)
    names["claimed_job"] = await _start(connection, child, 30, at)
    await claim(connection, child, 1, now=at, lease_seconds=600)
    names["canceled_job"] = await _start(connection, child, 20, at)
    cancel = claim_store.CancelItem(names["canceled_job"], None, SYSTEM)
    await claim_store.cancel_jobs(connection, child.tenant_id, at, [cancel])
    names["open_job"] = await _start(connection, child, 60, at)
    names["second_job"] = await _start(connection, child, 90, at)
    auto = job_start(bare, 0, now=at)._replace(format="auto", credits=None)
    (outcome,) = await job_store.start_jobs(connection, child.tenant_id, at, [auto])
    assert outcome.status == "done", outcome
    names["auto_job"] = auto.job_id
    await op.spend(connection, bare, 10, now=at)
    await op.post(connection, child, "purchase", 500, now=at)
    grant = op.posting(partner, "grant", 5, idempotency=_posting_key())._replace(caller=OPERATOR)
    await credit.post(connection, partner.tenant_id, at, [grant])
    names["rejected"] = await request(connection, child, 1, at)
    names["open_request"] = await request(connection, child, 1, at)
    async with connection.transaction():
        rejection = requests.RejectItem(names["rejected"], "No.", SYSTEM, None)
        await requests.reject(connection, child.tenant_id, at, [rejection])
    return names


def _posting_key() -> Idempotency:
    assert OPERATOR.operator_id is not None
    return Idempotency(0, OPERATOR.operator_id, "POST", "/posted", uuid4().hex, b"request")


async def _start(connection: Connection, wallet: Wallet, credits: int, at: datetime) -> UUID:
    """A job that was asked for with an idempotency key."""
    key = Idempotency(wallet.tenant_id, uuid4(), "POST", "/content", "k1", b"request")
    item = job_start(wallet, credits, now=at)._replace(idempotency=key)
    (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, at, [item])
    assert outcome.status == "done", outcome
    return item.job_id
