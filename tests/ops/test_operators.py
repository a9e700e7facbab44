"""`/ops/v1/operators`: operators let operators in and out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, now

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PATH = "/ops/v1/operators"
MISSING = "opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


@pytest.fixture
async def admin(installation: Installation) -> dict[str, str]:
    """What authenticates an operator who manages operators."""
    return await installation.operator("admin")


def name() -> str:
    return f"Robin {uuid4().hex[:8]}"


async def create(
    api: httpx2.AsyncClient, admin: dict[str, str], **body: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """A new operator, and what authenticates it."""
    body = {"name": name(), "role": "viewer", **body}
    created = granted(await api.post(PATH, json=body, headers=admin), 201)
    return created["operator"], {"Authorization": f"Bearer {created['secret']}"}


async def test_a_new_operator_s_token_works_at_once(
    api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    later = format_milliseconds(now() + timedelta(days=1))
    operator, headers = await create(api, admin, expiresAt=later)
    token = headers["Authorization"].removeprefix("Bearer ")
    assert re.fullmatch(r"lpo_[0-9A-HJKMNP-TV-Z]{16}_[A-Za-z0-9_-]{43}", token)
    assert operator == {
        "id": operator["id"],
        "name": operator["name"],
        "role": "viewer",
        "prefix": token[:20],
        "createdAt": operator["createdAt"],
        "expiresAt": later,
        "rotatedAt": None,
        "revokedAt": None,
    }
    granted(await api.get("/ops/v1/organizations", headers=headers))


async def test_a_name_is_one_living_operator_s(
    api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    operator, _ = await create(api, admin)
    body = {"name": operator["name"], "role": "viewer"}
    assert refused(await api.post(PATH, json=body, headers=admin), "CONFLICT") == {
        "name": operator["name"]
    }
    granted(await api.post(f"{PATH}/{operator['id']}/revoke", headers=admin))
    granted(await api.post(PATH, json=body, headers=admin), 201)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"role": "root"}, ["role"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, ["expiresAt"]),
        ({"expiresAt": "tomorrow"}, ["expiresAt"]),
        ({"token": "mine"}, ["token"]),
    ],
)
async def test_an_operator_that_is_not_valid(
    api: httpx2.AsyncClient, admin: dict[str, str], body: dict[str, Any], paths: list[str]
) -> None:
    full = {"name": name(), "role": "viewer", **body}
    assert list(issues(await api.post(PATH, json=full, headers=admin))) == paths


async def test_rotating_kills_the_old_token_at_once(
    api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    operator, old = await create(api, admin)
    rotated = granted(await api.post(f"{PATH}/{operator['id']}/rotate", headers=admin))
    new = {"Authorization": f"Bearer {rotated['secret']}"}
    assert rotated["operator"]["id"] == operator["id"]
    assert rotated["operator"]["rotatedAt"] is not None
    refused(await api.get("/ops/v1/organizations", headers=old), "UNAUTHENTICATED")
    granted(await api.get("/ops/v1/organizations", headers=new))


async def test_revoking_is_for_ever(api: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    operator, headers = await create(api, admin)
    path = f"{PATH}/{operator['id']}"
    revoked = [granted(await api.post(f"{path}/revoke", headers=admin)) for _ in range(2)]
    assert revoked[0] == revoked[1]
    assert revoked[0]["revokedAt"] is not None
    refused(await api.get("/ops/v1/organizations", headers=headers), "UNAUTHENTICATED")
    response = await api.post(f"{path}/rotate", headers=admin)
    assert refused(response, "CONFLICT") == {"status": "revoked"}


async def test_the_last_admin_stays(spare_api: httpx2.AsyncClient, spare: Installation) -> None:
    """Nobody could let anybody in any more. One whose token has expired does not count."""
    last = await spare.operator("admin")
    await spare.operator("admin", expires_at=ago(seconds=1))
    await spare.operator("operator")
    listed = granted(await spare_api.get(PATH, headers=last, params={"limit": "100"}))["items"]
    for operator in listed:
        if operator["role"] == "admin" and operator["prefix"] not in last["Authorization"]:
            granted(await spare_api.post(f"{PATH}/{operator['id']}/revoke", headers=last))
    (mine,) = [each for each in listed if each["prefix"] in last["Authorization"]]
    response = await spare_api.post(f"{PATH}/{mine['id']}/revoke", headers=last)
    assert refused(response, "CONFLICT") == {"role": "admin"}
    _, other = await create(spare_api, last, role="admin")
    granted(await spare_api.post(f"{PATH}/{mine['id']}/revoke", headers=other))


async def test_the_list_has_no_token_in_it(api: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    created = [await create(api, admin) for _ in range(2)]
    response = await api.get(PATH, headers=admin, params={"limit": "2"})
    assert granted(response)["items"] == [operator for operator, _ in created[::-1]]
    for _, headers in created:
        assert headers["Authorization"][-43:] not in response.text


@pytest.mark.parametrize("action", ["rotate", "revoke"])
async def test_an_operator_that_is_not_there(
    api: httpx2.AsyncClient, admin: dict[str, str], action: str
) -> None:
    for operator_id in (MISSING, "nonsense"):
        refused(await api.post(f"{PATH}/{operator_id}/{action}", headers=admin), "NOT_FOUND")


@pytest.mark.parametrize("role", ["viewer", "worker", "finance", "operator"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("POST", PATH),
        ("POST", f"{PATH}/{MISSING}/rotate"),
        ("POST", f"{PATH}/{MISSING}/revoke"),
    ],
)
async def test_only_an_admin_may(
    api: httpx2.AsyncClient, installation: Installation, role: str, method: str, path: str
) -> None:
    headers = await installation.operator(role)
    response = await api.request(method, path, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "admin"}
