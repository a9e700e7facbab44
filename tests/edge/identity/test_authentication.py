"""Who gets in. Every refusal is the same 401, so that nothing can be learned from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.edges import add_key, add_operator, error_of

from partner_api.clock import Clock

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

    from partner_api.database.connection import Connection


def _refused(response: httpx2.Response) -> bytes:
    """Check a 401 and give what all of them share."""
    assert response.status_code == 401, response.text
    assert response.headers["WWW-Authenticate"] == "Bearer"
    error = error_of(response)
    assert error["code"] == "UNAUTHENTICATED"
    return response.content.replace(error["requestId"].encode(), b"")


def _change(text: str, position: int) -> str:
    other = "B" if text[position] != "B" else "C"
    return text[:position] + other + text[position + 1 :]


async def test_a_key_authenticates_its_organization(
    client: httpx2.AsyncClient, family: Family
) -> None:
    for owner in (family.partner, family.child):
        response = await client.get("/v1/thing", headers=owner.headers)
        assert response.status_code == 200, response.text
        assert response.json()["organizationId"] == str(owner.organization_id)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_the_scheme_is_case_insensitive(
    client: httpx2.AsyncClient, family: Family, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {family.partner.key}"}
    assert (await client.get("/v1/thing", headers=headers)).status_code == 200


async def test_every_refusal_is_the_same(client: httpx2.AsyncClient, family: Family) -> None:
    key = family.partner.key
    prefix, env, keyid, secret = key.split("_", 3)
    values = [
        "",
        "Bearer",
        "Bearer ",
        key,
        f"Basic {key}",
        f"Token {key}",
        f"Bearer\t{key}",
        f"Bearer {key} {key}",
        f"Bearer {key}=",
        f"Bearer {key[:-1]}",
        f"Bearer {_change(key, 0)}",
        f"Bearer {prefix}_test_{keyid}_{secret}",
        f"Bearer {prefix}_LIVE_{keyid}_{secret}",
        f"Bearer {prefix}_{env}_{keyid.lower()}_{secret}",
        f"Bearer {prefix}_{env}_{keyid}{secret}",
        f"Bearer lpo_{keyid}_{secret}",
        f"Bearer {'a' * 2000}",
        *(f"Bearer {prefix}_{env}_{_change(keyid, at)}_{secret}" for at in (0, 7, 8, 15)),
        *(f"Bearer {prefix}_{env}_{keyid}_{_change(secret, at)}" for at in (0, 20, 42)),
    ]
    answers = {
        _refused(await client.get("/v1/thing", headers={"Authorization": value}))
        for value in values
    }
    answers.add(_refused(await client.get("/v1/thing")))
    twice = [("Authorization", f"Bearer {key}")] * 2
    answers.add(_refused(await client.get("/v1/thing", headers=twice)))
    assert len(answers) == 1


async def test_a_key_in_another_header_or_the_query_does_nothing(
    client: httpx2.AsyncClient, family: Family
) -> None:
    key = family.partner.key
    _refused(await client.get("/v1/thing", headers={"X-Api-Key": key}))
    _refused(await client.get("/v1/thing", params={"api_key": key}))


@pytest.mark.parametrize(
    "change",
    [
        "revoked_at = now()",
        "grace_until = now() - interval '1 second', superseded_by = id",
        "env = 'test'",
    ],
)
async def test_a_dead_key_is_out_on_the_very_next_request(
    client: httpx2.AsyncClient, family: Family, connection: Connection, change: str
) -> None:
    assert (await client.get("/v1/thing", headers=family.child.headers)).status_code == 200
    await connection.execute(f"UPDATE api_keys SET {change} WHERE id = $1", family.child.key_id)
    _refused(await client.get("/v1/thing", headers=family.child.headers))


async def test_a_superseded_key_works_until_its_grace_is_over(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    await connection.execute(
        "UPDATE api_keys SET grace_until = now() + interval '1 hour', superseded_by = id "
        "WHERE id = $1",
        family.child.key_id,
    )
    assert (await client.get("/v1/thing", headers=family.child.headers)).status_code == 200


async def test_a_killed_key_is_told_so_only_when_its_secret_is_right(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    await connection.execute(
        "UPDATE api_keys SET kill_switch = true WHERE id = $1", family.child.key_id
    )
    response = await client.get("/v1/thing", headers=family.child.headers)
    assert response.status_code == 503
    assert (error_of(response)["code"], error_of(response)["details"]) == (
        "KILL_SWITCH",
        {"scope": "key"},
    )
    wrong = _change(family.child.key, len(family.child.key) - 1)
    _refused(await client.get("/v1/thing", headers={"Authorization": f"Bearer {wrong}"}))


@pytest.mark.parametrize("whose", ["partner", "child"])
async def test_suspending_an_organization_stops_it_and_its_children(
    client: httpx2.AsyncClient, family: Family, owner_connection: Connection, whose: str
) -> None:
    organization_id = getattr(family, whose).organization_id
    await owner_connection.execute(
        "UPDATE organizations SET status = 'suspended' WHERE id = $1", organization_id
    )
    stopped = {"partner": [family.partner, family.child], "child": [family.child]}[whose]
    for owner in (family.partner, family.child):
        response = await client.get("/v1/thing", headers=owner.headers)
        if owner in stopped:
            assert response.status_code == 503
            assert error_of(response)["details"] == {"scope": "organization"}
        else:
            assert response.status_code == 200


async def test_a_key_is_found_in_the_tenant_that_its_id_names_only(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    # The same row in another tenant than the one in the key's text.
    await connection.execute(
        "UPDATE api_keys SET keyid = '0000000' || right(keyid, 9) WHERE id = $1",
        family.child.key_id,
    )
    _refused(await client.get("/v1/thing", headers=family.child.headers))


async def test_an_operators_token_opens_the_operators_routes_and_no_others(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    headers = {"Authorization": f"Bearer {await add_operator(connection, 'finance')}"}
    assert (await client.get("/ops/v1/report", headers=headers)).status_code == 200
    _refused(await client.get("/v1/thing", headers=headers))
    _refused(await client.get("/ops/v1/report", headers=family.partner.headers))


async def test_an_expired_or_revoked_operator_is_out(
    client: httpx2.AsyncClient, connection: Connection
) -> None:
    now = Clock().now()
    expired = await add_operator(connection, "admin", expires_at=now - timedelta(seconds=1))
    _refused(await client.get("/ops/v1/report", headers={"Authorization": f"Bearer {expired}"}))
    later = await add_operator(connection, "admin", expires_at=now + timedelta(hours=1))
    headers = {"Authorization": f"Bearer {later}"}
    assert (await client.get("/ops/v1/report", headers=headers)).status_code == 200
    await connection.execute(
        "UPDATE operators SET revoked_at = now() WHERE keyid = $1", later.split("_")[1]
    )
    _refused(await client.get("/ops/v1/report", headers=headers))


@pytest.mark.parametrize(
    ("role", "status"),
    [("viewer", 403), ("worker", 403), ("finance", 200), ("operator", 200), ("admin", 200)],
)
async def test_a_role_opens_what_it_includes(
    client: httpx2.AsyncClient, connection: Connection, role: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {await add_operator(connection, role)}"}
    response = await client.get("/ops/v1/report", headers=headers)
    assert response.status_code == status
    if status == 403:
        assert error_of(response)["details"] == {"requiredScope": "finance"}


async def test_a_test_key_is_in_the_sandbox_tier(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    owner = await add_key(connection, family.partner.wallet, ["*"], env="test")
    response = await client.get("/v1/whoami", headers=owner.headers)
    assert response.json()["rateLimitTier"] == "sandbox"
    live = await client.get("/v1/whoami", headers=family.child.headers)
    assert live.json()["rateLimitTier"] == "internal", "a child has its partner's tier"
    swapped = owner.key.replace("lp_test_", "lp_live_")
    _refused(await client.get("/v1/thing", headers={"Authorization": f"Bearer {swapped}"}))
