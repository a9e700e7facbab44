"""What an operator posts with a key, reported again when the key's record has expired: it is done once, for ever."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.support.answers import bearer, granted, refused
from tests.support.installation import handle, now, org_id
from tests.support.operations import spend
from tests.support.shifted import shifted

from partner_api.app import ROUTES
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

    Report = Callable[..., Awaitable[httpx2.Response]]

BODIES: dict[str, dict[str, Any]] = {
    "credits/grant": {"credits": 7, "metadata": {"order": "7"}},
    "credits/purchase": {"credits": 7, "description": "Order 7"},
    "credits/adjustment": {"credits": -7, "description": "Fix"},
    "credits/refund": {"credits": 7},
    "cash/topup": {"amountCents": 7, "description": "Wire", "reference": "INV-7"},
    "cash/adjustment": {"amountCents": -7, "description": "Fix"},
    "cash/refund": {"amountCents": 7, "leaseMonth": 0, "description": "Outage"},
}
AMOUNT = {"credits": "credits", "cash": "amountCents"}


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits and cash."""
    return await installation.family(prepaid=1_000, cash_cents=100_000)


@pytest.fixture
def report(api: httpx2.AsyncClient) -> Report:
    """What reports a movement with a key."""

    async def send(
        headers: dict[str, str], wallet: Wallet, what: str, key: str, **body: Any
    ) -> httpx2.Response:
        return await api.post(
            f"/ops/v1/organizations/{org_id(wallet)}/{what}",
            json={**BODIES[what], **body},
            headers={**headers, "Idempotency-Key": key},
        )

    return send


async def _subject(installation: Installation, wallet: Wallet, what: str) -> dict[str, Any]:
    """What of the wallet a refund gives back."""
    if what == "credits/refund":
        async with installation.pool.acquire() as connection:
            return {"jobId": format_id("job", await spend(connection, wallet, 50, now=now()))}
    if what == "cash/refund":
        (lease,) = await installation.lease(wallet, handle(), at=now(), price_cents=10_000)
        return {"socialAccountId": lease}
    return {}


async def _expire(installation: Installation, key: str) -> None:
    """Let the records of a key be older than a day; the sweep may take them, or may not have come yet."""
    earlier = shifted("created_at", "- interval '24 hours 1 second'")
    changed = await installation.owner.execute(
        f"UPDATE idempotency_keys SET created_at = {earlier} WHERE tenant_id = 0 AND key = $1",
        key,
    )
    assert changed != "UPDATE 0"


async def _purge(installation: Installation, key: str) -> None:
    """Take the records of a key away, as the sweep does an hour later."""
    await installation.owner.execute(
        "DELETE FROM idempotency_keys WHERE tenant_id = 0 AND key = $1", key
    )


async def _events(installation: Installation, wallet: Wallet, what: str) -> int:
    table = "credit_events" if what.startswith("credits/") else "cash_events"
    count: int = await installation.owner.fetchval(
        f"SELECT count(*) FROM {table} WHERE tenant_id = $1", wallet.tenant_id
    )
    return count


def test_every_route_of_operators_that_requires_a_key_is_tried() -> None:
    requiring = {
        route.template.rpartition("{orgId}/")[2]
        for route in chain.from_iterable(ROUTES)
        if route.declared.idempotency_required and route.template.startswith("/ops/")
    }
    assert requiring == set(BODIES)


@pytest.mark.parametrize("what", BODIES)
async def test_a_movement_is_done_once_for_ever(
    installation: Installation, family: Family, report: Report, what: str
) -> None:
    finance, partner, key = await installation.operator("finance"), family.partner, str(uuid4())
    subject = await _subject(installation, partner, what)
    first = await report(finance, partner, what, key, **subject)
    granted(first)
    # So that the answer to a repetition is not what the wallet says by then.
    for other in ("credits/grant", "cash/topup"):
        granted(await report(finance, partner, other, str(uuid4())))
    before = await _events(installation, partner, what)

    for end in (_expire, _purge):
        await end(installation, key)
        again = await report(finance, partner, what, key, **subject)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        amount = {AMOUNT[what.partition("/")[0]]: 1}
        for changed in (amount, {"description": "Another"}):
            if what == "credits/grant" or set(changed) <= set(BODIES[what]):
                response = await report(finance, partner, what, key, **{**subject, **changed})
                refused(response, "IDEMPOTENCY_CONFLICT")
    assert await _events(installation, partner, what) == before


@pytest.mark.parametrize("what", ["credits/purchase", "cash/topup"])
async def test_two_at_once_long_afterwards_are_both_the_first(
    installation: Installation, family: Family, report: Report, what: str
) -> None:
    finance, partner, key = await installation.operator("finance"), family.partner, str(uuid4())
    first = await report(finance, partner, what, key)
    before = await _events(installation, partner, what)
    for end in (_expire, _purge):
        await end(installation, key)
        for again in await asyncio.gather(*(report(finance, partner, what, key) for _ in range(4))):
            if again.status_code == 409:
                refused(again, "IDEMPOTENCY_IN_PROGRESS")
            else:
                assert again.content == first.content
    assert await _events(installation, partner, what) == before


async def test_a_key_is_of_one_operator_one_tenant_and_one_kind_of_movement(
    installation: Installation, family: Family, report: Report
) -> None:
    """Systems that count 1, 2, 3 do not swallow each other's payments; nor do two books of one system."""
    finance, other = [await installation.operator("finance") for _ in range(2)]
    elsewhere, key = (await installation.family()).partner, str(uuid4())
    granted(await report(finance, family.partner, "credits/purchase", key))
    await _purge(installation, key)
    before = await _events(installation, family.partner, "credits/purchase")

    granted(await report(other, family.partner, "credits/purchase", key))
    granted(await report(finance, family.partner, "credits/grant", key))
    granted(await report(finance, family.partner, "cash/topup", key))
    granted(await report(finance, elsewhere, "credits/purchase", key))
    assert await _events(installation, family.partner, "credits/purchase") == before + 2
    assert await _events(installation, elsewhere, "credits/purchase") == 1

    # Of one tenant: a child's is the partner's as well.
    await _purge(installation, key)
    refused(await report(finance, family.child, "credits/purchase", key), "IDEMPOTENCY_CONFLICT")


async def test_a_rotated_token_is_the_same_system(
    api: httpx2.AsyncClient, installation: Installation, family: Family, report: Report
) -> None:
    admin, key = await installation.operator("admin"), str(uuid4())
    made = granted(
        await api.post(
            "/ops/v1/operators", json={"name": f"Billing {key}", "role": "finance"}, headers=admin
        ),
        201,
    )
    first = await report(bearer(made["secret"]), family.partner, "cash/topup", key)
    granted(first)
    rotated = granted(
        await api.post(f"/ops/v1/operators/{made['operator']['id']}/rotate", headers=admin)
    )
    await _purge(installation, key)
    again = await report(bearer(rotated["secret"]), family.partner, "cash/topup", key)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
