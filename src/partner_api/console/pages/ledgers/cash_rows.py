"""What the pages of the cash ledger show of its rows, and of the months of leases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.sentence import plain, shown
from partner_api.console.components.table import Column
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
)
from partner_api.console.pages.ledgers.cash_words import (
    cash_row_address,
    cash_words,
    who_of_cash,
)
from partner_api.console.pages.ledgers.frame import (
    balance_line,
    by_whom,
    reason,
    request_link,
)
from partner_api.ops.cash import routes
from partner_api.ops.cash.event_schemas import OpsCashEvent, SettledMonth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.ops.cash.event_schemas import OpsCashEventDetail


_TONES: Final[dict[str, Tone]] = {"paid": "good", "due": "warn", "uncollected": "bad"}


MONTHS: Final = [
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


# What stands beneath the reasons in a table, and in columns of its own in the file.
MORE_CASH_CSV: Final = [
    Column[OpsCashEvent]("Description", lambda one: one.description, lambda one: one.description),
    Column[OpsCashEvent]("Reference", lambda one: one.reference, lambda one: one.reference),
    Column[OpsCashEvent](
        "Lease", lambda one: one.social_account_id, lambda one: one.social_account_id
    ),
    Column[OpsCashEvent]("Request", lambda one: one.request_id, lambda one: one.request_id),
]


def cash_columns(visit: Visit, org_id: str, env: str) -> list[Column[OpsCashEvent]]:
    """Return what a list shows of each row."""
    refunds = env == "live" and visit.may(routes.refund_cash)
    return [
        Column("Row", lambda one: f"{one.sequence:,}", lambda one: one.sequence),
        Column("Time", lambda one: instant(one.created_at), lambda one: one.created_at),
        Column("Type", lambda one: badge(one.event_type, "plain"), lambda one: one.event_type),
        Column(
            "Why",
            lambda one: reason(
                cash_words(one),
                other(one.description) if one.description else None,
                ["reference ", other(one.reference)] if one.reference else None,
                _refund_link(org_id, one) if refunds else None,
            ),
            lambda one: plain(cash_words(one)),
        ),
        Column(
            "Amount",
            lambda one: cents(one.amount_cents, signed=True),
            lambda one: one.amount_cents,
            number=True,
        ),
        Column("Before", lambda one: cents(before_cash(one)), before_cash, number=True),
        Column(
            "After",
            lambda one: cents(one.balance_after_cents),
            lambda one: one.balance_after_cents,
            number=True,
        ),
        Column("For", lambda one: other(one.organization_name), lambda one: one.organization_name),
        Column(
            "By",
            lambda one: by_whom(who_of_cash(one), one.request_id),
            lambda one: plain(who_of_cash(one)),
        ),
    ]


def before_cash(event: OpsCashEvent) -> int:
    """Return the balance before a row."""
    return event.balance_after_cents - event.amount_cents


def left_of_month(event: OpsCashEvent) -> int:
    """Return what can still be given back of the month that a row charged; 0 of every other row."""
    if event.lease is None or event.event_type not in ("lease_charge", "lease_renewal"):
        return 0
    return event.lease.charged_cents - event.lease.refunded_cents


def _refund_link(org_id: str, event: OpsCashEvent) -> h.Node:
    left = left_of_month(event)
    if not left:
        return None
    row = cash_row_address(org_id, event.sequence, "live")
    return h.a(href=f"{row}#refund")[f"Give back up to {dollars(left)}"]


def cash_line(rows: Sequence[OpsCashEvent]) -> h.Node:
    """Return the line of the balance over rows, which come newest first."""
    return balance_line([(row.created_at, row.balance_after_cents) for row in rows], write=dollars)


def cash_facts(event: OpsCashEventDetail) -> h.Node:
    """Return everything that is known of one row."""
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
            ("Its month", f"{(event.lease_month or 0) + 1:,}; the API counts from 0"),
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
