"""`/ops/v1/organizations/:orgId/api-keys`: the keys that an operator mints for a partner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.tenants import Wallet

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def path_of(wallet: Wallet) -> str:
    return f"/ops/v1/organizations/{org_id(wallet)}/api-keys"


async def test_a_new_key_works_at_once(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    body = {"name": "Server", "scopes": ["org:admin", "*"]}
    response = await api.post(path_of(family.partner), json=body, headers=operator)
    minted = granted(response, 201)
    assert list(minted) == ["apiKey", "secret", "warning"]
    key = minted["apiKey"]
    assert re.fullmatch(r"lp_live_[0-9A-HJKMNP-TV-Z]{16}_[A-Za-z0-9_-]{43}", minted["secret"])
    assert key == {
        "id": key["id"],
        "organizationId": org_id(family.partner),
        "name": "Server",
        "prefix": minted["secret"][:24],
        "env": "live",
        "scopes": ["org:admin", "*"],
        "rateLimitTier": "internal",
        "status": "active",
        "killSwitch": False,
        "createdAt": key["createdAt"],
        "lastUsedAt": None,
        "rotatedAt": None,
        "revokedAt": None,
        "graceUntil": None,
        "supersededBy": None,
    }
    headers = {"Authorization": f"Bearer {minted['secret']}"}
    who = granted(await api.get("/v1/whoami", headers=headers))
    assert who["apiKeyId"] == key["id"]
    granted(await api.get("/v1/organizations", headers=headers))


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["name", "scopes"]),
        ({"name": "", "scopes": ["*"]}, ["name"]),
        ({"name": "x" * 121, "scopes": ["*"]}, ["name"]),
        ({"name": "x", "scopes": []}, ["scopes"]),
        ({"name": "x", "scopes": "*"}, ["scopes"]),
        ({"name": "x", "scopes": ["jobs:write"]}, ["scopes[0]"]),
        ({"name": "x", "scopes": ["*", "admin", "jobs:read", ""]}, ["scopes[1]", "scopes[3]"]),
        ({"name": "x", "scopes": ["*"] * 65}, ["scopes"]),
        ({"name": "x", "scopes": ["*"], "env": "prod"}, ["env"]),
        ({"name": "x", "scopes": ["*"], "secret": "mine"}, ["secret"]),
    ],
)
async def test_a_key_that_is_not_valid(
    api: httpx2.AsyncClient,
    operator: dict[str, str],
    family: Family,
    body: dict[str, Any],
    paths: list[str],
) -> None:
    response = await api.post(path_of(family.partner), json=body, headers=operator)
    assert list(issues(response)) == paths


async def test_the_list_has_both_environments_and_no_secret(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    partner = granted(
        await api.post("/ops/v1/organizations", json={"name": "Acme"}, headers=operator), 201
    )
    path = f"/ops/v1/organizations/{partner['id']}/api-keys"
    minted = [
        granted(
            await api.post(path, json={"name": env, "scopes": ["*"], "env": env}, headers=operator),
            201,
        )
        for env in ("live", "test", "live")
    ]
    response = await api.get(path, headers=operator)
    assert granted(response)["items"] == [key["apiKey"] for key in minted[::-1]], "newest first"
    for key in minted:
        assert key["secret"][25:] not in response.text
    page = granted(await api.get(path, headers=operator, params={"limit": "2"}))
    rest = granted(await api.get(path, headers=operator, params={"cursor": page["nextCursor"]}))
    assert page["items"] + rest["items"] == granted(response)["items"]


async def test_a_killed_key_is_brought_back_with_its_secret(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    key = family.partner_key
    key_path = format_id("key", key.key_id)
    granted(await api.post(f"/v1/api-keys/{key_path}/kill", headers=key.headers))
    refused(await api.get("/v1/whoami", headers=key.headers), "KILL_SWITCH")
    path = f"{path_of(family.partner)}/{key_path}/unkill"
    for _ in range(2):
        unkilled = granted(await api.post(path, headers=operator))
        assert (unkilled["id"], unkilled["killSwitch"]) == (key_path, False)
        granted(await api.get("/v1/whoami", headers=key.headers))


async def test_a_deleted_key_is_not_brought_back(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    key = await installation.key(family.partner)
    granted(await api.delete(f"/v1/api-keys/{format_id('key', key.key_id)}", headers=key.headers))
    path = f"{path_of(family.partner)}/{key.key_id}/unkill"
    assert refused(await api.post(path, headers=operator), "CONFLICT") == {"status": "revoked"}


async def test_another_partner_s_key_is_not_found(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    stranger: Key = await installation.key(await installation.partner())
    for key_id in (stranger.key_id, family.child_key.key_id, MISSING):
        path = f"{path_of(family.partner)}/{key_id}/unkill"
        refused(await api.post(path, headers=operator), "NOT_FOUND")
    path = f"{path_of(family.partner)}/key_nonsense/unkill"
    assert list(issues(await api.post(path, headers=operator))) == ["keyId"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_child_s_keys_are_its_partner_s_affair(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family, method: str
) -> None:
    body = b'{"name": "x", "scopes": ["*"]}'
    for path in (path_of(family.child), f"/ops/v1/organizations/org_{MISSING}/api-keys"):
        refused(await api.request(method, path, content=body, headers=operator), "NOT_FOUND")


@pytest.mark.parametrize("role", ["viewer", "finance", "worker"])
async def test_only_an_operator_mints(
    api: httpx2.AsyncClient, installation: Installation, family: Family, role: str
) -> None:
    headers = await installation.operator(role)
    response = await api.post(path_of(family.partner), content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "operator"}
