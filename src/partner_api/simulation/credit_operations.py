"""Drawing operations on credit wallets."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from partner_api.credits import store as credit
from partner_api.simulation import store, work
from partner_api.simulation.operations import Effect, Item, Operation, Recovery
from partner_api.simulation.world import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.simulation.world import Job, Organization

_TIERS = ("free", "starter", "pro", "scale", "enterprise")
_ALLOTMENTS = (0, 50, 100, 400, 1000, 1000, 5000)
_STATUSES = ("active", "active", "active", "past_due", "canceled")
# The days back that a subscription may have begun, tomorrow included.
_STARTS = (-1, 0, 0, 1, 9, 28, 31, 62, 70)
_EXHAUSTED = "BILLING_EXHAUSTED"
# Of a read; the others have one.
_STATEMENTS = 3


def grant_or_purchase(chances: Chances, now: datetime) -> Operation:
    """Grant or sell credits; partners buy most, because they fund their children."""
    owner = chances.organization(child_probability=0.2)
    kind: Literal["grant", "purchase"] = "grant" if chances.happens(0.3) else "purchase"
    credits = chances.random.randint(1, 12_000 if owner.partner is None else 2_000)
    return _posting(chances, now, kind, owner, credits, {"VALIDATION", "CONFLICT"})


def adjust(chances: Chances, now: datetime) -> Operation:
    """Correct a balance, up or down."""
    owner = chances.organization()
    credits = chances.amount(owner.available)
    if chances.happens(0.6):
        credits = -credits
    elif owner.available < 1000:
        # An empty wallet has room for the largest amount, and would refuse everything after it.
        credits = min(credits, 1000)
    return _posting(
        chances, now, "adjustment", owner, credits, {"VALIDATION", "CONFLICT", _EXHAUSTED}
    )


def refund(chances: Chances, now: datetime) -> Operation | None:
    """Refund some of what a job was charged, or a little more, or for somebody else's job."""
    charged = [job for job in chances.world.ended if job.charged]
    if not charged:
        return None
    job = chances.choose(charged)
    owner = chances.organization() if chances.happens(0.1) else job.organization
    left = job.charged - job.refunded
    credits = left if chances.happens(0.4) else chances.random.randint(1, job.charged + 1)
    refusals = {"NOT_FOUND", "CONFLICT", "VALIDATION"}
    return _posting(chances, now, "refund", owner, max(1, credits), refusals, job)


def _posting(
    chances: Chances,
    now: datetime,
    kind: Literal["grant", "purchase", "adjustment", "refund"],
    owner: Organization,
    credits: int,
    refusals: set[str],
    job: Job | None = None,
) -> Operation:
    caller = chances.operator(now)
    item = Item(
        credit.CreditPosting(
            owner.organization_id,
            kind,
            credits,
            None if job is None else job.job_id,
            None,
            {},
            caller,
            chances.key(caller, owner.tenant_id, f"/credits/{kind}", now),
        ),
        effects=[Effect("credits", owner.organization_id, kind, credits)],
        answer=("event.prepaid_delta", credits),
    )

    def learn(outcome: Outcome) -> None:
        _learn_balance(owner, outcome)
        if job is not None and outcome.status != "refused":
            job.refunded += credits

    item.learn = learn
    return _keyed(kind, credit.post, owner.tenant_id, now, [item], refusals)


def allocate(chances: Chances, now: datetime) -> Operation | None:
    """Move credits from a partner to one of its children, or several at once."""
    partner = chances.partner()
    if not partner.children:
        return None
    items = []
    for _ in range(1 if chances.happens(0.8) else chances.random.randint(2, 4)):
        child = chances.choose(partner.children)
        if chances.happens(0.01):
            # An archived child, or one of another partner.
            child = chances.choose(chances.world.organizations)
        items.append(_allocation(chances, now, partner, child))
    refusals = {"NOT_FOUND", "KILL_SWITCH", "VALIDATION", _EXHAUSTED}
    return _keyed("allocation", credit.allocate, partner.tenant_id, now, items, refusals)


def _allocation(
    chances: Chances, now: datetime, partner: Organization, child: Organization
) -> Item:
    credits = chances.amount(partner.available)
    caller = chances.client(partner, now)

    def learn(outcome: Outcome) -> None:
        _learn_balance(child, outcome)
        if outcome.status != "refused":
            partner.available -= credits

    return Item(
        credit.CreditAllocation(
            chances.ids.uuid7(now),
            partner.organization_id,
            child.organization_id,
            credits,
            None,
            {},
            caller,
            chances.key(caller, partner.tenant_id, "/allocate", now),
        ),
        effects=[
            Effect("credits", partner.organization_id, "allocation", -credits),
            Effect("credits", child.organization_id, "allocation", credits),
        ],
        answer=("allocated", credits),
        learn=learn,
    )


def configure(chances: Chances, now: datetime) -> Operation:
    """Patch a child's cap and refill."""
    child = chances.organization(child_probability=0.97)
    partner = child.partner or child
    patch: dict[str, Any] = {}
    if chances.happens(0.5):
        patch["monthly_credit_cap"] = (
            None if chances.happens(0.4) else chances.random.randint(0, 8000)
        )
    if chances.happens(0.7):
        patch["refill_threshold"] = chances.random.randint(0, 400)
        patch["refill_amount"] = chances.random.randint(1, 1500)
        if chances.happens(0.1):
            patch["refill_amount"] = None
    elif chances.happens(0.3):
        patch["refill_threshold"] = patch["refill_amount"] = None
    caller = chances.client(partner, now)
    argument = credit.CreditConfiguration(
        child.organization_id,
        partner.organization_id,
        patch,
        caller,
        chances.key(caller, child.tenant_id, "/credit-config", now),
    )
    item = Item(argument, learn=lambda outcome: _learn_balance(child, outcome))
    refusals = {"NOT_FOUND", "KILL_SWITCH", "VALIDATION"}
    return _keyed("credit config", credit.configure, child.tenant_id, now, [item], refusals)


def subscribe(chances: Chances, now: datetime) -> Operation:
    """Set a subscription: a new one, the same again, another status, a moved start."""
    owner = chances.organization(child_probability=0.9)
    wanted = _subscription(chances, now, owner)
    caller = chances.operator(now)
    argument = credit.SubscriptionSetting(
        owner.organization_id,
        wanted.tier,
        wanted.credits,
        wanted.billing_status,
        None if chances.happens(0.3) else wanted.started_on,
        caller,
        chances.key(caller, owner.tenant_id, "/subscription", now),
    )

    def learn(outcome: Outcome) -> None:
        _learn_balance(owner, outcome)
        if outcome.status != "refused":
            owner.subscription = wanted

    item = Item(argument, learn=learn)
    refusals = {"VALIDATION", "CONFLICT"}
    return _keyed("subscription", credit.set_subscriptions, owner.tenant_id, now, [item], refusals)


def _subscription(chances: Chances, now: datetime, owner: Organization) -> Subscription:
    last = owner.subscription
    if last is None or chances.happens(0.4):
        return Subscription(
            chances.choose(_TIERS),
            chances.choose(_ALLOTMENTS),
            chances.choose(_STATUSES),
            _start(chances, now),
        )
    change = chances.random.random()
    credits, status, started_on = last.credits, last.billing_status, last.started_on
    if change < 0.3:
        status = chances.choose(_STATUSES)
    elif change < 0.6:
        credits = chances.choose(_ALLOTMENTS)
    elif change < 0.8:
        started_on = _start(chances, now)
    return Subscription(last.tier, credits, status, started_on)


def _start(chances: Chances, now: datetime) -> date:
    return (now - timedelta(days=chances.choose(_STARTS))).date()


def read(chances: Chances, now: datetime) -> Operation:
    """Read one or more wallets of a partner; a read writes the rollovers that are due."""
    partner = chances.partner()
    family = [partner, *partner.children]
    return reading(now, chances.random.sample(family, chances.random.randint(1, len(family))))


def reading(now: datetime, owners: Sequence[Organization]) -> Operation:
    """Read the wallets of organizations of one tenant."""
    items = [_read(owner) for owner in owners]
    return Operation(
        "read",
        work.read,
        owners[0].tenant_id,
        now,
        items,
        Recovery.ASK_AGAIN,
        statements=_STATEMENTS,
    )


def _read(owner: Organization) -> Item:
    def learn(outcome: Outcome) -> None:
        if outcome.facts is not None:
            owner.available = outcome.facts["available"]

    partner_id = None if owner.partner is None else owner.partner.organization_id
    key = credit.WalletKey(owner.tenant_id, owner.organization_id, partner_id)
    return Item(key, answer=("is_current", True), learn=learn)


def _learn_balance(organization: Organization, outcome: Outcome) -> None:
    if outcome.status != "refused" and outcome.facts is not None:
        organization.available = outcome.facts["available"]


def _keyed(
    kind: str,
    function: Callable[..., Any],
    tenant_id: int,
    now: datetime,
    items: list[Item],
    refusals: set[str],
) -> Operation:
    return Operation(
        kind,
        partial(work.move_money, function),
        tenant_id,
        now,
        items,
        Recovery.SAME_KEY,
        refusals=frozenset(refusals),
        count=store.count_audit_rows,
    )
