"""SQL of cash wallets across tenants: what renewals will take from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.cash.store import Outlook
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def read_outlooks(
    connection: Connection,
    wallets: Sequence[tuple[int, UUID]],
    now: datetime,
    until: datetime,
) -> list[Outlook]:
    """Read cash wallets and their renewals up to an instant, as ``store.read_outlook`` does, in one round trip.

    Args:
        connection: any.
        wallets: the tenant and the organization of each; all of them exist.
        now: what has begun by then and is not paid is past due.
        until: how far to look.

    Returns:
        One for each, in their order.
    """
    rows = await connection.fetch(
        f"SELECT {columns_of(Outlook)} FROM lease_outlooks($1, $2, $3, $4)",
        [tenant_id for tenant_id, _ in wallets],
        [organization_id for _, organization_id in wallets],
        now,
        until,
    )
    return read_rows(Outlook, rows)
