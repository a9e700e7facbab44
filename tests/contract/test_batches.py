"""Requests that share a batch: one that fails, and clients that go away, leave the others alone."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import pytest
from tests.jobs.over_http import FORMATS, credits, funded, start_path
from tests.support import working
from tests.support.answers import granted, refused
from tests.support.holding import Held, holding
from tests.support.installation import now, org_id
from tests.support.invariants import assert_books_balance
from tests.support.operations import started

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import httpx
    from tests.support.installation import Installation, Key

# The first, which is in flight alone, the one that fails, and twenty others.
COUNT = 22
POISON = 11
# What marks it, in an amount.
POISONED = 66
_RAISE = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row that must not be';
END $$;
"""
_POISONS = {
    "start_jobs": ("jobs", "NEW.format = 'slideshow_builder'"),
    "complete_jobs": ("credit_events", f"NEW.prepaid_delta = {-POISONED}"),
    "allocate": ("credit_events", f"NEW.prepaid_delta = {POISONED}"),
    "post": ("credit_events", f"NEW.prepaid_delta = {POISONED}"),
}


class Movement(NamedTuple):
    """A request that moves credits, with a key of its own."""

    path: str
    headers: dict[str, str]
    body: Any

    async def send(self, api: httpx.AsyncClient) -> httpx.Response:
        return await api.post(self.path, json=self.body, headers=self.headers)


def keyed(path: str, headers: dict[str, str], body: Any) -> Movement:
    return Movement(path, {**headers, "Idempotency-Key": str(uuid4())}, body)


def start_of(key: Key, style: str = "video-remix") -> Movement:
    return keyed(start_path(key.wallet, style), key.headers, FORMATS[style][1])


def allocation_of(key: Key, child_id: str, amount: int) -> Movement:
    path = f"/v1/organizations/{child_id}/credits/allocate"
    return keyed(path, key.headers, {"credits": amount})


async def movements(function: str, spare: Installation, key: Key) -> list[Movement]:
    """As many as `COUNT`, of which one is the poison."""
    amounts = [POISONED if number == POISON else 1 for number in range(COUNT)]
    if function == "start_jobs":
        styles = [
            "slideshow-builder" if amount == POISONED else "video-remix" for amount in amounts
        ]
        return [start_of(key, style) for style in styles]
    if function == "allocate":
        child_id = org_id(await spare.child(key.wallet))
        return [allocation_of(key, child_id, amount) for amount in amounts]
    if function == "post":
        path, operator = f"/ops/v1/organizations/{org_id(key.wallet)}", await spare.operator()
        return [keyed(f"{path}/credits/grant", operator, {"credits": amount}) for amount in amounts]
    async with spare.pool.acquire() as connection:
        for _ in amounts:
            await started(connection, key.wallet, 100, now=now())
        claims = await working.claim(connection, key.wallet, COUNT, now=now(), lease_seconds=900)
    worker = await spare.operator("worker")
    return [
        keyed(
            f"/ops/v1/jobs/{format_id('job', held.job_id)}/complete",
            worker,
            {
                "workerId": held.worker_id,
                "claimToken": str(held.claim_token),
                "creditsCharged": amount,
                "assets": [],
            },
        )
        for held, amount in zip(claims, amounts, strict=True)
    ]


@contextlib.asynccontextmanager
async def poisoned(spare: Installation, function: str, tenant_id: int) -> AsyncIterator[None]:
    """A row that the database does not take: no refusal, but an error in the midst of the batch."""
    table, condition = _POISONS[function]
    await spare.owner.execute(
        f"{_RAISE} CREATE TRIGGER poison BEFORE INSERT ON {table} FOR EACH ROW"
        f" WHEN (NEW.tenant_id = {tenant_id} AND {condition}) EXECUTE FUNCTION poison()"
    )
    try:
        yield
    finally:
        await spare.owner.execute("DROP FUNCTION poison CASCADE")


@contextlib.asynccontextmanager
async def wallet_held(installation: Installation, key: Key) -> AsyncIterator[Held]:
    async with installation.owner.acquire() as owner, holding(owner, key.wallet) as held:
        yield held


async def send_behind_one(
    api: httpx.AsyncClient, installation: Installation, key: Key, sent: Sequence[Movement]
) -> list[httpx.Response]:
    """Send the others while the first waits for the wallet, so that they wait together."""
    async with wallet_held(installation, key) as held:
        tasks = [asyncio.create_task(sent[0].send(api))]
        await held.until_waited_for()
        tasks += [asyncio.create_task(movement.send(api)) for movement in sent[1:]]
        await until_they_are_there(api, key)
    return list(await asyncio.gather(*tasks))


async def until_they_are_there(api: httpx.AsyncClient, key: Key) -> None:
    """Let the server read what was sent before: it answers what comes after."""
    for _ in range(10):
        await credits(api, key)


async def batches_of(api: httpx.AsyncClient, function: str) -> tuple[float, float]:
    """Calls of a function so far, and the operations in them."""
    text = (await api.get("/metrics")).text
    numbers = []
    for name in ("calls", "items"):
        pattern = rf'layers_money_{name}_total{{function="{function}"}} (\S+)'
        found = re.search(pattern, text)
        numbers.append(float(found[1]) if found else 0.0)
    return numbers[0], numbers[1]


@pytest.mark.parametrize(
    ("function", "status"),
    [("start_jobs", 202), ("complete_jobs", 200), ("allocate", 201), ("post", 200)],
)
async def test_one_that_raises_hurts_none_of_the_twenty_in_its_batch(
    spare_api: httpx.AsyncClient, spare: Installation, function: str, status: int
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
    api: httpx.AsyncClient, installation: Installation
) -> None:
    """What they asked for is whole or not there, the same key finds out, and nothing stays occupied."""
    key = await funded(installation, 100_000)
    child = await installation.child(key.wallet)
    sent: list[Movement] = []
    # More often than there are connections for a tenant, or for all.
    for _ in range(6):
        there: list[asyncio.Task[httpx.Response]] = []
        async with wallet_held(installation, key) as held:
            gone = []
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
