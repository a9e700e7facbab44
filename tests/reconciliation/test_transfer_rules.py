"""Each rule of transfers, broken once: exactly that rule is reported, with both numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.reconciliation.breaks import found
from tests.reconciliation.history import check, drop_constraints, update

from partner_api.ids import format_id
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from tests.reconciliation.history import History
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection


pytestmark = pytest.mark.usefixtures("pages")


def about(history: History, wallet: Wallet, rule: Rule, expected: int, found: int) -> Mismatch:
    subject = f"transfer {format_id('txn', history.transfer)}"
    return Mismatch(rule, history.tenant_id, wallet.organization_id, subject, expected, found)


async def test_transfer_events(breaking: Connection, history: History) -> None:
    """A third event names the transfer; it moves nothing on either side."""
    await update(
        breaking,
        """
        UPDATE credit_events SET transfer_id = $2
         WHERE tenant_id = $1 AND organization_id = $3 AND sequence = 1
        """,
        history.tenant_id,
        history.transfer,
        history.partner.organization_id,
    )
    purchase = 100_000
    assert await found(breaking, history, Rule.EVENT_SHAPE, Rule.TRANSFER_RECORD) == [
        about(history, history.partner, Rule.TRANSFER_EVENTS, 2, 3),
        about(history, history.partner, Rule.TRANSFER_AMOUNT, -120, purchase - 120),
    ]


async def test_transfer_amount(breaking: Connection, history: History) -> None:
    await update(
        breaking,
        "UPDATE credit_transfers SET credits = 121 WHERE tenant_id = $1 AND id = $2",
        history.tenant_id,
        history.transfer,
    )
    assert await found(breaking, history, Rule.ANSWER, Rule.TOLD) == [
        about(history, history.partner, Rule.TRANSFER_AMOUNT, -121, -120),
        about(history, history.child, Rule.TRANSFER_AMOUNT, 121, 120),
    ]


async def test_transfer_amount_of_one_side(breaking: Connection, history: History) -> None:
    """The receiver got more than was sent, and its wallet agrees: credits out of nothing."""
    await update(
        breaking,
        """
        UPDATE credit_events SET prepaid_delta = 125, prepaid_after = prepaid_after + 5
         WHERE tenant_id = $1 AND transfer_id = $2 AND organization_id = $3
        """,
        history.tenant_id,
        history.transfer,
        history.child.organization_id,
    )
    mismatches = await found(breaking, history)
    assert about(history, history.child, Rule.TRANSFER_AMOUNT, 120, 125) in mismatches
    assert (
        Mismatch(
            Rule.TENANT_ALLOCATIONS,
            history.tenant_id,
            history.partner.organization_id,
            "tenant",
            0,
            5,
        )
        in mismatches
    )


async def test_tenant_allocations(breaking: Connection, history: History) -> None:
    """An allocation becomes a purchase: its transfer still has both its events."""
    await update(
        breaking,
        """
        UPDATE credit_events SET event_type = 'purchase'
         WHERE tenant_id = $1 AND transfer_id = $2 AND organization_id = $3
        """,
        history.tenant_id,
        history.transfer,
        history.child.organization_id,
    )
    assert await found(breaking, history, Rule.EVENT_SHAPE) == [
        Mismatch(
            Rule.TENANT_ALLOCATIONS,
            history.tenant_id,
            history.partner.organization_id,
            "tenant",
            0,
            -120,
        )
    ]


async def test_transfer_balance(breaking: Connection, history: History) -> None:
    balance = await breaking.fetchval(
        """
        UPDATE credit_transfers SET balance = balance + 1 WHERE tenant_id = $1 AND id = $2
        RETURNING balance
        """,
        history.tenant_id,
        history.transfer,
    )
    assert await found(breaking, history, Rule.ANSWER) == [
        about(history, history.child, Rule.TRANSFER_BALANCE, balance - 1, balance)
    ]


async def test_transfer_key(breaking: Connection, history: History) -> None:
    """The same request moved credits twice, in two transfers that are right in themselves."""
    await drop_constraints(breaking, "credit_transfers", "u")
    other = await breaking.fetchval(
        """
        UPDATE credit_transfers t
           SET api_key_id = k.api_key_id, idempotency_key = k.idempotency_key,
               fingerprint = k.fingerprint
          FROM credit_transfers k
         WHERE k.tenant_id = $1 AND k.id = $2 AND t.tenant_id = $1 AND t.id = (
               SELECT id FROM credit_transfers
                WHERE tenant_id = $1 AND idempotency_key IS NULL AND from_organization_id = $3
                ORDER BY id LIMIT 1)
        RETURNING t.id
        """,
        history.tenant_id,
        history.transfer,
        history.partner.organization_id,
    )
    mismatches = await found(breaking, history)
    assert {(each.rule, each.expected, each.found) for each in mismatches} == {
        (Rule.TRANSFER_KEY, 1, 2)
    }
    assert {each.subject for each in mismatches} == {
        f"transfer {format_id('txn', each)}" for each in (history.transfer, other)
    }


async def test_a_transfer_without_events(breaking: Connection, history: History) -> None:
    transfer = uuid4()
    await breaking.execute(
        """
        INSERT INTO credit_transfers (tenant_id, id, from_organization_id, to_organization_id,
                                      credits, balance, available, created_at)
        VALUES ($1, $2, $3, $4, 7, 7, 7, now())
        """,
        history.tenant_id,
        transfer,
        history.partner.organization_id,
        history.child.organization_id,
    )
    mismatches = await found(breaking, history)
    assert [(each.rule, each.expected, each.found) for each in mismatches] == [
        (Rule.TRANSFER_EVENTS, 2, 0),
        (Rule.TRANSFER_AMOUNT, -7, 0),
        (Rule.TRANSFER_AMOUNT, 7, 0),
    ]
    # Either side of it finds it; an organization that has no part in it does not.
    for wallet, count in ((history.partner, 3), (history.child, 3), (history.archived, 0)):
        assert (await check(breaking, history, wallet)).mismatches_found == count
