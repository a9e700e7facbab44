"""The ways by which one type of event comes about, each with what it then says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support import operations
from tests.support.late_leases import archive
from tests.support.leases import PRICE_CENTS, disconnect, lease, top_up, work
from tests.support.outbox import Told, decoded, told
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.ids import format_id
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection

DAY = timedelta(days=1)
# The second month of a lease of NOON has begun, the third has not.
LATER = NOON + 31 * DAY


async def make_lease(
    connection: Connection, cash_cents: int = PRICE_CENTS
) -> tuple[Wallet, Wallet, UUID]:
    """A partner with this cash, of which the first month is paid, its child, and the child's lease."""
    partner = await make_partner(connection, prepaid=1_000, cash_cents=cash_cents)
    child = await make_child(connection, partner)
    return partner, child, await lease(connection, child, NOON)


async def of_account(connection: Connection, child: Wallet, *types: str) -> list[Told]:
    """What was told of the leased account; all of it says what its type does, to the child."""
    found = await told(connection, child.tenant_id, *types)
    for event in found:
        decoded(event)
        assert event.organization_id == child.organization_id
    return found


async def reason(connection: Connection, child: Wallet) -> str:
    """How the one lease that has ended did."""
    (event,) = await of_account(connection, child, "leased_account.disconnected")
    return str(event.data["disconnectedReason"])


@pytest.mark.parametrize("recalled", [False, True])
async def test_a_lease_that_is_given_back_or_taken(connection: Connection, recalled: bool) -> None:
    _, child, lease_id = await make_lease(connection)
    await disconnect(connection, child, lease_id, NOON + DAY, recalled=recalled)
    expected = "recalled_by_operator" if recalled else "released_by_partner"
    assert await reason(connection, child) == expected


async def test_a_lease_that_ends_unpaid(connection: Connection) -> None:
    _, child, _ = await make_lease(connection)
    await work(connection, child, LATER)
    (event,) = await of_account(connection, child, "leased_account.past_due")
    assert (event.data["leaseMonth"], event.data["amountCents"]) == (1, PRICE_CENTS)
    for days in range(1, 9):
        await work(connection, child, LATER + days * DAY)
    assert await reason(connection, child) == "payment_failed"
    assert len(await of_account(connection, child, "leased_account.past_due")) == 1


async def test_a_lease_that_ends_with_its_organization(connection: Connection) -> None:
    _, child, _ = await make_lease(connection)
    await archive(connection, child, NOON + DAY)
    assert await reason(connection, child) == "organization_archived"


async def test_a_month_that_is_paid_late_is_renewed_then(connection: Connection) -> None:
    partner, child, _ = await make_lease(connection)
    await work(connection, child, LATER)
    await top_up(connection, partner, LATER + DAY, 3 * PRICE_CENTS)
    await work(connection, child, LATER + DAY)
    (event,) = await of_account(connection, child, "leased_account.renewed")
    assert (event.data["leaseMonth"], event.data["amountCents"]) == (1, PRICE_CENTS)
    assert event.created_at == LATER + DAY


async def test_many_months_at_once_are_each_renewed_once(connection: Connection) -> None:
    _, child, _ = await make_lease(connection, 10 * PRICE_CENTS)
    for _ in range(2):
        await work(connection, child, NOON + 100 * DAY)
    found = await of_account(connection, child, "leased_account.renewed")
    assert sorted(event.data["leaseMonth"] for event in found) == [1, 2, 3]


@pytest.mark.parametrize("ends_by", ["release", "archive"])
async def test_months_that_are_charged_when_a_lease_ends_are_renewed(
    connection: Connection, ends_by: str
) -> None:
    _, child, lease_id = await make_lease(connection, 10 * PRICE_CENTS)
    at = NOON + 70 * DAY
    if ends_by == "release":
        await disconnect(connection, child, lease_id, at)
    else:
        await archive(connection, child, at)
    found = await of_account(connection, child, "leased_account.renewed")
    assert sorted(event.data["leaseMonth"] for event in found) == [1, 2]


async def test_credits_that_go_back_to_the_partner_are_no_allocation(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner, prepaid=400)
    await archive(connection, child, NOON + DAY)
    (event,) = await told(connection, child.tenant_id, "credits.allocated")
    assert event.organization_id == child.organization_id
    assert event.data["reason"] == "allocation"
    assert (event.data["balance"], event.data["available"]) == (400, 400)
    (event,) = await told(connection, child.tenant_id, "organization.archived")
    assert event.data["reclaimedCredits"] == 400
    assert event.data["parentOrganizationId"] == format_id("org", partner.organization_id)


async def test_a_partner_is_told_that_it_is_suspended_and_resumed(connection: Connection) -> None:
    partner = await make_partner(connection)
    for status in ("suspended", "suspended", "active", "active", "suspended"):
        item = organizations.StatusItem(partner.organization_id, None, status, SYSTEM, None)
        await organizations.set_status(connection, partner.tenant_id, NOON, [item])
    found = await told(connection, partner.tenant_id)
    assert sorted(event.event_type for event in found) == [
        "organization.resumed",
        "organization.suspended",
        "organization.suspended",
    ]
    for event in found:
        decoded(event)
        assert event.data["parentOrganizationId"] is None
        assert event.organization_id == partner.organization_id


async def test_a_suspended_wallet_that_gets_low_is_told_of(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner, prepaid=400)
    await operations.configure(connection, child, refill_threshold=400, refill_amount=5)
    item = organizations.StatusItem(
        child.organization_id, child.partner_id, "suspended", SYSTEM, None
    )
    await organizations.set_status(connection, child.tenant_id, NOON, [item])
    await operations.post(connection, child, "adjustment", -1)
    assert len(await told(connection, child.tenant_id, "credits.low")) == 1
