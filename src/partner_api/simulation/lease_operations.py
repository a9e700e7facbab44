"""Drawing what happens to leased accounts: they are requested, assigned, priced and released."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partner_api.lease_requests import store as lease_requests
from partner_api.leases import store as leases
from partner_api.simulation import store, work, writes
from partner_api.simulation.operations import Effect, Item, Operation, Recovery
from partner_api.simulation.world import Lease, LeaseRequest

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.simulation.work import PoolAccount
    from partner_api.simulation.world import Organization

_PRICES_CENTS = (15_000, 15_000, 9_900, 0)
_OPEN_REQUESTS = 6


def add_accounts(chances: Chances, now: datetime, count: int) -> Operation:
    """Fill the operator's pool."""
    accounts = [
        work.PoolAccount(chances.ids.uuid7(now), f"account.{number}", chances.choose(_PRICES_CENTS))
        for number in range(count)
    ]
    chances.world.accounts.extend(accounts)
    items = [Item(account) for account in accounts]
    return Operation("pool account", work.add_accounts, 0, now, items, Recovery.ASK_AGAIN)


def request(chances: Chances, now: datetime) -> Operation | None:
    """Ask the operator for one to three accounts, now and then for a project of somebody else."""
    owner = chances.organization()
    if owner.status != "active" or len(chances.world.requests) >= _OPEN_REQUESTS:
        return None
    project = chances.project(owner)
    asked = LeaseRequest(chances.ids.ulid(now), project, chances.random.randint(1, 3))
    caller = chances.client(owner, now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            chances.world.requests.append(asked)

    argument = writes.LeaseRequestSubmission(
        asked.request_id,
        owner.organization_id,
        project.project_id,
        asked.count,
        caller,
        chances.key(caller, owner.tenant_id, "/leased-accounts/request", now),
    )
    return Operation(
        "lease request",
        writes.submit_lease_requests,
        owner.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        refusals=frozenset() if project.owner is owner else frozenset({"NOT_FOUND"}),
        count=store.count_records,
        statements=5,
    )


def fulfil(chances: Chances, now: datetime) -> Operation | None:
    """Answer a request with as many accounts as it asks for, or fewer, mostly ones that are available."""
    world = chances.world
    if not world.requests:
        return None
    asked = chances.choose(world.requests)
    owner = asked.project.owner
    accounts = _accounts(chances, asked)
    price = chances.choose((None, None, None, 5_000))
    begun = [
        Lease(
            chances.ids.uuid7(now),
            account,
            asked.project,
            account.monthly_price_cents if price is None else price,
        )
        for account in accounts
    ]
    total = sum(one.price_cents for one in begun)
    caller = chances.operator(now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            world.requests.remove(asked)
            for lease in begun:
                world.begin_lease(lease)

    argument = lease_requests.FulfilItem(
        asked.request_id,
        [one.account.account_id for one in begun],
        [one.social_account_id for one in begun],
        price,
        None,
        caller,
        chances.key(caller, owner.tenant_id, "/lease-requests/fulfil", now),
    )
    payer = owner.payer.organization_id
    status = "assigned" if len(accounts) == asked.count else "partial"
    return Operation(
        "lease fulfilment",
        partial(work.move_money_after_renewals, lease_requests.fulfil),
        owner.tenant_id,
        now,
        [
            Item(
                argument,
                [Effect("cash", payer, "lease_charge", -total)] if total else [],
                ("status", status),
                learn,
            )
        ],
        Recovery.SAME_KEY,
        refusals=frozenset({"CONFLICT", "VALIDATION", "BILLING_EXHAUSTED"}),
        # Each of its accounts leaves an audit row too.
        count=partial(store.count_audit_rows, event_type="lease_request.assigned"),
        statements=work.STATEMENTS_AFTER_RENEWALS,
    )


def _accounts(chances: Chances, asked: LeaseRequest) -> list[PoolAccount]:
    """Return accounts for a request: as many as it asks for, fewer, or one too many."""
    world = chances.world
    free = [one for one in world.accounts if one.account_id not in world.leases]
    pool = free if free and chances.happens(0.9) else world.accounts
    wanted = asked.count if chances.happens(0.7) else chances.random.randint(1, asked.count + 1)
    return chances.random.sample(pool, min(len(pool), wanted))


def reject(chances: Chances, now: datetime) -> Operation | None:
    """Answer a request with a refusal."""
    world = chances.world
    if not world.requests:
        return None
    asked = chances.choose(world.requests)
    tenant_id = asked.project.owner.tenant_id
    caller = chances.operator(now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            world.requests.remove(asked)

    argument = lease_requests.RejectItem(
        asked.request_id,
        "Nothing fits.",
        caller,
        chances.key(caller, tenant_id, "/lease-requests/reject", now),
    )
    return Operation(
        "lease rejection",
        partial(work.move_money, lease_requests.reject),
        tenant_id,
        now,
        [Item(argument, answer=("status", "rejected"), learn=learn)],
        Recovery.SAME_KEY,
        count=store.count_audit_rows,
    )


def release(chances: Chances, now: datetime) -> Operation | None:
    """Release a lease as its organization, now and then as another one."""
    lease = _lease(chances)
    if lease is None:
        return None
    acting = chances.organization() if chances.happens(0.05) else lease.project.owner
    return _end(chances, now, lease, acting)


def recall(chances: Chances, now: datetime) -> Operation | None:
    """Recall a lease, as the operator does."""
    lease = _lease(chances)
    return None if lease is None else _end(chances, now, lease, None)


def _end(chances: Chances, now: datetime, lease: Lease, acting: Organization | None) -> Operation:
    tenant_id = lease.project.owner.tenant_id
    caller = chances.operator(now) if acting is None else chances.client(acting, now)
    move = work.move_money if acting is None else work.move_money_after_renewals
    is_own = acting in (None, lease.project.owner)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused" or outcome.code == "CONFLICT":
            chances.world.end_lease(lease)

    argument = leases.DisconnectItem(
        lease.social_account_id,
        None if acting is None else acting.organization_id,
        "recalled_by_operator" if acting is None else "released_by_partner",
        None,
        caller,
        chances.key(caller, tenant_id, "/leased-accounts", now),
    )
    return Operation(
        "lease recall" if acting is None else "lease release",
        partial(move, leases.disconnect),
        tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        refusals=frozenset({"CONFLICT" if is_own else "NOT_FOUND"}),
        count=store.count_audit_rows,
        statements=1 if acting is None else work.STATEMENTS_AFTER_RENEWALS,
    )


def price(chances: Chances, now: datetime) -> Operation | None:
    """Set what a lease costs from its next renewal on."""
    lease = _lease(chances)
    if lease is None:
        return None
    tenant_id = lease.project.owner.tenant_id
    caller = chances.operator(now)

    def learn(outcome: Outcome) -> None:
        if outcome.status == "refused":
            chances.world.end_lease(lease)

    argument = leases.PriceItem(
        lease.social_account_id,
        chances.choose((*_PRICES_CENTS, 20_000)),
        caller,
        chances.key(caller, tenant_id, "/leases", now),
    )
    return Operation(
        "lease price",
        partial(work.move_money, leases.set_price),
        tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        refusals=frozenset({"CONFLICT"}),
        count=store.count_audit_rows,
    )


def _lease(chances: Chances) -> Lease | None:
    """A lease, mostly one that is not over."""
    world = chances.world
    if world.ended_leases and chances.happens(0.05):
        return chances.choose(world.ended_leases)
    return chances.choose([*world.leases.values()]) if world.leases else None
