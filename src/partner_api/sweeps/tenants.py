"""Going through the tenants that have due rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import structlog

from partner_api.database.outages import is_unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

_log = structlog.get_logger(__name__)


async def advance_each(tenant_ids: Iterable[int], advance: Callable[[int], Awaitable[int]]) -> int:
    """Advance some rows of each tenant; one whose rows cannot be advanced does not hold up the rest.

    Args:
        tenant_ids: whose rows.
        advance: takes a tenant's id, commits, and gives how many rows it advanced.

    Raises:
        asyncpg.PostgresError: nothing could be advanced, for this reason; or the database is unavailable.
    """
    advanced = 0
    failure: asyncpg.PostgresError | None = None
    for tenant_id in tenant_ids:
        try:
            advanced += await advance(tenant_id)
        except asyncpg.PostgresError as error:
            if is_unavailable(error):
                # The next tenant would fare no better.
                raise
            _log.exception("tenant_not_advanced", tenant_id=tenant_id)
            failure = error
    if failure is not None and not advanced:
        raise failure
    return advanced
