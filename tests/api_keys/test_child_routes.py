"""`/v1/organizations/:orgId/api-keys`: a partner mints, lists, rotates and deletes its children's keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import bearer, granted, issues, refused
from tests.support.installation import ago, now, org_id
from tests.support.operations import audit

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.tenants import Wallet

MISSING = "key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
FIELDS = [
    "id",
    "organizationId",
    "name",
    "prefix",
    "env",
    "scopes",
    "rateLimitTier",
    "status",
    "killSwitch",
    "createdAt",
    "lastUsedAt",
    "rotatedAt",
    "revokedAt",
    "graceUntil",
    "supersededBy",
]


def path_of(wallet: Wallet) -> str:
    return f"/v1/organizations/{org_id(wallet)}/api-keys"


async def mint(
    api: httpx2.AsyncClient, key: Key, child: Wallet, *scopes: str, env: str = "live"
) -> dict[str, Any]:
    """What minting a key of the child answers."""
    body = {"name": "Server", "scopes": list(scopes or ["*"]), "env": env}
    response = await api.post(path_of(child), json=body, headers=key.headers)
    minted: dict[str, Any] = granted(response, 201)
    return minted


# Minting ----------------------------------------------------------------------------------------


async def test_a_new_key_works_at_once_and_only_for_the_child(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    scopes = ["projects:read", "audit:read", "projects:read"]
    minted = await mint(api, family.partner_key, family.child, *scopes)
    assert list(minted) == ["apiKey", "secret", "warning"]
    assert re.fullmatch(r"lp_live_[0-9A-HJKMNP-TV-Z]{16}_[A-Za-z0-9_-]{43}", minted["secret"])
    key = minted["apiKey"]
    assert list(key) == FIELDS
    assert key == {
        **key,
        "organizationId": org_id(family.child),
        "name": "Server",
        "prefix": minted["secret"][:24],
        "env": "live",
        "scopes": ["projects:read", "audit:read"],
        "rateLimitTier": "internal",
        "status": "active",
        "killSwitch": False,
        "lastUsedAt": None,
        "rotatedAt": None,
        "revokedAt": None,
        "graceUntil": None,
        "supersededBy": None,
    }
    who = granted(await api.get("/v1/whoami", headers=bearer(minted["secret"])))
    assert who == {
        **who,
        "organizationId": org_id(family.child),
        "parentOrganizationId": org_id(family.partner),
        "scopes": ["audit:read", "projects:read"],
        "apiKeyId": key["id"],
    }
    (row,) = await audit(installation.owner, family.partner, "api_key.created")
    assert row["organization_id"] == family.partner.organization_id
    assert row["details"]["apiKeyId"] == key["id"]
    assert row["details"]["organizationId"] == org_id(family.child)
    assert minted["secret"] not in str(dict(row))


@pytest.mark.parametrize(
    ("has", "wants", "lacks"),
    [
        (["org:admin", "*"], ["org:admin"], "org:admin"),
        (["org:admin", "*"], ["projects:read", "org:admin"], "org:admin"),
        (["org:admin"], ["projects:read"], "projects:read"),
        (["org:admin", "projects:read"], ["projects:read", "projects:write"], "projects:write"),
        (["org:admin", "projects:read"], ["*"], "*"),
    ],
)
async def test_no_key_gets_a_scope_that_its_maker_lacks(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    has: list[str],
    wants: list[str],
    lacks: str,
) -> None:
    key = await installation.key(family.partner, *has)
    body = {"name": "Server", "scopes": wants}
    response = await api.post(path_of(family.child), json=body, headers=key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": lacks}
    # The sentence is true: a key that has what no child's key may have does not lack it.
    assert ("lacks" in response.json()["error"]["message"]) is (lacks not in has)
    rows = await installation.owner.fetch(
        "SELECT id FROM api_keys WHERE tenant_id = $1 AND organization_id = $2",
        family.child.tenant_id,
        family.child.organization_id,
    )
    assert [row["id"] for row in rows] == [family.child_key.key_id]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["projects:read"] * 65}, "scopes"),
        ({"scopes": ["projects:destroy"]}, "scopes[0]"),
        ({"env": "prod"}, "env"),
        ({"rateLimitTier": "internal"}, "rateLimitTier"),
        ({"organizationId": "org_1"}, "organizationId"),
    ],
)
async def test_what_cannot_be_minted(
    api: httpx2.AsyncClient, family: Family, change: dict[str, Any], path: str
) -> None:
    body = {"name": "Server", "scopes": ["*"], **change}
    response = await api.post(path_of(family.child), json=body, headers=family.partner_key.headers)
    assert list(issues(response)) == [path]


async def test_a_replay_has_the_same_secret(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    body = {"name": "Server", "scopes": ["*"]}
    first = await api.post(path_of(family.child), json=body, headers=headers)
    again = await api.post(path_of(family.child), json=body, headers=headers)
    assert granted(again, 201) == granted(first, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    secret = first.json()["secret"]
    stored = await installation.owner.fetchrow(
        "SELECT answer, sealed FROM idempotency_keys WHERE tenant_id = $1",
        family.partner.tenant_id,
    )
    assert stored is not None
    assert stored["answer"] is None
    assert secret[-43:].encode() not in stored["sealed"]


async def test_minting_inside_a_child_finds_no_grandchildren(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    body = {"name": "Server", "scopes": ["*"]}
    for child in (family.child, family.sibling):
        headers = family.partner_key.acting_for(family.child)
        refused(await api.post(path_of(child), json=body, headers=headers), "NOT_FOUND")


# Listing ----------------------------------------------------------------------------------------


async def test_the_list_has_every_key_and_no_secret(
    api: httpx2.AsyncClient, family: Family
) -> None:
    headers = family.partner_key.headers
    minted = [await mint(api, family.partner_key, family.child) for _ in range(3)]
    granted(
        await api.delete(f"{path_of(family.child)}/{minted[0]['apiKey']['id']}", headers=headers)
    )
    response = await api.get(path_of(family.child), headers=headers)
    items = granted(response)["items"]
    expected = [one["apiKey"]["id"] for one in reversed(minted)]
    assert [item["id"] for item in items] == [*expected, format_id("key", family.child_key.key_id)]
    assert [item["status"] for item in items] == ["active", "active", "revoked", "active"]
    assert all(list(item) == FIELDS for item in items)
    assert all(one["secret"][-43:] not in response.text for one in minted)
    first = granted(await api.get(path_of(family.child), params={"limit": "3"}, headers=headers))
    assert first["items"] == items[:3]
    rest = granted(
        await api.get(
            path_of(family.child),
            params={"limit": "3", "cursor": first["nextCursor"]},
            headers=headers,
        )
    )
    assert (rest["items"], rest["nextCursor"]) == (items[3:], None)
    for limit in ("0", "101"):
        response = await api.get(path_of(family.child), params={"limit": limit}, headers=headers)
        assert list(issues(response)) == ["limit"]


# Rotating ---------------------------------------------------------------------------------------


async def test_the_old_secret_works_for_24_hours_more(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    minted = await mint(api, family.partner_key, family.child, "projects:read")
    old = minted["apiKey"]
    path, headers = path_of(family.child), family.partner_key.headers
    before = now()
    rotated = granted(await api.post(f"{path}/{old['id']}/rotate", headers=headers), 201)
    assert list(rotated) == ["apiKey", "secret", "warning"]
    new = rotated["apiKey"]
    assert new["id"] != old["id"]
    assert new == {
        **old,
        **{name: new[name] for name in ("id", "prefix", "createdAt")},
    }
    assert rotated["secret"].startswith(new["prefix"])
    items = granted(await api.get(path, headers=headers))["items"]
    (shown,) = [item for item in items if item["id"] == old["id"]]
    assert shown == {
        **old,
        "supersededBy": new["id"],
        "graceUntil": shown["graceUntil"],
        "rotatedAt": shown["rotatedAt"],
        "lastUsedAt": shown["lastUsedAt"],
    }
    key_id = UUID(old["id"].removeprefix("key_"))
    grace_until = await installation.owner.fetchval(
        "SELECT grace_until FROM api_keys WHERE id = $1", key_id
    )
    assert timedelta(0) <= grace_until - timedelta(hours=24) - before < timedelta(seconds=20)
    for secret in (minted["secret"], rotated["secret"]):
        granted(await api.get("/v1/projects", headers=bearer(secret)))

    await installation.owner.execute(
        "UPDATE api_keys SET grace_until = $1 WHERE id = $2", ago(milliseconds=1), key_id
    )
    refused(await api.get("/v1/projects", headers=bearer(minted["secret"])), "UNAUTHENTICATED")
    granted(await api.get("/v1/projects", headers=bearer(rotated["secret"])))
    (row,) = await audit(installation.owner, family.partner, "api_key.rotated")
    assert row["details"]["apiKeyId"] == new["id"]


async def test_what_cannot_be_rotated(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    path, headers = path_of(family.child), family.partner_key.headers
    key = (await mint(api, family.partner_key, family.child))["apiKey"]["id"]
    granted(await api.post(f"{path}/{key}/rotate", headers=headers), 201)
    response = await api.post(f"{path}/{key}/rotate", headers=headers)
    assert refused(response, "CONFLICT") == {"status": "superseded"}
    granted(await api.delete(f"{path}/{key}", headers=headers))
    response = await api.post(f"{path}/{key}/rotate", headers=headers)
    assert refused(response, "CONFLICT") == {"status": "revoked"}
    refused(await api.post(f"{path}/{MISSING}/rotate", headers=headers), "NOT_FOUND")
    assert list(issues(await api.post(f"{path}/key_1/rotate", headers=headers))) == ["keyId"]
    # A wider key than one's own would be had by rotating it.
    narrow = await installation.key(family.partner, "org:admin", "projects:read")
    wide = format_id("key", family.child_key.key_id)
    response = await api.post(f"{path}/{wide}/rotate", headers=narrow.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "*"}
    admin = await installation.key(family.child, "org:admin")
    response = await api.post(f"{path}/{format_id('key', admin.key_id)}/rotate", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "org:admin"}


# Deleting ---------------------------------------------------------------------------------------


async def test_a_deleted_key_is_out_at_once_in_every_process(
    api: httpx2.AsyncClient,
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
) -> None:
    minted = await mint(api, family.partner_key, family.child)
    granted(await local_api.get("/v1/whoami", headers=bearer(minted["secret"])))
    path = f"{path_of(family.child)}/{minted['apiKey']['id']}"
    deleted = granted(await api.delete(path, headers=family.partner_key.headers))
    assert list(deleted) == ["apiKey", "deleted"]
    assert deleted["deleted"] is True
    assert deleted["apiKey"] == {
        **minted["apiKey"],
        "status": "revoked",
        "revokedAt": deleted["apiKey"]["revokedAt"],
        "lastUsedAt": deleted["apiKey"]["lastUsedAt"],
    }
    for client in (local_api, api):
        response = await client.get("/v1/whoami", headers=bearer(minted["secret"]))
        refused(response, "UNAUTHENTICATED")
    again = granted(await api.delete(path, headers=family.partner_key.headers))
    assert again["apiKey"]["revokedAt"] == deleted["apiKey"]["revokedAt"]
    assert len(await audit(installation.owner, family.partner, "api_key.deleted")) == 1
    missing = await api.delete(
        f"{path_of(family.child)}/{MISSING}", headers=family.partner_key.headers
    )
    refused(missing, "NOT_FOUND")
