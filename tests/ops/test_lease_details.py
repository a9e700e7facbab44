"""One lease with its months and history, and one account of the pool with its."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.importing import NDJSON, line, send
from tests.ops.leased import PATH
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, handle, now, org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

POOL = "/ops/v1/pool/accounts"
RENEWALS = "/ops/v1/renewals"


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def items(
    api: httpx2.AsyncClient, operator: dict[str, str], path: str, **params: Any
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = granted(await api.get(path, headers=operator, params=params))[
        "items"
    ]
    return found


async def test_a_lease_its_months_and_its_history(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    (lease_id,) = await installation.lease(
        family.child, handle(), at=ago(days=3), price_cents=10_000
    )
    own = f"{PATH}/{lease_id}"
    granted(await api.patch(own, json={"monthlyPriceCents": 12_000}, headers=operator))
    refund = {"socialAccountId": lease_id, "leaseMonth": 0, "amountCents": 4_000}
    granted(
        await api.post(
            f"/ops/v1/organizations/{org_id(family.partner)}/cash/refund",
            json=refund,
            headers={**operator, "Idempotency-Key": str(uuid4())},
        )
    )
    granted(await api.post(f"{own}/recall", json={"note": "Hacked"}, headers=operator))
    lease = granted(await api.get(own, headers=operator))
    (listed,) = await items(api, operator, PATH, partnerId=org_id(family.partner))
    assert lease == listed | {
        "monthsPaid": 1,
        "paidCents": 10_000,
        "refundedCents": 4_000,
        "releaseNote": "Hacked",
    }
    assert (lease["paidThrough"], lease["disconnectedReason"]) == (None, "recalled_by_operator")
    (month,) = await items(api, operator, f"{own}/months")
    events = await items(
        api, operator, f"/ops/v1/organizations/{org_id(family.partner)}/cash/events"
    )
    charge = next(event for event in events if event["eventType"] == "lease_charge")
    assert month == {
        "leaseMonth": 0,
        "periodStart": lease["assignedAt"],
        "periodEnd": charge["periodEnd"],
        "priceCents": 10_000,
        "status": "paid",
        "refundedCents": 4_000,
        "settledAt": month["settledAt"],
        "eventId": charge["eventId"],
    }
    history = await items(api, operator, f"{own}/history")
    assert [event["eventType"] for event in history] == [
        "leased_account.recalled",
        "cash.refunded",
        "leased_account.priced",
        "leased_account.assigned",
    ]
    assert history[0]["operator"] is not None
    assert "operator" not in history[0]["data"]
    assert (history[0]["data"]["note"], history[2]["data"]["before"]) == ("Hacked", 10_000)


async def test_what_happens_next_to_a_lease_that_is_past_due(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(cash_cents=15_000)
    (lease_id,) = await installation.lease(family.child, handle(), at=ago(days=33))
    # The server's sweep, or this request, finds that nothing is left.
    answer = await api.post(
        f"/ops/v1/organizations/{org_id(family.partner)}/cash/topup",
        json={"amountCents": 1, "description": "Wire"},
        headers={**operator, "Idempotency-Key": str(uuid4())},
    )
    granted(answer)
    lease = granted(await api.get(f"{PATH}/{lease_id}", headers=operator))
    assert lease["billingStatus"] == "past_due"
    assert lease["paidThrough"] < lease["pastDueSince"] < lease["nextAttemptAt"]
    assert lease["nextAttemptAt"] <= lease["lastAttemptAt"]
    (month, _) = await items(api, operator, f"{PATH}/{lease_id}/months")
    assert (month["status"], month["eventId"], month["leaseMonth"]) == ("due", None, 1)
    (partner,) = await items(
        api, operator, f"{RENEWALS}/partners", organizationId=org_id(family.partner)
    )
    assert (partner["owedCount"], partner["owedCents"], partner["balanceCents"]) == (1, 15_000, 1)


async def test_an_account_of_the_pool_and_everyone_who_had_it(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    name, other = handle(), handle()
    mark = f"v{uuid4().hex[:12]}"
    granted(await send(api, operator, "\n".join((line(mark, name), line(mark, other))), NDJSON))
    account = (await items(api, operator, POOL, search=name))[0]
    own = f"{POOL}/{account['id']}"
    assert granted(await api.get(own, headers=operator)) == account
    change = {"monthlyPriceCents": 9_000, "geo": ["FR"]}
    granted(await api.patch(own, json=change, headers=operator))
    first = await lease_to(api, installation, family, operator, account["id"])
    granted(await api.post(f"{PATH}/{first}/recall", json={"note": "Back"}, headers=operator))
    second = await installation.lease_again(family.partner, first)
    leased = granted(await api.get(own, headers=operator))
    assert (leased["status"], leased["socialAccountId"]) == ("leased", second)
    leases = await items(api, operator, f"{own}/leases")
    assert [one["socialAccountId"] for one in leases] == [second, first]
    assert [one["releaseNote"] for one in leases] == [None, "Back"]
    assert [one["organizationId"] for one in leases] == [
        org_id(family.partner),
        org_id(family.child),
    ]
    assert [one["paidCents"] for one in leases] == [9_000, 9_000]
    assert [one["socialAccountId"] for one in await items(api, operator, PATH, handle=name)] == [
        second,
        first,
    ]
    assert await items(api, operator, PATH, handle=name[:-1]) == [], "the handle is whole"
    history = await items(api, operator, f"{own}/history")
    assert [event["eventType"] for event in history] == [
        "pool_account.updated",
        "pool_account.imported",
    ]
    assert history[0]["data"]["before"] == {"geo": ["US"], "monthly_price_cents": 15_000}
    assert history[0]["data"]["after"] == {"geo": ["FR"], "monthly_price_cents": 9_000}
    assert history[1]["data"]["added"] == 2
    page = granted(await api.get(f"{own}/history?limit=1", headers=operator))
    following = granted(
        await api.get(f"{own}/history?limit=1&cursor={page['nextCursor']}", headers=operator)
    )
    assert [page["items"], following["items"]] == [history[:1], history[1:]]


async def lease_to(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    account_id: str,
) -> str:
    """Lease an account of the pool to the child, by a request; the lease's id."""
    request_id = await installation.lease_request(family.child)
    answer = granted(
        await api.post(
            f"/ops/v1/lease-requests/{request_id}/fulfil",
            json={"poolAccountIds": [account_id]},
            headers=operator,
        )
    )
    (lease_id,) = answer["assignedSocialAccountIds"]
    return str(lease_id)


async def test_days_of_a_partner_and_the_leases_of_one(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(cash_cents=45_000)
    for past in (2, 1):
        await installation.lease(family.child, handle(), at=ago(days=past), price_cents=20_000)
    whose = {"organizationId": org_id(family.partner)}
    days = await items(api, operator, f"{RENEWALS}/days", days=62, **whose)
    assert [day["date"] for day in days] == [
        (now() + timedelta(days=number)).date().isoformat() for number in range(62)
    ]
    due = [day for day in days if day["count"]]
    assert [(day["count"], day["totalCents"], day["partners"]) for day in due][:2] == [
        (1, 20_000, 1),
        (1, 20_000, 1),
    ]
    assert [(day["shortPartners"], day["shortfallCents"]) for day in due][:2] == [
        (1, 15_000),
        (1, 35_000),
    ]
    (partner,) = await items(api, operator, f"{RENEWALS}/partners", days=62, **whose)
    assert [day["date"] for day in partner["days"]] == [day["date"] for day in due]
    assert (partner["balanceCents"], partner["owedCount"]) == (5_000, 0)
    (lease,) = await items(api, operator, f"{RENEWALS}/leases", date=due[0]["date"], **whose)
    assert lease["dueAt"] == lease["nextRenewalAt"]
    later = [day["date"] for day in due][2:3]
    for day in later:
        (same,) = await items(api, operator, f"{RENEWALS}/leases", date=day, **whose)
        assert same["dueAt"][:10] == day
    child = {"organizationId": org_id(family.child)}
    assert await items(api, operator, f"{RENEWALS}/leases", date=due[0]["date"], **child) == []
    assert await items(api, operator, f"{RENEWALS}/partners", **child) == []


@pytest.mark.parametrize(
    ("path", "query", "at"),
    [
        ("days", "since=2026-02-30", ["since"]),
        ("days", "since=2020-01-01", ["since"]),
        ("days", "since=9999-12-31", ["since"]),
        ("days", "since=tomorrow&days=63", ["since", "days"]),
        ("partners", "days=0&limit=101&organizationId=x", ["days", "organizationId", "limit"]),
        ("leases", "", ["date"]),
        ("leases", "date=2020-01-01", ["date"]),
    ],
)
async def test_days_that_cannot_be_asked_for(
    api: httpx2.AsyncClient, operator: dict[str, str], path: str, query: str, at: list[str]
) -> None:
    response = await api.get(f"{RENEWALS}/{path}?{query}", headers=operator)
    assert list(issues(response)) == at


async def test_what_there_is_not(api: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    for part in ("", "/months", "/history"):
        for name in ("nonsense", f"sa_{uuid4()}"):
            refused(await api.get(f"{PATH}/{name}{part}", headers=operator), "NOT_FOUND")
    for part in ("", "/leases", "/history"):
        for name in ("nonsense", f"pool_{uuid4()}"):
            refused(await api.get(f"{POOL}/{name}{part}", headers=operator), "NOT_FOUND")
