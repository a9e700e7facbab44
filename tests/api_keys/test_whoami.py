"""`GET /v1/whoami`: whose key this is, and what it may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.answers import granted
from tests.support.installation import org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


async def test_a_partner_s_key(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner = await installation.partner(prepaid=250, tier="pilot")
    key = await installation.key(partner, "org:admin", "*")
    response = await api.get("/v1/whoami", headers=key.headers)
    expected = {
        "organizationId": org_id(partner),
        "workspaceId": org_id(partner),
        "organizationName": "Partner",
        "parentOrganizationId": None,
        "scopes": ["*", "org:admin"],
        "rateLimitTier": "pilot",
        "apiKeyId": format_id("key", key.key_id),
        "creditBalance": 250,
    }
    assert granted(response) == expected
    assert response.text == json.dumps(expected, separators=(",", ":")), "order of the fields"


async def test_a_child_s_key_inherits_the_partner_s_tier(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner(tier="standard", prepaid=50)
    child = await installation.child(partner, prepaid=20)
    key = await installation.key(child, "content:write")
    who = granted(await api.get("/v1/whoami", headers=key.headers))
    assert who["organizationId"] == who["workspaceId"] == org_id(child)
    assert who["organizationName"] == "Child"
    assert who["parentOrganizationId"] == org_id(partner)
    assert who["scopes"] == ["content:write"]
    assert who["rateLimitTier"] == "standard"
    assert who["creditBalance"] == 20


async def test_the_balance_is_that_of_the_credits(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner(prepaid=7)
    key = await installation.key(partner)
    who = granted(await api.get("/v1/whoami", headers=key.headers))
    credits = granted(await api.get("/v1/credits", headers=key.headers))
    assert who["creditBalance"] == credits["balance"] == 7


@pytest.mark.parametrize("scopes", [[], ["publish:read"], ["*"], ["org:admin"]])
async def test_every_valid_key_may_ask(
    api: httpx2.AsyncClient, installation: Installation, scopes: list[str]
) -> None:
    key = await installation.key(await installation.partner(), *scopes)
    assert granted(await api.get("/v1/whoami", headers=key.headers))["scopes"] == scopes


async def test_inside_a_child_the_organization_is_the_child_and_the_key_stays(
    api: httpx2.AsyncClient, family: Family
) -> None:
    who = granted(await api.get("/v1/whoami", headers=family.partner_key.acting_for(family.child)))
    assert who["organizationId"] == org_id(family.child)
    assert who["parentOrganizationId"] == org_id(family.partner)
    assert who["apiKeyId"] == format_id("key", family.partner_key.key_id)
    assert who["scopes"] == ["*", "org:admin"]
