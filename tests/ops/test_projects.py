"""`/ops/v1/organizations/{orgId}/projects`: the operator sees what an organization makes content for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers import granted, issues, refused
from tests.support.installation import EVERYTHING, org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

MISSING = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


async def create(api: httpx2.AsyncClient, headers: dict[str, str], name: str) -> dict[str, Any]:
    body = {"name": name, "timezone": "Europe/Lisbon"}
    project: dict[str, Any] = granted(
        await api.post("/v1/projects", json=body, headers=headers), 201
    )
    return project


async def test_an_organization_s_projects_as_it_sees_them(
    api: httpx2.AsyncClient, operator: dict[str, str], family: Family
) -> None:
    first, second = [
        await create(api, family.child_key.headers, name) for name in ("One 100%", "Two")
    ]
    await api.delete(f"/v1/projects/{first['id']}", headers=family.child_key.headers)
    own = granted(await api.get("/v1/projects", headers=family.child_key.headers))["items"]
    assert {first["id"], second["id"]} < {one["id"] for one in own}
    path = f"/ops/v1/organizations/{org_id(family.child)}/projects"

    async def listed(**params: Any) -> list[str]:
        page = granted(await api.get(path, headers=operator, params=params))
        return [item["id"] for item in page["items"]]

    assert granted(await api.get(path, headers=operator))["items"] == own
    assert await listed(status="archived") == [first["id"]]
    assert await listed(search="100%") == [first["id"]]
    page = granted(await api.get(path, headers=operator, params={"limit": 1}))
    assert await listed(cursor=page["nextCursor"]) == [one["id"] for one in own[1:]]
    others = granted(
        await api.get(f"/ops/v1/organizations/{org_id(family.partner)}/projects", headers=operator)
    )
    assert not {one["id"] for one in others["items"]} & {one["id"] for one in own}


async def test_the_projects_of_the_test_environment(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str], family: Family
) -> None:
    test = await installation.key(
        await installation.test_tenant(family.partner), *EVERYTHING, env="test"
    )
    project = await create(api, test.headers, "Tried")
    path = f"/ops/v1/organizations/{org_id(family.partner)}/projects"
    live = granted(await api.get(path, headers=operator))["items"]
    tried = granted(await api.get(path, headers=operator, params={"env": "test"}))["items"]
    assert [one["id"] for one in tried] == [project["id"]]
    assert project["id"] not in [one["id"] for one in live]
    refused(
        await api.get(path.replace(org_id(family.partner), MISSING), headers=operator), "NOT_FOUND"
    )
    response = await api.get(path, headers=operator, params={"env": "dev", "status": "old"})
    assert list(issues(response)) == ["status", "env"]
