"""Senders that are killed in the midst of deliveries, and what arrives all the same."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.faults.sender_process import SenderWork
from tests.support.deliveries import Endpoint, make_deliveries, make_endpoint, statuses
from tests.support.receiver import LONG, Receiver, Reply
from tests.support.tenants import make_partner

from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.time_limits import WEBHOOK_CLAIM_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.databases import DatabaseUrls
    from tests.support.receiver import Received

    from partner_api.database.connection import Connection

KEYS = "test:" + "0f" * 32
PARTNERS = 5
ENDPOINTS = 2
# How much longer than a claim the next sender may take to come by; others use this machine too.
GRACE_SECONDS = 60.0


async def answer(_request: Received) -> Reply:
    """After a moment, in which whoever sent it may be killed."""
    await asyncio.sleep(random.uniform(0.0, 0.02))
    return Reply()


async def fill(owner: Connection, receiver: Receiver, count: int) -> list[Endpoint]:
    """Deliveries that are due, so many, to the endpoints of a few partners."""
    endpoints = []
    for _ in range(PARTNERS):
        partner = await make_partner(owner)
        for number in range(ENDPOINTS):
            path = receiver.url(f"/{number}")
            endpoint = await make_endpoint(owner, SecretKeys.parse(KEYS), partner, path)
            await make_deliveries(owner, endpoint, count // (PARTNERS * ENDPOINTS))
            endpoints.append(endpoint)
    return endpoints


@contextlib.asynccontextmanager
async def sender(work: SenderWork) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that sends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.sender_process", stdin=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps(work))
        process.stdin.close()
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def send_all(
    urls: DatabaseUrls, count: int, kills: int, seconds_between: int
) -> tuple[int, int]:
    """Send so many deliveries while senders are killed; how many events arrived, and how often one did again.

    Each sender's clock is ahead of the one before by so many seconds.
    """
    owner = await connect(urls.owner)
    watcher = await connect(urls.owner)
    try:
        async with Receiver(answer) as receiver:
            endpoints = await fill(owner, receiver, count)
            watching = asyncio.create_task(watch(watcher))
            # The first ones are at work for long enough that those after them find something to do.
            most = count // (kills + 1)
            for number in range(kills):
                work = SenderWork(urls.app, KEYS, number * seconds_between)
                async with sender(work) as process:
                    await receiver.until_more(random.randint(1, most))
                    process.kill()
            work = SenderWork(urls.app, KEYS, kills * seconds_between)
            async with sender(work) as process:
                async with asyncio.timeout(WEBHOOK_CLAIM_SECONDS + LONG):
                    while (await statuses(owner, *endpoints)).get("delivered", 0) < count:
                        await asyncio.wait({watching}, timeout=0.1)
                        if watching.done():
                            watching.result()
                process.terminate()
                assert await process.wait() == 0
            watching.cancel()
            assert await statuses(owner, *endpoints) == {"delivered": count}
            arrived = Counter(request.event_id for request in receiver.requests)
    finally:
        await owner.close()
        await watcher.close()
    wanted = len(arrived), arrived.total() - len(arrived)
    print(f"{count} deliveries, {kills} kills: {wanted[0]} events arrived, {wanted[1]} repeats")
    return wanted


async def watch(connection: Connection) -> None:
    """See all the time that no delivery is being sent for longer than its claim."""
    while True:
        longest = await connection.fetchval(
            "SELECT extract(epoch FROM max(now() - next_attempt_at))::float FROM webhook_deliveries"
            " WHERE status = 'delivering'"
        )
        assert longest is None or longest < GRACE_SECONDS
        await asyncio.sleep(0.1)
