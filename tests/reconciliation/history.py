"""Books with a bit of everything in them, and how to look for what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support import operations as op
from tests.support.assigning import LeaseAssignment, assign
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.jobs import store as job_store
from partner_api.organizations import store as organizations
from partner_api.reconciliation.rules import Reconciliation, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

MARCH = NOON + timedelta(days=270)


@dataclass(frozen=True)
class History:
    """A tenant with a past: what of it the tests break."""

    partner: Wallet
    child: Wallet
    archived: Wallet
    refunded_job: UUID
    """Settled at 80 of 100 credits, 30 of them given back."""
    released_job: UUID
    open_job: UUID
    transfer: UUID
    """Of 120 credits to the child, with an idempotency key."""
    lease: UUID
    """With a monthly price of 15,000 cents; so has `second_lease`."""
    second_lease: UUID
    pool_account: UUID
    free_account: UUID

    @property
    def tenant_id(self) -> int:
        """The tenant of all of it."""
        return self.partner.tenant_id


async def make_history(connection: Connection) -> History:
    """Nine months of a partner with children: every kind of movement there is, over several periods."""
    partner = await make_partner(connection, prepaid=100_000, cash_cents=200_000)
    child = await make_child(connection, partner, prepaid=1_000)
    archived = await make_child(connection, partner, prepaid=700)
    suspended = await make_child(connection, partner, prepaid=10)

    await op.subscribe(connection, partner, 500, tier="scale")
    await op.subscribe(connection, child, 300)
    await op.subscribe(connection, child, 450)
    await op.subscribe(connection, archived, 90)
    await op.post(connection, child, "grant", 20)
    await op.post(connection, child, "adjustment", -50)
    refunded_job = await op.started(connection, child, 100)
    released_job = await op.started(connection, child, 100)
    expiring_job = await op.started(connection, child, 60)
    await op.settle(connection, child, refunded_job, 80)
    await op.post(connection, child, "refund", 30, job_id=refunded_job)
    await op.release(connection, child, released_job)
    await op.release(connection, child, await op.started(connection, child, 5), "canceled")
    await op.settle(connection, child, await op.started(connection, child, 40), 0)
    await op.spend(connection, partner, 120)
    assert await job_store.expire_jobs(connection, child.tenant_id, NOON + timedelta(days=2), 10), (
        expiring_job
    )

    await op.configure(
        connection,
        child,
        refill_threshold=500,
        refill_amount=250,
        monthly_credit_cap=5_000,
    )
    later = NOON + timedelta(days=75)
    for credits in (700, 300, 55):
        await op.spend(connection, child, credits, now=later)
    transfer = await _keyed_allocation(connection, child, 120)

    carried = await op.started(connection, archived, 60, now=later)
    paid = await op.spend(connection, archived, 15, now=later)
    await organizations.archive(
        connection,
        partner.tenant_id,
        later,
        [
            organizations.ArchiveItem(
                archived.organization_id, partner.organization_id, SYSTEM, None
            )
        ],
    )
    await op.settle(connection, archived, carried, 45, now=later + timedelta(hours=1))
    await op.post(connection, archived, "refund", 15, job_id=paid, now=later + timedelta(days=1))
    await organizations.set_status(
        connection,
        partner.tenant_id,
        later,
        [
            organizations.StatusItem(
                suspended.organization_id, partner.organization_id, "suspended", SYSTEM, None
            )
        ],
    )

    wallets = [wallet.organization_id for wallet in (partner, child, archived, suspended)]
    assert await credit.roll_over_due_wallets(connection, partner.tenant_id, wallets, MARCH) == 4
    await op.spend(connection, child, 35, now=MARCH)
    open_job = await op.started(connection, child, 90, now=MARCH)

    await cash.post(
        connection,
        partner.tenant_id,
        NOON,
        [
            cash.CashPosting(
                partner.organization_id, "adjustment", -1_500, "Correction", None, SYSTEM, None
            )
        ],
    )
    pool_accounts = [await make_pool_account(connection) for _ in range(4)]
    lease, second_lease, third = uuid4(), uuid4(), uuid4()
    await _assign(connection, child, pool_accounts[:2], [lease, second_lease], None)
    await _assign(connection, partner, [pool_accounts[2]], [third], 0)
    return History(
        partner=partner,
        child=child,
        archived=archived,
        refunded_job=refunded_job,
        released_job=released_job,
        open_job=open_job,
        transfer=transfer,
        lease=lease,
        second_lease=second_lease,
        pool_account=pool_accounts[0],
        free_account=pool_accounts[3],
    )


async def _keyed_allocation(connection: Connection, child: Wallet, credits: int) -> UUID:
    assert child.partner_id is not None
    transfer = uuid4()
    key = Idempotency(child.tenant_id, uuid4(), "POST", "/allocate", "k1", b"request")
    (outcome,) = await credit.allocate(
        connection,
        child.tenant_id,
        NOON,
        [
            credit.CreditAllocation(
                transfer, child.partner_id, child.organization_id, credits, None, {}, SYSTEM, key
            )
        ],
    )
    assert outcome.status == "done", outcome
    return transfer


async def make_pool_account(connection: Connection, price_cents: int = 15_000) -> UUID:
    """An available account of the operator's pool."""
    account = uuid4()
    await connection.execute(
        """
        INSERT INTO pool_accounts
            (id, platform, handle, followers, vertical, language, geo, monthly_price_cents,
             created_at, updated_at)
        VALUES ($1, 'tiktok', $2, 1000, 'fitness', 'en', '{US}', $3, $4, $4)
        """,
        account,
        account.hex,
        price_cents,
        NOON,
    )
    return account


async def _assign(
    connection: Connection,
    wallet: Wallet,
    accounts: list[UUID],
    leases: list[UUID],
    price_cents: int | None,
) -> None:
    outcome = await assign(
        connection,
        wallet.tenant_id,
        NOON,
        LeaseAssignment(wallet.project_id, accounts, leases, price_cents, SYSTEM),
    )
    assert outcome.status == "done", outcome


async def check(
    connection: Connection, history: History, organization: Wallet | None = None
) -> Reconciliation:
    """Reconcile the tenant of the history, or one organization of it."""
    organization_id = None if organization is None else organization.organization_id
    return await reconcile(connection, MARCH, Scope(history.tenant_id, organization_id))


async def drop_constraints(connection: Connection, table: str, kinds: str) -> None:
    """Take a table's constraints away, so that rows can be broken: c check, f foreign key, u unique."""
    for row in await connection.fetch(
        """
        SELECT quote_ident(conname) AS name FROM pg_constraint
         WHERE conrelid = $1::text::regclass AND contype = ANY ($2::text::"char"[])
        """,
        table,
        f"{{{','.join(kinds)}}}",
    ):
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {row['name']} CASCADE")


async def update(connection: Connection, statement: str, *arguments: Any) -> None:
    """Run a statement that must change exactly one row."""
    done = await connection.execute(statement, *arguments)
    assert done.split()[-1] == "1", done


async def rehash(connection: Connection, history: History, sequence: int) -> None:
    """Let a row of the partner's credit ledger have the hash of what it says."""
    place = (history.tenant_id, history.partner.organization_id, sequence)
    # In two statements: a cluster takes no function of the row in an UPDATE.
    fitting = await connection.fetchval(
        """
        SELECT credit_event_hash(ROW(e.*)::credit_events) FROM credit_events e
         WHERE tenant_id = $1 AND organization_id = $2 AND sequence = $3
        """,
        *place,
    )
    await update(
        connection,
        "UPDATE credit_events SET hash = $4 WHERE tenant_id = $1 AND organization_id = $2 AND sequence = $3",
        *place,
        fitting,
    )
