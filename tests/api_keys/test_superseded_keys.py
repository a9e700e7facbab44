"""A credential that was taken out of use changes no other, also when its request was on its way already."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import bearer, granted, refused
from tests.support.installation import ago, now, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.tenants import Wallet

ACTIONS = [("POST", "/rotate"), ("POST", "/kill"), ("DELETE", "")]
MISSING = "key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def own_path(key: Key) -> str:
    return f"/v1/api-keys/{format_id('key', key.key_id)}"


def child_path(child: Wallet) -> str:
    return f"/v1/organizations/{org_id(child)}/api-keys"


def refused_for_it(response: httpx2.Response) -> None:
    """It says what to do, and not which key to do it with: that would be half of the way."""
    assert refused(response, "FORBIDDEN_SCOPE") == {}
    message = response.json()["error"]["message"]
    assert "Use the key that took its place." in message
    assert "key_" not in message


async def superseded(installation: Installation, wallet: Wallet, *scopes: str) -> Key:
    return await installation.superseded_key(
        wallet, *scopes, grace_until=now() + timedelta(hours=1)
    )


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_leaked_key_does_not_get_at_its_successor(
    api: httpx2.AsyncClient, family: Family, action: tuple[str, str]
) -> None:
    """The whole way of a thief: the key was rotated because it leaked, and the audit log has the new id."""
    path, headers = child_path(family.child), family.partner_key.headers
    body = {"name": "Server", "scopes": ["*"]}
    leaked = granted(await api.post(path, json=body, headers=headers), 201)
    rotated = granted(
        await api.post(f"{path}/{leaked['apiKey']['id']}/rotate", headers=headers), 201
    )

    thief = bearer(leaked["secret"])
    granted(await api.get("/v1/audit-log", headers=thief))
    method, suffix = action
    response = await api.request(
        method, f"/v1/api-keys/{rotated['apiKey']['id']}{suffix}", headers=thief
    )
    refused_for_it(response)
    who = granted(await api.get("/v1/whoami", headers=bearer(rotated["secret"])))
    assert who["apiKeyId"] == rotated["apiKey"]["id"]


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_other_key_of_its_organization_either(
    api: httpx2.AsyncClient, installation: Installation, family: Family, action: tuple[str, str]
) -> None:
    method, suffix = action
    old = await superseded(installation, family.child, "*")
    for target in (own_path(family.child_key), f"/v1/api-keys/{MISSING}"):
        refused_for_it(await api.request(method, target + suffix, headers=old.headers))
    granted(await api.get("/v1/whoami", headers=family.child_key.headers))
    # What it is for goes on: the work that it does while its successor is being spread.
    granted(await api.get("/v1/projects", headers=old.headers))


@pytest.mark.parametrize("acting", [False, True])
async def test_no_key_of_a_child(
    api: httpx2.AsyncClient, installation: Installation, family: Family, acting: bool
) -> None:
    old = await superseded(installation, family.partner, "*", "org:admin")
    key = format_id("key", family.child_key.key_id)
    path = child_path(family.child)
    tries: list[tuple[str, str, Any]] = (
        [(method, own_path(family.child_key) + suffix, None) for method, suffix in ACTIONS]
        if acting
        else [
            ("POST", path, {"name": "Server", "scopes": ["*"]}),
            ("POST", path, {"name": "Server", "scopes": ["*"], "env": "test"}),
            ("POST", f"{path}/{key}/rotate", None),
            ("DELETE", f"{path}/{key}", None),
        ]
    )
    headers = old.acting_for(family.child) if acting else old.headers
    before = await installation.owner.fetchval("SELECT count(*) FROM api_keys")
    for method, target, body in tries:
        refused_for_it(await api.request(method, target, json=body, headers=headers))
    assert await installation.owner.fetchval("SELECT count(*) FROM api_keys") == before
    granted(await api.get("/v1/whoami", headers=family.child_key.headers))
    granted(await api.get(path, headers=old.headers))


async def test_it_acts_on_itself(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    old = await superseded(installation, family.child, "*")
    response = await api.post(f"{own_path(old)}/rotate", headers=old.headers)
    assert refused(response, "CONFLICT") == {"status": "superseded"}
    granted(await api.delete(own_path(old), headers=old.headers))
    refused(await api.get("/v1/whoami", headers=old.headers), "UNAUTHENTICATED")
    other = await superseded(installation, family.child, "*")
    granted(await api.post(f"{own_path(other)}/kill", headers=other.headers))
    refused(await api.get("/v1/whoami", headers=other.headers), "KILL_SWITCH")


async def test_the_attempt_is_seen(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    old = await superseded(installation, family.child, "*")
    refused_for_it(await api.delete(own_path(family.child_key), headers=old.headers))
    deadline = asyncio.get_running_loop().time() + 60
    while not await installation.owner.fetchval(
        "SELECT EXISTS (SELECT FROM audit_events WHERE tenant_id = $1 AND api_key_id = $2 "
        "AND event_type = 'auth.scope_denied')",
        family.child.tenant_id,
        old.key_id,
    ):
        assert asyncio.get_running_loop().time() < deadline, "nothing was noted"
        await asyncio.sleep(0.05)


# On their way ------------------------------------------------------------------------------------

# What happens to the calling key between its admission and its effect, and what it gets then.
MEANWHILE = {
    "superseded": (
        "UPDATE api_keys SET superseded_by = $3, grace_until = now() + interval '24 hours' "
        "WHERE tenant_id = $1 AND id = $2",
        "FORBIDDEN_SCOPE",
    ),
    "rotated in place": (
        "UPDATE api_keys SET keyid = reverse(keyid) "
        "WHERE tenant_id = $1 AND id = $2 AND $3::uuid IS NOT NULL",
        "UNAUTHENTICATED",
    ),
    "deleted": (
        "UPDATE api_keys SET revoked_at = now() "
        "WHERE tenant_id = $1 AND id = $2 AND $3::uuid IS NOT NULL",
        "UNAUTHENTICATED",
    ),
    "killed": (
        "UPDATE api_keys SET kill_switch = true "
        "WHERE tenant_id = $1 AND id = $2 AND $3::uuid IS NOT NULL",
        "KILL_SWITCH",
    ),
}


@pytest.mark.parametrize("action", ["rotate", "kill", "delete", "mint", "rotate a child's"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
async def test_a_request_on_its_way_comes_too_late(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    meanwhile: str,
    action: str,
) -> None:
    statement, code = MEANWHILE[meanwhile]
    caller = await installation.key(family.partner, "*", "org:admin")
    target = await installation.key(family.partner, "*")
    method, path, body = {
        "rotate": ("POST", f"{own_path(target)}/rotate", None),
        "kill": ("POST", f"{own_path(target)}/kill", None),
        "delete": ("DELETE", own_path(target), None),
        "mint": ("POST", child_path(family.child), {"name": "Server", "scopes": ["*"]}),
        "rotate a child's": (
            "POST",
            f"{child_path(family.child)}/{format_id('key', family.child_key.key_id)}/rotate",
            None,
        ),
    }[action]
    async with installation.owner.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                statement, family.partner.tenant_id, caller.key_id, target.key_id
            )
            request = asyncio.create_task(
                api.request(method, path, json=body, headers=caller.headers)
            )
            await installation.until_someone_waits()
        response = await request
    refused(response, code)
    keys = await installation.owner.fetch(
        "SELECT id FROM api_keys WHERE tenant_id = $1 AND created_at > $2",
        family.partner.tenant_id,
        ago(hours=1),
    )
    assert {row["id"] for row in keys} == {
        key.key_id for key in (family.partner_key, family.child_key, caller, target)
    }
    granted(await api.get("/v1/whoami", headers=target.headers))
    granted(await api.get("/v1/whoami", headers=family.child_key.headers))


async def test_two_rotations_of_itself_at_once_give_one_new_secret(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "*")
    async with installation.owner.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                "SELECT FROM api_keys WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
                key.wallet.tenant_id,
                key.key_id,
            )
            tries = [
                asyncio.create_task(api.post(f"{own_path(key)}/rotate", headers=key.headers))
                for _ in range(2)
            ]
            await installation.until_someone_waits()
        responses = await asyncio.gather(*tries)
    won = [response for response in responses if response.status_code == 200]
    assert len(won) == 1
    (lost,) = [response for response in responses if response.status_code != 200]
    refused(lost, "UNAUTHENTICATED")
    granted(await api.get("/v1/whoami", headers=bearer(won[0].json()["secret"])))


# Operators ---------------------------------------------------------------------------------------

OPERATOR_MEANWHILE = {
    "revoked": "UPDATE operators SET revoked_at = now() WHERE keyid = $1",
    "rotated": "UPDATE operators SET keyid = $2 WHERE keyid = $1",
}


@pytest.mark.parametrize("action", ["create", "rotate", "revoke", "mint", "unkill"])
@pytest.mark.parametrize("meanwhile", OPERATOR_MEANWHILE)
async def test_an_operator_who_is_out_changes_nothing_more(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    meanwhile: str,
    action: str,
) -> None:
    caller, other = await installation.operator("admin"), await installation.operator("viewer")
    keyid, other_keyid = (
        headers["Authorization"].removeprefix("Bearer lpo_")[:16] for headers in (caller, other)
    )
    other_id = await installation.owner.fetchval(
        "SELECT id FROM operators WHERE keyid = $1", other_keyid
    )
    operator_path = f"/ops/v1/operators/{format_id('opr', other_id)}"
    keys_path = f"/ops/v1/organizations/{org_id(family.partner)}/api-keys"
    dead = await installation.key(family.partner, "*", kill_switch=True)
    path, body = {
        "create": ("/ops/v1/operators", {"name": f"Eve {uuid4().hex[:8]}", "role": "admin"}),
        "rotate": (f"{operator_path}/rotate", None),
        "revoke": (f"{operator_path}/revoke", None),
        "mint": (keys_path, {"name": "Server", "scopes": ["*"]}),
        "unkill": (f"{keys_path}/{format_id('key', dead.key_id)}/unkill", None),
    }[action]
    arguments = [keyid, keyid[::-1]] if meanwhile == "rotated" else [keyid]
    counts = "SELECT (SELECT count(*) FROM operators) + (SELECT count(*) FROM api_keys)"
    before = await installation.owner.fetchval(counts)
    async with installation.owner.acquire() as connection:
        async with connection.transaction():
            await connection.execute(OPERATOR_MEANWHILE[meanwhile], *arguments)
            request = asyncio.create_task(api.post(path, json=body, headers=caller))
            await installation.until_someone_waits()
        refused(await request, "UNAUTHENTICATED")
    assert await installation.owner.fetchval(counts) == before
    granted(await api.get("/ops/v1/organizations", headers=other))
    refused(await api.get("/v1/whoami", headers=dead.headers), "KILL_SWITCH")


async def test_a_rotation_of_itself_cannot_be_repeated(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """The old secret stops working at once, for the repetition as well; another caller repeats and reads."""
    key = await installation.key(family.partner, "*")
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    granted(await api.post(f"{own_path(key)}/rotate", headers=headers))
    refused(await api.post(f"{own_path(key)}/rotate", headers=headers), "UNAUTHENTICATED")

    admin, other = await installation.operator("admin"), await installation.operator("admin")
    keyid = admin["Authorization"].removeprefix("Bearer lpo_")[:16]
    admin_id = await installation.owner.fetchval("SELECT id FROM operators WHERE keyid = $1", keyid)
    path = f"/ops/v1/operators/{format_id('opr', admin_id)}/rotate"
    headers = {**admin, "Idempotency-Key": str(uuid4())}
    granted(await api.post(path, headers=headers))
    refused(await api.post(path, headers=headers), "UNAUTHENTICATED")
    headers = {**other, "Idempotency-Key": str(uuid4())}
    first = granted(await api.post(path, headers=headers))
    assert granted(await api.post(path, headers=headers)) == first
    granted(await api.get("/ops/v1/operators", headers=bearer(first["secret"])))
