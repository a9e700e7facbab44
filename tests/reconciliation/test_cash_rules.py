"""Each rule of the cash wallet and its events, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.reconciliation.breaks import about_partner, found
from tests.reconciliation.history import drop_constraints, update

from partner_api.clock import format_milliseconds
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    import asyncpg
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")


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
             balance_after_cents, for_organization_id, created_at, previous_hash, hash)
        VALUES ($1, $2, $3, gen_random_uuid(), 'adjustment', $4, -7, $2, $5, sha256(''), sha256(''))
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
    assert await found(breaking, history, Rule.EVENT_ID) == [
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
    assert await found(breaking, history, Rule.EVENT_ID) == [
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
    assert await found(breaking, history, Rule.EVENT_ID) == [
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
    assert about_partner(
        history,
        Rule.EVENT_TIME,
        "cash event 2",
        format_milliseconds(later),
        format_milliseconds(first),
    ) in await found(breaking, history, Rule.EVENT_ID)
