"""The ledger of credits of an organization, each row of it with its reason, and refunds of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after, confirm_above
from partner_api.console.components.sentence import plain, several, shown
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import (
    NONE,
    badge,
    credits,
    day,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.ledgers.credit_words import credit_words, row_address, who_of
from partner_api.console.pages.ledgers.frame import (
    AMOUNT_FILTERS,
    ENV_FILTER,
    balance_line,
    change,
    ledger_of,
    refund_refused,
    request_link,
)
from partner_api.credits.event_store import CreditEventType
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ops.credits import event_routes, routes
from partner_api.ops.credits.event_schemas import CreditReservation, OpsCreditEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.credits.schemas import Credits
    from partner_api.ops.credits.event_schemas import OpsCreditEventDetail

pages = Pages()
_FILTERS: Final = [
    Field(
        "eventType",
        "Type",
        "select",
        options=[("", "all"), *((name, name) for name in get_args(CreditEventType))],
    ),
    *AMOUNT_FILTERS,
    Field("jobId", "Job", attributes={"maxlength": "60", "placeholder": "job_…"}),
    ENV_FILTER,
]
_RESERVED: Final = [
    Column[CreditReservation]("Job", lambda one: identifier(one.job_id), lambda one: one.job_id),
    Column[CreditReservation](
        "Format", lambda one: one.format.replace("_", " "), lambda one: one.format
    ),
    Column[CreditReservation]("Stage", lambda one: badge(one.stage), lambda one: one.stage),
    Column[CreditReservation](
        "Holds", lambda one: credits(one.credits), lambda one: one.credits, number=True
    ),
    Column[CreditReservation](
        "Since", lambda one: instant(one.reserved_at), lambda one: one.reserved_at
    ),
    Column[CreditReservation](
        "Free at the latest", lambda one: instant(one.expires_at), lambda one: one.expires_at
    ),
]
_COLUMNS: Final = [
    Column[OpsCreditEvent]("Row", lambda one: f"{one.sequence:,}", lambda one: one.sequence),
    Column[OpsCreditEvent]("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[OpsCreditEvent](
        "Type", lambda one: badge(one.event_type, "plain"), lambda one: one.event_type
    ),
    Column[OpsCreditEvent](
        "Why", lambda one: shown(credit_words(one)), lambda one: plain(credit_words(one))
    ),
    Column[OpsCreditEvent](
        "Credits",
        lambda one: credits(one.credits, signed=True),
        lambda one: one.credits,
        number=True,
    ),
    Column[OpsCreditEvent](
        "Before",
        lambda one: credits(one.balance_after - one.credits),
        lambda one: one.balance_after - one.credits,
        number=True,
    ),
    Column[OpsCreditEvent](
        "After",
        lambda one: credits(one.balance_after),
        lambda one: one.balance_after,
        number=True,
    ),
    Column[OpsCreditEvent]("By", lambda one: shown(who_of(one)), lambda one: plain(who_of(one))),
    Column[OpsCreditEvent](
        "Description", lambda one: other(one.description), lambda one: one.description
    ),
    Column[OpsCreditEvent](
        "Request", lambda one: request_link(one.request_id), lambda one: one.request_id
    ),
]
_RELATED: Final = [
    *_COLUMNS[:1],
    Column[OpsCreditEvent](
        "Organization",
        lambda one: identifier(
            one.organization_id, f"/console/organizations/{one.organization_id}/credits"
        ),
        lambda one: one.organization_id,
    ),
    *_COLUMNS[1:],
]


@pages.page("/organizations/{orgId}/credits")
async def show_credits(visit: Visit, org_id: str) -> View:
    """Show a wallet of credits, who holds what of it, and its ledger."""
    ledger = await ledger_of(visit, org_id, "credits")
    env = ledger.env
    rows = await listing(
        visit,
        event_routes.list_organization_credit_events,
        _COLUMNS,
        name="credits",
        filters=_FILTERS,
        href=lambda one: row_address(org_id, one.sequence, env),
        above=_line,
        empty="No row of this ledger fits. Its first comes with a grant, a purchase, a subscription "
        "or an allocation.",
        org_id=org_id,
    )
    wallet = await visit.ask(
        event_routes.read_organization_credits, query={"env": env}, org_id=org_id
    )
    reserved = await listing(
        visit,
        event_routes.list_organization_reservations,
        _RESERVED,
        name="reservations",
        query={"env": env, "limit": 10},
        href=lambda one: f"/console/jobs/{one.job_id}",
        cursor="reservations",
        empty="No job holds credits: everything in the wallet is available.",
        org_id=org_id,
    )
    return ledger.view(
        visit,
        _wallet(wallet),
        section("Held by jobs now", reserved, id="reserved"),
        section("Every movement", rows, id="ledger"),
    )


@pages.page("/organizations/{orgId}/credits/{sequence}")
async def show_credit_row(visit: Visit, org_id: str, sequence: str) -> View:
    """Show one row of the ledger of credits, with everything that belongs with it."""
    ledger = await ledger_of(visit, org_id, "credits")
    env = ledger.env
    event = await visit.ask(
        event_routes.read_organization_credit_event,
        query={"env": env},
        org_id=org_id,
        sequence=sequence,
    )
    return ledger.view(
        visit,
        h.p(".why")[shown(credit_words(event))],
        change(
            credits(event.balance_after - event.credits),
            credits(event.credits, signed=True),
            credits(event.balance_after),
        ),
        _facts(event),
        await _refund(visit, org_id, event) if env == "live" else None,
        section(
            "What belongs with it",
            table(
                _RELATED,
                event.related,
                href=lambda one: row_address(one.organization_id, one.sequence, env),
                empty="Nothing: this row stands alone.",
                caption="Rows of its job, of its transfer, and of the same moment",
            ),
            id="related",
        ),
        h.p(".pages")[
            h.a(href=row_address(org_id, event.sequence - 1, env))["The row before"]
            if event.sequence > 1
            else None,
            h.a(href=ledger.address)["The whole ledger"],
        ],
        row=event.sequence,
    )


@pages.action(
    "/organizations/{orgId}/credits/{sequence}/refund",
    shows=show_credit_row,
    does=(routes.refund_credits,),
)
async def refund_job(visit: Visit, org_id: str, sequence: str) -> Done:
    """Give back what a job was charged, or a part of it."""
    amount = visit.whole_number("credits")
    if amount is None:
        raise invalid([Issue("credits", "Expected an amount")])
    event = await visit.ask(
        event_routes.read_organization_credit_event, org_id=org_id, sequence=sequence
    )
    if event.job is None:
        raise ApiError("CONFLICT", "This row is of no job, so there is nothing to give back.")
    wallet = await visit.ask(event_routes.read_organization_credits, org_id=org_id)
    confirm_above(
        visit,
        amount,
        "credits",
        f"{several(amount, 'credit')} of what {event.job.job_id} was charged are given back, as "
        "prepaid credits.",
        [("Credits", wallet.balance, wallet.balance + amount)],
    )
    try:
        await visit.do(
            routes.refund_credits,
            {
                "jobId": event.job.job_id,
                "credits": amount,
                "description": visit.optional("description"),
            },
            org_id=org_id,
        )
    except ApiError as error:
        facts_now = error.details or {}
        charged, refunded = facts_now.get("charged", 0), facts_now.get("refunded", 0)
        raise refund_refused(
            error,
            several(charged, "credit"),
            f"{refunded:,}",
            nothing_left=charged == refunded,
        ) from error
    return Done(
        row_address(org_id, event.sequence, "live"), f"{several(amount, 'credit')} given back."
    )


def _wallet(wallet: Credits) -> h.Node:
    period = wallet.current_period
    return facts(
        ("Gross wallet", credits(wallet.balance)),
        ("less what jobs hold", credits(wallet.reserved_credits)),
        ("leaves available", h.strong[credits(wallet.available)]),
        ("Prepaid", credits(wallet.prepaid_balance)),
        (
            "Allotment left",
            [credits(wallet.included_remaining), " of ", credits(wallet.included_this_period)],
        ),
        ("Used this period", credits(wallet.used_this_period)),
        ("Period", [day(period.start), " to ", day(period.end)]),
        ("Subscription", [wallet.subscription_tier, " ", badge(wallet.billing_status)]),
    )


def _line(rows: Sequence[OpsCreditEvent]) -> h.Node:
    return balance_line(
        [(row.created_at, row.balance_after) for row in rows],
        write=lambda balance: f"{balance:,} credits",
    )


def _facts(event: OpsCreditEventDetail) -> h.Node:
    found: list[tuple[str, h.Node]] = [
        ("Time", instant(event.created_at)),
        ("Type", badge(event.event_type, "plain")),
        ("Rule", event.rule.replace("_", " ") if event.rule else "none: somebody asked for it"),
        ("Of it allotment", credits(event.included_credits, signed=True)),
        ("Of it prepaid", credits(event.prepaid_credits, signed=True)),
        ("Prepaid after it", credits(event.balance_after_prepaid)),
        ("Used in its period, with it", credits(event.usage_after_period)),
        ("By", shown(who_of(event))),
        ("Request", request_link(event.request_id)),
        ("Description", other(event.description)),
    ]
    if event.job is not None:
        job = event.job
        found += [
            ("Job", identifier(job.job_id, f"/console/jobs/{job.job_id}")),
            ("Its status now", badge(job.status)),
            ("It had reserved", credits(job.reserved_credits)),
            ("It was charged", credits(job.charged_credits)),
            ("Given back of that", credits(job.refunded_credits)),
            ("Project", identifier(event.project_id)),
        ]
    if event.counterpart is not None:
        there = event.counterpart
        found += [
            ("Transfer", identifier(event.transfer_id)),
            ("Other side", other(there.organization_name)),
        ]
    found += [
        (f"Metadata: {name}", other(value) if value else NONE)
        for name, value in event.metadata.items()
    ]
    return facts(*found, ("Hash", identifier(event.hash)))


async def _refund(visit: Visit, org_id: str, event: OpsCreditEventDetail) -> h.Node:
    """Return the form that refunds the charge that a row is, or what is said when all of it has been."""
    job = event.job
    if job is None or event.event_type != "usage" or not visit.may(routes.refund_credits):
        return None
    left = job.charged_credits - job.refunded_credits
    if not left and visit.submitted is None:
        return section(
            "Refund", h.p["All that this job was charged has been given back."], id="refund"
        )
    wallet = await visit.ask(event_routes.read_organization_credits, org_id=org_id)
    return section(
        "Refund",
        form(
            visit,
            "refund",
            f"{row_address(org_id, event.sequence, 'live')}/refund",
            [
                Field(
                    "credits",
                    "Credits",
                    "number",
                    value=str(left) if left else "",
                    required=True,
                    hint=f"Up to {left:,} of the {job.charged_credits:,} that the job was charged.",
                ),
                Field(
                    "description",
                    "Description",
                    hint="The partner sees it.",
                    attributes={"maxlength": "500"},
                ),
            ],
            submit="Give back",
            above=before_and_after(wallet.balance, "credits", "credits"),
            does=routes.refund_credits,
        ),
        id="refund",
    )
