"""Movements of credits over HTTP, as many as share a batch, and one among them that the database does not take."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from tests.jobs.over_http import FORMATS, start_path
from tests.support import working
from tests.support.installation import now, org_id
from tests.support.operations import started

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
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

    async def send(self, api: httpx2.AsyncClient) -> httpx2.Response:
        """Send it, with the same key each time."""
        return await api.post(self.path, json=self.body, headers=self.headers)


def keyed(path: str, headers: dict[str, str], body: Any) -> Movement:
    """A request with a new idempotency key."""
    return Movement(path, {**headers, "Idempotency-Key": str(uuid4())}, body)


def start_of(key: Key, style: str = "video-remix") -> Movement:
    """Start a job."""
    return keyed(start_path(key.wallet, style), key.headers, FORMATS[style][1])


def allocation_of(key: Key, child_id: str, amount: int) -> Movement:
    """Allocate credits to a child."""
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
