"""The check of the operator's pool: that every account which is leased is in the lease that it names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from partner_api.reconciliation import lease_checks, pages, pool_store
from partner_api.reconciliation.pool_store import HeldLease

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.pool_store import HeldAccount
    from partner_api.reconciliation.rules import Mismatch, Scope


async def wrong_accounts(
    connection: Connection, scope: Scope, on_page: Callable[[], None]
) -> AsyncGenerator[Mismatch]:
    """Yield what does not hold of the leased accounts within ``scope``; call ``on_page`` after each page."""
    async for page in pages.pages(
        lambda after: pool_store.list_held_accounts(connection, after, pages.ROWS_PER_PAGE)
    ):
        concerned = [each for each in page if scope.tenant_id in (None, each.tenant_id)]
        held = await pool_store.find_held(connection, concerned)
        odd = [account for account in concerned if account.id not in held]
        for account in await _look_again(connection, odd):
            if scope.organization_id in (None, account.organization_id):
                for mismatch in lease_checks.check_held_account(account):
                    yield mismatch
        on_page()


async def _look_again(connection: Connection, odd: Sequence[HeldAccount]) -> list[HeldLease]:
    """Return these accounts with their leases, as the nodes of their tenants have both; in the order of their ids."""
    found: list[HeldLease] = []
    of_tenants: dict[int, list[UUID]] = defaultdict(list)
    for account in odd:
        if account.tenant_id is None:
            found.append(HeldLease(account.id, None, account.lease_id, None, None, None))
        else:
            of_tenants[account.tenant_id].append(account.id)
    for tenant_id, account_ids in of_tenants.items():
        found += await pool_store.read_held(connection, tenant_id, account_ids)
    return sorted(found, key=lambda account: account.id)
