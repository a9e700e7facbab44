"""Answering the lease requests of test environments, without an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.database.arguments import SYSTEM
from partner_api.database.skipped_rows import RestingRows
from partner_api.lease_requests import operator_store, store
from partner_api.lease_requests.service import invent_accounts
from partner_api.sweeps.locks import LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_rows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

DELAY = timedelta(seconds=2)
"""How long what a test environment asks for stays open: an integration sees it open, as in production."""
_REQUESTS_PER_STEP = 100


class AnswerSandboxRequests(Sweep):
    """Assigns fictitious accounts, which cost nothing, as many as were asked for."""

    name = "sandbox_requests"
    pause_seconds = 1.0

    def __init__(self) -> None:
        self._resting: RestingRows[tuple[int, UUID]] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Answer up to 100 requests that are two seconds old, one commit each, of every tenant in its turn."""
        answered = 0
        locked = self._locked.begin_step()
        resting = [request_id for _, request_id in self._resting.keys]
        async with pool.acquire() as connection:
            for asked in await operator_store.open_test_requests(
                connection, now - DELAY, _REQUESTS_PER_STEP, resting, locked
            ):
                if asked.tenant_id in self._locked:
                    continue
                answered += await advance_rows(
                    asked.tenant_id,
                    [asked.id],
                    _answering(connection, asked, now),
                    self._resting,
                    self._locked,
                )
        return answered

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return when the next request is two seconds old."""
        submitted_at = await operator_store.next_open_test_request(connection, after - DELAY)
        return None if submitted_at is None else submitted_at + DELAY


def _answering(
    connection: Connection, asked: operator_store.OpenTestRequest, now: datetime
) -> Callable[[Sequence[UUID]], Awaitable[Advanced]]:
    """Return a function that answers this one request."""

    async def answer(_: Sequence[UUID]) -> Advanced:
        accounts = invent_accounts(asked.id, asked.vertical, asked.count, now)
        (outcome,) = await store.pretend(
            connection,
            asked.tenant_id,
            now,
            [
                store.PretendItem(
                    asked.id,
                    [account.social_account_id for account in accounts],
                    [account.handle for account in accounts],
                    [account.followers for account in accounts],
                    SYSTEM,
                    None,
                )
            ],
        )
        return Advanced(int(outcome.status == "done"))

    return answer
