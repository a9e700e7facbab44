"""Requests that share a batch: one that fails, and clients that go away, leave the others alone."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import pytest
from tests.contract.movements import (
    COUNT,
    POISON,
    Movement,
    allocation_of,
    movements,
    poisoned,
    start_of,
)
from tests.jobs.over_http import FORMATS, credits, funded
from tests.support.answers import granted, refused
from tests.support.holding import Held, holding
from tests.support.installation import org_id
from tests.support.invariants import assert_books_balance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import httpx2
    from tests.support.installation import Installation, Key


@contextlib.asynccontextmanager
async def wallet_held(installation: Installation, key: Key) -> AsyncIterator[Held]:
    async with installation.owner.acquire() as owner, holding(owner, key.wallet) as held:
        yield held


async def send_behind_one(
    api: httpx2.AsyncClient, installation: Installation, key: Key, sent: Sequence[Movement]
) -> list[httpx2.Response]:
    """Send the others while the first waits for the wallet, so that they wait together."""
    async with wallet_held(installation, key) as held:
        tasks = [asyncio.create_task(sent[0].send(api))]
        await held.until_waited_for()
        tasks += [asyncio.create_task(movement.send(api)) for movement in sent[1:]]
        await until_they_are_there(api, key)
    return list(await asyncio.gather(*tasks))


async def until_they_are_there(api: httpx2.AsyncClient, key: Key) -> None:
    """Let the server read what was sent before: it answers what comes after."""
    for _ in range(10):
        await credits(api, key)


# Of metrics. Credits and cash both have a function of the name `post`.
_LABELS = {
    "start_jobs": "jobs.start_jobs",
    "complete_jobs": "jobs.complete_jobs",
    "allocate": "credits.allocate",
    "post": "credits.post",
}


async def batches_of(api: httpx2.AsyncClient, function: str) -> tuple[float, float]:
    """Calls of a function so far, and the operations in them."""
    text = (await api.get("/metrics")).text
    numbers = []
    for name in ("calls", "items"):
        label = re.escape(_LABELS[function])
        pattern = rf'layers_money_{name}_total{{function="{label}"}} (\S+)'
        found = re.search(pattern, text)
        numbers.append(float(found[1]) if found else 0.0)
    return numbers[0], numbers[1]


@pytest.mark.one_server(reason="a trigger refuses the row, and Citus has none on spread tables")
@pytest.mark.parametrize(
    ("function", "status"),
    [("start_jobs", 202), ("complete_jobs", 200), ("allocate", 201), ("post", 200)],
)
async def test_one_that_raises_hurts_none_of_the_twenty_in_its_batch(
    spare_api: httpx2.AsyncClient, spare: Installation, function: str, status: int
) -> None:
    key = await funded(spare, 100_000)
    sent = await movements(function, spare, key)
    before = await batches_of(spare_api, function)
    async with poisoned(spare, function, key.wallet.tenant_id):
        answers = await send_behind_one(spare_api, spare, key, sent)
    refused(answers.pop(POISON), "INTERNAL")
    assert [answer.status_code for answer in answers] == [status] * (COUNT - 1)
    calls, items = await batches_of(spare_api, function)
    # Each of the batch was also tried alone.
    assert items - before[1] > max(calls - before[0], COUNT), "they did not share a batch"
    await assert_books_balance(spare.pool, key.wallet.tenant_id)

    # The poison had no effect, so the same key does it now; the others are there.
    again = [await movement.send(spare_api) for movement in sent]
    assert [answer.status_code for answer in again] == [status] * COUNT
    replayed = ["Idempotent-Replayed" in answer.headers for answer in again]
    assert replayed == [number != POISON for number in range(COUNT)]
    await assert_books_balance(spare.pool, key.wallet.tenant_id)


async def test_clients_that_go_away_leave_their_neighbours_alone(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """What they asked for is whole or not there, the same key finds out, and nothing stays occupied."""
    key = await funded(installation, 100_000)
    child = await installation.child(key.wallet)
    sent: list[Movement] = []
    # More often than there are connections for a tenant, or for all.
    for _ in range(6):
        there: list[asyncio.Task[httpx2.Response]] = []
        gone: list[asyncio.Task[httpx2.Response]] = []
        async with wallet_held(installation, key) as held:
            for number in range(16):
                movement = (
                    start_of(key) if number % 2 else allocation_of(key, org_id(child), number + 1)
                )
                sent.append(movement)
                task = asyncio.create_task(movement.send(api))
                # The first two are those in flight.
                (gone if number < 2 or number % 3 == 0 else there).append(task)
                if number < 2:
                    await held.until_waited_for()
            await until_they_are_there(api, key)
            for task in gone:
                task.cancel()
            await asyncio.gather(*gone, return_exceptions=True)
        answers = await asyncio.gather(*there)
        assert {answer.status_code for answer in answers} == {201, 202}

    answers = [await movement.send(api) for movement in sent]
    assert {answer.status_code for answer in answers} == {201, 202}
    wallet = granted(await api.get("/v1/credits", headers=key.headers))
    starts = [movement for movement in sent if movement.body == FORMATS["video-remix"][1]]
    allocated = sum(movement.body["credits"] for movement in sent if movement not in starts)
    assert wallet["reservedCredits"] == 120 * len(starts)
    assert wallet["balance"] == 100_000 - allocated
    await assert_books_balance(installation.pool, key.wallet.tenant_id)
