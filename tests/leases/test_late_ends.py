"""Ends, assignments, answers and workers that act after others who came later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.assigning import LeaseAssignment, assign
from tests.support.late_leases import (
    APRIL,
    DAY,
    EARLIER,
    MANY,
    MARCH,
    MAY,
    SECOND,
    archive,
    assert_books_are_right,
    row_of,
    unpaid_lease,
)
from tests.support.leases import PRICE_CENTS, charges, disconnect, lease, make_account, top_up, work
from tests.support.outbox import told
from tests.support.tenants import make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.ids import new_ulid
from partner_api.lease_requests import store as requests

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# Ends -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["release", "recall", "archive"])
@pytest.mark.parametrize("covered", [True, False])
async def test_an_end_settles_the_month_that_became_due_while_it_waited(
    connection: Connection, how: str, covered: bool
) -> None:
    """No month of a lease that is over stays due, and it does not end before it was tried."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    child = await make_child(connection, partner, now=MARCH)
    lease_id = await lease(connection, child, MARCH)
    await work(connection, partner, APRIL + SECOND)
    if covered:
        await top_up(connection, partner, APRIL + SECOND, PRICE_CENTS, "adjustment")
    if how == "archive":
        assert await archive(connection, child, EARLIER) > EARLIER
    else:
        outcome = await disconnect(connection, child, lease_id, EARLIER, recalled=how == "recall")
        assert outcome.status == "done", outcome
    settled = "paid" if covered and how != "recall" else "uncollected"
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, settled),
    ]
    assert (await row_of(connection, partner, lease_id))["disconnected_at"] == APRIL + SECOND
    await assert_books_are_right(connection, partner)


@pytest.mark.parametrize("how", ["release", "recall", "archive"])
async def test_a_lease_does_not_end_before_the_month_that_it_paid(
    connection: Connection, how: str
) -> None:
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    child = await make_child(connection, partner, now=MARCH)
    lease_id = await lease(connection, child, MARCH)
    await work(connection, partner, APRIL + SECOND)
    if how == "archive":
        await archive(connection, child, EARLIER)
    else:
        await disconnect(connection, child, lease_id, EARLIER, recalled=how == "recall")
    assert await charges(connection, partner, lease_id) == [(PRICE_CENTS, "paid")] * 2
    assert (await row_of(connection, partner, lease_id))["disconnected_at"] == APRIL + SECOND


async def test_a_free_month_is_not_renewed_before_it_was_tried(connection: Connection) -> None:
    """It waited behind one that could not be paid, and a release that arrived before that frees the line."""
    partner = await make_partner(connection, now=MARCH - SECOND, cash_cents=PRICE_CENTS)
    first = await lease(connection, partner, MARCH - SECOND)
    free = await lease(connection, partner, MARCH, price_cents=0)
    assert await work(connection, partner, APRIL + SECOND) == 2
    await disconnect(connection, partner, first, EARLIER, recalled=True)
    await disconnect(connection, partner, free, EARLIER)
    assert await charges(connection, partner, free) == [(0, "paid")] * 2
    (renewed,) = await told(connection, partner.tenant_id, "leased_account.renewed")
    assert renewed.created_at == APRIL + SECOND
    await assert_books_are_right(connection, partner)


async def test_an_account_is_not_leased_again_before_it_was_free(connection: Connection) -> None:
    """By another partner, whose operator asked before the first one's lease ended."""
    first = await make_partner(connection, now=MARCH, cash_cents=MANY)
    second = await make_partner(connection, now=MARCH, cash_cents=MANY)
    lease_id = await lease(connection, first, MARCH)
    await disconnect(connection, first, lease_id, APRIL, recalled=True)
    account_id = (await row_of(connection, first, lease_id))["pool_account_id"]
    new = LeaseAssignment(second.project_id, [account_id], [uuid4()], None, SYSTEM)
    outcome = await assign(connection, second.tenant_id, EARLIER, new)
    assert datetime.fromisoformat((outcome.facts or {})["answered_at"]) == APRIL
    assert await work(connection, second, MAY - SECOND) == 0
    assert await work(connection, second, MAY) == 1
    await assert_books_are_right(connection, second)


# Workers ----------------------------------------------------------------------------------------


async def test_a_worker_that_comes_late_changes_nothing(connection: Connection) -> None:
    """After one whose clock is ahead, or which was faster: no retry comes sooner, no grace begins earlier."""
    partner, lease_id = await unpaid_lease(connection)
    before = await row_of(connection, partner, lease_id)
    assert await work(connection, partner, EARLIER) == 0
    assert await row_of(connection, partner, lease_id) == before

    await work(connection, partner, APRIL + 3 * DAY + SECOND)
    before = await row_of(connection, partner, lease_id)
    assert before["next_attempt_at"] == APRIL + 4 * DAY + SECOND
    assert await work(connection, partner, APRIL + DAY) == 0
    assert await row_of(connection, partner, lease_id) == before

    await work(connection, partner, APRIL + 8 * DAY)
    before = await row_of(connection, partner, lease_id)
    assert before["disconnected_reason"] == "payment_failed"
    assert await work(connection, partner, APRIL + 6 * DAY) == 0
    assert await row_of(connection, partner, lease_id) == before
    await assert_books_are_right(connection, partner)


# Requests ---------------------------------------------------------------------------------------


async def request(connection: Connection, wallet: Wallet, at: datetime) -> UUID:
    """A request for one account, submitted then."""
    request_id = new_ulid(at)
    await requests.insert_request(
        connection,
        wallet.tenant_id,
        at,
        request_id=request_id,
        organization_id=wallet.organization_id,
        project_id=wallet.project_id,
        partner_request_id=None,
        count=1,
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return request_id


@pytest.mark.parametrize("how", ["fulfil", "reject"])
async def test_a_request_is_not_answered_before_it_was_submitted(
    connection: Connection, how: str
) -> None:
    """The node that answers has a clock that is behind."""
    partner = await make_partner(connection, now=MARCH, cash_cents=MANY)
    account_id = await make_account(connection, MARCH)
    request_id = await request(connection, partner, APRIL)
    if how == "fulfil":
        (outcome,) = await requests.fulfil(
            connection,
            partner.tenant_id,
            EARLIER,
            [requests.FulfilItem(request_id, [account_id], [uuid4()], None, None, SYSTEM, None)],
        )
        assigned_at = await connection.fetchval(
            "SELECT assigned_at FROM leases WHERE tenant_id = $1", partner.tenant_id
        )
        assert assigned_at == APRIL
    else:
        (outcome,) = await requests.reject(
            connection,
            partner.tenant_id,
            EARLIER,
            [requests.RejectItem(request_id, "", SYSTEM, None)],
        )
    assert outcome.status == "done", outcome
    answered_at = await connection.fetchval(
        "SELECT answered_at FROM lease_requests WHERE tenant_id = $1", partner.tenant_id
    )
    assert answered_at == APRIL
    # Of two answers, the one that was first counts, whenever they arrived.
    (outcome,) = await requests.reject(
        connection, partner.tenant_id, EARLIER, [requests.RejectItem(request_id, "", SYSTEM, None)]
    )
    assert outcome.code == "CONFLICT"
