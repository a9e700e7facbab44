"""Suspended and archived children: what their parent may still do, by path and by header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, refused
from tests.support.installation import handle, now, org_id, project_id
from tests.support.operations import audit, settle, start, started

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

WORKS, STOPPED, CONFLICT = "works", "KILL_SWITCH", "CONFLICT"


@dataclass(frozen=True)
class Line:
    """A request about a child, and what becomes of it when the child is suspended or archived."""

    method: str
    path: str
    suspended: str
    archived: str
    body: dict[str, Any] | None = None
    status: int = 200

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


_CHILD = "/v1/organizations/{org}"
_KEY = {"name": "Key", "scopes": ["*"]}
BY_PATH = [
    Line("GET", _CHILD, WORKS, WORKS),
    Line("GET", f"{_CHILD}/api-keys", WORKS, WORKS),
    Line("GET", f"{_CHILD}/credits/events", WORKS, WORKS),
    Line("GET", f"{_CHILD}/credits", STOPPED, STOPPED),
    Line("GET", f"{_CHILD}/credit-config", WORKS, STOPPED),
    Line("PATCH", f"{_CHILD}/credit-config", WORKS, STOPPED, {"monthlyCreditCap": 5}),
    Line("POST", f"{_CHILD}/credits/allocate", STOPPED, STOPPED, {"credits": 5}, 201),
    Line("POST", f"{_CHILD}/api-keys", STOPPED, STOPPED, _KEY, 201),
    Line("POST", f"{_CHILD}/api-keys/{{key}}/rotate", STOPPED, STOPPED, None, 201),
    Line("DELETE", f"{_CHILD}/api-keys/{{key}}", WORKS, STOPPED),
    Line("PATCH", _CHILD, WORKS, STOPPED, {"name": "New"}),
    Line("POST", f"{_CHILD}/suspend", WORKS, CONFLICT),
    Line("POST", f"{_CHILD}/resume", WORKS, CONFLICT),
    Line("DELETE", _CHILD, WORKS, WORKS),
]
_PROJECT = {"name": "Launch", "timezone": "UTC"}
BY_HEADER = [
    Line("GET", "/v1/whoami", WORKS, STOPPED),
    Line("GET", "/v1/credits", STOPPED, STOPPED),
    Line("GET", "/v1/credits/events", WORKS, WORKS),
    Line("GET", "/v1/projects", WORKS, STOPPED),
    Line("GET", "/v1/projects/{project}", WORKS, STOPPED),
    Line("GET", "/v1/projects/{project}/leased-accounts", WORKS, STOPPED),
    Line("GET", "/v1/projects/{project}/social-accounts", WORKS, STOPPED),
    Line("GET", "/v1/audit-log", WORKS, STOPPED),
    Line("GET", "/v1/organizations", WORKS, STOPPED),
    Line("POST", "/v1/projects", STOPPED, STOPPED, _PROJECT, 201),
    Line("PATCH", "/v1/projects/{project}", STOPPED, STOPPED, {"name": "New"}),
    Line("DELETE", "/v1/projects/{project}", STOPPED, STOPPED),
    Line("POST", "/v1/api-keys/{key}/rotate", STOPPED, STOPPED),
    Line("POST", "/v1/api-keys/{key}/kill", STOPPED, STOPPED),
    Line("DELETE", "/v1/api-keys/{key}", WORKS, STOPPED),
]


async def ask(
    api: httpx2.AsyncClient, line: Line, family: Family, headers: dict[str, str]
) -> httpx2.Response:
    path = line.path.format(
        org=org_id(family.child),
        key=format_id("key", family.child_key.key_id),
        project=project_id(family.child),
    )
    if "allocate" in path:
        headers = {**headers, "Idempotency-Key": str(uuid4())}
    return await api.request(line.method, path, json=line.body, headers=headers)


def check(response: httpx2.Response, expected: str, status: int) -> None:
    if expected == WORKS:
        granted(response, status)
    elif expected == STOPPED:
        assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    else:
        assert refused(response, "CONFLICT") == {"status": "archived"}


@pytest.mark.parametrize("line", BY_PATH, ids=str)
@pytest.mark.parametrize("status", ["active", "suspended", "archived"])
async def test_by_path(
    api: httpx2.AsyncClient, installation: Installation, line: Line, status: str
) -> None:
    family = await installation.family(prepaid=100)
    if status != "active":
        await installation.set_status(family.child, status)
    response = await ask(api, line, family, family.partner_key.headers)
    expected = {"active": WORKS, "suspended": line.suspended, "archived": line.archived}[status]
    check(response, expected, line.status)


@pytest.mark.parametrize("line", BY_HEADER, ids=str)
@pytest.mark.parametrize("status", ["active", "suspended", "archived"])
async def test_by_header(
    api: httpx2.AsyncClient, installation: Installation, line: Line, status: str
) -> None:
    family = await installation.family()
    if status != "active":
        await installation.set_status(family.child, status)
    headers = family.partner_key.acting_for(family.child)
    expected = {"active": WORKS, "suspended": line.suspended, "archived": line.archived}[status]
    check(await ask(api, line, family, headers), expected, line.status)


async def test_the_missing_key_of_a_stopped_child_is_404(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """The child is looked at first: an archived one says so whatever key is named."""
    await installation.set_status(family.child, "suspended")
    path = f"/v1/organizations/{org_id(family.child)}/api-keys/key_{uuid4()}"
    refused(await api.delete(path, headers=family.partner_key.headers), "NOT_FOUND")


async def test_suspending_and_resuming(
    api: httpx2.AsyncClient,
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
) -> None:
    """From the next request on, on every process; and idempotent by state."""
    path, headers = f"/v1/organizations/{org_id(family.child)}", family.partner_key.headers
    before = granted(await api.get(path, headers=headers))
    granted(await local_api.get("/v1/whoami", headers=family.child_key.headers))
    suspended = granted(await api.post(f"{path}/suspend", headers=headers))
    assert {**suspended, "summary": before["summary"]} == {
        **before,
        "status": "suspended",
        "updatedAt": suspended["updatedAt"],
    }
    for client in (local_api, api):
        response = await client.get("/v1/whoami", headers=family.child_key.headers)
        assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
    assert granted(await api.post(f"{path}/suspend", headers=headers)) == suspended
    resumed = granted(await api.post(f"{path}/resume", headers=headers))
    assert resumed == {**suspended, "status": "active", "updatedAt": resumed["updatedAt"]}
    assert granted(await api.post(f"{path}/resume", headers=headers)) == resumed
    for client in (local_api, api):
        granted(await client.get("/v1/whoami", headers=family.child_key.headers))
    for event_type in ("organization.suspended", "organization.resumed"):
        (row,) = await audit(installation.owner, family.partner, event_type)
        assert row["organization_id"] == family.partner.organization_id
        assert row["details"] == {"organizationId": org_id(family.child)}


async def test_a_suspended_child_starts_nothing_and_finishes_what_runs(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=500, cash_cents=15_000)
    child = await installation.child(family.partner, prepaid=200)
    await installation.lease(child, handle(), at=now())
    path, headers = f"/v1/organizations/{org_id(child)}", family.partner_key.headers
    async with installation.pool.acquire() as connection:
        job = await started(connection, child, 100, now=now())
        granted(await api.post(f"{path}/suspend", headers=headers))
        _, outcome = await start(connection, child, 10, now=now())
        assert outcome.code == "KILL_SWITCH"
        assert (await settle(connection, child, job, 70, now=now())).status == "done"
    granted(await api.post(f"{path}/resume", headers=headers))
    wallet = granted(await api.get(f"{path}/credits", headers=headers))
    assert (wallet["balance"], wallet["reservedCredits"]) == (130, 0)
    acting = {**headers, "X-Layers-Organization": org_id(child)}
    page = await api.get(f"/v1/projects/{project_id(child)}/leased-accounts", headers=acting)
    assert len(granted(page)["items"]) == 1


@pytest.mark.parametrize("status", ["suspended", "archived"])
async def test_an_answer_is_replayed_after_the_child_was_stopped(
    api: httpx2.AsyncClient, installation: Installation, family: Family, status: str
) -> None:
    """What is stored comes before the check of the child, by path and by header; a key that has nothing does not."""
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    acting = {**headers, "X-Layers-Organization": org_id(family.child)}
    path = f"/v1/organizations/{org_id(family.child)}/api-keys"
    key = granted(await api.post(path, json=_KEY, headers=headers), 201)
    project = granted(await api.post("/v1/projects", json=_PROJECT, headers=acting), 201)
    await installation.set_status(family.child, status)
    assert granted(await api.post(path, json=_KEY, headers=headers), 201) == key
    replay = await api.post("/v1/projects", json=_PROJECT, headers=acting)
    assert granted(replay, 201) == project
    other = {**_PROJECT, "name": "Another"}
    refused(await api.post("/v1/projects", json=other, headers=acting), "IDEMPOTENCY_CONFLICT")
    fresh = {**acting, "Idempotency-Key": str(uuid4())}
    refused(await api.post("/v1/projects", json=_PROJECT, headers=fresh), "KILL_SWITCH")


async def test_the_operator_s_kill_switch_stops_a_whole_partner(
    api: httpx2.AsyncClient, local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Its keys and its children's, in both environments; and it all comes back."""
    operator = await installation.operator("operator")
    path = "/ops/v1/organizations"
    partner = granted(await api.post(path, json={"name": "Acme"}, headers=operator), 201)["id"]
    keys = []
    for env in ("live", "test"):
        body = {"name": env, "scopes": ["*", "org:admin"], "env": env}
        response = await api.post(f"{path}/{partner}/api-keys", json=body, headers=operator)
        key = {"Authorization": f"Bearer {granted(response, 201)['secret']}"}
        response = await api.post("/v1/organizations", json={"name": "Child"}, headers=key)
        child = granted(response, 201)["id"]
        body = {"name": env, "scopes": ["*"], "env": env}
        response = await api.post(f"/v1/organizations/{child}/api-keys", json=body, headers=key)
        keys += [key, {"Authorization": f"Bearer {granted(response, 201)['secret']}"}]
    for status in ("suspended", "active"):
        granted(await api.patch(f"{path}/{partner}", json={"status": status}, headers=operator))
        for client in (local_api, api):
            for key in keys:
                response = await client.get("/v1/whoami", headers=key)
                if status == "suspended":
                    assert refused(response, "KILL_SWITCH") == {"scope": "organization"}
                else:
                    granted(response)
