"""Each rule of the credit ledger, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.history import MARCH, check, drop_constraints, update

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg
    from tests.reconciliation.history import History
    from tests.tenants import Wallet

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")

_WALLET = "tenant_id = $1 AND organization_id = $2"


async def wallet_of(connection: Connection, wallet: Wallet) -> asyncpg.Record:
    row = await connection.fetchrow(
        f"SELECT * FROM wallets WHERE {_WALLET}", wallet.tenant_id, wallet.organization_id
    )
    assert row is not None
    return row


async def found(connection: Connection, history: History) -> list[Mismatch]:
    return (await check(connection, history)).mismatches


def about(
    wallet: Wallet, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    return Mismatch(rule, wallet.tenant_id, wallet.organization_id, subject, expected, found)


async def test_wallet_missing(breaking: Connection, history: History) -> None:
    organization_id = uuid4()
    await breaking.execute(
        """
        INSERT INTO organizations (tenant_id, id, parent_id, name, created_at, updated_at)
        VALUES ($1, $2, $3, 'Child', $4, $4)
        """,
        history.tenant_id,
        organization_id,
        history.partner.organization_id,
        MARCH,
    )
    assert await found(breaking, history) == [
        Mismatch(Rule.WALLET_MISSING, history.tenant_id, organization_id, "wallet", 1, 0)
    ]


async def test_wallet_state(breaking: Connection, history: History) -> None:
    child = history.child
    await update(
        breaking,
        f"UPDATE wallets SET state = 'suspended' WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [
        about(child, Rule.WALLET_STATE, "wallet", "active", "suspended")
    ]


async def test_included_balance(breaking: Connection, history: History) -> None:
    child = history.child
    before = (await wallet_of(breaking, child))["included_remaining"]
    await update(
        breaking,
        f"UPDATE wallets SET included_remaining = included_remaining + 3 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [
        about(child, Rule.INCLUDED_BALANCE, "wallet", before, before + 3)
    ]


async def test_prepaid_balance(breaking: Connection, history: History) -> None:
    partner = history.partner
    before = (await wallet_of(breaking, partner))["prepaid"]
    await update(
        breaking,
        f"UPDATE wallets SET prepaid = prepaid - 1 WHERE {_WALLET}",
        partner.tenant_id,
        partner.organization_id,
    )
    assert await found(breaking, history) == [
        about(partner, Rule.PREPAID_BALANCE, "wallet", before, before - 1)
    ]


async def test_a_lost_event_shows_in_the_balance(breaking: Connection, history: History) -> None:
    """The newest event goes, and the wallet is told so: only the sum betrays it."""
    partner = history.partner
    wallet = await wallet_of(breaking, partner)
    event = await breaking.fetchrow(
        f"DELETE FROM credit_events WHERE {_WALLET} AND sequence = $3 RETURNING *",
        partner.tenant_id,
        partner.organization_id,
        wallet["last_sequence"],
    )
    assert event is not None and event["included_delta"] > 0
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence - 1 WHERE {_WALLET}",
        partner.tenant_id,
        partner.organization_id,
    )
    remaining = wallet["included_remaining"]
    assert await found(breaking, history) == [
        about(
            partner,
            Rule.INCLUDED_BALANCE,
            "wallet",
            remaining - event["included_delta"],
            remaining,
        )
    ]


async def test_amount_negative(breaking: Connection, history: History) -> None:
    """An allotment below zero, hidden in the sums by an event that takes as much."""
    child = history.child
    await drop_constraints(breaking, "wallets", "c")
    await drop_constraints(breaking, "credit_events", "c")
    wallet = await wallet_of(breaking, child)
    sequence, after = wallet["last_sequence"] + 1, -5
    await _append_event(
        breaking, child, "adjustment", after - wallet["included_remaining"], 0, wallet
    )
    await update(
        breaking,
        f"UPDATE wallets SET included_remaining = $3, last_sequence = $4 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
        after,
        sequence,
    )
    assert await found(breaking, history) == [
        about(child, Rule.AMOUNT_NEGATIVE, "wallet included_remaining", 0, -5),
        about(child, Rule.AMOUNT_NEGATIVE, f"event {sequence}", 0, -5),
    ]


async def test_event_chain(breaking: Connection, history: History) -> None:
    child = history.child
    newest = await breaking.fetchrow(
        f"""
        SELECT sequence, prepaid_after FROM credit_events
         WHERE {_WALLET} ORDER BY sequence DESC LIMIT 1
        """,
        child.tenant_id,
        child.organization_id,
    )
    assert newest is not None
    sequence, after = newest
    await update(
        breaking,
        f"UPDATE credit_events SET prepaid_after = prepaid_after + 9 WHERE {_WALLET} "
        "AND sequence = $3",
        child.tenant_id,
        child.organization_id,
        sequence,
    )
    assert await found(breaking, history) == [
        about(child, Rule.EVENT_CHAIN, f"event {sequence} prepaid", after, after + 9)
    ]


async def test_the_first_break_of_a_chain_is_named(breaking: Connection, history: History) -> None:
    child = history.child
    after = await breaking.fetchval(
        f"SELECT included_after FROM credit_events WHERE {_WALLET} AND sequence = 3",
        child.tenant_id,
        child.organization_id,
    )
    # Events 3 and 10 are wrong, so that the steps to 4 and 11 are wrong as well.
    await breaking.execute(
        f"UPDATE credit_events SET included_after = included_after + 2 WHERE {_WALLET} "
        "AND sequence IN (3, 10)",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [
        about(child, Rule.EVENT_CHAIN, "event 3 included", after, after + 2)
    ]


async def test_event_sequence(breaking: Connection, history: History) -> None:
    partner = history.partner
    last = (await wallet_of(breaking, partner))["last_sequence"]
    await update(
        breaking,
        f"UPDATE credit_events SET sequence = sequence + 1 WHERE {_WALLET} AND sequence = $3",
        partner.tenant_id,
        partner.organization_id,
        last,
    )
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence + 1 WHERE {_WALLET}",
        partner.tenant_id,
        partner.organization_id,
    )
    assert await found(breaking, history) == [
        about(partner, Rule.EVENT_SEQUENCE, f"event {last + 1}", last, last + 1)
    ]


async def test_last_sequence(breaking: Connection, history: History) -> None:
    child = history.child
    last = (await wallet_of(breaking, child))["last_sequence"]
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence + 4 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [
        about(child, Rule.LAST_SEQUENCE, "wallet", last, last + 4)
    ]


async def test_event_time(breaking: Connection, history: History) -> None:
    child = history.child
    first = await breaking.fetchval(
        f"SELECT created_at FROM credit_events WHERE {_WALLET} AND sequence = 1",
        child.tenant_id,
        child.organization_id,
    )
    earlier = first - timedelta(milliseconds=1)
    await update(
        breaking,
        f"UPDATE credit_events SET created_at = $3 WHERE {_WALLET} AND sequence = 2",
        child.tenant_id,
        child.organization_id,
        earlier,
    )
    assert await found(breaking, history) == [
        about(
            child,
            Rule.EVENT_TIME,
            "event 2",
            format_milliseconds(first),
            format_milliseconds(earlier),
        )
    ]


async def test_event_time_of_the_wallet(breaking: Connection, history: History) -> None:
    child = history.child
    newest = (await wallet_of(breaking, child))["last_event_at"]
    earlier = newest - timedelta(milliseconds=1)
    await update(
        breaking,
        f"UPDATE wallets SET last_event_at = $3 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
        earlier,
    )
    assert await found(breaking, history) == [
        about(
            child,
            Rule.EVENT_TIME,
            "wallet last_event_at",
            format_milliseconds(newest),
            format_milliseconds(earlier),
        )
    ]


async def test_period_usage(breaking: Connection, history: History) -> None:
    child = history.child
    used = (await wallet_of(breaking, child))["used_this_period"]
    assert used == 35  # of this period only: the earlier ones do not count
    await update(
        breaking,
        f"UPDATE wallets SET used_this_period = 36 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [about(child, Rule.PERIOD_USAGE, "wallet", 35, 36)]


async def test_reserved_credits(breaking: Connection, history: History) -> None:
    child = history.child
    assert (await wallet_of(breaking, child))["reserved"] == 90
    await update(
        breaking,
        f"UPDATE wallets SET reserved = 89 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [about(child, Rule.RESERVED_CREDITS, "wallet", 90, 89)]


async def test_reserved_limit(breaking: Connection, history: History) -> None:
    child = history.child
    await drop_constraints(breaking, "wallets", "c")
    wallet = await wallet_of(breaking, child)
    balance = wallet["included_remaining"] + wallet["prepaid"]
    await update(
        breaking,
        f"UPDATE wallets SET reserved = $3 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
        balance + 1,
    )
    await _set_reservation(breaking, history, history.open_job, "credits", balance + 1)
    assert await found(breaking, history) == [
        about(child, Rule.RESERVED_LIMIT, "wallet", balance, balance + 1)
    ]


async def test_running_jobs(breaking: Connection, history: History) -> None:
    child = history.child
    await update(
        breaking,
        f"UPDATE wallets SET running_jobs = 3 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [about(child, Rule.RUNNING_JOBS, "wallet", 1, 3)]


async def _append_event(
    connection: Connection,
    wallet: Wallet,
    event_type: str,
    included: int,
    prepaid: int,
    before: asyncpg.Record,
    job_id: UUID | None = None,
) -> None:
    await connection.execute(
        """
        INSERT INTO credit_events
            (tenant_id, organization_id, sequence, event_id, event_type, included_delta,
             prepaid_delta, included_after, prepaid_after, usage_after, job_id, created_at)
        VALUES ($1, $2, $3, gen_random_uuid(), $4, $5, $6, $7, $8, 0, $9, $10)
        """,
        wallet.tenant_id,
        wallet.organization_id,
        before["last_sequence"] + 1,
        event_type,
        included,
        prepaid,
        before["included_remaining"] + included,
        before["prepaid"] + prepaid,
        job_id,
        before["last_event_at"],
    )


async def _set_reservation(
    connection: Connection, history: History, job_id: UUID, column: str, value: int | str
) -> None:
    await update(
        connection,
        f"UPDATE reservations SET {column} = $3 WHERE tenant_id = $1 AND job_id = $2",
        history.tenant_id,
        job_id,
        value,
    )


async def test_job_reservation(breaking: Connection, history: History) -> None:
    """A job that ended although its reservation is still open also no longer counts as running."""
    await update(
        breaking,
        """
        UPDATE jobs SET status = 'canceled', finished_at = started_at
         WHERE tenant_id = $1 AND id = $2
        """,
        history.tenant_id,
        history.open_job,
    )
    job = f"job {format_id('job', history.open_job)}"
    assert await found(breaking, history) == [
        about(history.child, Rule.RUNNING_JOBS, "wallet", 0, 1),
        about(history.child, Rule.JOB_RESERVATION, f"{job} canceled", "released", "open"),
    ]


async def test_job_reservation_of_another_end(breaking: Connection, history: History) -> None:
    await _set_reservation(breaking, history, history.released_job, "status", "settled")
    job = f"job {format_id('job', history.released_job)}"
    assert await found(breaking, history) == [
        about(history.child, Rule.JOB_RESERVATION, f"{job} failed", "released", "settled")
    ]


async def test_job_without_reservation(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        "DELETE FROM reservations WHERE tenant_id = $1 AND job_id = $2",
        history.tenant_id,
        history.released_job,
    )
    job = f"job {format_id('job', history.released_job)}"
    assert await found(breaking, history) == [
        about(history.child, Rule.JOB_RESERVATION, f"{job} failed", "released", "none")
    ]


async def test_job_charge(breaking: Connection, history: History) -> None:
    await _set_reservation(breaking, history, history.refunded_job, "charged", 79)
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(history.child, Rule.JOB_CHARGE, job, 79, 80)]


async def test_job_charged_twice(breaking: Connection, history: History) -> None:
    """A second usage event that the wallet itself agrees with."""
    child = history.child
    wallet = await wallet_of(breaking, child)
    await _append_event(breaking, child, "usage", 0, -80, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 80, used_this_period = used_this_period + 80,
               last_sequence = last_sequence + 1
         WHERE {_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(child, Rule.JOB_CHARGE, job, 80, 160)]


async def test_usage_of_a_job_that_reserved_nothing(breaking: Connection, history: History) -> None:
    child, job_id = history.child, uuid4()
    wallet = await wallet_of(breaking, child)
    await _append_event(breaking, child, "usage", 0, -5, wallet, job_id)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 5, used_this_period = used_this_period + 5,
               last_sequence = last_sequence + 1
         WHERE {_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', job_id)}"
    assert await found(breaking, history) == [about(child, Rule.JOB_CHARGE, job, 0, 5)]


async def test_job_charge_in_two_events(breaking: Connection, history: History) -> None:
    """The sum is right, but it was taken in two halves: that is not settling once."""
    child = history.child
    wallet = await wallet_of(breaking, child)
    await _set_reservation(breaking, history, history.refunded_job, "charged", 81)
    await _append_event(breaking, child, "usage", 0, -1, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid - 1, used_this_period = used_this_period + 1,
               last_sequence = last_sequence + 1
         WHERE {_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)} usage events"
    assert await found(breaking, history) == [about(child, Rule.JOB_CHARGE, job, 1, 2)]


async def test_job_refund(breaking: Connection, history: History) -> None:
    await _set_reservation(breaking, history, history.refunded_job, "refunded", 31)
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(history.child, Rule.JOB_REFUND, job, 31, 30)]


async def test_refund_limit(breaking: Connection, history: History) -> None:
    """Another refund that everything agrees with, but it gives back more than was taken."""
    child = history.child
    await drop_constraints(breaking, "reservations", "c")
    wallet = await wallet_of(breaking, child)
    await _set_reservation(breaking, history, history.refunded_job, "refunded", 81)
    await _append_event(breaking, child, "refund", 0, 51, wallet, history.refunded_job)
    await update(
        breaking,
        f"""
        UPDATE wallets SET prepaid = prepaid + 51, last_sequence = last_sequence + 1
         WHERE {_WALLET}
        """,
        child.tenant_id,
        child.organization_id,
    )
    job = f"job {format_id('job', history.refunded_job)}"
    assert await found(breaking, history) == [about(child, Rule.REFUND_LIMIT, job, 80, 81)]


async def test_amounts_beyond_every_limit_are_still_reported(
    breaking: Connection, history: History
) -> None:
    """A corrupt row must not make the check itself fail."""
    child = history.child
    await drop_constraints(breaking, "credit_events", "c")
    largest = 2**63 - 1
    before = await breaking.fetchval(
        f"SELECT prepaid_delta FROM credit_events WHERE {_WALLET} AND sequence = 1",
        child.tenant_id,
        child.organization_id,
    )
    await update(
        breaking,
        f"UPDATE credit_events SET prepaid_delta = $3 WHERE {_WALLET} AND sequence = 1",
        child.tenant_id,
        child.organization_id,
        -largest,
    )
    mismatches = await found(breaking, history)
    assert about(child, Rule.EVENT_CHAIN, "event 1 prepaid", -largest, before) in mismatches
    assert {each.rule for each in mismatches} == {
        Rule.EVENT_CHAIN,
        Rule.PREPAID_BALANCE,
        Rule.TRANSFER_AMOUNT,
        Rule.TENANT_ALLOCATIONS,
    }


async def test_another_organization_is_not_checked(breaking: Connection, history: History) -> None:
    child = history.child
    await update(
        breaking,
        f"UPDATE wallets SET prepaid = prepaid + 1 WHERE {_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert (await check(breaking, history, history.partner)).mismatches == []
    assert (await check(breaking, history, child)).mismatches_found == 1
