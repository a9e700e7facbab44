"""One lease: whose it is, what it has brought month by month, what happens next, and what may be done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    badge,
    cents,
    dollars,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Pages, View
from partner_api.console.pages.leases.cells import (
    LIST,
    ORGANIZATIONS,
    organization,
    state,
    when,
)
from partner_api.console.pages.leases.history import history
from partner_api.console.pages.leases.lists import PLACE
from partner_api.ops.cash import routes as cash
from partner_api.ops.leases import routes as leases
from partner_api.ops.leases.schemas import LeaseMonth
from partner_api.ops.organizations import routes as organizations

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.leases.schemas import LeaseWithPayments

pages = Pages()


@pages.page("/leases/{socialAccountId}")
async def show_lease(visit: Visit, social_account_id: str) -> View:
    """Show one lease."""
    found, last_paid, months, events = await asyncio.gather(
        visit.ask(leases.read_lease, social_account_id=social_account_id),
        last_paid_month(visit, social_account_id),
        listing(
            visit,
            leases.list_lease_months,
            _MONTHS,
            name="months",
            cursor="months",
            caption="Months that were charged or tried, newest first",
            empty="No month has begun yet.",
            social_account_id=social_account_id,
        ),
        history(
            visit,
            leases.list_lease_history,
            cursor="history",
            social_account_id=social_account_id,
        ),
    )
    is_assigned = found.status == "assigned"
    forms = _forms(visit, found, last_paid, await cash_of(visit, found)) if is_assigned else None
    ledger = f"{ORGANIZATIONS}/{found.partner_id}/cash"
    return View(
        title=f"@{found.handle}",
        place=PLACE,
        trail=((PLACE, LIST), (found.partner_name, f"{ORGANIZATIONS}/{found.partner_id}")),
        body=[
            _what_happens_next(found),
            _facts(found),
            section(
                "Months",
                months,
                h.p[h.a(href=ledger)["The cash ledger that paid them"]],
                id="months",
            ),
            forms,
            section("What happened", events, id="history"),
        ],
    )


async def last_paid_month(visit: Visit, social_account_id: str) -> LeaseMonth | None:
    """Return the newest month of a lease that is paid."""
    newest = await visit.ask(
        leases.list_lease_months, query={"limit": 12}, social_account_id=social_account_id
    )
    return next((month for month in newest.items if month.status == "paid"), None)


async def cash_of(visit: Visit, lease: LeaseWithPayments) -> int:
    """Return the cash of the partner that pays a lease, in cents."""
    payer = await visit.ask(organizations.read_organization, org_id=lease.partner_id)
    return payer.cash_balance_cents or 0


def refundable_cents(month: LeaseMonth | None) -> int:
    """Return how much of a month can be given back."""
    return 0 if month is None else month.price_cents - month.refunded_cents


def _what_happens_next(lease: LeaseWithPayments) -> h.Node:
    if lease.billing_status != "past_due":
        return None
    return h.div(".error")[
        h.p[
            "Past due since ",
            instant(lease.past_due_since),
            f": the cash wallet could not pay {dollars(lease.monthly_price_cents)}. It is tried again at ",
            instant(lease.next_attempt_at),
            " and when money is paid in; if it still cannot be paid at ",
            instant(lease.last_attempt_at),
            ", the lease ends and the account goes back to the pool. ",
            h.a(href=f"{ORGANIZATIONS}/{lease.partner_id}")["Record a payment of the partner"],
            ".",
        ]
    ]


def _facts(lease: LeaseWithPayments) -> h.Node:
    child = lease.organization_id != lease.partner_id
    over = lease.status == "disconnected"
    return facts(
        ("Status", state(lease)),
        ("Partner", organization(lease.partner_id, lease.partner_name)),
        *(
            [("Child", organization(lease.organization_id, lease.organization_name))]
            if child
            else []
        ),
        ("Project", [other(lease.project_name), " ", identifier(lease.project_id)]),
        ("Price of a month", cents(lease.monthly_price_cents)),
        ("Assigned", instant(lease.assigned_at)),
        *(
            [
                ("Ended", instant(lease.disconnected_at or None)),
                ("Note", other(lease.release_note)),
            ]
            if over
            else [
                ("Paid through", when(lease.paid_through)),
                ("Next renewal", when(lease.next_renewal_at)),
            ]
        ),
        ("Months paid", str(lease.months_paid)),
        ("Charged", cents(lease.paid_cents)),
        ("Refunded", cents(lease.refunded_cents)),
        ("Platform", lease.platform),
        ("Followers", f"{lease.followers:,}"),
        ("Lease", identifier(lease.social_account_id)),
        (
            "Account of the pool",
            identifier(lease.pool_account_id, f"/console/pool/{lease.pool_account_id}"),
        ),
    )


_MONTHS: Final = [
    Column[LeaseMonth](
        "Month", lambda one: f"{one.lease_month + 1}", lambda one: one.lease_month + 1
    ),
    Column[LeaseMonth]("From", lambda one: instant(one.period_start), lambda one: one.period_start),
    Column[LeaseMonth]("To", lambda one: instant(one.period_end), lambda one: one.period_end),
    Column[LeaseMonth]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[LeaseMonth](
        "Charge", lambda one: cents(one.price_cents), lambda one: one.price_cents, number=True
    ),
    Column[LeaseMonth](
        "Refunded",
        lambda one: cents(one.refunded_cents),
        lambda one: one.refunded_cents,
        number=True,
    ),
    Column[LeaseMonth]("Settled", lambda one: when(one.settled_at), lambda one: one.settled_at),
    Column[LeaseMonth](
        "Cash event", lambda one: identifier(one.event_id), lambda one: one.event_id
    ),
]


def _forms(
    visit: Visit, lease: LeaseWithPayments, last_paid: LeaseMonth | None, balance: int
) -> h.Node:
    own = f"{LIST}/{lease.social_account_id}"
    price = form(
        visit,
        "price",
        f"{own}/price",
        [
            Field(
                "monthlyPriceCents",
                "Price of a month in cents",
                "cents",
                value=str(lease.monthly_price_cents),
                required=True,
                hint="From the next renewal on. A month that has begun keeps its price, also if it is paid late.",
            )
        ],
        submit="Change the price",
        does=leases.change_lease,
    )
    back = _give_back(visit, last_paid)
    recall = form(
        visit,
        "recall",
        f"{own}/recall",
        [
            Field(
                "note",
                "Reason",
                "textarea",
                hint="Kept on the lease and in the audit log.",
                attributes={"maxlength": "1024"},
            ),
            *back,
        ],
        submit="Recall the account",
        tone="danger",
        above=before_and_after(balance, "cents", "refundCents") if back else None,
        does=leases.recall_lease,
    )
    if price is None and recall is None:
        return None
    return h.div(".cards")[section("Price", price), section("Recall", recall)]


def _give_back(visit: Visit, month: LeaseMonth | None) -> list[Field]:
    """Return the field that says what is given back of the newest month that is paid, for whoever may."""
    left = refundable_cents(month)
    if month is None or not left or not visit.may(cash.refund_cash):
        return []
    return [
        Field(
            "refundCents",
            "Give back, in cents",
            "cents",
            hint=f"Of month {month.lease_month + 1}, at most {dollars(left)}; nothing is given back by itself.",
        )
    ]
