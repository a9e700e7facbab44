"""A month that began while a request was on its way: the times, and who has dealt with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.leases import PRICE_CENTS, charges, lease, work
from tests.support.tenants import make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.organizations import store as organizations
from partner_api.reconciliation.rules import Rule, Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Row

MARCH = datetime(2027, 3, 10, 9, 0, 0, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, 0, 0, tzinfo=UTC)
MAY = datetime(2027, 5, 10, 9, 0, 0, tzinfo=UTC)
JUNE = datetime(2027, 6, 10, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# When the request arrived. By the time it acts, somebody has acted in April or later.
EARLIER = APRIL - SECOND
MANY = 1_000_000


async def row_of(connection: Connection, wallet: Wallet, lease_id: UUID) -> Row:
    """The lease as it is stored."""
    row = await connection.fetchrow(
        "SELECT * FROM leases WHERE tenant_id = $1 AND social_account_id = $2",
        wallet.tenant_id,
        lease_id,
    )
    assert row is not None
    return row


async def assert_books_are_right(
    connection: Connection, wallet: Wallet, *, but_for: Collection[Rule] = ()
) -> None:
    """A check of the books finds nothing in the wallet's tenant, but for what the test has changed itself."""
    checked = await reconcile(connection, JUNE, Scope(tenant_id=wallet.tenant_id))
    assert {mismatch.rule for mismatch in checked.mismatches} == set(but_for), checked.mismatches


async def unpaid_lease(
    connection: Connection, *, at: datetime = APRIL + SECOND
) -> tuple[Wallet, UUID]:
    """A partner and its lease, whose second month could not be paid when a worker came, at this time."""
    partner = await make_partner(connection, now=MARCH, cash_cents=PRICE_CENTS)
    lease_id = await lease(connection, partner, MARCH)
    assert await work(connection, partner, at) == 1
    assert await charges(connection, partner, lease_id) == [
        (PRICE_CENTS, "paid"),
        (PRICE_CENTS, "due"),
    ]
    return partner, lease_id


async def archive(connection: Connection, child: Wallet, now: datetime) -> datetime:
    """Archive the child; when that was."""
    assert child.partner_id is not None
    (outcome,) = await organizations.archive(
        connection,
        child.tenant_id,
        now,
        [organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)],
    )
    assert outcome.status == "done", outcome
    return datetime.fromisoformat((outcome.facts or {})["archived_at"])
