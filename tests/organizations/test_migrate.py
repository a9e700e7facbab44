"""`POST /v1/organizations/migrate`: a partner's projects become its children's, all or none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id, project_id
from tests.support.invariants import assert_books_balance
from tests.support.operations import audit, post, release, settle, started

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key

PATH = "/v1/organizations/migrate"
MISSING = "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


@pytest.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits and cash."""
    return await installation.family(prepaid=1_000, cash_cents=100_000)


async def project(api: httpx2.AsyncClient, key: Key, **fields: Any) -> str:
    """The id of a new project."""
    body = {"name": "Launch", "timezone": "UTC", **fields}
    made: str = granted(await api.post("/v1/projects", json=body, headers=key.headers), 201)["id"]
    return made


async def children(api: httpx2.AsyncClient, key: Key) -> int:
    response = await api.get("/v1/organizations", headers=key.headers)
    return len(granted(response)["items"])


async def test_one_child_for_each_distinct_name(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = family.partner_key
    one, two, three, stays = [await project(api, key, customerExternalId=str(n)) for n in range(4)]
    mapping = {one: "Corner Coffee", two: "Ben's Bikes", three: "Corner Coffee"}
    migrated = granted(await api.post(PATH, json={"mapping": mapping}, headers=key.headers), 201)
    assert list(migrated) == ["projectsMoved", "childrenCreated", "children"]
    assert (migrated["projectsMoved"], migrated["childrenCreated"]) == (3, 2)
    coffee, bikes = migrated["children"]
    assert coffee == {"id": coffee["id"], "name": "Corner Coffee", "projectIds": [one, three]}
    assert bikes == {"id": bikes["id"], "name": "Ben's Bikes", "projectIds": [two]}
    for child, ids in ((coffee, {one, three}), (bikes, {two})):
        acting = {**key.headers, "X-Layers-Organization": child["id"]}
        items = granted(await api.get("/v1/projects", headers=acting))["items"]
        assert {item["id"] for item in items} == ids
        assert {item["organizationId"] for item in items} == {child["id"]}
        read = granted(await api.get(f"/v1/organizations/{child['id']}", headers=key.headers))
        assert (read["name"], read["status"]) == (child["name"], "active")
        assert read["parentOrganizationId"] == org_id(family.partner)
        assert read["summary"]["projectCount"] == len(ids)
    refused(await api.get(f"/v1/projects/{one}", headers=key.headers), "NOT_FOUND")
    granted(await api.get(f"/v1/projects/{stays}", headers=key.headers))
    (row,) = await audit(installation.owner, family.partner, "organization.migrated")
    assert row["organization_id"] == family.partner.organization_id
    assert row["details"] == {"projectsMoved": 3, "childrenCreated": 2}


async def test_what_hangs_on_a_project_moves_and_the_books_stay(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key, moved = family.partner_key, project_id(family.partner)
    (account,) = await installation.lease(family.partner, handle(), at=now())
    async with installation.pool.acquire() as connection:
        job = await started(connection, family.partner, 100, now=now())
        assert (await settle(connection, family.partner, job, 80, now=now())).status == "done"
    before = granted(await api.get("/v1/credits/events", headers=key.headers))
    response = await api.post(PATH, json={"mapping": {moved: "Moved"}}, headers=key.headers)
    (child,) = granted(response, 201)["children"]
    acting = {**key.headers, "X-Layers-Organization": child["id"]}
    for suffix in ("leased-accounts", "social-accounts"):
        path = f"/v1/projects/{moved}/{suffix}"
        (item,) = granted(await api.get(path, headers=acting))["items"]
        assert item["socialAccountId"] == account
        refused(await api.get(path, headers=key.headers), "NOT_FOUND")
    assert granted(await api.get("/v1/credits/events", headers=key.headers)) == before
    assert granted(await api.get("/v1/credits", headers=acting))["balance"] == 0
    assert granted(await api.get("/v1/credits", headers=key.headers))["balance"] == 920
    # A refund finds the wallet that paid.
    async with installation.pool.acquire() as connection:
        outcome = await post(connection, family.partner, "refund", 30, now=now(), job_id=job)
    assert outcome.status == "done"
    assert granted(await api.get("/v1/credits", headers=key.headers))["balance"] == 950
    await assert_books_balance(installation.owner, family.partner.tenant_id)


async def test_a_running_job_stops_all_of_it(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = family.partner_key
    idle = await project(api, key)
    busy = project_id(family.partner)
    async with installation.pool.acquire() as connection:
        job = await started(connection, family.partner, 100, now=now())
    before = await children(api, key)
    body = {"mapping": {idle: "Idle", busy: "Busy"}}
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    response = await api.post(PATH, json=body, headers=headers)
    assert refused(response, "CONFLICT") == {"jobId": format_id("job", job)}
    assert await children(api, key) == before
    granted(await api.get(f"/v1/projects/{idle}", headers=key.headers))
    assert await audit(installation.owner, family.partner, "organization.migrated") == []
    async with installation.pool.acquire() as connection:
        assert (await release(connection, family.partner, job, now=now())).status == "done"
    first = granted(await api.post(PATH, json=body, headers=headers), 201)
    replay = await api.post(PATH, json=body, headers=headers)
    assert granted(replay, 201) == first
    assert await children(api, key) == before + 2


async def test_jobs_that_start_meanwhile(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Each job is charged to the wallet of the organization that the project then was."""

    async def start() -> str | None:
        from tests.support.operations import start as start_job

        async with installation.pool.acquire() as connection:
            _, outcome = await start_job(connection, family.partner, 10, now=now())
        return outcome.code

    key, moved = family.partner_key, project_id(family.partner)
    body = {"mapping": {moved: "Moved"}}
    codes = await asyncio.gather(
        *(start() for _ in range(3)),
        api.post(PATH, json=body, headers=key.headers),
        *(start() for _ in range(3)),
    )
    response = codes[3]
    assert not isinstance(response, str | None)
    jobs = [code for code in codes if code is None]
    if response.status_code == 201:
        assert jobs == []
    else:
        refused(response, "CONFLICT")
        assert jobs
    await assert_books_balance(installation.owner, family.partner.tenant_id)


@pytest.mark.parametrize("stranger", ["missing", "a child's", "another partner's"])
async def test_another_s_project_stops_all_of_it(
    api: httpx2.AsyncClient, installation: Installation, family: Family, stranger: str
) -> None:
    other = {
        "missing": MISSING,
        "a child's": project_id(family.child),
        "another partner's": project_id(await installation.partner()),
    }[stranger]
    key = family.partner_key
    before = await children(api, key)
    body = {"mapping": {project_id(family.partner): "Mine", other: "Stolen"}}
    assert refused(await api.post(PATH, json=body, headers=key.headers), "NOT_FOUND") == {}
    assert await children(api, key) == before
    granted(await api.get(f"/v1/projects/{project_id(family.partner)}", headers=key.headers))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "mapping"),
        ({"mapping": {}}, "mapping"),
        ({"mapping": []}, "mapping"),
        ({"mapping": {"prj_1": "x"}}, "mapping.prj_1"),
        ({"mapping": {MISSING: ""}}, f"mapping.{MISSING}"),
        ({"mapping": {MISSING: "x" * 129}}, f"mapping.{MISSING}"),
        ({"mapping": {MISSING: None}}, f"mapping.{MISSING}"),
        ({"mapping": {MISSING: "x", MISSING[4:]: "y"}}, f"mapping.{MISSING[4:]}"),
        ({"mapping": {MISSING: "x"}, "dryRun": True}, "dryRun"),
    ],
)
async def test_what_cannot_be_migrated(
    api: httpx2.AsyncClient, family: Family, body: dict[str, Any], path: str
) -> None:
    response = await api.post(PATH, json=body, headers=family.partner_key.headers)
    assert list(issues(response)) == [path]


async def test_a_child_has_nothing_to_migrate_to(api: httpx2.AsyncClient, family: Family) -> None:
    body = {"mapping": {project_id(family.child): "Grandchild"}}
    issues(await api.post(PATH, json=body, headers=family.partner_key.acting_for(family.child)))


async def test_of_two_at_once_one_moves_the_project(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = family.partner_key
    before = await children(api, key)
    body = {"mapping": {project_id(family.partner): "Moved"}}
    answers = await asyncio.gather(
        *(api.post(PATH, json=body, headers=key.headers) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]
    assert await children(api, key) == before + 1
