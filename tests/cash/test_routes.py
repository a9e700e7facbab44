"""`GET /v1/wallet` and its events: what renewals will be taken from, and what was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PRICE_CENTS = 15_000


async def test_a_wallet_without_leases(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner = await installation.partner(cash_cents=500)
    key = await installation.key(partner, "leased:write")
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    covered_until = wallet["upcomingRenewals"].pop("coveredUntil")
    assert wallet == {
        "organizationId": org_id(partner),
        "currency": "USD",
        "balanceCents": 500,
        "upcomingRenewals": {
            "days": 30,
            "count": 0,
            "totalCents": 0,
            "nextRenewalAt": None,
            "shortfallCents": 0,
        },
    }
    assert covered_until > (now() + timedelta(days=29)).isoformat()


@pytest.mark.parametrize("leases", [1, 50, 1000])
async def test_the_prices_on_the_page_are_what_a_month_takes(
    api: httpx2.AsyncClient, installation: Installation, leases: int
) -> None:
    """The sum over the items of the page is what was charged, and what comes next."""
    at = now() - timedelta(days=15)
    partner = await installation.partner(at=at, cash_cents=leases * 2 * PRICE_CENTS)
    prices = [1_000 + number for number in range(leases)]
    for number in range(0, leases, 100):
        for price in prices[number : number + 100]:
            await installation.lease(partner, handle(), at=at, price_cents=price)
    key = await installation.key(partner, "leased:write")
    page = granted(
        await api.get(f"/v1/projects/{project_id(partner)}/leased-accounts", headers=key.headers)
    )
    burn = sum(item["monthlyPriceCents"] for item in page["items"])
    assert burn == sum(prices)
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    assert wallet["balanceCents"] == leases * 2 * PRICE_CENTS - burn
    assert wallet["upcomingRenewals"]["count"] == leases
    assert wallet["upcomingRenewals"]["totalCents"] == burn
    assert wallet["upcomingRenewals"]["nextRenewalAt"] == page["items"][0]["nextRenewalAt"]


async def test_money_that_does_not_reach(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Two of three renewals are covered: until the second before the third."""
    days_ago = (20, 18, 16)
    partner = await installation.partner(
        at=now() - timedelta(days=21), cash_cents=5 * PRICE_CENTS + 1
    )
    for days in days_ago:
        await installation.lease(partner, handle(), at=now() - timedelta(days=days))
    key = await installation.key(partner, "leased:write")
    page = granted(
        await api.get(f"/v1/projects/{project_id(partner)}/leased-accounts", headers=key.headers)
    )
    third = page["items"][2]["nextRenewalAt"]
    upcoming = granted(await api.get("/v1/wallet", headers=key.headers))["upcomingRenewals"]
    assert upcoming["shortfallCents"] == PRICE_CENTS - 1
    assert upcoming["coveredUntil"] < third
    assert upcoming["coveredUntil"] > page["items"][1]["nextRenewalAt"]


async def test_a_child_has_no_wallet(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Neither by its own key nor by its partner's header."""
    family = await installation.family(cash_cents=500)
    for headers in (family.child_key.headers, family.partner_key.acting_for(family.child)):
        for path in ("/v1/wallet", "/v1/wallet/events"):
            assert refused(await api.get(path, headers=headers), "NOT_FOUND") == {}


async def test_the_events_sum_to_the_balance(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.child, handle(), at=now())
    operator = await installation.operator("finance")
    granted(
        await api.post(
            f"/ops/v1/organizations/{org_id(family.partner)}/cash/refund",
            json={"socialAccountId": leased, "leaseMonth": 0, "amountCents": 600},
            headers={**operator, "Idempotency-Key": str(uuid4())},
        )
    )
    key = family.partner_key
    events = granted(await api.get("/v1/wallet/events", headers=key.headers))["items"]
    assert [(event["eventType"], event["amountCents"]) for event in events] == [
        ("refund", 600),
        ("lease_charge", -PRICE_CENTS),
        ("topup", 100_000),
    ]
    charge = events[1]
    assert charge == {
        "eventId": charge["eventId"],
        "eventType": "lease_charge",
        "amountCents": -PRICE_CENTS,
        "balanceAfterCents": 100_000 - PRICE_CENTS,
        "socialAccountId": leased,
        "projectId": project_id(family.child),
        "organizationId": org_id(family.child),
        "periodStart": charge["periodStart"],
        "periodEnd": charge["periodEnd"],
        "leaseMonth": 0,
        "description": charge["description"],
        "createdAt": charge["createdAt"],
        "hash": charge["hash"],
        "previousHash": charge["previousHash"],
        "internalHash": charge["internalHash"],
    }
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    assert sum(event["amountCents"] for event in events) == wallet["balanceCents"]
    assert events[0]["balanceAfterCents"] == wallet["balanceCents"]


async def test_pages_and_filters_of_the_events(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner(at=now() - timedelta(hours=1), cash_cents=1_000_000)
    for _ in range(5):
        await installation.lease(partner, handle(), at=now())
    key = await installation.key(partner, "leased:write")
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = granted(await api.get("/v1/wallet/events", params=params, headers=key.headers))
        seen += [event["balanceAfterCents"] for event in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert seen == [1_000_000 - number * PRICE_CENTS for number in range(5, -1, -1)]
    params = {"eventType": "topup"}
    (topup,) = granted(await api.get("/v1/wallet/events", params=params, headers=key.headers))[
        "items"
    ]
    assert topup["balanceAfterCents"] == 1_000_000
    for wrong in ({"eventType": "gift"}, {"limit": "0"}, {"limit": "101"}, {"cursor": "x"}):
        response = await api.get("/v1/wallet/events", params=wrong, headers=key.headers)
        assert set(issues(response)) == set(wrong)
