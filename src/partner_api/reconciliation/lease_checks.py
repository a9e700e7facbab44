"""What rows of leases must satisfy, with their accounts and requests, and what is told: as in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id
from partner_api.reconciliation.comparing import mismatch, mismatches
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import asyncpg

_NO_ROW = "none"


def check_cash_event(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what a cash event tells that is not so, of the month of a lease above all."""
    subject = f"cash event {row['sequence']}"
    if row["lease_month"] is not None:
        subject += f" {_lease(row['social_account_id'])} month {row['lease_month']}"
    yield from mismatches(tenant_id, row["organization_id"], subject, row["differences"])


def check_lease(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a lease with its months, its social account and its pool account."""
    subject = _lease(row["social_account_id"])
    # The first month is charged with the assignment, so there is always one.
    months = 1 if row["newest_month"] is None else row["newest_month"] + 1
    if row["months"] != months:
        yield Mismatch(
            Rule.LEASE_MONTHS, tenant_id, row["organization_id"], subject, months, row["months"]
        )
    yield from mismatches(tenant_id, row["organization_id"], subject, row["differences"])
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
    """Say what of a month differs from its lease and from its cash events."""
    yield from mismatches(
        tenant_id,
        row["organization_id"],
        f"{_lease(row['social_account_id'])} month {row['lease_month']}",
        row["differences"],
    )


def check_former_price(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say which price holds too long; the row comes only when one does."""
    yield Mismatch(
        Rule.LEASE_PRICE,
        tenant_id,
        row["organization_id"],
        f"{_lease(row['social_account_id'])} month {row['until_month'] - 1}, which has not begun,",
        row["monthly_price_cents"],
        row["price_cents"],
    )


def check_unleased_account(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say that an account is leased in no lease; a row that only says where its page ends says nothing."""
    if row["is_wrong"]:
        yield Mismatch(
            Rule.LEASE_SOCIAL_ACCOUNT,
            tenant_id,
            row["organization_id"],
            f"social account {format_id('sa', row['id'])}",
            _lease(row["id"]),
            _NO_ROW,
        )


def check_request(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Compare a request with its project and with the leases that it names."""
    yield from mismatches(
        tenant_id,
        row["organization_id"],
        f"request {format_id('lreq', row['id'])}",
        row["differences"],
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


def check_news(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what is told of a lease or a request that is not so, how often or when."""
    subject = f"{row['subject']} {row['event_type']}"
    if row["lease_month"] is not None:
        subject += f" month {row['lease_month']}"
    expected: int | str = row["expected"]
    found: int | str = row["found"]
    if expected == found:
        expected, found = format_milliseconds(row["since"]), format_milliseconds(row["created_at"])
    yield Mismatch(Rule.TOLD, tenant_id, row["organization_id"], subject, expected, found)


def check_job_news(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say that an end is told that no job had; a row that only says where its page ends says nothing."""
    if row["is_wrong"]:
        yield Mismatch(
            Rule.TOLD,
            tenant_id,
            row["organization_id"],
            f"{format_id('evt', row['id'])} {row['event_type']}",
            0,
            1,
        )


def check_answer(tenant_id: int, row: asyncpg.Record) -> Iterator[Mismatch]:
    """Say what an answer tells of a job or a transfer that is not so."""
    if row["job_id"] is not None:
        subject = f"answer for job {format_id('job', row['job_id'])}"
    else:
        subject = f"answer for transfer {format_id('txn', row['transfer_id'])}"
    yield mismatch(
        tenant_id,
        row["organization_id"],
        subject,
        (row["rule"], row["what"], row["expected"], row["found"]),
    )


def _lease(social_account_id: UUID | None) -> str:
    return f"lease {format_id('sa', social_account_id)}" if social_account_id else "no lease"
