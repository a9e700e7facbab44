"""What the books must satisfy: each function takes what a store read, and returns the rules that it breaks.

Those of wallets, jobs and transfers; `lease_checks` and `told_checks` have the others.
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
    from decimal import Decimal
    from uuid import UUID

    from partner_api.reconciliation.cash_store import CashWallet
    from partner_api.reconciliation.charge_store import Charge, JobEvent
    from partner_api.reconciliation.day_store import WrongDay
    from partner_api.reconciliation.job_store import Job
    from partner_api.reconciliation.transfer_store import Transfer
    from partner_api.reconciliation.wallet_store import Event, Wallet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_newest_event(
    tenant_id: int, wallet: Wallet | CashWallet, newest_at: datetime, latest: datetime
) -> Mismatch:
    """Report that a wallet has an event of a time that has not come."""
    return Mismatch(
        Rule.EVENT_TIME,
        tenant_id,
        wallet.organization_id,
        f"event {wallet.newest_sequence} is not ahead of time",
        format_milliseconds(latest),
        format_milliseconds(newest_at),
    )


def check_wallet(tenant_id: int, wallet: Wallet) -> Iterator[Mismatch]:
    """Compare a credit wallet with its organization, its events and its open reservations."""
    organization_id = wallet.organization_id

    def differ(rule: Rule, subject: str, expected: int | str, found: int | str) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    yield from mismatches(
        tenant_id, organization_id, "organization", wallet.organization_differences
    )
    if not wallet.has_wallet:
        yield differ(Rule.WALLET_MISSING, "wallet", 1, 0)
        return
    yield from mismatches(tenant_id, organization_id, "wallet", wallet.differences)
    if wallet.state != wallet.status:
        yield differ(Rule.WALLET_STATE, "wallet", wallet.status, wallet.state)
    for rule, recomputed, found in (
        (Rule.INCLUDED_BALANCE, wallet.included_sum, wallet.included_remaining),
        (Rule.PREPAID_BALANCE, wallet.prepaid_sum, wallet.prepaid),
        (Rule.PERIOD_USAGE, wallet.period_usage, wallet.used_this_period),
        (Rule.RESERVED_CREDITS, wallet.open_credits, wallet.reserved),
        (Rule.RUNNING_JOBS, wallet.open_jobs, wallet.running_jobs),
    ):
        if recomputed != found:
            yield differ(rule, "wallet", int(recomputed), found)
    balance = wallet.included_remaining + wallet.prepaid
    if wallet.reserved > balance:
        yield differ(Rule.RESERVED_LIMIT, "wallet", balance, wallet.reserved)
    for column, amount in (
        ("included_remaining", wallet.included_remaining),
        ("prepaid", wallet.prepaid),
        ("reserved", wallet.reserved),
        ("used_this_period", wallet.used_this_period),
        ("running_jobs", wallet.running_jobs),
    ):
        if amount < 0:
            yield differ(Rule.AMOUNT_NEGATIVE, f"wallet {column}", 0, amount)
    for name, broken in (("included", wallet.included_break), ("prepaid", wallet.prepaid_break)):
        if broken is not None:
            sequence, before, change, after = broken
            yield differ(Rule.EVENT_CHAIN, f"event {sequence} {name}", before + change, after)
    yield from _check_event_order(tenant_id, wallet, "wallet", "event")


def check_allotment(tenant_id: int, wallet: Wallet) -> Iterator[Mismatch]:
    """Compare what a period granted with its events. Not for one that a moved subscription began."""
    for column, recomputed, found in (
        ("included_this_period", wallet.allotment, wallet.included_this_period),
        ("included_granted_peak", wallet.granted, wallet.included_granted_peak),
    ):
        if wallet.has_wallet and recomputed != found:
            yield Mismatch(
                Rule.WALLET_ALLOTMENT,
                tenant_id,
                wallet.organization_id,
                f"wallet {column}",
                int(recomputed),
                found,
            )


def check_usage(
    tenant_id: int, organization_id: UUID, broken: Sequence[Decimal] | None
) -> Iterator[Mismatch]:
    """Report the first event whose usage is not that of its period: sequence, expected, found."""
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


def check_shape(tenant_id: int, organization_id: UUID, sequence: int, event: Event) -> Mismatch:
    """Report what an event moved that its type and its reason do not."""
    reason = f" {event.reason}" if event.reason else ""
    found = (
        f"{event.event_type}{reason} included {event.included_delta} prepaid {event.prepaid_delta}"
    )
    return Mismatch(
        Rule.EVENT_SHAPE,
        tenant_id,
        organization_id,
        f"event {sequence}",
        f"what {event.event_type} moves",
        found,
    )


def check_event_id(tenant_id: int, organization_id: UUID, sequence: int, event: Event) -> Mismatch:
    """Report which id an event should have."""
    return Mismatch(
        Rule.EVENT_ID,
        tenant_id,
        organization_id,
        f"event {sequence}",
        str(event.expected_id),
        str(event.event_id),
    )


def check_cash_wallet(tenant_id: int, wallet: CashWallet) -> Iterator[Mismatch]:
    """Compare a cash wallet with its events."""
    organization_id = wallet.organization_id

    def differ(rule: Rule, subject: str, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if not wallet.has_wallet:
        yield differ(Rule.WALLET_MISSING, "cash wallet", 1, 0)
        return
    if wallet.parent_id is not None:
        yield differ(Rule.WALLET_MISSING, "cash wallet of a child", 0, 1)
    if wallet.last_event_at != wallet.expected_event_at:
        yield Mismatch(
            Rule.EVENT_TIME,
            tenant_id,
            organization_id,
            "cash wallet last_event_at",
            format_milliseconds(wallet.expected_event_at),
            format_milliseconds(wallet.last_event_at),
        )
    if wallet.nameless is not None:
        yield Mismatch(
            Rule.EVENT_ID,
            tenant_id,
            organization_id,
            f"cash event {wallet.nameless}",
            "of its wallet, number and time",
            "another",
        )
    if wallet.amount_sum != wallet.balance_cents:
        yield differ(Rule.CASH_BALANCE, "cash wallet", int(wallet.amount_sum), wallet.balance_cents)
    if wallet.balance_cents < 0:
        yield differ(Rule.AMOUNT_NEGATIVE, "cash wallet balance_cents", 0, wallet.balance_cents)
    if wallet.balance_break is not None:
        sequence, before, change, after = wallet.balance_break
        yield differ(Rule.EVENT_CHAIN, f"cash event {sequence}", before + change, after)
    if wallet.first_renewal_at is not None and (
        wallet.renewals_due_at is None or wallet.renewals_due_at > wallet.first_renewal_at
    ):
        yield Mismatch(
            Rule.RENEWAL_AWAITED,
            tenant_id,
            organization_id,
            "cash wallet",
            format_seconds(wallet.first_renewal_at),
            "never" if wallet.renewals_due_at is None else format_seconds(wallet.renewals_due_at),
        )
    yield from _check_event_order(tenant_id, wallet, "cash wallet", "cash event")


def _check_event_order(
    tenant_id: int, wallet: Wallet | CashWallet, name: str, event: str
) -> Iterator[Mismatch]:
    organization_id = wallet.organization_id

    def differ(rule: Rule, subject: str, expected: int | str, found: int | str) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if wallet.negative_event is not None:
        sequence, amount = wallet.negative_event
        yield differ(Rule.AMOUNT_NEGATIVE, f"{event} {sequence}", 0, amount)
    if wallet.gap is not None:
        sequence, before = wallet.gap
        yield differ(Rule.EVENT_SEQUENCE, f"{event} {sequence}", before + 1, sequence)
    if wallet.newest_sequence != wallet.last_sequence:
        yield differ(Rule.LAST_SEQUENCE, name, wallet.newest_sequence, wallet.last_sequence)
    if wallet.time_break is not None:
        sequence, before, at = wallet.time_break
        yield differ(
            Rule.EVENT_TIME, f"{event} {sequence}", _milliseconds(before), _milliseconds(at)
        )


def _milliseconds(since_epoch: int) -> str:
    return format_milliseconds(_EPOCH + timedelta(milliseconds=since_epoch))


def check_job_ledger(tenant_id: int, charge: Charge) -> Iterator[Mismatch]:
    """Compare what a reservation says was charged and refunded with the events of the job."""
    subject = f"job {format_id('job', charge.job_id)}" if charge.job_id else "events of no job"
    charged, refunded = charge.charged, charge.refunded
    used, refunds = int(charge.used), int(charge.refunds)

    def differ(rule: Rule, what: str, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, charge.organization_id, subject + what, expected, found)

    if used != charged:
        yield differ(Rule.JOB_CHARGE, "", charged, used)
    elif charge.usage_events != (charged > 0):
        yield differ(Rule.JOB_CHARGE, " usage events", int(charged > 0), charge.usage_events)
    if refunds != refunded:
        yield differ(Rule.JOB_REFUND, "", refunded, refunds)
    if refunds > charged:
        yield differ(Rule.REFUND_LIMIT, "", charged, refunds)


def check_job(tenant_id: int, job: Job) -> Iterator[Mismatch]:
    """Report what of a job differs; one that only says where its page ends is right."""
    if job.rule is not None:
        yield mismatch(
            tenant_id,
            job.organization_id,
            f"job {format_id('job', job.id)} {job.status}",
            (job.rule, job.what, job.expected, job.found),
        )


def check_job_event(tenant_id: int, event: JobEvent) -> Iterator[Mismatch]:
    """Report what a usage or a refund says of its job that is not so."""
    yield from mismatches(
        tenant_id, event.organization_id, f"event {event.sequence}", event.differences
    )


def check_transfer(tenant_id: int, transfer: Transfer) -> Iterator[Mismatch]:
    """Compare a transfer with its events on both sides, and its key with other transfers'."""
    subject = f"transfer {format_id('txn', transfer.id)}"
    sender, receiver = transfer.from_organization_id, transfer.to_organization_id

    def differ(rule: Rule, organization_id: UUID, expected: int, found: int) -> Mismatch:
        return Mismatch(rule, tenant_id, organization_id, subject, expected, found)

    if transfer.events != 2:
        yield differ(Rule.TRANSFER_EVENTS, sender, 2, transfer.events)
    if transfer.sent != -transfer.credits:
        yield differ(Rule.TRANSFER_AMOUNT, sender, -transfer.credits, int(transfer.sent))
    if transfer.received != transfer.credits:
        yield differ(Rule.TRANSFER_AMOUNT, receiver, transfer.credits, int(transfer.received))
    if transfer.receiver_balance is not None and transfer.receiver_balance != transfer.balance:
        yield differ(
            Rule.TRANSFER_BALANCE, receiver, int(transfer.receiver_balance), transfer.balance
        )
    if transfer.idempotency_key is not None and transfer.same_key != 1:
        yield differ(Rule.TRANSFER_KEY, sender, 1, transfer.same_key)
    yield from mismatches(tenant_id, receiver, subject, transfer.differences)


def check_allocations(tenant_id: int, partner_id: UUID | None, credits: int) -> Iterator[Mismatch]:
    """Report that the allocations of a tenant, which only move credits, created or lost some."""
    if credits != 0:
        yield Mismatch(Rule.TENANT_ALLOCATIONS, tenant_id, partner_id, "tenant", 0, credits)


def check_day(tenant_id: int, day: WrongDay) -> Iterator[Mismatch]:
    """Report that what a day comes to is not the sum of its events."""
    subject = f"day {day.day} {day.what}"
    yield Mismatch(
        Rule.DAILY_TOTALS, tenant_id, day.organization_id, subject, day.expected, day.found
    )
