"""What rows must satisfy: each function takes rows of the stores and gives the rules they break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import asyncpg

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ROW = "none"


def check_wallet(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a credit wallet with its organization, its events and its open reservations."""
    organization_id = row["organization_id"]

    def differ(rule: Rule, subject: str, expected: int | str, found: int | str) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if not row["has_wallet"]:
        yield differ(Rule.WALLET_MISSING, "wallet", 1, 0)
        return
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


def check_cash_wallet(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a cash wallet with its events."""
    organization_id = row["organization_id"]

    def differ(rule: Rule, subject: str, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if not row["has_wallet"]:
        yield differ(Rule.WALLET_MISSING, "cash wallet", 1, 0)
        return
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
    # A wallet also remembers when it was opened, so its time may be later than its last event.
    if row["newest_at"] is not None and row["last_event_at"] < row["newest_at"]:
        yield differ(
            Rule.EVENT_TIME,
            f"{wallet} last_event_at",
            format_milliseconds(row["newest_at"]),
            format_milliseconds(row["last_event_at"]),
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
    """Compare a job's status with its reservation's."""
    if row["reservation"] != row["expected"]:
        yield Mismatch(
            Rule.JOB_RESERVATION,
            tenant_id,
            row["organization_id"],
            f"job {format_id('job', row['id'])} {row['status']}",
            row["expected"],
            row["reservation"] or _NO_ROW,
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


def check_allocations(tenant_id: int, partner_id: UUID | None, credits: int) -> Iterator[Mismatch]:
    """Say so when the allocations of a tenant, which only move credits, made or lost some."""
    if credits != 0:
        yield Mismatch(Rule.TENANT_ALLOCATIONS, tenant_id, partner_id, "tenant", 0, credits)


def check_lease_event(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what a cash event paid instead of a month; the row comes only when it did."""
    month = f"{_lease(row['social_account_id'])} month {row['lease_month']}"
    if row["cash_sequence"] is not None:
        expected: int | str = row["cash_sequence"]
    else:
        expected = row["status"] or _NO_ROW
    yield Mismatch(
        Rule.LEASE_EVENT,
        tenant_id,
        row["organization_id"],
        f"cash event {row['sequence']} {month}",
        expected,
        row["sequence"],
    )


def check_lease(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a lease with its months and with its pool account."""
    subject = _lease(row["social_account_id"])
    # The first month is charged with the assignment, so there is always one.
    months = 1 if row["newest_month"] is None else row["newest_month"] + 1
    if row["months"] != months:
        yield Mismatch(
            Rule.LEASE_MONTHS, tenant_id, row["organization_id"], subject, months, row["months"]
        )
    # A test environment's accounts are in no pool.
    of_the_pool = row["pool_account_id"] is not None
    if of_the_pool and row["status"] == "assigned" and row["held_by"] != row["social_account_id"]:
        yield Mismatch(
            Rule.LEASE_ACCOUNT,
            tenant_id,
            row["organization_id"],
            f"{subject} {format_id('pool', row['pool_account_id'])}",
            format_id("sa", row["social_account_id"]),
            format_id("sa", row["held_by"]) if row["held_by"] else _NO_ROW,
        )


def check_lease_charge(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what a paid month was paid with; the row comes only when that is not its price."""
    yield Mismatch(
        Rule.LEASE_CHARGE,
        tenant_id,
        row["organization_id"],
        f"{_lease(row['social_account_id'])} month {row['lease_month']}",
        row["price_cents"],
        int(row["paid_cents"]),
    )


def check_lease_refunds(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what of a month was refunded; the row comes only when its events say otherwise."""
    yield Mismatch(
        Rule.LEASE_REFUND,
        tenant_id,
        row["organization_id"],
        f"{_lease(row['social_account_id'])} month {row['lease_month']}",
        int(row["event_cents"]),
        row["refunded_cents"],
    )


def check_held_account(row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a pool account that is leased with the lease it names."""
    if row["lease_status"] == "assigned" and row["pool_account_id"] == row["id"]:
        return
    if row["lease_status"] == "assigned":
        found = f"assigned {format_id('pool', row['pool_account_id'])}"
    else:
        found = row["lease_status"] or _NO_ROW
    yield Mismatch(
        Rule.ACCOUNT_LEASE,
        row["tenant_id"],
        row["organization_id"],
        f"{format_id('pool', row['id'])} {_lease(row['lease_id'])}",
        "assigned",
        found,
    )


def _lease(social_account_id: UUID | None) -> str:
    return f"lease {format_id('sa', social_account_id)}" if social_account_id else "no lease"
