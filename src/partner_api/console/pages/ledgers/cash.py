"""The cash ledger of a partner, each row of it with its reason, and refunds of months of leases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.cash.store import CashEventType
from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.filters import one_of
from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after, confirm_above
from partner_api.console.components.sentence import shown
from partner_api.console.components.table import listing, table
from partner_api.console.components.text import (
    cents,
    dollars,
    facts,
    instant,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.ledgers.cash_rows import (
    MONTHS,
    MORE_CASH_CSV,
    before_cash,
    cash_columns,
    cash_facts,
    cash_line,
    left_of_month,
)
from partner_api.console.pages.ledgers.cash_words import (
    cash_row_address,
    cash_words,
    month_words,
)
from partner_api.console.pages.ledgers.frame import (
    AMOUNT_FILTERS,
    ENV_FILTER,
    change,
    ledger_of,
    refund_refused,
    ways_on,
)
from partner_api.console.pages.organizations.frame import address
from partner_api.errors import ApiError
from partner_api.ops.cash import event_routes, routes

if TYPE_CHECKING:
    from partner_api.cash.schemas import CashWallet
    from partner_api.console.visit import Visit
    from partner_api.ops.cash.event_schemas import OpsCashEventDetail

pages = Pages()
_FILTERS: Final = [
    one_of("eventType", "Type", get_args(CashEventType)),
    *AMOUNT_FILTERS,
    Field("socialAccountId", "Lease", attributes={"maxlength": "60", "placeholder": "sa_…"}),
    ENV_FILTER,
]


@pages.page("/organizations/{orgId}/cash")
async def show_cash(visit: Visit, org_id: str) -> View:
    """Show a partner's cash wallet and its ledger."""
    ledger = await ledger_of(visit, org_id, "cash")
    env, organization = ledger.env, ledger.organization
    if organization is not None and organization.parent_organization_id is not None:
        partner = address(organization.parent_organization_id, "cash")
        return ledger.view(
            visit,
            h.p(".empty")[
                "A child has no cash wallet: its partner pays for its leases, from ",
                h.a(href=partner)["the partner's cash"],
                ".",
            ],
        )
    rows, wallet = await asyncio.gather(
        listing(
            visit,
            event_routes.list_partner_cash_events,
            cash_columns(visit, org_id, env),
            name="cash",
            only_csv=MORE_CASH_CSV,
            label="Movements of cash",
            filters=_FILTERS,
            href=lambda one: cash_row_address(org_id, one.sequence, env),
            above=cash_line,
            empty="No row of this ledger fits. Its first comes with a payment, which you record on the "
            "organization's page.",
            org_id=org_id,
        ),
        visit.ask(event_routes.read_partner_cash, query={"env": env}, org_id=org_id),
    )
    return ledger.view(visit, _wallet(wallet), section("Every movement", rows, id="ledger"))


@pages.page("/organizations/{orgId}/cash/{sequence}")
async def show_cash_row(visit: Visit, org_id: str, sequence: str) -> View:
    """Show one row of the cash ledger, with everything that belongs with it."""
    ledger = await ledger_of(visit, org_id, "cash")
    env = ledger.env
    event = await visit.ask(
        event_routes.read_partner_cash_event, query={"env": env}, org_id=org_id, sequence=sequence
    )
    return ledger.view(
        visit,
        h.p(".why")[shown(cash_words(event))],
        change(
            cents(before_cash(event)),
            cents(event.amount_cents, signed=True),
            cents(event.balance_after_cents),
        ),
        cash_facts(event),
        await _refund(visit, org_id, event) if env == "live" else None,
        section(
            "The months of this lease",
            table(
                MONTHS,
                event.lease_months,
                href=lambda one: (
                    cash_row_address(org_id, one.sequence, env) if one.sequence else ""
                ),
                caption="Months that have begun, newest first",
            ),
            id="months",
        )
        if event.lease_months
        else None,
        section(
            "What belongs with it",
            table(
                cash_columns(visit, org_id, env),
                event.related,
                href=lambda one: cash_row_address(org_id, one.sequence, env),
                empty="Nothing: this row stands alone.",
                caption="Rows of its lease, of the same request, and what a payment paid",
            ),
            id="related",
        ),
        ways_on(
            ledger,
            rows_link(
                visit,
                event.related,
                [*cash_columns(visit, org_id, env), *MORE_CASH_CSV],
                name="related",
            ),
            cash_row_address(org_id, event.sequence - 1, env) if event.sequence > 1 else None,
        ),
        row=event.sequence,
    )


@pages.action(
    "/organizations/{orgId}/cash/{sequence}/refund",
    shows=show_cash_row,
    does=(routes.refund_cash,),
)
async def refund_month(visit: Visit, org_id: str, sequence: str) -> Done:
    """Refund what a month of a lease was charged, or a part of it."""
    amount = visit.amount("amountCents")
    event = await visit.ask(event_routes.read_partner_cash_event, org_id=org_id, sequence=sequence)
    if event.social_account_id is None or event.lease_month is None:
        raise ApiError("CONFLICT", "This row is of no lease, so there is nothing to give back.")
    wallet = await visit.ask(event_routes.read_partner_cash, org_id=org_id)
    month = month_words(event.lease_month, event.period_start, event.period_end)
    confirm_above(
        visit,
        amount,
        "cents",
        f"{dollars(amount)} of what {month} of the lease was charged is given back.",
        [("Cash", wallet.balance_cents, wallet.balance_cents + amount)],
    )
    try:
        await visit.do(
            routes.refund_cash,
            {
                "socialAccountId": event.social_account_id,
                "leaseMonth": event.lease_month,
                "amountCents": amount,
                "description": visit.optional("description"),
            },
            org_id=org_id,
        )
    except ApiError as error:
        facts_now = error.details or {}
        charged, refunded = facts_now.get("chargedCents", 0), facts_now.get("refundedCents", 0)
        raise refund_refused(
            error, dollars(charged), dollars(refunded), nothing_left=charged == refunded
        ) from error
    return Done(cash_row_address(org_id, event.sequence, "live"), f"{dollars(amount)} given back.")


def _wallet(wallet: CashWallet) -> h.Node:
    coming = wallet.upcoming_renewals
    return facts(
        ("Balance", h.strong[cents(wallet.balance_cents)]),
        (f"Renewals in {coming.days} days", f"{coming.count:,}"),
        ("They cost", cents(coming.total_cents)),
        ("The next", instant(coming.next_renewal_at)),
        (
            "Covered until" if coming.shortfall_cents else "Covered at least until",
            instant(coming.covered_until),
        ),
        ("To be paid in", cents(coming.shortfall_cents)),
    )


async def _refund(visit: Visit, org_id: str, event: OpsCashEventDetail) -> h.Node:
    """Return the form that refunds the month that a row charged, or what is said when all of it has been."""
    lease = event.lease
    is_charge = event.event_type in ("lease_charge", "lease_renewal")
    if lease is None or not is_charge or not visit.may(routes.refund_cash):
        return None
    left = left_of_month(event)
    if not left and visit.submitted is None:
        return section(
            "Refund", h.p["All that this month was charged has been given back."], id="refund"
        )
    wallet = await visit.ask(event_routes.read_partner_cash, org_id=org_id)
    return section(
        "Refund",
        form(
            visit,
            "refund",
            f"{cash_row_address(org_id, event.sequence, 'live')}/refund",
            [
                Field(
                    "amountCents",
                    "Amount in cents",
                    "cents",
                    value=str(left) if left else "",
                    required=True,
                    hint=f"Up to {dollars(left)} of the {dollars(lease.charged_cents)} that it was charged.",
                ),
                Field(
                    "description",
                    "Description",
                    hint="The partner sees it.",
                    attributes={"maxlength": "500"},
                ),
            ],
            submit="Give back",
            above=before_and_after(
                wallet.balance_cents, "cents", "amountCents", filled_in=left or None
            ),
            does=routes.refund_cash,
        ),
        id="refund",
    )
