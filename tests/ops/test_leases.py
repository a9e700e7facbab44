"""`/ops/v1/leases`: all leases, recalled and priced."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.ops.leased import PATH, as_changed, wallet_of
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, handle, now, org_id, project_id

from partner_api.clock import format_milliseconds
from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def listed(
    api: httpx2.AsyncClient, operator: dict[str, str], wallet: Wallet, **params: Any
) -> list[dict[str, Any]]:
    params = {"organizationId": org_id(wallet), **params}
    page = granted(await api.get(PATH, headers=operator, params=params))
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_a_lease_as_the_partner_sees_it_and_whose_it_is(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    name = handle()
    (social_account_id,) = await installation.lease(family.child, name, at=now())
    path = f"/v1/projects/{project_id(family.child)}/leased-accounts"
    page = granted(await api.get(path, headers=family.child_key.headers))
    (lease,) = await listed(api, operator, family.child)
    pool = granted(
        await api.get("/ops/v1/pool/accounts", headers=operator, params={"search": name})
    )
    assert lease == {
        **page["items"][0],
        "organizationId": org_id(family.child),
        "poolAccountId": pool["items"][0]["id"],
        "partnerId": org_id(family.partner),
        "partnerName": "Partner",
        "organizationName": "Child",
        "projectName": lease["projectName"],
        "paidThrough": lease["nextRenewalAt"],
        "nextAttemptAt": None,
        "lastAttemptAt": None,
    }
    assert lease["socialAccountId"] == social_account_id
    assert await listed(api, operator, family.partner) == [], "the project is the child's"


async def test_all_leases_newest_first(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    families = [await installation.family(cash_cents=100) for _ in range(2)]
    # Newer than what other tests lease meanwhile.
    made = [
        await installation.lease(
            wallet,
            handle(),
            at=now(),
            ids_of=now() + timedelta(days=3650, minutes=minute),
            price_cents=5,
        )
        for minute, wallet in enumerate((families[0].partner, families[1].child, families[0].child))
    ]
    # Others have leases here too, some with ids that are not in the order of time.
    found: list[str] = []
    params = {"limit": "2"}
    while not {item[0] for item in made} <= set(found):
        page = granted(await api.get(PATH, headers=operator, params=params))
        found += [item["socialAccountId"] for item in page["items"]]
        params["cursor"] = page["nextCursor"]
    assert found == sorted(found, reverse=True)
    assert [one for one in found if one in {item[0] for item in made}] == [
        made[2][0],
        made[1][0],
        made[0][0],
    ]


async def test_its_filters(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    """One that is current, one that is past due since yesterday, one that has ended."""
    (current,) = await installation.lease(family.child, handle(), at=now(), price_cents=5)
    (past_due,) = await installation.lease(
        family.child, handle(), at=ago(days=20), price_cents=90_000
    )
    (ended,) = await installation.lease(family.child, handle(), at=now(), price_cents=5)
    granted(await api.post(f"{PATH}/{ended}/recall", headers=operator))
    await installation.owner.execute(
        # As the sweep of yesterday left it: its second month could not be paid.
        "UPDATE leases SET billing_status = 'past_due', past_due_since = $3, next_attempt_at = $4, "
        "next_due_at = $3 WHERE tenant_id = $1 AND social_account_id = $2",
        family.partner.tenant_id,
        UUID(past_due.removeprefix("sa_")),
        ago(days=1).replace(microsecond=0),
        now().replace(microsecond=0) + timedelta(hours=23),
    )

    async def found(**params: Any) -> set[str]:
        return {
            item["socialAccountId"] for item in await listed(api, operator, family.child, **params)
        }

    assert await found() == {current, past_due, ended}, "all, without a filter"
    assert await found(status="assigned") == {current, past_due}
    assert await found(status="disconnected") == {ended}
    assert await found(status=["assigned", "disconnected"]) == {current, past_due, ended}
    assert await found(billingStatus="past_due") == {past_due}
    assert await found(billingStatus="current") == {current}
    assert await found(dueBefore=format_milliseconds(now())) == {past_due}
    (due_at,) = [
        item["nextRenewalAt"]
        for item in await listed(api, operator, family.child)
        if item["socialAccountId"] == current
    ]
    assert await found(dueBefore=due_at) == {past_due}, "before, not at"
    later = format_milliseconds(now() + timedelta(days=40))
    assert await found(dueBefore=later) == {current, past_due}
    assert await found(dueBefore=later, billingStatus="past_due") == {past_due}
    everywhere = granted(
        await api.get(PATH, headers=operator, params={"billingStatus": "past_due", "limit": "200"})
    )
    assert past_due in {item["socialAccountId"] for item in everywhere["items"]}
    detail = granted(
        await api.get(f"/ops/v1/organizations/{org_id(family.child)}", headers=operator)
    )
    assert detail["counts"]["leasedAccounts"] == 2
    assert detail["counts"]["pastDueLeases"] == 1
    query = "status=gone&billingStatus=x&dueBefore=1&organizationId=x&limit=0"
    assert list(issues(await api.get(f"{PATH}?{query}", headers=operator))) == [
        "status",
        "billingStatus",
        "dueBefore",
        "organizationId",
        "limit",
    ]
    unknown = {"organizationId": f"org_{uuid4()}"}
    page = granted(await api.get(PATH, headers=operator, params=unknown))
    assert page == {"items": [], "nextCursor": None}


@pytest.mark.parametrize("name", ["nonsense", "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05", None])
async def test_a_lease_that_there_is_not(
    api: httpx2.AsyncClient, operator: dict[str, str], name: str | None
) -> None:
    path = f"{PATH}/{name or f'sa_{uuid4()}'}"
    response = await api.patch(path, json={"monthlyPriceCents": 1}, headers=operator)
    assert refused(response, "NOT_FOUND") == {}
    assert refused(await api.post(f"{path}/recall", headers=operator), "NOT_FOUND") == {}


async def test_leases_of_a_test_environment_are_not_the_operator_s(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    test = await installation.test_tenant(family.partner)
    key = await installation.key(test, "*", env="test")
    body = {"name": "Try", "timezone": "UTC"}
    project = granted(await api.post("/v1/projects", json=body, headers=key.headers), 201)["id"]
    wallet = replace(test, project_id=parse_id("prj", project))
    (lease_id,) = await installation.lease(wallet, handle(), at=now(), price_cents=0)
    assert await listed(api, operator, family.partner) == []
    refused(await api.post(f"{PATH}/{lease_id}/recall", headers=operator), "NOT_FOUND")


async def test_a_new_price_holds_from_the_next_renewal_on(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    (lease_id,) = await installation.lease(family.child, handle(), at=now(), price_cents=10_000)
    changed = granted(
        await api.patch(f"{PATH}/{lease_id}", json={"monthlyPriceCents": 25_000}, headers=operator)
    )
    assert changed["monthlyPriceCents"] == 25_000
    assert changed == as_changed((await listed(api, operator, family.child))[0])
    wallet = await wallet_of(api, family)
    assert wallet["balanceCents"] == 90_000, "the month that has begun is paid"
    page = granted(await api.get("/v1/audit-log", headers=family.child_key.headers))
    row = next(row for row in page["items"] if row["eventType"] == "leased_account.priced")
    assert (row["data"]["before"], row["data"]["monthlyPriceCents"]) == (10_000, 25_000)
    for body, path in (({}, "monthlyPriceCents"), ({"monthlyPriceCents": -1}, "monthlyPriceCents")):
        response = await api.patch(f"{PATH}/{lease_id}", json=body, headers=operator)
        assert list(issues(response)) == [path]


async def test_a_recall(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    name = handle()
    (lease_id,) = await installation.lease(family.child, name, at=now(), price_cents=10_000)
    before = (await listed(api, operator, family.child))[0]
    recalled = granted(
        await api.post(f"{PATH}/{lease_id}/recall", json={"note": "Hacked"}, headers=operator)
    )
    assert recalled == {
        **as_changed(before),
        "status": "disconnected",
        "nextRenewalAt": None,
        "disconnectedAt": recalled["disconnectedAt"],
        "disconnectedReason": "recalled_by_operator",
    }
    assert (await wallet_of(api, family))["balanceCents"] == 90_000, "nothing is given back"
    pool = granted(
        await api.get("/ops/v1/pool/accounts", headers=operator, params={"search": name})
    )
    assert pool["items"][0]["status"] == "available"
    path = f"/v1/projects/{project_id(family.child)}/social-accounts"
    page = granted(
        await api.get(path, headers=family.child_key.headers, params={"status": "disconnected"})
    )
    assert [item["socialAccountId"] for item in page["items"]] == [lease_id]
    page = granted(await api.get("/v1/audit-log", headers=family.child_key.headers))
    row = next(row for row in page["items"] if row["eventType"] == "leased_account.recalled")
    assert (row["data"]["note"], row["actor"]) == ("Hacked", "operator")


async def test_what_is_over_is_neither_recalled_nor_priced(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    (lease_id,) = await installation.lease(family.child, handle(), at=now(), price_cents=5)
    granted(await api.post(f"{PATH}/{lease_id}/recall", json={}, headers=operator))
    over = {"status": "disconnected", "disconnectedReason": "recalled_by_operator"}
    response = await api.post(f"{PATH}/{lease_id}/recall", headers=operator)
    assert refused(response, "CONFLICT") == over
    response = await api.patch(
        f"{PATH}/{lease_id}", json={"monthlyPriceCents": 1}, headers=operator
    )
    assert refused(response, "CONFLICT") == over
    response = await api.post(f"{PATH}/{lease_id}/recall", json={"reason": ""}, headers=operator)
    assert list(issues(response)) == ["reason"]


async def test_a_recall_and_a_release_at_once(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    for _ in range(5):
        (lease_id,) = await installation.lease(family.child, handle(), at=now(), price_cents=5)
        answers = await asyncio.gather(
            api.post(f"{PATH}/{lease_id}/recall", headers=operator),
            api.request(
                "DELETE", f"/v1/leased-accounts/{lease_id}", headers=family.child_key.headers
            ),
        )
        statuses = [answer.status_code for answer in answers]
        assert statuses in ([200, 404], [409, 200])
        (lease,) = [
            item
            for item in await listed(api, operator, family.child)
            if item["socialAccountId"] == lease_id
        ]
        reasons = ["recalled_by_operator", "released_by_partner"]
        assert lease["disconnectedReason"] == reasons[statuses.index(200)]
