"""One operation at a time on a wallet of `tests.support.tenants`, and what the wallet and its rows then say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from tests.support.tenants import NOON, allocation, job_start

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Actor, Idempotency, Outcome
    from partner_api.database.connection import Connection, Pool, Row


async def read(connection: Connection, wallet: Wallet, now: datetime = NOON) -> credit.Wallet:
    """The wallet as a read at this time shows it."""
    key = credit.WalletKey(wallet.tenant_id, wallet.organization_id, wallet.partner_id)
    (found,) = await credit.read_wallets(connection, [key], now)
    assert found is not None
    return found


async def stored(connection: Connection, wallet: Wallet) -> Row:
    """The wallet as it is stored, for the columns that no read shows."""
    row = await connection.fetchrow(
        "SELECT * FROM wallets WHERE tenant_id = $1 AND organization_id = $2",
        wallet.tenant_id,
        wallet.organization_id,
    )
    assert row is not None
    return row


async def events(connection: Connection, wallet: Wallet) -> list[Row]:
    """Every ledger row of the wallet, oldest first, with its reason."""
    return await connection.fetch(
        """
        SELECT *, metadata ->> 'reason' AS reason FROM credit_events
         WHERE tenant_id = $1 AND organization_id = $2 ORDER BY sequence
        """,
        wallet.tenant_id,
        wallet.organization_id,
    )


async def audit(connection: Connection | Pool, wallet: Wallet, event_type: str) -> list[Row]:
    """The audit rows of one type in the wallet's tenant, oldest first."""
    return await connection.fetch(
        "SELECT * FROM audit_events WHERE tenant_id = $1 AND event_type = $2 ORDER BY occurred_at",
        wallet.tenant_id,
        event_type,
    )


def posting(
    wallet: Wallet,
    event_type: str,
    credits: int,
    *,
    job_id: UUID | None = None,
    idempotency: Idempotency | None = None,
) -> credit.CreditPosting:
    """An operator's posting to the wallet."""
    return credit.CreditPosting(
        wallet.organization_id,
        event_type,  # type: ignore[arg-type]  # tests also pass what comes out of a strategy
        credits,
        job_id,
        None,
        {},
        SYSTEM,
        idempotency,
    )


async def post(
    connection: Connection,
    wallet: Wallet,
    event_type: str,
    credits: int,
    *,
    now: datetime = NOON,
    job_id: UUID | None = None,
    idempotency: Idempotency | None = None,
) -> Outcome:
    """Grant, purchase, adjust or refund."""
    item = posting(wallet, event_type, credits, job_id=job_id, idempotency=idempotency)
    (outcome,) = await credit.post(connection, wallet.tenant_id, now, [item])
    return outcome


async def allocate(
    connection: Connection, child: Wallet, credits: int, *, now: datetime = NOON
) -> Outcome:
    """Move credits from the partner to its child."""
    items = [allocation(child, credits)]
    (outcome,) = await credit.allocate(connection, child.tenant_id, now, items)
    return outcome


def subscription(
    wallet: Wallet,
    credits: int,
    *,
    tier: str = "pro",
    billing_status: str = "active",
    started_on: date | None = None,
) -> credit.SubscriptionSetting:
    """A subscription of the wallet's organization."""
    return credit.SubscriptionSetting(
        wallet.organization_id, tier, credits, billing_status, started_on, SYSTEM, None
    )


async def subscribe(
    connection: Connection,
    wallet: Wallet,
    credits: int,
    *,
    now: datetime = NOON,
    tier: str = "pro",
    billing_status: str = "active",
    started_on: date | None = None,
) -> Outcome:
    """Set the subscription."""
    item = subscription(
        wallet, credits, tier=tier, billing_status=billing_status, started_on=started_on
    )
    (outcome,) = await credit.set_subscriptions(connection, wallet.tenant_id, now, [item])
    return outcome


def configuration(child: Wallet, patch: dict[str, Any]) -> credit.CreditConfiguration:
    """A patch of a child's cap and refill."""
    assert child.partner_id is not None
    return credit.CreditConfiguration(child.organization_id, child.partner_id, patch, SYSTEM, None)


async def configure(
    connection: Connection, child: Wallet, *, now: datetime = NOON, **patch: Any
) -> Outcome:
    """Patch a child's cap and refill."""
    items = [configuration(child, patch)]
    (outcome,) = await credit.configure(connection, child.tenant_id, now, items)
    return outcome


async def start(
    connection: Connection,
    wallet: Wallet,
    credits: int,
    *,
    now: datetime = NOON,
    days: int = 1,
) -> tuple[UUID, Outcome]:
    """Start a job that reserves so many credits for so long; its id, also when it was refused."""
    item = job_start(wallet, credits, now=now)._replace(expires_at=now + timedelta(days=days))
    (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now, [item])
    return item.job_id, outcome


async def started(
    connection: Connection,
    wallet: Wallet,
    credits: int,
    *,
    now: datetime = NOON,
    days: int = 1,
) -> UUID:
    """Start a job that must be accepted."""
    job_id, outcome = await start(connection, wallet, credits, now=now, days=days)
    assert outcome.status == "done", outcome
    return job_id


class Hold(NamedTuple):
    """The claim of a job: who has it, and with which token."""

    worker_id: str
    claim_token: UUID


async def hold(connection: Connection, tenant_id: int, job_id: UUID, now: datetime) -> Hold:
    """The current claim of a job, which is claimed if it waits; of one that cannot be, a claim that is nobody's."""
    while True:
        row = await connection.fetchrow(
            """
            SELECT j.worker_id, j.claim_token, j.format,
                   j.status = 'running' AND NOT j.sandbox AND j.expires_at > $3 AS waits,
                   ARRAY(SELECT o.id FROM jobs o
                          WHERE o.tenant_id = $1 AND o.id <> $2 AND o.status = 'running'
                            AND o.claim_token IS NULL) AS others
              FROM jobs j WHERE j.tenant_id = $1 AND j.id = $2
            """,
            tenant_id,
            job_id,
            now,
        )
        if row is not None and row["claim_token"] is not None:
            return Hold(row["worker_id"], row["claim_token"])
        if row is None or not row["waits"]:
            return Hold("w1", uuid4())
        # Who claims beside this may get it, or have it locked for a moment: then it is looked at again.
        await claim_store.claim_jobs(
            connection,
            tenant_id,
            now,
            worker_id="w1",
            formats=[row["format"]],
            lease_seconds=900,
            tokens=[uuid4()],
            caller=SYSTEM,
            resting=row["others"],
        )


async def settle_all(
    connection: Connection,
    tenant_id: int,
    charges: Mapping[UUID, int],
    *,
    now: datetime = NOON,
    caller: Actor = SYSTEM,
) -> list[Outcome]:
    """Have a worker complete jobs in one batch, each at what it is to cost."""
    items = [
        claim_store.JobCompletion(
            job_id, *await hold(connection, tenant_id, job_id, now), charged, [], caller
        )
        for job_id, charged in charges.items()
    ]
    return await claim_store.complete_jobs(connection, tenant_id, now, items)


async def settle(
    connection: Connection, wallet: Wallet, job_id: UUID, charged: int, *, now: datetime = NOON
) -> Outcome:
    """Have a worker complete one job."""
    (outcome,) = await settle_all(connection, wallet.tenant_id, {job_id: charged}, now=now)
    return outcome


async def release_all(
    connection: Connection,
    tenant_id: int,
    job_ids: Sequence[UUID],
    status: str = "failed",
    *,
    now: datetime = NOON,
) -> list[Outcome]:
    """Have a worker give jobs up in one batch, or cancel them before any has them."""
    if status == "canceled":
        cancels = [claim_store.CancelItem(job_id, None, SYSTEM) for job_id in job_ids]
        return await claim_store.cancel_jobs(connection, tenant_id, now, cancels)
    failures = [
        claim_store.JobFailure(
            job_id,
            *await hold(connection, tenant_id, job_id, now),
            "RENDER_FAILED",
            "It did not render.",
            False,
            SYSTEM,
        )
        for job_id in job_ids
    ]
    return await claim_store.fail_jobs(connection, tenant_id, now, failures)


async def release(
    connection: Connection,
    wallet: Wallet,
    job_id: UUID,
    status: str = "failed",
    *,
    now: datetime = NOON,
) -> Outcome:
    """End one job that is not charged."""
    (outcome,) = await release_all(connection, wallet.tenant_id, [job_id], status, now=now)
    return outcome


async def spend(
    connection: Connection, wallet: Wallet, credits: int, *, now: datetime = NOON
) -> UUID:
    """Start a job and complete it at all that it reserved; its id."""
    job_id = await started(connection, wallet, credits, now=now)
    outcome = await settle(connection, wallet, job_id, credits, now=now)
    assert outcome.status == "done", outcome
    return job_id


def refused(outcome: Outcome) -> tuple[str | None, str | None]:
    """Code and reason of a refusal, which the outcome must be."""
    assert outcome.status == "refused", outcome
    return outcome.code, (outcome.facts or {}).get("reason")
