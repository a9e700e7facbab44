"""Finding the account of the pool that an operator names, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.account_pool import store
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection


async def require_account(connection: Connection, account_id: UUID) -> store.PoolAccount:
    """Return an account of the pool.

    Raises:
        ApiError: NOT_FOUND.
    """
    account = await store.find_account(connection, account_id)
    if account is None:
        raise not_found()
    return account


async def lock_account(connection: Connection, account_id: UUID) -> store.PoolAccount:
    """Lock an account of the pool until the transaction ends.

    Raises:
        ApiError: NOT_FOUND.
    """
    account = await store.lock_account(connection, account_id)
    if account is None:
        raise not_found()
    return account
