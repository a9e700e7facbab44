"""Keeping a tenant where it is while a transaction reads, locks and writes its rows.

On one server it always is, and ``tenant_hold`` does nothing. On a cluster a tenant may move to another node between two
statements: what was locked where it was is not locked where it is.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from asyncpg import InterfaceError, PostgresError
from asyncpg.transaction import Transaction, TransactionState

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def hold_tenant(connection: Connection, tenant_id: int) -> None:
    """Keep a tenant where it is until the transaction ends; before anything of it is locked.

    Args:
        connection: in a transaction that has begun before it was known whose rows it is about.
        tenant_id: whose.
    """
    await connection.execute("SELECT tenant_hold($1)", tenant_id)


def tenant_transaction(connection: Connection, tenant_id: int) -> TenantTransaction:
    """Return a transaction that holds its tenant from its beginning, in the round trip of its BEGIN.

    Args:
        connection: in no transaction.
        tenant_id: whose rows it is about.
    """
    # Of a connection that is borrowed, the driver's own.
    return TenantTransaction(connection.transaction()._connection, tenant_id)  # type: ignore[attr-defined]


class TenantTransaction(Transaction):
    """See ``tenant_transaction``; used as ``connection.transaction()`` is, and so are transactions within it."""

    def __init__(self, driver_connection: Any, tenant_id: int) -> None:
        super().__init__(driver_connection, None, readonly=False, deferrable=False)
        self._driver_connection = driver_connection
        self._tenant_id = tenant_id

    async def start(self) -> None:
        """Begin, and hold the tenant.

        Raises:
            asyncpg.InterfaceError: the connection is in a transaction.
            OSError, asyncpg.PostgresError: the tenant cannot be reached. Then there is no transaction.
        """
        connection = self._driver_connection
        if connection.is_in_transaction():
            raise InterfaceError("a tenant is held from the beginning of a transaction")
        # Transactions within it are savepoints.
        connection._top_xact = self
        try:
            await connection.execute(f"BEGIN; SELECT tenant_hold({self._tenant_id:d})")
        except BaseException:
            self._state = TransactionState.FAILED
            connection._top_xact = None
            # BEGIN may have passed. A connection that is gone has ended it.
            with contextlib.suppress(OSError, InterfaceError, PostgresError):
                await connection.execute("ROLLBACK")
            raise
        self._state = TransactionState.STARTED
