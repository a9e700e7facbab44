"""A sweep that sends webhooks, stepped by a test, on a database of its own."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.support.deliveries import make_deliveries, make_endpoint, now
from tests.support.receiver import LONG, Reply
from tests.support.tenants import make_partner

from partner_api.crypto import SecretKeys
from partner_api.sweeps.deliveries import DeliverWebhooks
from partner_api.webhooks.sending.sender import Outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.support.deliveries import Endpoint
    from tests.support.receiver import Received
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

KEYS = SecretKeys.parse("test:" + "0f" * 32)
OUTGOING = Outgoing(KEYS, development=True, proxy=None)
LOST = timedelta(seconds=31)
"""After so long a claim is lost."""


class Gate:
    """Answers requests to the path ``/held`` when it is opened, all others at once."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, request: Received) -> Reply:
        if request.path.startswith("/held"):
            await self.opened.wait()
        return Reply()


class Sending(NamedTuple):
    """A sweep, and where it finds what is due."""

    sweep: DeliverWebhooks
    pool: Pool

    @property
    def in_hand(self) -> int:
        """How many deliveries have a slot."""
        return self.sweep._sender.slots.taken

    async def step(self, later: timedelta = timedelta(0)) -> int:
        """One step, so much later than it is."""
        return await self.sweep.step(self.pool, now() + later)

    async def until(self, condition: Callable[[], bool], later: timedelta = timedelta(0)) -> None:
        """Do steps until something is so, each as soon as something was sent."""
        async with asyncio.timeout(LONG):
            while not condition():
                if not await self.step(later) and not condition():
                    await self.sweep._sender.news.wait()

    async def until_idle(self, later: timedelta = timedelta(0)) -> None:
        """Do steps until nothing is due and nothing is in hand."""
        async with asyncio.timeout(LONG):
            while await self.step(later) or self.in_hand:
                if self.sweep._sender.sending and not self.sweep._sender.sent:
                    await self.sweep._sender.news.wait()


@contextlib.asynccontextmanager
async def open_sending(
    pool: Pool, *, keys: SecretKeys = KEYS, drain_seconds: float | None = LONG
) -> AsyncIterator[Sending]:
    """A sweep as the server has it; with ``drain_seconds`` None, as the rehearsal clock has it."""
    outgoing = Outgoing(keys, development=True, proxy=None)
    sweep = DeliverWebhooks(outgoing, drain_seconds=drain_seconds)
    try:
        yield Sending(sweep, pool)
    finally:
        await sweep.close()
        assert not sweep._sender.sending


async def due_endpoint(
    owner: Connection, connection: Connection, url: str, count: int, partner: Wallet | None = None
) -> Endpoint:
    """An endpoint with so many deliveries that are due, of a new partner or of this one."""
    if partner is None:
        partner = await make_partner(connection)
    endpoint = await make_endpoint(owner, KEYS, partner, url)
    await make_deliveries(owner, endpoint, count)
    return endpoint
