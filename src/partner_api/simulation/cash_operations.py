"""Drawing operations on cash wallets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from partner_api.cash import store as cash
from partner_api.simulation import store, work
from partner_api.simulation.operations import Effect, Item, Operation, Recovery

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances


def post(chances: Chances, now: datetime) -> Operation:
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


def refund(chances: Chances, now: datetime) -> Operation | None:
    """Refund some of what a month of a lease was charged, mostly the first, or a little more than all of it."""
    world = chances.world
    leases = [*world.leases.values(), *world.ended_leases]
    if not leases:
        return None
    lease = chances.choose(leases)
    month = 0 if chances.happens(0.85) else chances.random.randint(1, 3)
    left = lease.price_cents - lease.refunded_cents[month]
    amount_cents = max(1, left) if chances.happens(0.3) else chances.random.randint(1, 8_000)
    payer = lease.project.owner.payer
    caller = chances.operator(now)

    def check(outcome: Outcome) -> str | None:
        # What the later months cost, and whether they were paid, the driver was not told.
        if month == 0 and (outcome.status == "refused") != (amount_cents > left):
            return f"of {left} cents that are left of {lease.price_cents}: found {outcome.status}"
        return None

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            lease.refunded_cents[month] += amount_cents

    argument = cash.RefundItem(
        payer.organization_id,
        lease.social_account_id,
        month,
        amount_cents,
        "Simulated",
        caller,
        chances.key(caller, payer.tenant_id, "/cash/refund", now),
    )
    effect = Effect("cash", payer.organization_id, "refund", amount_cents)
    item = Item(argument, [effect], ("event.amount_cents", amount_cents), learn, check)
    return Operation(
        "cash refund",
        partial(work.move_money, cash.refund),
        payer.tenant_id,
        now,
        [item],
        Recovery.SAME_KEY,
        refusals=frozenset({"CONFLICT"}),
        count=store.count_audit_rows,
    )
