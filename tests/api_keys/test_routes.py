"""`/v1/api-keys/:keyId`: a key rotates, kills and deletes itself, and keys whose scopes it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.answers import bearer, granted, issues, refused
from tests.support.installation import ago, now, org_id
from tests.support.operations import audit

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key

    from partner_api.edge.asgi import Edge

MISSING = "key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
FIELDS = [
    "id",
    "organizationId",
    "name",
    "prefix",
    "env",
    "scopes",
    "killSwitch",
    "isActive",
    "createdAt",
    "lastUsedAt",
    "rotatedAt",
    "revokedAt",
]
ACTIONS = [("POST", "/rotate"), ("POST", "/kill"), ("DELETE", "")]


def path_of(key: Key) -> str:
    return f"/v1/api-keys/{format_id('key', key.key_id)}"


async def act(
    client: httpx2.AsyncClient, action: tuple[str, str], key: Key, headers: dict[str, str]
) -> httpx2.Response:
    method, suffix = action
    return await client.request(method, path_of(key) + suffix, headers=headers)


async def test_a_rotated_key_keeps_its_id_and_its_old_secret_is_dead(
    api: httpx2.AsyncClient,
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
) -> None:
    key = await installation.key(family.partner, "projects:read")
    granted(await local_api.get("/v1/projects", headers=key.headers))
    rotated = granted(await api.post(f"{path_of(key)}/rotate", headers=key.headers))
    assert list(rotated) == ["apiKey", "secret", "warning"]
    assert list(rotated["apiKey"]) == FIELDS
    assert rotated["apiKey"] == {
        **rotated["apiKey"],
        "id": format_id("key", key.key_id),
        "organizationId": org_id(family.partner),
        "name": "Key",
        "prefix": rotated["secret"][:24],
        "env": "live",
        "scopes": ["projects:read"],
        "killSwitch": False,
        "isActive": True,
        "revokedAt": None,
    }
    assert rotated["apiKey"]["prefix"] != key.text[:24]
    assert rotated["apiKey"]["rotatedAt"] is not None
    for client in (api, local_api):
        refused(await client.get("/v1/projects", headers=key.headers), "UNAUTHENTICATED")
        granted(await client.get("/v1/projects", headers=bearer(rotated["secret"])))
    (row,) = await audit(installation.owner, family.partner, "api_key.rotated")
    assert row["details"]["apiKeyId"] == format_id("key", key.key_id)
    assert rotated["secret"][-43:] not in str(dict(row))


async def test_a_killed_key_and_its_rotation(
    api: httpx2.AsyncClient,
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
) -> None:
    key = await installation.key(family.partner)
    killed = granted(await api.post(f"{path_of(key)}/kill", headers=key.headers))
    assert list(killed) == ["apiKey", "killed"]
    assert killed["killed"] is True
    assert (killed["apiKey"]["killSwitch"], killed["apiKey"]["isActive"]) == (True, False)
    for client in (local_api, api):
        response = await client.get("/v1/whoami", headers=key.headers)
        assert refused(response, "KILL_SWITCH") == {"scope": "key"}
    # It cannot rotate itself back, but another may.
    response = await api.post(f"{path_of(key)}/rotate", headers=key.headers)
    assert refused(response, "KILL_SWITCH") == {"scope": "key"}
    headers = family.partner_key.headers
    again = granted(await api.post(f"{path_of(key)}/kill", headers=headers))
    assert again["apiKey"]["killSwitch"] is True
    assert len(await audit(installation.owner, family.partner, "api_key.killed")) == 1
    rotated = granted(await api.post(f"{path_of(key)}/rotate", headers=headers))
    assert (rotated["apiKey"]["killSwitch"], rotated["apiKey"]["isActive"]) == (False, True)
    granted(await api.get("/v1/whoami", headers=bearer(rotated["secret"])))


async def test_a_deleted_key(
    api: httpx2.AsyncClient,
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
) -> None:
    key = await installation.key(family.partner)
    deleted = granted(await api.delete(path_of(key), headers=key.headers))
    assert list(deleted) == ["apiKey", "deleted"]
    assert deleted["deleted"] is True
    assert deleted["apiKey"]["isActive"] is False
    for client in (local_api, api):
        refused(await client.get("/v1/whoami", headers=key.headers), "UNAUTHENTICATED")
    headers = family.partner_key.headers
    again = granted(await api.delete(path_of(key), headers=headers))
    assert again["apiKey"]["revokedAt"] == deleted["apiKey"]["revokedAt"]
    assert len(await audit(installation.owner, family.partner, "api_key.deleted")) == 1
    response = await api.post(f"{path_of(key)}/rotate", headers=headers)
    assert refused(response, "CONFLICT") == {"status": "revoked"}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("has", "other", "lacks"),
    [
        ([], [], None),
        (["*"], ["projects:read", "audit:read"], None),
        (["projects:read", "audit:read"], ["audit:read"], None),
        (["org:admin", "*"], ["org:admin", "*"], None),
        (["*"], ["org:admin"], "org:admin"),
        (["org:admin"], ["projects:read"], "projects:read"),
        (["projects:read"], ["projects:read", "projects:write"], "projects:write"),
        (["projects:read"], ["*"], "*"),
    ],
)
async def test_a_key_acts_on_those_that_it_covers(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    action: tuple[str, str],
    has: list[str],
    other: list[str],
    lacks: str | None,
) -> None:
    key = await installation.key(family.partner, *has)
    target = await installation.key(family.partner, *other)
    response = await act(api, action, target, key.headers)
    if lacks is None:
        granted(response)
    else:
        assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": lacks}
        granted(await api.get("/v1/whoami", headers=target.headers))


@pytest.mark.parametrize("action", ACTIONS)
async def test_keys_of_others_are_not_there(
    api: httpx2.AsyncClient, installation: Installation, family: Family, action: tuple[str, str]
) -> None:
    """Not the child's for its partner, nor the partner's or a sibling's for the child."""
    sibling = await installation.key(family.sibling)
    headers = family.partner_key.headers
    refused(await act(api, action, family.child_key, headers), "NOT_FOUND")
    for key in (family.partner_key, sibling):
        refused(await act(api, action, key, family.child_key.headers), "NOT_FOUND")
    method, suffix = action
    path = "/v1/api-keys/"
    response = await api.request(method, f"{path}{MISSING}{suffix}", headers=headers)
    refused(response, "NOT_FOUND")
    response = await api.request(method, f"{path}key_1{suffix}", headers=headers)
    assert list(issues(response)) == ["keyId"]


async def test_a_partner_acts_on_a_child_s_key_within_its_own_scopes(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    narrow = await installation.key(family.partner, "org:admin", "projects:read")
    headers = narrow.acting_for(family.child)
    for action in ACTIONS:
        response = await act(api, action, family.child_key, headers)
        assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "*"}
    # Its own key is the partner's, not the child's.
    refused(await act(api, ACTIONS[1], narrow, headers), "NOT_FOUND")
    small = await installation.key(family.child, "projects:read")
    granted(await act(api, ACTIONS[1], small, headers))
    (row,) = await audit(installation.owner, family.partner, "api_key.killed")
    assert row["organization_id"] == family.child.organization_id
    assert row["api_key_id"] == narrow.key_id


async def test_a_superseded_key_cannot_prolong_its_life(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    old = await installation.superseded_key(family.child, grace_until=ago(hours=-1))
    response = await api.post(f"{path_of(old)}/rotate", headers=old.headers)
    assert refused(response, "CONFLICT") == {"status": "superseded"}


async def test_a_replayed_rotation_has_the_same_secret(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner)
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    first = granted(await api.post(f"{path_of(key)}/rotate", headers=headers))
    again = await api.post(f"{path_of(key)}/rotate", headers=headers)
    assert granted(again) == first
    assert again.headers["Idempotent-Replayed"] == "true"
    granted(await api.get("/v1/whoami", headers=bearer(first["secret"])))


async def test_last_use_is_kept_to_the_minute(
    local_api: httpx2.AsyncClient, application: Edge, installation: Installation, family: Family
) -> None:
    """Written every few seconds, never by the request itself."""
    key = await installation.key(family.partner)
    before = now()
    for _ in range(3):
        granted(await local_api.get("/v1/whoami", headers=key.headers))
    assert application.services is not None
    await application.services.recorder.flush()
    answer = granted(await local_api.post(f"{path_of(key)}/kill", headers=key.headers))
    used = answer["apiKey"]["lastUsedAt"]
    assert used.endswith(":00.000Z")
    assert used[:16] in {before.isoformat()[:16], now().isoformat()[:16]}
