"""`/ops/v1/organizations`: the operator brings partners in, looks them up and changes their terms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

PATH = "/ops/v1/organizations"
MISSING = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
PRICES = {
    "slideshow_builder": 50,
    "slideshow_remix": 50,
    "video_remix": 120,
    "ugc_remix": 120,
    "auto": 120,
}


async def test_a_partner_with_nothing_but_a_name(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    before = now()
    response = await api.post(PATH, json={"name": "Acme"}, headers=operator)
    partner = granted(response, 201)
    assert list(partner) == [
        "id",
        "parentOrganizationId",
        "name",
        "status",
        "metadata",
        "billingEmail",
        "archivedAt",
        "createdAt",
        "updatedAt",
        "rateLimitTier",
        "formatPrices",
    ]
    assert partner["id"].startswith("org_")
    assert before.isoformat() <= partner["createdAt"]
    assert partner == {
        **partner,
        "parentOrganizationId": None,
        "name": "Acme",
        "status": "active",
        "metadata": {},
        "billingEmail": None,
        "archivedAt": None,
        "updatedAt": partner["createdAt"],
        "rateLimitTier": "standard",
        "formatPrices": PRICES,
    }


async def test_a_partner_with_everything(api: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    body = {
        "name": "Ünïcode & <Söhne> 🧋",
        "billingEmail": "billing@example.com",
        "metadata": {"tier": "gold", "empty": ""},
        "rateLimitTier": "partner",
    }
    partner = granted(await api.post(PATH, json=body, headers=operator), 201)
    assert {name: partner[name] for name in body} == body


async def test_a_partner_has_a_live_and_a_test_environment_with_one_id(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    """The same organization, and nothing else in common."""
    partner = granted(await api.post(PATH, json={"name": "Acme"}, headers=operator), 201)
    path = f"{PATH}/{partner['id']}"
    who = {}
    for env in ("live", "test"):
        body = {"name": env, "scopes": ["*", "org:admin"], "env": env}
        minted = granted(await api.post(f"{path}/api-keys", json=body, headers=operator), 201)
        headers = {"Authorization": f"Bearer {minted['secret']}"}
        who[env] = granted(await api.get("/v1/whoami", headers=headers))
        child = granted(
            await api.post("/v1/organizations", json={"name": env}, headers=headers), 201
        )
        children = granted(await api.get("/v1/organizations", headers=headers))["items"]
        assert [each["id"] for each in children] == [child["id"]]
    await api.post(
        f"{path}/credits/grant",
        json={"credits": 5},
        headers={**operator, "Idempotency-Key": str(uuid4())},
    )
    assert who["live"]["organizationId"] == who["test"]["organizationId"] == partner["id"]
    assert (who["live"]["rateLimitTier"], who["test"]["rateLimitTier"]) == ("standard", "sandbox")
    detail = granted(await api.get(path, headers=operator))
    assert detail["credits"]["balance"] == 5
    assert detail["counts"]["children"] == 1, "the operator sees the live environment"


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 129}, ["name"]),
        ({"name": "x", "billingEmail": "nobody"}, ["billingEmail"]),
        ({"name": "x", "rateLimitTier": "gold"}, ["rateLimitTier"]),
        ({"name": "x", "metadata": []}, ["metadata"]),
        ({"name": "x", "metadata": {"k" * 41: "v"}}, ["metadata." + "k" * 41]),
        ({"name": "x", "metadata": {"k": None}}, ["metadata.k"]),
        ({"name": "x", "status": "active"}, ["status"]),
        ({"name": 1, "billingEmail": 2}, ["name", "billingEmail"]),
    ],
)
async def test_a_partner_that_is_not_valid(
    api: httpx2.AsyncClient, operator: dict[str, str], body: dict[str, Any], paths: list[str]
) -> None:
    assert list(issues(await api.post(PATH, json=body, headers=operator))) == paths


async def test_the_list_and_its_filters(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    mark = uuid4().hex
    names = [f"{mark} 100% real", f"{mark} 100_real", f"{mark.upper()} Other"]
    ids = [
        granted(await api.post(PATH, json={"name": name}, headers=operator), 201)["id"]
        for name in names
    ]

    async def listed(**params: Any) -> list[str]:
        page = granted(await api.get(PATH, headers=operator, params=params))
        return [item["id"] for item in page["items"]]

    assert await listed(search=mark) == ids[::-1], "newest first, whatever the case"
    assert await listed(search=f"{mark} 100%") == ids[:1], "taken literally"
    assert await listed(search=f"{mark} 100_") == ids[1:2], "taken literally"
    assert await listed(search=f"{mark}\\") == []
    assert await listed(search=mark, status="suspended") == []
    assert await listed(search=mark, status=["suspended", "active"]) == ids[::-1]
    await installation.set_status(family.child, "suspended")
    children = {"parentOrganizationId": org_id(family.partner)}
    assert await listed(**children, status="suspended") == [org_id(family.child)]
    assert await listed(**children, status="active") == [org_id(family.sibling)]
    assert await listed(parentOrganizationId=MISSING) == []
    child = granted(
        await api.post(
            "/v1/organizations", json={"name": mark}, headers=family.partner_key.headers
        ),
        201,
    )
    assert await listed(search=mark, partnersOnly="false") == [child["id"], *ids[::-1]]
    assert await listed(search=mark, partnersOnly="true") == ids[::-1]
    assert await listed(**children, partnersOnly="true") == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=foo", "status"),
        ("parentOrganizationId=prj_1", "parentOrganizationId"),
        ("limit=101", "limit"),
        ("search=%00", "search"),
        ("search=" + "x" * 129, "search"),
        ("search=a&search=b", "search"),
        ("partnersOnly=maybe", "partnersOnly"),
    ],
)
async def test_a_filter_that_is_not_valid(
    api: httpx2.AsyncClient, operator: dict[str, str], query: str, parameter: str
) -> None:
    response = await api.get(f"{PATH}?{query}", headers=operator)
    assert list(issues(response)) == [parameter]


async def test_one_partner_with_its_wallets_and_counts(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(prepaid=700, cash_cents=40_000)
    await installation.lease(family.partner, handle(), at=now())
    detail = granted(await api.get(f"{PATH}/{org_id(family.partner)}", headers=operator))
    assert list(detail)[-3:] == ["credits", "cashBalanceCents", "counts"]
    own = granted(await api.get("/v1/credits", headers=family.partner_key.headers))
    assert json.dumps(detail["credits"]) == json.dumps(own)
    assert detail["cashBalanceCents"] == 25_000
    assert detail["counts"] == {
        "children": 2,
        "projects": 1,
        "leasedAccounts": 1,
        "pastDueLeases": 0,
        "openLeaseRequests": 0,
        "runningJobs": 0,
    }


async def test_how_many_keys_work(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    """Those that a suspension stops, and those that somebody killed; of each environment by itself."""
    family = await installation.family()
    await installation.key(family.partner, "*", kill_switch=True)
    await installation.key(family.partner, "*", revoked_at=now())
    await installation.key(family.partner, "*", kill_switch=True, revoked_at=now())
    await installation.key(family.child, "*", kill_switch=True)
    await installation.superseded_key(family.sibling, "*", grace_until=now())
    test = await installation.test_tenant(family.partner)
    for _ in range(3):
        await installation.key(test, "*", env="test")

    async def keys(wallet: Wallet, **params: str) -> dict[str, int]:
        path = f"{PATH}/{org_id(wallet)}"
        detail = granted(await api.get(path, headers=operator, params=params))
        return dict(detail["apiKeys"])

    assert await keys(family.partner) == {"active": 1, "killed": 1, "activeOfChildren": 2}
    assert await keys(family.child) == {"active": 1, "killed": 1, "activeOfChildren": 0}
    assert await keys(family.sibling) == {"active": 1, "killed": 0, "activeOfChildren": 0}
    assert await keys(family.partner, env="test") == {
        "active": 3,
        "killed": 0,
        "activeOfChildren": 0,
    }
    child = f"{PATH}/{org_id(family.child)}"
    refused(await api.get(child, headers=operator, params={"env": "test"}), "NOT_FOUND")


async def test_how_far_a_child_may_spend(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    config = {"monthlyCreditCap": 500, "refillThreshold": 10, "refillAmount": 100}
    granted(
        await api.patch(
            f"/v1/organizations/{org_id(family.child)}/credit-config",
            json=config,
            headers=family.partner_key.headers,
        )
    )
    child = granted(await api.get(f"{PATH}/{org_id(family.child)}", headers=operator))
    assert child["creditConfig"] == {**config, "autoRefillEnabled": True}
    partner = granted(await api.get(f"{PATH}/{org_id(family.partner)}", headers=operator))
    assert partner["creditConfig"] is None


async def test_one_child(api: httpx2.AsyncClient, operator: dict[str, str], family: Family) -> None:
    """Its partner pays, and has the tier and the prices."""
    detail = granted(await api.get(f"{PATH}/{org_id(family.child)}", headers=operator))
    assert detail["parentOrganizationId"] == org_id(family.partner)
    assert detail["cashBalanceCents"] is None
    assert detail["rateLimitTier"] is None
    assert detail["formatPrices"] is None


# Changing terms ---------------------------------------------------------------------------------


async def test_new_terms_hold_at_once(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    path = f"{PATH}/{org_id(family.partner)}"
    body = {"rateLimitTier": "pilot", "formatPrices": {"video_remix": 90, "auto": 0}}
    changed = granted(await api.patch(path, json=body, headers=operator))
    expected = {**PRICES, "video_remix": 90, "auto": 0}
    assert (changed["rateLimitTier"], changed["formatPrices"]) == ("pilot", expected)
    who = granted(await api.get("/v1/whoami", headers=family.child_key.headers))
    assert who["rateLimitTier"] == "pilot"
    wallet = granted(await api.get("/v1/credits", headers=family.child_key.headers))
    assert wallet["estimatedCreditsPerFormat"] == expected
    body = {"formatPrices": {"video_remix": 91}}
    changed = granted(await api.patch(path, json=body, headers=operator))
    assert changed["formatPrices"] == {**expected, "video_remix": 91}, "the others stay"
    assert changed["rateLimitTier"] == "pilot"


async def test_the_kill_switch_of_a_partner_and_its_children(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    path = f"{PATH}/{org_id(family.partner)}"
    for status, allowed in (("suspended", False), ("suspended", False), ("active", True)):
        changed = granted(await api.patch(path, json={"status": status}, headers=operator))
        assert changed["status"] == status
        for key in (family.partner_key, family.child_key):
            response = await api.get("/v1/whoami", headers=key.headers)
            if allowed:
                granted(response)
            else:
                assert refused(response, "KILL_SWITCH") == {"scope": "organization"}


async def test_an_archived_child_stays_archived(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    await installation.set_status(family.child, "archived")
    path = f"{PATH}/{org_id(family.child)}"
    response = await api.patch(path, json={"status": "active"}, headers=operator)
    assert refused(response, "CONFLICT") == {"status": "archived"}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"status": "archived"}, ["status"]),
        ({"status": None}, ["status"]),
        ({"rateLimitTier": "gold"}, ["rateLimitTier"]),
        ({"rateLimitTier": None}, ["rateLimitTier"]),
        ({"formatPrices": {"gif": 1}}, ["formatPrices.gif"]),
        ({"formatPrices": {"auto": -1}}, ["formatPrices.auto"]),
        ({"formatPrices": {"auto": "1"}}, ["formatPrices.auto"]),
        ({"name": "Other"}, ["name"]),
    ],
)
async def test_terms_that_are_not_valid(
    api: httpx2.AsyncClient,
    operator: dict[str, str],
    family: Family,
    body: dict[str, Any],
    paths: list[str],
) -> None:
    path = f"{PATH}/{org_id(family.partner)}"
    assert list(issues(await api.patch(path, json=body, headers=operator))) == paths


async def test_a_child_has_no_terms_of_its_own(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    path = f"{PATH}/{org_id(family.child)}"
    for body in ({"rateLimitTier": "pilot"}, {"formatPrices": {"auto": 1}}):
        issues(await api.patch(path, json=body, headers=operator))


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_an_organization_that_is_not_there(
    api: httpx2.AsyncClient, operator: dict[str, str], method: str
) -> None:
    content = b"{}" if method == "PATCH" else None
    response = await api.request(method, f"{PATH}/{MISSING}", headers=operator, content=content)
    refused(response, "NOT_FOUND")
    response = await api.request(method, f"{PATH}/nonsense", headers=operator, content=content)
    assert list(issues(response)) == ["orgId"]


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "finance", "worker"])
async def test_only_an_operator_brings_partners_in(
    api: httpx2.AsyncClient, installation: Installation, role: str
) -> None:
    headers = await installation.operator(role)
    response = await api.post(PATH, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "operator"}


async def test_a_worker_reads_nothing(api: httpx2.AsyncClient, installation: Installation) -> None:
    response = await api.get(PATH, headers=await installation.operator("worker"))
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "viewer"}


async def test_what_an_operator_did_is_in_the_partner_s_log(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    path = f"{PATH}/{org_id(family.partner)}"
    response = await api.patch(path, json={"rateLimitTier": "pilot"}, headers=operator)
    granted(response)
    log = granted(await api.get("/v1/audit-log", headers=family.partner_key.headers))["items"]
    (row,) = [row for row in log if row["requestId"] == response.headers["X-Request-Id"]]
    assert row["actor"] == "operator"
    assert row["apiKeyId"] is None
    assert row["data"]["operator"].startswith("operator ")
