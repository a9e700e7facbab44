"""What happened last to an organization's wallets, with links to all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.sentence import plain, shown
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import cents, credits, instant, other, section
from partner_api.console.components.things import thing
from partner_api.console.pages.ledgers.cash_words import cash_words
from partner_api.console.pages.ledgers.credit_words import credit_words
from partner_api.console.pages.organizations.frame import ledger_address
from partner_api.ops.audit.schemas import OpsAuditEvent
from partner_api.ops.cash.event_schemas import OpsCashEvent
from partner_api.ops.credits.event_schemas import OpsCreditEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.pages.organizations.frame import Env

LENGTH: Final = 5
_CREDITS: Final = [
    Column[OpsCreditEvent]("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[OpsCreditEvent](
        "Why", lambda one: shown(credit_words(one)), lambda one: plain(credit_words(one))
    ),
    Column[OpsCreditEvent](
        "Description", lambda one: other(one.description), lambda one: one.description
    ),
    Column[OpsCreditEvent](
        "Credits",
        lambda one: credits(one.credits, signed=True),
        lambda one: one.credits,
        number=True,
    ),
    Column[OpsCreditEvent](
        "Gross wallet after",
        lambda one: credits(one.balance_after),
        lambda one: one.balance_after,
        number=True,
    ),
]
_CASH: Final = [
    Column[OpsCashEvent]("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[OpsCashEvent](
        "Why", lambda one: shown(cash_words(one)), lambda one: plain(cash_words(one))
    ),
    Column[OpsCashEvent](
        "Description", lambda one: other(one.description), lambda one: one.description
    ),
    Column[OpsCashEvent](
        "Amount",
        lambda one: cents(one.amount_cents, signed=True),
        lambda one: one.amount_cents,
        number=True,
    ),
    Column[OpsCashEvent](
        "Balance after",
        lambda one: cents(one.balance_after_cents),
        lambda one: one.balance_after_cents,
        number=True,
    ),
]


def _by(one: OpsAuditEvent) -> h.Node:
    if (operator := one.data.get("operator")) is not None:
        return other(str(operator))
    return thing(one.api_key_id) if one.api_key_id else one.actor.replace("_", " ")


_AUDIT: Final = [
    Column[OpsAuditEvent](
        "Time", lambda one: instant(one.occurred_at), lambda one: one.occurred_at
    ),
    Column[OpsAuditEvent]("Event", lambda one: h.code[one.event_type], lambda one: one.event_type),
    Column[OpsAuditEvent]("By", _by, lambda one: one.data.get("operator") or one.actor),
    Column[OpsAuditEvent]("Request", lambda one: thing(one.request_id), lambda one: one.request_id),
]


def credit_events(org_id: str, env: Env, events: Sequence[OpsCreditEvent]) -> h.Node:
    """Return the latest movements of credits."""
    return section(
        "Latest movements of credits",
        table(
            _CREDITS, events, empty="No credits have moved yet.", caption="Credits, newest first"
        ),
        h.p[h.a(href=ledger_address(org_id, "credits", env))["All movements of credits"]]
        if events
        else None,
    )


def cash_events(org_id: str, env: Env, events: Sequence[OpsCashEvent] | None) -> h.Node:
    """Return the latest movements of cash; nothing for a child, which has none."""
    if events is None:
        return None
    return section(
        "Latest movements of cash",
        table(
            _CASH,
            events,
            empty="No cash has moved yet.",
            caption="Cash, newest first",
        ),
        h.p[h.a(href=ledger_address(org_id, "cash", env))["All movements of cash"]]
        if events
        else None,
    )


def audit_events(org_id: str, events: Sequence[OpsAuditEvent]) -> h.Node:
    """Return what was done and refused last."""
    return section(
        "Latest in the audit log",
        table(
            _AUDIT,
            events,
            empty="Nothing is in its own log of the last 90 days. "
            "What a partner does with a child is in the partner's.",
            caption="Audit log, newest first",
        ),
        h.p[h.a(href=f"/console/audit?organizationId={org_id}")["All of its audit log"]]
        if events
        else None,
    )
