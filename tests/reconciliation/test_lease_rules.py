"""Each rule of leases, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.breaks import about_child, about_partner, found
from tests.reconciliation.history import update

from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from tests.reconciliation.history import History

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("pages")

_OF_LEASE = "tenant_id = $1 AND social_account_id = $2"


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
    assert await found(breaking, history, Rule.LEASE_BILLING) == [
        about_child(history, Rule.LEASE_MONTHS, lease, 3, 2)
    ]


async def test_a_lease_without_any_month(breaking: Connection, history: History) -> None:
    await update(
        breaking, f"DELETE FROM lease_charges WHERE {_OF_LEASE}", history.tenant_id, history.lease
    )
    lease = f"lease {format_id('sa', history.lease)}"
    sequence = await _cash_sequence(breaking, history)
    assert await found(breaking, history, Rule.LEASE_DUE, Rule.CASH_EVENT) == [
        about_partner(
            history, Rule.LEASE_EVENT, f"cash event {sequence} {lease} month 0", "none", sequence
        ),
        about_child(history, Rule.LEASE_MONTHS, lease, 1, 0),
    ]


async def test_lease_refund(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        f"UPDATE lease_charges SET refunded_cents = 1 WHERE {_OF_LEASE}",
        history.tenant_id,
        history.lease,
    )
    month = f"lease {format_id('sa', history.lease)} month 0"
    assert await found(breaking, history) == [about_child(history, Rule.LEASE_REFUND, month, 0, 1)]


@pytest.mark.parametrize(
    ("value", "text"),
    [("'2037-01-01T00:00:00Z'", "2037-01-01T00:00:00Z"), ("NULL", "never")],
)
async def test_renewal_awaited(
    breaking: Connection, history: History, value: str, text: str
) -> None:
    due = await breaking.fetchval(
        f"SELECT next_due_at FROM leases WHERE {_OF_LEASE}", history.tenant_id, history.lease
    )
    await update(
        breaking,
        f"UPDATE cash_wallets SET renewals_due_at = {value} WHERE tenant_id = $1",
        history.tenant_id,
    )
    assert await found(breaking, history) == [
        about_partner(
            history, Rule.RENEWAL_AWAITED, "cash wallet", due.strftime("%Y-%m-%dT%H:%M:%SZ"), text
        )
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
    mismatches = await found(breaking, history, Rule.LEASE_SOCIAL_ACCOUNT)
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


async def test_an_account_whose_lease_names_none(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        f"UPDATE leases SET pool_account_id = NULL WHERE {_OF_LEASE}",
        history.tenant_id,
        history.lease,
    )
    sa, account = format_id("sa", history.lease), format_id("pool", history.pool_account)
    assert await found(breaking, history) == [
        about_child(history, Rule.LEASE_ACCOUNT, f"lease {sa} is of the pool", "yes", "no"),
        about_child(
            history, Rule.ACCOUNT_LEASE, f"{account} lease {sa}", "assigned", "assigned none"
        ),
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
    assert await found(
        breaking, history, Rule.LEASE_SOCIAL_ACCOUNT, Rule.LEASE_TOTALS, Rule.LEASE_CALENDAR
    ) == [
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
