"""Finding the leases of the caller's projects, or 404, and charging what is due before a request depends on it.

What takes money, ends a lease or assigns one first charges the months that have begun, in its own transaction. After a
long outage those may be hundreds of thousands, too many for one statement. So they are charged before, in commits of
the size of a sweep's, and the request then finds few or none.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from partner_api.database.lanes import Lane
from partner_api.edge.wire.pagination import read_cursor
from partner_api.errors import ApiError, not_found
from partner_api.leases import operator_store, store
from partner_api.time_limits import DUE_RENEWALS_SECONDS

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.leases.schemas import LeasedAccountsQuery

# As many as the sweep takes of one partner: a wallet is locked no longer than by one of its commits.
_LEASES_PER_COMMIT = 5_000
_PAUSE_SECONDS = 0.05
_BEHIND = (
    "The months of this partner's leases that are due are still being charged. Send the request again, with the same "
    "Idempotency-Key if it had one, after the seconds in Retry-After."
)


async def require_leases(
    request: ApiRequest, connection: Connection, project_id: UUID, query: LeasedAccountsQuery
) -> list[store.Lease]:
    """Return the page that a request asks for of the leases of a project of the caller's, and one more.

    Raises:
        ApiError: NOT_FOUND, the project.
    """
    leases = await store.list_leases(
        connection,
        request.caller.tenant_id,
        request.caller.organization_id,
        project_id,
        statuses=query.status,
        now=request.now,
        after=read_cursor(request, store.LeasePosition),
        limit=query.limit + 1,
    )
    if leases is None:
        raise not_found()
    return leases


async def charge_callers_leases(request: ApiRequest) -> None:
    """Charge what is due of the caller's leases.

    Raises:
        ApiError: UNAVAILABLE, see ``charge_what_is_due``.
    """
    await charge_what_is_due(request.services.pool, request.caller.tenant_id, request.now)


async def charge_what_is_due(
    pool: Pool,
    tenant_id: int,
    now: datetime,
    *,
    leases_per_commit: int = _LEASES_PER_COMMIT,
    limit_seconds: float = DUE_RENEWALS_SECONDS,
) -> None:
    """Charge the months of a partner's leases that have begun, in bounded commits, in the order of their line.

    What is charged stays charged, whatever becomes of the request: a worker would have done the same.

    Args:
        pool: the caller must not hold a connection of it.
        tenant_id: the partner's.
        now: months that begin later are not charged.
        leases_per_commit: about so many in each.
        limit_seconds: how long it may take.

    Raises:
        ApiError: UNAVAILABLE, there are too many for one request. The next one continues from there.
    """
    until: float | None = None
    while True:
        async with pool.acquire(Lane(tenant_id, writes=True)) as connection:
            if not await store.has_renewals(connection, tenant_id, now):
                return
            if until is None:
                until = time.monotonic() + limit_seconds
            elif time.monotonic() > until:
                raise ApiError("UNAVAILABLE", _BEHIND)
            renewed = await operator_store.renew(connection, [tenant_id], now, leases_per_commit)
        if renewed.stuck:
            # The others are done, and nobody can charge these.
            return
        if not renewed.leases:
            # Somebody else holds the wallet, perhaps to charge the same months.
            await asyncio.sleep(_PAUSE_SECONDS)
