"""Lease requests of test environments: they are answered without an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.leasing import fictitious
from partner_api.leasing import requests_store as store

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

_REQUESTS_PER_STEP = 100
# An integration sees a request open before it is answered, as it would be with people.
_DELAY = timedelta(seconds=2)


class SandboxRequests:
    """Assigns accounts that do not exist and cost nothing, as many as were asked for."""

    name = "sandbox_requests"
    pause_seconds = 1.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Answer up to 100 requests that are two seconds old, one commit each."""
        answered = 0
        async with pool.acquire() as connection:
            for row in await store.open_test_requests(connection, now - _DELAY, _REQUESTS_PER_STEP):
                accounts = fictitious.accounts(row["id"], row["vertical"], row["count"], now)
                outcome = await store.pretend(
                    connection,
                    row["tenant_id"],
                    now,
                    request_id=row["id"],
                    social_account_ids=[account.social_account_id for account in accounts],
                    handles=[account.handle for account in accounts],
                    followers=[account.followers for account in accounts],
                )
                answered += outcome.status == "done"
        return answered

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next request is two seconds old."""
        submitted_at = await store.next_open_test_request(connection, after - _DELAY)
        return None if submitted_at is None else submitted_at + _DELAY
