"""The ledger of credits of an organization, each row of it with its reason, and refunds of jobs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.filters import one_of
from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after, confirm_above
from partner_api.console.components.sentence import shown
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import (
    badge,
    counted,
    credits,
    day,
    facts,
    identifier,
    instant,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.ledgers.credit_rows import (
    MORE_CREDIT_CSV,
    before,
    credit_columns,
    credit_line,
    left_of,
    row_facts,
    whose_column,
)
from partner_api.console.pages.ledgers.credit_words import credit_words, row_address
from partner_api.console.pages.ledgers.frame import (
    AMOUNT_FILTERS,
    ENV_FILTER,
    change,
    ledger_of,
    refund_refused,
    ways_on,
)
from partner_api.credits.event_store import CreditEventType
from partner_api.errors import ApiError
from partner_api.ops.credits import event_routes, routes
from partner_api.ops.credits.event_schemas import CreditReservation

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.credits.schemas import Credits
    from partner_api.ops.credits.event_schemas import OpsCreditEventDetail

pages = Pages()
_FILTERS: Final = [
    one_of("eventType", "Type", get_args(CreditEventType)),
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


@pages.page("/organizations/{orgId}/credits")
async def show_credits(visit: Visit, org_id: str) -> View:
    """Show a wallet of credits, who holds what of it, and its ledger."""
    ledger = await ledger_of(visit, org_id, "credits")
    env = ledger.env
    rows, wallet, reserved = await asyncio.gather(
        listing(
            visit,
            event_routes.list_organization_credit_events,
            credit_columns(visit, env),
            name="credits",
            only_csv=MORE_CREDIT_CSV,
            label="Movements of credits",
            filters=_FILTERS,
            href=lambda one: row_address(org_id, one.sequence, env),
            above=credit_line,
            empty="No row of this ledger fits. Its first comes with a grant, a purchase, a subscription "
            "or an allocation.",
            org_id=org_id,
        ),
        visit.ask(event_routes.read_organization_credits, query={"env": env}, org_id=org_id),
        listing(
            visit,
            event_routes.list_organization_reservations,
            _RESERVED,
            name="reservations",
            label="Jobs that hold credits",
            query={"env": env, "limit": 10},
            href=lambda one: f"/console/jobs/{one.job_id}",
            cursor="reservations",
            empty="No job holds credits: everything in the wallet is available.",
            org_id=org_id,
        ),
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
    own = credit_columns(visit, env)
    related = [*own[:1], whose_column(org_id), *own[1:]]
    return ledger.view(
        visit,
        h.p(".why")[shown(credit_words(event))],
        change(
            credits(before(event)),
            credits(event.credits, signed=True),
            credits(event.balance_after),
        ),
        row_facts(event),
        await _refund(visit, org_id, event) if env == "live" else None,
        section(
            "What belongs with it",
            table(
                related,
                event.related,
                href=lambda one: row_address(one.organization_id, one.sequence, env),
                empty="Nothing: this row stands alone.",
                caption="Rows of its job, of its transfer, and of the same moment",
            ),
            id="related",
        ),
        ways_on(
            ledger,
            rows_link(visit, event.related, [*related, *MORE_CREDIT_CSV], name="related"),
            row_address(org_id, event.sequence - 1, env) if event.sequence > 1 else None,
        ),
        row=event.sequence,
    )


@pages.action(
    "/organizations/{orgId}/credits/{sequence}/refund",
    shows=show_credit_row,
    does=(routes.refund_credits,),
)
async def refund_job(visit: Visit, org_id: str, sequence: str) -> Done:
    """Refund what a job was charged, or a part of it."""
    amount = visit.amount("credits")
    event = await visit.ask(
        event_routes.read_organization_credit_event, org_id=org_id, sequence=sequence
    )
    if event.workflow_id is None:
        raise ApiError("CONFLICT", "This row is of no job, so there is nothing to give back.")
    wallet = await visit.ask(event_routes.read_organization_credits, org_id=org_id)
    confirm_above(
        visit,
        amount,
        "credits",
        f"{counted(amount, 'credit')} of what {event.workflow_id} was charged are given back, as "
        "prepaid credits.",
        [("Credits", wallet.balance, wallet.balance + amount)],
    )
    try:
        await visit.do(
            routes.refund_credits,
            {
                "jobId": event.workflow_id,
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
            counted(charged, "credit"),
            f"{refunded:,}",
            nothing_left=charged == refunded,
        ) from error
    return Done(
        row_address(org_id, event.sequence, "live"), f"{counted(amount, 'credit')} given back."
    )


def _wallet(wallet: Credits) -> h.Node:
    period = wallet.current_period
    return facts(
        ("Gross wallet", credits(wallet.balance)),
        ("Reserved by jobs", credits(wallet.reserved_credits)),
        ("Available: gross less reserved", h.strong[credits(wallet.available)]),
        ("Prepaid", credits(wallet.prepaid_balance)),
        (
            "Allotment left",
            [credits(wallet.included_remaining), " of ", credits(wallet.included_this_period)],
        ),
        ("Used this period", credits(wallet.used_this_period)),
        ("Period", [day(period.start), " to ", day(period.end)]),
        (
            "Subscription",
            [wallet.subscription_tier, " ", badge(wallet.billing_status)]
            if wallet.subscription_tier != "free"
            else "none (free)",
        ),
    )


async def _refund(visit: Visit, org_id: str, event: OpsCreditEventDetail) -> h.Node:
    """Return the form that refunds the charge that a row is, or what is said when all of it has been."""
    job = event.job
    if job is None or event.event_type != "usage" or not visit.may(routes.refund_credits):
        return None
    left = left_of(event)
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
            above=before_and_after(wallet.balance, "credits", "credits", filled_in=left or None),
            does=routes.refund_credits,
        ),
        id="refund",
    )
