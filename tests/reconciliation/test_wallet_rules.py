"""Each rule of the credit wallet and its events, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.breaks import (
    OF_WALLET,
    about,
    append_event,
    found,
    set_reservation,
    wallet_of,
)
from tests.reconciliation.history import MARCH, check, drop_constraints, update

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")


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
        f"UPDATE wallets SET state = 'suspended' WHERE {OF_WALLET}",
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
        f"UPDATE wallets SET included_remaining = included_remaining + 3 WHERE {OF_WALLET}",
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
        f"UPDATE wallets SET prepaid = prepaid - 1 WHERE {OF_WALLET}",
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
        f"DELETE FROM credit_events WHERE {OF_WALLET} AND sequence = $3 RETURNING *",
        partner.tenant_id,
        partner.organization_id,
        wallet["last_sequence"],
    )
    assert event is not None and event["included_delta"] > 0
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence - 1 WHERE {OF_WALLET}",
        partner.tenant_id,
        partner.organization_id,
    )
    remaining = wallet["included_remaining"]
    assert await found(breaking, history, Rule.WALLET_ALLOTMENT) == [
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
    await append_event(
        breaking, child, "adjustment", after - wallet["included_remaining"], 0, wallet
    )
    await update(
        breaking,
        f"UPDATE wallets SET included_remaining = $3, last_sequence = $4 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
        after,
        sequence,
    )
    assert await found(breaking, history, Rule.EVENT_SHAPE) == [
        about(child, Rule.AMOUNT_NEGATIVE, "wallet included_remaining", 0, -5),
        about(child, Rule.AMOUNT_NEGATIVE, f"event {sequence}", 0, -5),
    ]


async def test_event_chain(breaking: Connection, history: History) -> None:
    child = history.child
    newest = await breaking.fetchrow(
        f"""
        SELECT sequence, prepaid_after FROM credit_events
         WHERE {OF_WALLET} ORDER BY sequence DESC LIMIT 1
        """,
        child.tenant_id,
        child.organization_id,
    )
    assert newest is not None
    sequence, after = newest
    await update(
        breaking,
        f"UPDATE credit_events SET prepaid_after = prepaid_after + 9 WHERE {OF_WALLET} "
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
        f"SELECT included_after FROM credit_events WHERE {OF_WALLET} AND sequence = 3",
        child.tenant_id,
        child.organization_id,
    )
    # Events 3 and 10 are wrong, so that the steps to 4 and 11 are wrong as well.
    await breaking.execute(
        f"UPDATE credit_events SET included_after = included_after + 2 WHERE {OF_WALLET} "
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
        f"UPDATE credit_events SET sequence = sequence + 1 WHERE {OF_WALLET} AND sequence = $3",
        partner.tenant_id,
        partner.organization_id,
        last,
    )
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence + 1 WHERE {OF_WALLET}",
        partner.tenant_id,
        partner.organization_id,
    )
    assert await found(breaking, history, Rule.EVENT_ID) == [
        about(partner, Rule.EVENT_SEQUENCE, f"event {last + 1}", last, last + 1)
    ]


async def test_last_sequence(breaking: Connection, history: History) -> None:
    child = history.child
    last = (await wallet_of(breaking, child))["last_sequence"]
    await update(
        breaking,
        f"UPDATE wallets SET last_sequence = last_sequence + 4 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [
        about(child, Rule.LAST_SEQUENCE, "wallet", last, last + 4)
    ]


async def test_event_time(breaking: Connection, history: History) -> None:
    child = history.child
    first = await breaking.fetchval(
        f"SELECT created_at FROM credit_events WHERE {OF_WALLET} AND sequence = 1",
        child.tenant_id,
        child.organization_id,
    )
    earlier = first - timedelta(milliseconds=1)
    await update(
        breaking,
        f"UPDATE credit_events SET created_at = $3 WHERE {OF_WALLET} AND sequence = 2",
        child.tenant_id,
        child.organization_id,
        earlier,
    )
    assert await found(breaking, history, Rule.EVENT_ID) == [
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
        f"UPDATE wallets SET last_event_at = $3 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
        earlier,
    )
    assert await found(breaking, history) == [
        about(
            child,
            Rule.EVENT_TIME,
            "wallet last_event_at",
            format_seconds(newest),
            format_milliseconds(earlier),
        )
    ]


async def test_period_usage(breaking: Connection, history: History) -> None:
    child = history.child
    used = (await wallet_of(breaking, child))["used_this_period"]
    assert used == 35  # of this period only: the earlier ones do not count
    await update(
        breaking,
        f"UPDATE wallets SET used_this_period = 36 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [about(child, Rule.PERIOD_USAGE, "wallet", 35, 36)]


async def test_reserved_credits(breaking: Connection, history: History) -> None:
    child = history.child
    assert (await wallet_of(breaking, child))["reserved"] == 90
    await update(
        breaking,
        f"UPDATE wallets SET reserved = 89 WHERE {OF_WALLET}",
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
        f"UPDATE wallets SET reserved = $3 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
        balance + 1,
    )
    await set_reservation(breaking, history, history.open_job, "credits", balance + 1)
    assert await found(breaking, history, Rule.JOB_START, Rule.WALLET_LOW) == [
        about(child, Rule.RESERVED_LIMIT, "wallet", balance, balance + 1)
    ]


async def test_running_jobs(breaking: Connection, history: History) -> None:
    child = history.child
    await update(
        breaking,
        f"UPDATE wallets SET running_jobs = 3 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert await found(breaking, history) == [about(child, Rule.RUNNING_JOBS, "wallet", 1, 3)]


async def test_amounts_beyond_every_limit_are_still_reported(
    breaking: Connection, history: History
) -> None:
    """A corrupt row must not make the check itself fail."""
    child = history.child
    await drop_constraints(breaking, "credit_events", "c")
    largest = 2**63 - 1
    before = await breaking.fetchval(
        f"SELECT prepaid_delta FROM credit_events WHERE {OF_WALLET} AND sequence = 1",
        child.tenant_id,
        child.organization_id,
    )
    await update(
        breaking,
        f"UPDATE credit_events SET prepaid_delta = $3 WHERE {OF_WALLET} AND sequence = 1",
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
        Rule.TRANSFER_RECORD,
        Rule.TENANT_ALLOCATIONS,
    }


async def test_another_organization_is_not_checked(breaking: Connection, history: History) -> None:
    child = history.child
    await update(
        breaking,
        f"UPDATE wallets SET prepaid = prepaid + 1 WHERE {OF_WALLET}",
        child.tenant_id,
        child.organization_id,
    )
    assert (await check(breaking, history, history.partner)).mismatches == []
    assert (await check(breaking, history, child)).mismatches_found == 1
