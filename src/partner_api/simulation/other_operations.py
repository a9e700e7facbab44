"""Drawing everything but credits and jobs: cash, leases, organizations, reads, sweeps, repeated requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from partner_api.cash import store as cash
from partner_api.credits.store import WalletKey
from partner_api.leases import store as leasing
from partner_api.simulation import store, work
from partner_api.simulation.operations import Effect, Item, Operation, Recovery
from partner_api.simulation.world import Organization
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.retention import PurgeIdempotencyRecords, RotateAuditPartitions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.sweeps.sweep import Sweep

_PRICES_CENTS = (15_000, 15_000, 9_900, 0)
# A record lives for 24 hours, by clocks that may be seconds apart.
_REPEATABLE = timedelta(hours=23)


def open_organization(
    chances: Chances, now: datetime, partner: Organization | None, name: str
) -> Operation:
    """Create a partner, or a child of one."""
    organization = Organization(
        chances.ids.tenant() if partner is None else partner.tenant_id,
        chances.ids.uuid7(now),
        chances.ids.uuid7(now),
        partner,
    )

    def learn(outcome: Outcome) -> None:
        if outcome.status == "done":
            siblings = chances.world.partners if partner is None else partner.children
            siblings.append(organization)
            chances.world.organizations.append(organization)

    argument = work.OrganizationOpening(
        organization.organization_id,
        None if partner is None else partner.organization_id,
        organization.project_id,
        name,
        chances.operator(now),
    )
    return Operation(
        "organization",
        work.open_organizations,
        organization.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.ASK_AGAIN,
    )


def open_child(chances: Chances, now: datetime) -> Operation | None:
    """Create a child, unless its partner has as many as it is to have."""
    partner = chances.partner()
    if len(partner.children) >= chances.options.children:
        return None
    return open_organization(chances, now, partner, f"Child {len(chances.world.organizations)}")


def suspend(chances: Chances, now: datetime) -> Operation | None:
    """Suspend a child."""
    return _change_status_of_one(chances, now, "active", "suspended")


def resume(chances: Chances, now: datetime) -> Operation | None:
    """Resume a child that is suspended."""
    return _change_status_of_one(chances, now, "suspended", "active")


def _change_status_of_one(
    chances: Chances,
    now: datetime,
    before: Literal["active", "suspended"],
    after: Literal["active", "suspended"],
) -> Operation | None:
    children = [
        child
        for partner in chances.world.partners
        for child in partner.children
        if child.status == before
    ]
    return _change_status(chances, now, chances.choose(children), after) if children else None


def archive(chances: Chances, now: datetime) -> Operation | None:
    """Archive a child, or once more one that is archived."""
    child = chances.organization(child_probability=1)
    if child.partner is None:
        return None
    return _change_status(chances, now, child, "archived")


def _change_status(
    chances: Chances,
    now: datetime,
    child: Organization,
    status: Literal["active", "suspended", "archived"],
) -> Operation:
    assert child.partner is not None  # noqa: S101 - children only

    def learn(outcome: Outcome) -> None:
        if outcome.status == "refused":
            return
        if status == "archived":
            chances.world.archive(child)
        else:
            child.status = status

    argument = work.StatusChange(
        child.organization_id,
        child.partner.organization_id,
        status,
        chances.client(child.partner, now),
    )
    return Operation(
        {"active": "resumption", "suspended": "suspension", "archived": "archive"}[status],
        work.change_status,
        child.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.ASK_AGAIN,
        refusals=frozenset({"CONFLICT"}),
        count=store.count_statuses,
    )


def post_cash(chances: Chances, now: datetime) -> Operation:
    """Top up a partner's cash, or correct it; now and then a child's, which has none."""
    owner = chances.organization(child_probability=0.02)
    kind: Literal["topup", "adjustment"] = "topup" if chances.happens(0.6) else "adjustment"
    amount_cents = chances.random.randint(1, 60_000)
    if kind == "adjustment" and chances.happens(0.7):
        amount_cents = -amount_cents
    caller = chances.operator(now)
    argument = cash.CashPosting(
        owner.organization_id,
        kind,
        amount_cents,
        "Simulated",
        None,
        caller,
        chances.key(caller, owner.tenant_id, f"/cash/{kind}", now),
    )
    effect = Effect("cash", owner.organization_id, kind, amount_cents)
    return Operation(
        f"cash {kind}",
        partial(work.move_money, cash.post),
        owner.tenant_id,
        now,
        [Item(argument, [effect], ("event.amount_cents", amount_cents))],
        Recovery.SAME_KEY,
        refusals=frozenset({"NOT_FOUND", "VALIDATION", "BILLING_EXHAUSTED"}),
        count=store.count_audit_rows,
    )


def lease(chances: Chances, now: datetime) -> Operation:
    """Assign one to three accounts to a project, mostly ones that are available."""
    owner = chances.organization()
    partner = owner.partner or owner
    world = chances.world
    free = [one for one in world.accounts if one.account_id not in world.leased]
    pool = free if free and chances.happens(0.9) else world.accounts
    accounts = chances.random.sample(pool, min(len(pool), chances.random.randint(1, 3)))
    price = chances.choose((None, None, None, 5_000))
    total = sum(one.monthly_price_cents if price is None else price for one in accounts)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            for one in accounts:
                world.leased[one.account_id] = owner

    argument = leasing.LeaseAssignment(
        owner.project_id,
        [one.account_id for one in accounts],
        [chances.ids.uuid7(now) for _ in accounts],
        price,
        chances.operator(now),
    )
    effects = [Effect("cash", partner.organization_id, "lease_charge", -total)] if total else []
    return Operation(
        "lease",
        partial(work.move_money, leasing.assign),
        owner.tenant_id,
        now,
        [Item(argument, effects, ("charged_cents", total), learn)],
        Recovery.LOOK_FIRST,
        refusals=frozenset({"KILL_SWITCH", "CONFLICT", "BILLING_EXHAUSTED"}),
        count=store.count_leases,
    )


def add_accounts(chances: Chances, now: datetime, count: int) -> Operation:
    """Fill the operator's pool."""
    accounts = [
        work.PoolAccount(chances.ids.uuid7(now), f"account.{number}", chances.choose(_PRICES_CENTS))
        for number in range(count)
    ]
    chances.world.accounts.extend(accounts)
    items = [Item(account) for account in accounts]
    return Operation("pool account", work.add_accounts, 0, now, items, Recovery.ASK_AGAIN)


def read(chances: Chances, now: datetime) -> Operation:
    """Read one or more wallets of a partner; a read writes the rollovers that are due."""
    partner = chances.partner()
    family = [partner, *partner.children]
    return reading(now, chances.random.sample(family, chances.random.randint(1, len(family))))


def reading(now: datetime, owners: Sequence[Organization]) -> Operation:
    """Read the wallets of organizations of one tenant."""
    items = [_read(owner) for owner in owners]
    return Operation("read", work.read, owners[0].tenant_id, now, items, Recovery.ASK_AGAIN)


def _read(owner: Organization) -> Item:
    def learn(outcome: Outcome) -> None:
        if outcome.facts is not None:
            owner.available = outcome.facts["available"]

    partner_id = None if owner.partner is None else owner.partner.organization_id
    key = WalletKey(owner.tenant_id, owner.organization_id, partner_id)
    return Item(key, answer=("is_current", True), learn=learn)


def sweep(chances: Chances, now: datetime) -> Operation:
    """Run a step of one of the sweeps."""
    sweeps: tuple[Sweep, ...] = (
        EndPeriods(),
        EndPeriods(),
        ExpireJobs(),
        ExpireJobs(),
        RenewLeases(),
        RenewLeases(),
        PurgeIdempotencyRecords(),
        RotateAuditPartitions(),
    )
    return sweeping(now, chances.choose(sweeps))


def sweeping(now: datetime, one: Sweep) -> Operation:
    """Run a step of a sweep, for all tenants."""
    return Operation(f"sweep {one.name}", work.sweep, 0, now, [Item(one)], Recovery.ASK_AGAIN)


def repeat(chances: Chances, now: datetime) -> Operation | None:
    """Send a request again that was answered before, as it was or with another body."""
    candidates = [
        (earlier, facts)
        for earlier, facts in chances.world.answered
        # A transfer remembers its key for ever, the others for a day.
        if earlier.kind == "allocation" or now - earlier.now < _REPEATABLE
    ]
    if not candidates:
        return None
    # By kind first: transfers, which stay repeatable, would crowd out the others.
    kind = chances.choose(sorted({earlier.kind for earlier, _ in candidates}))
    earlier, facts = chances.choose([one for one in candidates if one[0].kind == kind])
    argument = earlier.items[0].argument
    caller = argument.caller._replace(request_id=chances.ids.request(now))
    changes: dict[str, Any] = {"caller": caller}
    conflicts = chances.happens(0.2)
    if conflicts:
        changes["idempotency"] = argument.idempotency._replace(
            fingerprint=chances.random.randbytes(16)
        )
    if earlier.kind == "allocation":
        changes["transfer_id"] = chances.ids.uuid7(now)
    item = Item(
        argument._replace(**changes), repeats=None if conflicts else facts, conflicts=conflicts
    )
    return replace(earlier, kind="repeated request", now=now, items=[item], stop=None)
