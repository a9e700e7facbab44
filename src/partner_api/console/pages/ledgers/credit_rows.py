"""What the pages of the ledger of credits show of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.sentence import plain, shown
from partner_api.console.components.table import Column
from partner_api.console.components.text import (
    NONE,
    badge,
    credits,
    facts,
    identifier,
    instant,
    other,
)
from partner_api.console.pages.ledgers.credit_words import credit_words, row_address, who_of
from partner_api.console.pages.ledgers.frame import (
    balance_line,
    by_whom,
    reason,
    request_link,
)
from partner_api.ops.credits import routes
from partner_api.ops.credits.event_schemas import OpsCreditEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.ops.credits.event_schemas import OpsCreditEventDetail


# What stands beneath the reasons in a table, and in columns of its own in the file.
MORE_CREDIT_CSV: Final = [
    Column[OpsCreditEvent]("Description", lambda one: one.description, lambda one: one.description),
    Column[OpsCreditEvent]("Job", lambda one: one.workflow_id, lambda one: one.workflow_id),
    Column[OpsCreditEvent]("Request", lambda one: one.request_id, lambda one: one.request_id),
]


def credit_columns(visit: Visit, env: str) -> list[Column[OpsCreditEvent]]:
    """Return what a list shows of each row."""
    refunds = env == "live" and visit.may(routes.refund_credits)
    return [
        Column("Row", lambda one: f"{one.sequence:,}", lambda one: one.sequence),
        Column("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
        Column("Type", lambda one: badge(one.event_type, "plain"), lambda one: one.event_type),
        Column(
            "Why",
            lambda one: reason(
                credit_words(one),
                other(one.description) if one.description else None,
                _refund_link(one) if refunds else None,
            ),
            lambda one: plain(credit_words(one)),
        ),
        Column(
            "Credits",
            lambda one: credits(one.credits, signed=True),
            lambda one: one.credits,
            number=True,
        ),
        Column("Before", lambda one: credits(before(one)), before, number=True),
        Column(
            "After",
            lambda one: credits(one.balance_after),
            lambda one: one.balance_after,
            number=True,
        ),
        Column(
            "By",
            lambda one: by_whom(who_of(one), one.request_id),
            lambda one: plain(who_of(one)),
        ),
    ]


def before(event: OpsCreditEvent) -> int:
    """Return the balance before a row."""
    return event.balance_after - event.credits


def left_of(event: OpsCreditEvent) -> int:
    """Return what can still be given back of the charge that a row is; 0 of every other row."""
    if event.event_type != "usage" or event.job is None:
        return 0
    return event.job.charged_credits - event.job.refunded_credits


def _refund_link(event: OpsCreditEvent) -> h.Node:
    left = left_of(event)
    if not left:
        return None
    row = row_address(event.organization_id, event.sequence, "live")
    return h.a(href=f"{row}#refund")[f"Give back up to {left:,}"]


def whose_column(org_id: str) -> Column[OpsCreditEvent]:
    """Return the column of whose row it is, beside rows of one organization."""

    def link(event: OpsCreditEvent) -> h.Node:
        whose = event.organization_id
        if whose == org_id:
            return "this one"
        return identifier(whose, f"/console/organizations/{whose}/credits")

    return Column("Organization", link, lambda one: one.organization_id)


def credit_line(rows: Sequence[OpsCreditEvent]) -> h.Node:
    """Return the line of the balance over rows, which come newest first."""
    return balance_line(
        [(row.created_at, row.balance_after) for row in rows],
        write=lambda balance: f"{balance:,} credits",
    )


def row_facts(event: OpsCreditEventDetail) -> h.Node:
    """Return everything that is known of one row."""
    found: list[tuple[str, h.Node]] = [
        ("Time", instant(event.created_at)),
        ("Type", badge(event.event_type, "plain")),
        ("Of it allotment", credits(event.included_credits, signed=True)),
        ("Of it prepaid", credits(event.prepaid_credits, signed=True)),
        ("Prepaid after it", credits(event.balance_after_prepaid)),
        ("Used in its period, with it", credits(event.usage_after_period)),
        ("By", shown(who_of(event))),
        ("Request", request_link(event.request_id)),
        ("Description", other(event.description)),
    ]
    if event.rule is not None:
        found.append(("Rule", event.rule.replace("_", " ")))
    if event.job is not None:
        job = event.job
        found += [
            ("Job", identifier(event.workflow_id, f"/console/jobs/{event.workflow_id}")),
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
