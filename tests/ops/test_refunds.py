"""`…/cash/refund`: what a partner paid for a lease, given back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio
from tests.ops.leased import PATH, wallet_of
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id

from partner_api.clock import format_seconds

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def refund(
    api: httpx2.AsyncClient,
    headers: dict[str, str],
    wallet: Wallet,
    key: str | None = None,
    **body: Any,
) -> httpx2.Response:
    return await api.post(
        f"/ops/v1/organizations/{org_id(wallet)}/cash/refund",
        json=body,
        headers={**headers, "Idempotency-Key": key or str(uuid4())},
    )


async def test_a_refund_goes_to_the_partner_that_paid(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    finance = await installation.operator("finance")
    at = now()
    (lease_id,) = await installation.lease(family.child, handle(), at=at, price_cents=10_000)
    body: dict[str, Any] = {"socialAccountId": lease_id, "leaseMonth": 0}
    key = str(uuid4())
    first = await refund(
        api, finance, family.partner, key, **body, amountCents=4_000, description="Outage"
    )
    posted = granted(first)
    assert (posted["balance"], posted["available"]) == (94_000, 94_000)
    event = posted["event"]
    (charge,) = [
        item
        for item in granted(await api.get("/v1/wallet/events", headers=family.partner_key.headers))[
            "items"
        ]
        if item["eventType"] == "lease_charge"
    ]
    assert event == {
        **charge,
        "eventId": event["eventId"],
        "eventType": "refund",
        "amountCents": 4_000,
        "balanceAfterCents": 94_000,
        "description": "Outage",
        "createdAt": event["createdAt"],
        "hash": event["hash"],
        "previousHash": event["previousHash"],
        "internalHash": event["internalHash"],
    }
    assert (event["organizationId"], event["leaseMonth"]) == (org_id(family.child), 0)
    assert event["periodStart"] == format_seconds(at)
    again = await refund(
        api, finance, family.partner, key, **body, amountCents=4_000, description="Outage"
    )
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"

    over = refused(
        await refund(api, finance, family.partner, **body, amountCents=6_001), "CONFLICT"
    )
    assert over == {"chargedCents": 10_000, "refundedCents": 4_000}
    rest = granted(await refund(api, finance, family.partner, **body, amountCents=6_000))
    assert rest["balance"] == 100_000
    refused(await refund(api, finance, family.partner, **body, amountCents=1), "CONFLICT")
    events = granted(await api.get("/v1/wallet/events", headers=family.partner_key.headers))
    assert sum(item["amountCents"] for item in events["items"]) == 100_000


async def test_a_refund_of_a_lease_that_is_over(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    (lease_id,) = await installation.lease(family.partner, handle(), at=now(), price_cents=500)
    granted(await api.post(f"{PATH}/{lease_id}/recall", headers=operator))
    body: dict[str, Any] = {"socialAccountId": lease_id, "leaseMonth": 0, "amountCents": 500}
    assert granted(await refund(api, operator, family.partner, **body))["balance"] == 100_000


async def test_refunds_that_are_refused(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    finance = await installation.operator("finance")
    other = await installation.family(cash_cents=1_000)
    (lease_id,) = await installation.lease(family.child, handle(), at=now(), price_cents=500)
    (theirs,) = await installation.lease(other.child, handle(), at=now(), price_cents=500)
    body: dict[str, Any] = {"leaseMonth": 0, "amountCents": 5}
    mine = {**body, "socialAccountId": lease_id}
    for wallet, account in (
        (family.partner, theirs),
        (family.partner, f"sa_{uuid4()}"),
        (family.child, lease_id),  # a child has no cash wallet
    ):
        response = await refund(api, finance, wallet, **body, socialAccountId=account)
        assert refused(response, "NOT_FOUND") == {}
    response = await refund(api, finance, family.partner, **{**mine, "leaseMonth": 1})
    assert refused(response, "CONFLICT") == {"chargedCents": 0, "refundedCents": 0}
    response = await api.post(
        f"/ops/v1/organizations/{org_id(family.partner)}/cash/refund", json=mine, headers=finance
    )
    refused(response, "IDEMPOTENCY_REQUIRED")
    response = await refund(
        api,
        finance,
        family.partner,
        socialAccountId="lease",
        leaseMonth=-1,
        amountCents=0,
        description="",
    )
    assert sorted(issues(response)) == [
        "amountCents",
        "description",
        "leaseMonth",
        "socialAccountId",
    ]
    response = await refund(api, finance, family.partner, **{**mine, "leaseMonth": 2**40})
    assert list(issues(response)) == ["leaseMonth"]
    assert (await wallet_of(api, family))["balanceCents"] == 99_500


async def test_refunds_at_once_give_back_no_more_than_was_charged(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    finance = await installation.operator("finance")
    (lease_id,) = await installation.lease(family.child, handle(), at=now(), price_cents=500)
    body: dict[str, Any] = {"socialAccountId": lease_id, "leaseMonth": 0, "amountCents": 200}
    answers = await asyncio.gather(
        *(refund(api, finance, family.partner, **body) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409, 409]
    assert (await wallet_of(api, family))["balanceCents"] == 99_900
