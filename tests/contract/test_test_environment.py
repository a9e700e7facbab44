"""The test environment: keys that begin with `lp_test_`, and the tenant of their own that they see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import bearer, granted, refused

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@dataclass(frozen=True)
class Onboarded:
    """A partner as the operator brings it in: with a live and a test environment."""

    organization_id: str
    live: dict[str, str]
    test: dict[str, str]


@pytest.fixture
async def onboarded(api: httpx2.AsyncClient, installation: Installation) -> Onboarded:
    operator = await installation.operator("operator")
    path = "/ops/v1/organizations"
    body = {"name": "Acme", "rateLimitTier": "partner"}
    partner = granted(await api.post(path, json=body, headers=operator), 201)["id"]
    secrets = []
    for env in ("live", "test"):
        body = {"name": env, "scopes": ["*", "org:admin"], "env": env}  # type: ignore[dict-item]
        response = await api.post(f"{path}/{partner}/api-keys", json=body, headers=operator)
        secrets.append(granted(response, 201)["secret"])
    return Onboarded(partner, bearer(secrets[0]), bearer(secrets[1]))


async def test_a_test_key_of_a_live_child_sees_a_copy_of_it(
    api: httpx2.AsyncClient, onboarded: Onboarded
) -> None:
    body: dict[str, Any] = {"name": "Corner Coffee", "metadata": {"a": "1"}}
    child = granted(await api.post("/v1/organizations", json=body, headers=onboarded.live), 201)
    path = f"/v1/organizations/{child['id']}"
    refused(await api.get(path, headers=onboarded.test), "NOT_FOUND")
    body = {"name": "Test", "scopes": ["*"], "env": "test"}
    minted = granted(await api.post(f"{path}/api-keys", json=body, headers=onboarded.live), 201)
    assert minted["secret"].startswith("lp_test_")
    assert minted["apiKey"]["rateLimitTier"] == "sandbox"
    who = granted(await api.get("/v1/whoami", headers=bearer(minted["secret"])))
    assert who == {
        **who,
        "organizationId": child["id"],
        "organizationName": "Corner Coffee",
        "parentOrganizationId": onboarded.organization_id,
        "rateLimitTier": "sandbox",
    }
    copy = granted(await api.get(path, headers=onboarded.test))
    assert (copy["id"], copy["name"], copy["status"]) == (child["id"], "Corner Coffee", "active")
    # A second one finds the copy.
    granted(await api.post(f"{path}/api-keys", json=body, headers=onboarded.live), 201)

    # Nothing of the one is seen from the other.
    project = {"name": "Launch", "timezone": "UTC"}
    headers = bearer(minted["secret"])
    made = granted(await api.post("/v1/projects", json=project, headers=headers), 201)
    response = await api.get(f"/v1/projects/{made['id']}", headers=onboarded.live)
    refused(response, "NOT_FOUND")
    acting = {**onboarded.live, "X-Layers-Organization": child["id"]}
    assert granted(await api.get("/v1/projects", headers=acting))["items"] == []
    assert granted(await api.get(f"{path}/api-keys", headers=onboarded.live))["items"] == []
    keys = granted(await api.get(f"{path}/api-keys", headers=onboarded.test))["items"]
    assert {key["env"] for key in keys} == {"test"}
    response = await api.delete(f"{path}/api-keys/{minted['apiKey']['id']}", headers=onboarded.live)
    refused(response, "NOT_FOUND")
    granted(await api.delete(path, headers=onboarded.test))
    assert granted(await api.get(path, headers=onboarded.live))["status"] == "active"
    refused(await api.get("/v1/whoami", headers=headers), "UNAUTHENTICATED")


@pytest.mark.parametrize("status", ["suspended", "archived"])
async def test_no_key_is_minted_for_a_copy_that_is_not_active(
    api: httpx2.AsyncClient, onboarded: Onboarded, status: str
) -> None:
    response = await api.post("/v1/organizations", json={"name": "Child"}, headers=onboarded.live)
    path = f"/v1/organizations/{granted(response, 201)['id']}"
    body = {"name": "Test", "scopes": ["*"], "env": "test"}
    granted(await api.post(f"{path}/api-keys", json=body, headers=onboarded.live), 201)
    if status == "archived":
        granted(await api.delete(path, headers=onboarded.test))
    else:
        granted(await api.post(f"{path}/suspend", headers=onboarded.test))
    response = await api.post(f"{path}/api-keys", json=body, headers=onboarded.live)
    assert refused(response, "KILL_SWITCH") == {"scope": "organization"}


async def test_no_key_is_minted_where_the_partner_is_suspended_meanwhile(
    api: httpx2.AsyncClient, onboarded: Onboarded, installation: Installation
) -> None:
    """As when the operator suspends it between the check of the caller and the copy."""
    response = await api.post("/v1/organizations", json={"name": "Child"}, headers=onboarded.live)
    path = f"/v1/organizations/{granted(response, 201)['id']}"
    statement = """
        UPDATE organizations o SET status = $2 FROM tenants t
         WHERE o.id = $1 AND t.id = o.tenant_id AND t.env = 'test'
    """
    partner = UUID(onboarded.organization_id.removeprefix("org_"))
    await installation.owner.execute(statement, partner, "suspended")
    body = {"name": "Test", "scopes": ["*"], "env": "test"}
    response = await api.post(f"{path}/api-keys", json=body, headers=onboarded.live)
    assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    await installation.owner.execute(statement, partner, "active")
    granted(await api.post(f"{path}/api-keys", json=body, headers=onboarded.live), 201)


async def test_first_test_keys_minted_at_the_same_time_share_one_copy(
    api: httpx2.AsyncClient, onboarded: Onboarded
) -> None:
    response = await api.post("/v1/organizations", json={"name": "Child"}, headers=onboarded.live)
    path = f"/v1/organizations/{granted(response, 201)['id']}"
    body = {"name": "Test", "scopes": ["*"], "env": "test"}
    answers = await asyncio.gather(
        *(api.post(f"{path}/api-keys", json=body, headers=onboarded.live) for _ in range(8))
    )
    minted = [granted(answer, 201)["apiKey"]["id"] for answer in answers]
    keys = granted(await api.get(f"{path}/api-keys", headers=onboarded.test))["items"]
    assert {key["id"] for key in keys} == set(minted)
    children = granted(await api.get("/v1/organizations", headers=onboarded.test))["items"]
    assert [child["name"] for child in children] == ["Child"]


async def test_a_test_key_makes_test_keys_only(
    api: httpx2.AsyncClient, onboarded: Onboarded
) -> None:
    response = await api.post("/v1/organizations", json={"name": "Child"}, headers=onboarded.test)
    child = granted(response, 201)
    path = f"/v1/organizations/{child['id']}/api-keys"
    body = {"name": "Key", "scopes": ["*"]}
    refused(await api.post(path, json=body, headers=onboarded.test), "FORBIDDEN_SCOPE")
    response = await api.post(path, json={**body, "env": "test"}, headers=onboarded.test)
    minted = granted(response, 201)
    rotated = granted(
        await api.post(f"{path}/{minted['apiKey']['id']}/rotate", headers=onboarded.test), 201
    )
    assert rotated["secret"].startswith("lp_test_")
    refused(await api.get(path, headers=onboarded.live), "NOT_FOUND")
    live = granted(await api.get("/v1/organizations", headers=onboarded.live))
    assert live["items"] == []


async def test_a_key_is_of_the_environment_that_it_says(
    api: httpx2.AsyncClient, family: Family
) -> None:
    text = family.child_key.text.replace("lp_live_", "lp_test_")
    refused(await api.get("/v1/whoami", headers=bearer(text)), "UNAUTHENTICATED")


async def test_a_million_fictitious_credits_to_allocate(
    api: httpx2.AsyncClient, onboarded: Onboarded
) -> None:
    """They move, are limited and are counted like real ones, and the live environment has none of them."""
    assert (
        granted(await api.get("/v1/credits", headers=onboarded.test))["prepaidBalance"] == 1_000_000
    )
    assert granted(await api.get("/v1/credits", headers=onboarded.live))["prepaidBalance"] == 0
    body = {"name": "Corner Coffee"}
    child = granted(await api.post("/v1/organizations", json=body, headers=onboarded.test), 201)
    path = f"/v1/organizations/{child['id']}/credits"

    async def allocate(credits: int) -> httpx2.Response:
        headers = {**onboarded.test, "Idempotency-Key": str(uuid4())}
        return await api.post(f"{path}/allocate", json={"credits": credits}, headers=headers)

    assert granted(await allocate(400_000), 201)["available"] == 400_000
    assert refused(await allocate(600_001), "BILLING_EXHAUSTED")["available"] == 600_000
    (event,) = granted(await api.get("/v1/credits/events?eventType=grant", headers=onboarded.test))[
        "items"
    ]
    assert (event["credits"], event["metadata"]) == (1_000_000, {"reason": "fictitious"})
