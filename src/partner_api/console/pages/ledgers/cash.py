"""The cash ledger of a partner, each row of it with its reason, and refunds of months of leases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.cash.store import CashEventType
from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after, confirm_above
from partner_api.console.components.sentence import plain, shown
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import (
    Tone,
    badge,
    cents,
    day,
    dollars,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.ledgers.cash_words import (
    cash_row_address,
    cash_words,
    month_words,
    who_of_cash,
)
from partner_api.console.pages.ledgers.frame import (
    AMOUNT_FILTERS,
    ENV_FILTER,
    balance_line,
    change,
    ledger_of,
    refund_refused,
    request_link,
)
from partner_api.console.pages.organizations.frame import address
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ops.cash import event_routes, routes
from partner_api.ops.cash.event_schemas import OpsCashEvent, SettledMonth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.cash.schemas import CashWallet
    from partner_api.console.visit import Visit
    from partner_api.ops.cash.event_schemas import OpsCashEventDetail

pages = Pages()
_FILTERS: Final = [
    Field(
        "eventType",
        "Type",
        "select",
        options=[
            ("", "all"),
            *((name, name.replace("_", " ")) for name in get_args(CashEventType)),
        ],
    ),
    *AMOUNT_FILTERS,
    Field("socialAccountId", "Lease", attributes={"maxlength": "60", "placeholder": "sa_…"}),
    ENV_FILTER,
]
_COLUMNS: Final = [
    Column[OpsCashEvent]("Row", lambda one: f"{one.sequence:,}", lambda one: one.sequence),
    Column[OpsCashEvent]("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[OpsCashEvent](
        "Type", lambda one: badge(one.event_type, "plain"), lambda one: one.event_type
    ),
    Column[OpsCashEvent](
        "Why", lambda one: shown(cash_words(one)), lambda one: plain(cash_words(one))
    ),
    Column[OpsCashEvent](
        "Amount",
        lambda one: cents(one.amount_cents, signed=True),
        lambda one: one.amount_cents,
        number=True,
    ),
    Column[OpsCashEvent](
        "Before",
        lambda one: cents(one.balance_after_cents - one.amount_cents),
        lambda one: one.balance_after_cents - one.amount_cents,
        number=True,
    ),
    Column[OpsCashEvent](
        "After",
        lambda one: cents(one.balance_after_cents),
        lambda one: one.balance_after_cents,
        number=True,
    ),
    Column[OpsCashEvent](
        "For", lambda one: other(one.organization_name), lambda one: one.organization_name
    ),
    Column[OpsCashEvent](
        "By", lambda one: shown(who_of_cash(one)), lambda one: plain(who_of_cash(one))
    ),
    Column[OpsCashEvent](
        "Description", lambda one: other(one.description), lambda one: one.description
    ),
    Column[OpsCashEvent]("Reference", lambda one: other(one.reference), lambda one: one.reference),
    Column[OpsCashEvent](
        "Request", lambda one: request_link(one.request_id), lambda one: one.request_id
    ),
]
_TONES: Final[dict[str, Tone]] = {"paid": "good", "due": "warn", "uncollected": "bad"}
_MONTHS: Final = [
    Column[SettledMonth](
        "Month", lambda one: f"{one.lease_month + 1:,}", lambda one: one.lease_month
    ),
    Column[SettledMonth]("From", lambda one: day(one.period_start), lambda one: one.period_start),
    Column[SettledMonth]("To", lambda one: day(one.period_end), lambda one: one.period_end),
    Column[SettledMonth](
        "Price", lambda one: cents(one.price_cents), lambda one: one.price_cents, number=True
    ),
    Column[SettledMonth](
        "Status",
        lambda one: badge(one.status, _TONES[one.status]),
        lambda one: one.status,
    ),
    Column[SettledMonth](
        "Given back",
        lambda one: cents(one.refunded_cents),
        lambda one: one.refunded_cents,
        number=True,
    ),
    Column[SettledMonth](
        "Settled", lambda one: instant(one.settled_at), lambda one: one.settled_at
    ),
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
    rows = await listing(
        visit,
        event_routes.list_partner_cash_events,
        _COLUMNS,
        name="cash",
        filters=_FILTERS,
        href=lambda one: cash_row_address(org_id, one.sequence, env),
        above=_line,
        empty="No row of this ledger fits. Its first comes with a payment, which you record on the "
        "organization's page.",
        org_id=org_id,
    )
    wallet = await visit.ask(event_routes.read_partner_cash, query={"env": env}, org_id=org_id)
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
            cents(event.balance_after_cents - event.amount_cents),
            cents(event.amount_cents, signed=True),
            cents(event.balance_after_cents),
        ),
        _facts(event),
        await _refund(visit, org_id, event) if env == "live" else None,
        section(
            "The months of this lease",
            table(
                _MONTHS,
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
                _COLUMNS,
                event.related,
                href=lambda one: cash_row_address(org_id, one.sequence, env),
                empty="Nothing: this row stands alone.",
                caption="Rows of its lease, of the same request, and what a payment paid",
            ),
            id="related",
        ),
        h.p(".pages")[
            h.a(href=cash_row_address(org_id, event.sequence - 1, env))["The row before"]
            if event.sequence > 1
            else None,
            h.a(href=ledger.address)["The whole ledger"],
        ],
        row=event.sequence,
    )


@pages.action(
    "/organizations/{orgId}/cash/{sequence}/refund",
    shows=show_cash_row,
    does=(routes.refund_cash,),
)
async def refund_month(visit: Visit, org_id: str, sequence: str) -> Done:
    """Give back what a month of a lease was charged, or a part of it."""
    amount = visit.whole_number("amountCents")
    if amount is None:
        raise invalid([Issue("amountCents", "Expected an amount")])
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
        ("Covered until", instant(coming.covered_until)),
        ("To be paid in", cents(coming.shortfall_cents)),
    )


def _line(rows: Sequence[OpsCashEvent]) -> h.Node:
    return balance_line([(row.created_at, row.balance_after_cents) for row in rows], write=dollars)


def _facts(event: OpsCashEventDetail) -> h.Node:
    found: list[tuple[str, h.Node]] = [
        ("Time", instant(event.created_at)),
        ("Type", badge(event.event_type, "plain")),
        ("By", shown(who_of_cash(event))),
        ("Request", request_link(event.request_id)),
        ("Description", other(event.description)),
        ("Reference", other(event.reference)),
    ]
    if event.lease is not None:
        lease = event.lease
        found += [
            ("For", other(event.organization_name)),
            (
                "Lease",
                identifier(event.social_account_id, f"/console/leases/{event.social_account_id}"),
            ),
            ("Account", other(f"@{lease.handle}")),
            (
                "Lease now",
                [badge(lease.status), " ", (lease.disconnected_reason or "").replace("_", " ")],
            ),
            (
                "Lease request",
                identifier(
                    event.lease_request_id, f"/console/lease-requests/{event.lease_request_id}"
                ),
            ),
            ("This month was charged", cents(lease.charged_cents)),
            ("Given back of that", cents(lease.refunded_cents)),
            ("Project", identifier(event.project_id)),
        ]
        if lease.pool_account_id is not None:
            found.append(
                (
                    "Pool account",
                    identifier(lease.pool_account_id, f"/console/pool/{lease.pool_account_id}"),
                )
            )
    return facts(*found, ("Hash", identifier(event.hash)))


async def _refund(visit: Visit, org_id: str, event: OpsCashEventDetail) -> h.Node:
    """Return the form that refunds the month that a row charged, or what is said when all of it has been."""
    lease = event.lease
    is_charge = event.event_type in ("lease_charge", "lease_renewal")
    if lease is None or not is_charge or not visit.may(routes.refund_cash):
        return None
    left = lease.charged_cents - lease.refunded_cents
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
            above=before_and_after(wallet.balance_cents, "cents", "amountCents"),
            does=routes.refund_cash,
        ),
        id="refund",
    )
