"""What rows must satisfy: each function takes rows of the stores and gives the rules they break.

Those of wallets, jobs and transfers; `lease_checks` has the others.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.ids import format_id
from partner_api.reconciliation.comparing import mismatch, mismatches
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    import asyncpg

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_newest_event(tenant_id: int, row: asyncpg.Record, latest: datetime) -> Mismatch:
    """Say that a wallet has an event of a time that has not come."""
    return Mismatch(
        Rule.EVENT_TIME,
        tenant_id,
        row["organization_id"],
        f"event {row['newest_sequence']} is not ahead of time",
        format_milliseconds(latest),
        format_milliseconds(row["newest_at"]),
    )


def check_wallet(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a credit wallet with its organization, its events and its open reservations."""
    organization_id = row["organization_id"]

    def differ(rule: Rule, subject: str, expected: int | str, found: int | str) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    yield from mismatches(
        tenant_id, organization_id, "organization", row["organization_differences"]
    )
    if not row["has_wallet"]:
        yield differ(Rule.WALLET_MISSING, "wallet", 1, 0)
        return
    yield from mismatches(tenant_id, organization_id, "wallet", row["differences"])
    if row["state"] != row["status"]:
        yield differ(Rule.WALLET_STATE, "wallet", row["status"], row["state"])
    for rule, recomputed, column in (
        (Rule.INCLUDED_BALANCE, "included_sum", "included_remaining"),
        (Rule.PREPAID_BALANCE, "prepaid_sum", "prepaid"),
        (Rule.PERIOD_USAGE, "period_usage", "used_this_period"),
        (Rule.RESERVED_CREDITS, "open_credits", "reserved"),
        (Rule.RUNNING_JOBS, "open_jobs", "running_jobs"),
    ):
        if row[recomputed] != row[column]:
            yield differ(rule, "wallet", int(row[recomputed]), row[column])
    balance = row["included_remaining"] + row["prepaid"]
    if row["reserved"] > balance:
        yield differ(Rule.RESERVED_LIMIT, "wallet", balance, row["reserved"])
    for column in ("included_remaining", "prepaid", "reserved", "used_this_period", "running_jobs"):
        if row[column] < 0:
            yield differ(Rule.AMOUNT_NEGATIVE, f"wallet {column}", 0, row[column])
    for name in ("included", "prepaid"):
        if row[f"{name}_break"] is not None:
            sequence, before, change, after = row[f"{name}_break"]
            yield differ(Rule.EVENT_CHAIN, f"event {sequence} {name}", before + change, after)
    yield from _check_event_order(tenant_id, row, "wallet", "event")


def check_allotment(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare what a period granted with its events. Not for one that a moved subscription began."""
    for recomputed, column in (
        ("allotment", "included_this_period"),
        ("granted", "included_granted_peak"),
    ):
        if row["has_wallet"] and row[recomputed] != row[column]:
            yield Mismatch(
                Rule.WALLET_ALLOTMENT,
                tenant_id,
                row["organization_id"],
                f"wallet {column}",
                int(row[recomputed]),
                row[column],
            )


def check_usage(
    tenant_id: int, organization_id: UUID, broken: Sequence[int] | None
) -> Iterator[Mismatch]:
    """Say which event is the first whose usage is not that of its period: sequence, expected, found."""
    if broken is not None:
        sequence, expected, found = broken
        yield Mismatch(
            Rule.EVENT_USAGE,
            tenant_id,
            organization_id,
            f"event {sequence} usage_after",
            int(expected),
            int(found),
        )


def check_shape(
    tenant_id: int, organization_id: UUID, sequence: int, row: asyncpg.Record
) -> Mismatch:
    """Say what an event moved that its type and its reason do not."""
    reason = f" {row['reason']}" if row["reason"] else ""
    found = f"{row['event_type']}{reason} included {row['included_delta']} prepaid {row['prepaid_delta']}"
    return Mismatch(
        Rule.EVENT_SHAPE,
        tenant_id,
        organization_id,
        f"event {sequence}",
        f"what {row['event_type']} moves",
        found,
    )


def check_event_id(
    tenant_id: int, organization_id: UUID, sequence: int, row: asyncpg.Record
) -> Mismatch:
    """Say which id an event should have."""
    return Mismatch(
        Rule.EVENT_ID,
        tenant_id,
        organization_id,
        f"event {sequence}",
        str(row["expected_id"]),
        str(row["event_id"]),
    )


def check_cash_wallet(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a cash wallet with its events."""
    organization_id = row["organization_id"]

    def differ(rule: Rule, subject: str, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if not row["has_wallet"]:
        yield differ(Rule.WALLET_MISSING, "cash wallet", 1, 0)
        return
    if row["parent_id"] is not None:
        yield differ(Rule.WALLET_MISSING, "cash wallet of a child", 0, 1)
    if row["last_event_at"] != row["expected_event_at"]:
        yield Mismatch(
            Rule.EVENT_TIME,
            tenant_id,
            organization_id,
            "cash wallet last_event_at",
            format_milliseconds(row["expected_event_at"]),
            format_milliseconds(row["last_event_at"]),
        )
    if row["nameless"] is not None:
        yield Mismatch(
            Rule.EVENT_ID,
            tenant_id,
            organization_id,
            f"cash event {row['nameless']}",
            "of its wallet, number and time",
            "another",
        )
    if row["amount_sum"] != row["balance_cents"]:
        yield differ(Rule.CASH_BALANCE, "cash wallet", int(row["amount_sum"]), row["balance_cents"])
    if row["balance_cents"] < 0:
        yield differ(Rule.AMOUNT_NEGATIVE, "cash wallet balance_cents", 0, row["balance_cents"])
    if row["balance_break"] is not None:
        sequence, before, change, after = row["balance_break"]
        yield differ(Rule.EVENT_CHAIN, f"cash event {sequence}", before + change, after)
    if row["first_renewal_at"] is not None and (
        row["renewals_due_at"] is None or row["renewals_due_at"] > row["first_renewal_at"]
    ):
        yield Mismatch(
            Rule.RENEWAL_AWAITED,
            tenant_id,
            organization_id,
            "cash wallet",
            format_seconds(row["first_renewal_at"]),
            "never" if row["renewals_due_at"] is None else format_seconds(row["renewals_due_at"]),
        )
    yield from _check_event_order(tenant_id, row, "cash wallet", "cash event")


def _check_event_order(
    tenant_id: int, row: asyncpg.Record, wallet: str, event: str
) -> Iterator[Mismatch]:
    organization_id = row["organization_id"]

    def differ(rule: Rule, subject: str, expected: int | str, found: int | str) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if row["negative_event"] is not None:
        sequence, amount = row["negative_event"]
        yield differ(Rule.AMOUNT_NEGATIVE, f"{event} {sequence}", 0, amount)
    if row["gap"] is not None:
        sequence, before = row["gap"]
        yield differ(Rule.EVENT_SEQUENCE, f"{event} {sequence}", before + 1, sequence)
    if row["newest_sequence"] != row["last_sequence"]:
        yield differ(Rule.LAST_SEQUENCE, wallet, row["newest_sequence"], row["last_sequence"])
    if row["time_break"] is not None:
        sequence, before, at = row["time_break"]
        yield differ(
            Rule.EVENT_TIME, f"{event} {sequence}", _milliseconds(before), _milliseconds(at)
        )


def _milliseconds(since_epoch: int) -> str:
    return format_milliseconds(_EPOCH + timedelta(milliseconds=since_epoch))


def check_job_ledger(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare what a reservation says was charged and refunded with the events of the job."""
    subject = f"job {format_id('job', row['job_id'])}" if row["job_id"] else "events of no job"
    charged, refunded = row["charged"], row["refunded"]
    used, refunds = int(row["used"]), int(row["refunds"])

    def differ(rule: Rule, what: str, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, row["organization_id"], subject + what, expected, found)

    if used != charged:
        yield differ(Rule.JOB_CHARGE, "", charged, used)
    elif row["usage_events"] != (charged > 0):
        yield differ(Rule.JOB_CHARGE, " usage events", int(charged > 0), row["usage_events"])
    if refunds != refunded:
        yield differ(Rule.JOB_REFUND, "", refunded, refunds)
    if refunds > charged:
        yield differ(Rule.REFUND_LIMIT, "", charged, refunds)


def check_job(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what of a job differs; a row that only says where its page ends says nothing."""
    if row["rule"] is not None:
        yield mismatch(
            tenant_id,
            row["organization_id"],
            f"job {format_id('job', row['id'])} {row['status']}",
            (row["rule"], row["what"], row["expected"], row["found"]),
        )


def check_job_event(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what a usage or a refund tells of its job that is not so."""
    yield from mismatches(
        tenant_id, row["organization_id"], f"event {row['sequence']}", row["differences"]
    )


def check_posting(tenant_id: int, row: asyncpg.Record) -> Mismatch:
    """Say what the audit log and the ledger have of something posted: the amount there, and here."""
    return mismatch(
        tenant_id,
        row["organization_id"],
        f"event {row['event_id']} {row['event_type']}",
        (Rule.POSTED, "", row["expected"], row["found"]),
    )


def check_transfer(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a transfer with its events on both sides, and its key with other transfers'."""
    subject = f"transfer {format_id('txn', row['id'])}"
    sender, receiver = row["from_organization_id"], row["to_organization_id"]

    def differ(rule: Rule, organization_id: UUID, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if row["events"] != 2:
        yield differ(Rule.TRANSFER_EVENTS, sender, 2, row["events"])
    if row["sent"] != -row["credits"]:
        yield differ(Rule.TRANSFER_AMOUNT, sender, -row["credits"], int(row["sent"]))
    if row["received"] != row["credits"]:
        yield differ(Rule.TRANSFER_AMOUNT, receiver, row["credits"], int(row["received"]))
    if row["receiver_balance"] is not None and row["receiver_balance"] != row["balance"]:
        yield differ(Rule.TRANSFER_BALANCE, receiver, int(row["receiver_balance"]), row["balance"])
    if row["idempotency_key"] is not None and row["same_key"] != 1:
        yield differ(Rule.TRANSFER_KEY, sender, 1, row["same_key"])
    yield from mismatches(tenant_id, receiver, subject, row["differences"])


def check_allocations(tenant_id: int, partner_id: UUID | None, credits: int) -> Iterator[Mismatch]:
    """Say so when the allocations of a tenant, which only move credits, made or lost some."""
    if credits != 0:
        yield Mismatch(Rule.TENANT_ALLOCATIONS, tenant_id, partner_id, "tenant", 0, credits)
