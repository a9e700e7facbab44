"""Each rule of cash and leases, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.history import check, drop_constraints, update

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    import asyncpg
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")

_OF_LEASE = "tenant_id = $1 AND social_account_id = $2"


async def found(connection: Connection, history: History) -> list[Mismatch]:
    return (await check(connection, history)).mismatches


def about_partner(
    history: History, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    """The partner owns the cash wallet."""
    organization_id = history.partner.organization_id
    return Mismatch(rule, history.tenant_id, organization_id, subject, expected, found)


def about_child(
    history: History, rule: Rule, subject: str, expected: int | str, found: int | str
) -> Mismatch:
    """The child's project has the leases."""
    organization_id = history.child.organization_id
    return Mismatch(rule, history.tenant_id, organization_id, subject, expected, found)


async def cash_wallet(connection: Connection, history: History) -> asyncpg.Record:
    row = await connection.fetchrow(
        "SELECT * FROM cash_wallets WHERE tenant_id = $1", history.tenant_id
    )
    assert row is not None
    return row


async def test_cash_wallet_missing(breaking: Connection, history: History) -> None:
    await drop_constraints(breaking, "cash_events", "f")
    await breaking.execute("DELETE FROM cash_wallets WHERE tenant_id = $1", history.tenant_id)
    assert await found(breaking, history) == [
        about_partner(history, Rule.WALLET_MISSING, "cash wallet", 1, 0)
    ]


async def test_cash_balance(breaking: Connection, history: History) -> None:
    balance = (await cash_wallet(breaking, history))["balance_cents"]
    assert balance == 200_000 - 1_500 - 2 * 15_000
    await update(
        breaking,
        "UPDATE cash_wallets SET balance_cents = balance_cents - 1 WHERE tenant_id = $1",
        history.tenant_id,
    )
    assert await found(breaking, history) == [
        about_partner(history, Rule.CASH_BALANCE, "cash wallet", balance, balance - 1)
    ]


async def test_cash_below_zero(breaking: Connection, history: History) -> None:
    await drop_constraints(breaking, "cash_wallets", "c")
    await drop_constraints(breaking, "cash_events", "c")
    wallet = await cash_wallet(breaking, history)
    sequence = wallet["last_sequence"] + 1
    await breaking.execute(
        """
        INSERT INTO cash_events
            (tenant_id, organization_id, sequence, event_id, event_type, amount_cents,
             balance_after_cents, for_organization_id, created_at)
        VALUES ($1, $2, $3, gen_random_uuid(), 'adjustment', $4, -7, $2, $5)
        """,
        history.tenant_id,
        history.partner.organization_id,
        sequence,
        -wallet["balance_cents"] - 7,
        wallet["last_event_at"],
    )
    await update(
        breaking,
        "UPDATE cash_wallets SET balance_cents = -7, last_sequence = $2 WHERE tenant_id = $1",
        history.tenant_id,
        sequence,
    )
    assert await found(breaking, history) == [
        about_partner(history, Rule.AMOUNT_NEGATIVE, "cash wallet balance_cents", 0, -7),
        about_partner(history, Rule.AMOUNT_NEGATIVE, f"cash event {sequence}", 0, -7),
    ]


async def test_cash_chain(breaking: Connection, history: History) -> None:
    last = (await cash_wallet(breaking, history))["last_sequence"]
    after = await breaking.fetchval(
        """
        UPDATE cash_events SET balance_after_cents = balance_after_cents + 5
         WHERE tenant_id = $1 AND sequence = $2 RETURNING balance_after_cents
        """,
        history.tenant_id,
        last,
    )
    assert await found(breaking, history) == [
        about_partner(history, Rule.EVENT_CHAIN, f"cash event {last}", after - 5, after)
    ]


async def test_cash_sequence(breaking: Connection, history: History) -> None:
    """The last event skips a number, and what refers to it follows."""
    last = (await cash_wallet(breaking, history))["last_sequence"]
    for statement in (
        "UPDATE cash_events SET sequence = $2 + 1 WHERE tenant_id = $1 AND sequence = $2",
        """
        UPDATE lease_charges SET cash_sequence = $2 + 1
         WHERE tenant_id = $1 AND cash_sequence = $2
        """,
        "UPDATE cash_wallets SET last_sequence = $2 + 1 WHERE tenant_id = $1",
    ):
        await update(breaking, statement, history.tenant_id, last)
    assert await found(breaking, history) == [
        about_partner(history, Rule.EVENT_SEQUENCE, f"cash event {last + 1}", last, last + 1)
    ]


async def test_a_number_beyond_all_others_is_reported_at_once(
    breaking: Connection, history: History
) -> None:
    """The numbers say that there are four quintillion events; nobody goes through them all."""
    last = (await cash_wallet(breaking, history))["last_sequence"]
    beyond = 2**62
    for statement in (
        "UPDATE cash_events SET sequence = $3 WHERE tenant_id = $1 AND sequence = $2",
        "UPDATE lease_charges SET cash_sequence = $3 WHERE tenant_id = $1 AND cash_sequence = $2",
        """
        UPDATE cash_wallets SET last_sequence = $3 WHERE tenant_id = $1 AND last_sequence = $2
        """,
    ):
        await update(breaking, statement, history.tenant_id, last, beyond)
    assert await found(breaking, history) == [
        about_partner(history, Rule.EVENT_SEQUENCE, f"cash event {beyond}", last, beyond)
    ]


async def test_cash_last_sequence(breaking: Connection, history: History) -> None:
    last = (await cash_wallet(breaking, history))["last_sequence"]
    await update(
        breaking,
        "UPDATE cash_wallets SET last_sequence = last_sequence + 1 WHERE tenant_id = $1",
        history.tenant_id,
    )
    assert await found(breaking, history) == [
        about_partner(history, Rule.LAST_SEQUENCE, "cash wallet", last, last + 1)
    ]


async def test_cash_time(breaking: Connection, history: History) -> None:
    first = await breaking.fetchval(
        "SELECT created_at FROM cash_events WHERE tenant_id = $1 AND sequence = 1",
        history.tenant_id,
    )
    later = first + timedelta(seconds=1)
    await update(
        breaking,
        "UPDATE cash_events SET created_at = $2 WHERE tenant_id = $1 AND sequence = 1",
        history.tenant_id,
        later,
    )
    assert (await found(breaking, history))[0] == about_partner(
        history,
        Rule.EVENT_TIME,
        "cash event 2",
        format_milliseconds(later),
        format_milliseconds(first),
    )


async def test_lease_months(breaking: Connection, history: History) -> None:
    """Month 2 is there, month 1 is not."""
    await breaking.execute(
        """
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status)
        VALUES ($1, $2, 2, '2026-08-15T12:00Z', '2026-09-15T12:00Z', 15000, 'due')
        """,
        history.tenant_id,
        history.lease,
    )
    lease = f"lease {format_id('sa', history.lease)}"
    assert await found(breaking, history) == [about_child(history, Rule.LEASE_MONTHS, lease, 3, 2)]


async def test_a_lease_without_any_month(breaking: Connection, history: History) -> None:
    await update(
        breaking, f"DELETE FROM lease_charges WHERE {_OF_LEASE}", history.tenant_id, history.lease
    )
    lease = f"lease {format_id('sa', history.lease)}"
    sequence = await _cash_sequence(breaking, history)
    assert await found(breaking, history) == [
        about_partner(
            history, Rule.LEASE_EVENT, f"cash event {sequence} {lease} month 0", "none", sequence
        ),
        about_child(history, Rule.LEASE_MONTHS, lease, 1, 0),
    ]


async def _cash_sequence(connection: Connection, history: History) -> int:
    """The cash event that names the lease."""
    sequence = await connection.fetchval(
        f"SELECT sequence FROM cash_events WHERE {_OF_LEASE}", history.tenant_id, history.lease
    )
    assert isinstance(sequence, int)
    return sequence


async def test_lease_charge_of_another_price(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        f"UPDATE lease_charges SET price_cents = 15001 WHERE {_OF_LEASE}",
        history.tenant_id,
        history.lease,
    )
    lease = f"lease {format_id('sa', history.lease)} month 0"
    assert await found(breaking, history) == [
        about_child(history, Rule.LEASE_CHARGE, lease, 15_001, 15_000)
    ]


async def test_lease_charge_paid_with_the_event_of_another(
    breaking: Connection, history: History
) -> None:
    """Two months claim one cash event, so one of them was never paid."""
    other = await breaking.fetchval(
        f"SELECT cash_sequence FROM lease_charges WHERE {_OF_LEASE}",
        history.tenant_id,
        history.second_lease,
    )
    await update(
        breaking,
        f"UPDATE lease_charges SET cash_sequence = $3 WHERE {_OF_LEASE}",
        history.tenant_id,
        history.lease,
        other,
    )
    lease = f"lease {format_id('sa', history.lease)} month 0"
    sequence = await _cash_sequence(breaking, history)
    assert await found(breaking, history) == [
        about_partner(history, Rule.LEASE_EVENT, f"cash event {sequence} {lease}", other, sequence),
        about_child(history, Rule.LEASE_CHARGE, lease, 15_000, 0),
    ]


async def test_lease_event_for_a_month_that_is_not_paid(
    breaking: Connection, history: History
) -> None:
    await update(
        breaking,
        f"""
        UPDATE lease_charges SET status = 'uncollected', cash_sequence = NULL WHERE {_OF_LEASE}
        """,
        history.tenant_id,
        history.lease,
    )
    sequence = await _cash_sequence(breaking, history)
    subject = f"cash event {sequence} lease {format_id('sa', history.lease)} month 0"
    assert await found(breaking, history) == [
        about_partner(history, Rule.LEASE_EVENT, subject, "uncollected", sequence)
    ]


async def test_lease_account(breaking: Connection, history: History) -> None:
    """The pool account is available again while its lease goes on."""
    await update(
        breaking,
        """
        UPDATE pool_accounts SET status = 'available', lease_id = NULL, lease_tenant_id = NULL
         WHERE id = $1
        """,
        history.pool_account,
    )
    sa, account = format_id("sa", history.lease), format_id("pool", history.pool_account)
    assert await found(breaking, history) == [
        about_child(history, Rule.LEASE_ACCOUNT, f"lease {sa} {account}", sa, "none")
    ]


async def test_an_account_in_two_leases(breaking: Connection, history: History) -> None:
    """Both say that they have it; it can only name one."""
    await update(
        breaking,
        f"UPDATE leases SET pool_account_id = $3 WHERE {_OF_LEASE}",
        history.tenant_id,
        history.second_lease,
        history.pool_account,
    )
    mismatches = await found(breaking, history)
    second = format_id("sa", history.second_lease)
    account = format_id("pool", history.pool_account)
    assert mismatches[0] == about_child(
        history,
        Rule.LEASE_ACCOUNT,
        f"lease {second} {account}",
        second,
        format_id("sa", history.lease),
    )
    assert [(each.rule, each.found) for each in mismatches[1:]] == [
        (Rule.ACCOUNT_LEASE, f"assigned {account}")
    ]


async def test_account_of_an_ended_lease(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        f"""
        UPDATE leases SET status = 'disconnected', disconnected_at = assigned_at,
               disconnected_reason = 'released_by_partner'
         WHERE {_OF_LEASE}
        """,
        history.tenant_id,
        history.lease,
    )
    account, sa = format_id("pool", history.pool_account), format_id("sa", history.lease)
    assert await found(breaking, history) == [
        about_child(
            history, Rule.ACCOUNT_LEASE, f"{account} lease {sa}", "assigned", "disconnected"
        )
    ]


async def test_account_of_no_lease(breaking: Connection, history: History) -> None:
    """Nothing leads to an organization, so none is named."""
    lease = uuid4()
    await update(
        breaking,
        """
        UPDATE pool_accounts SET status = 'leased', lease_id = $2, lease_tenant_id = $3
         WHERE id = $1
        """,
        history.free_account,
        lease,
        history.tenant_id,
    )
    account, sa = format_id("pool", history.free_account), format_id("sa", lease)
    assert await found(breaking, history) == [
        Mismatch(
            Rule.ACCOUNT_LEASE,
            history.tenant_id,
            None,
            f"{account} lease {sa}",
            "assigned",
            "none",
        )
    ]
