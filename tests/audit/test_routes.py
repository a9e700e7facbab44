"""`GET /v1/audit-log`: a row for each write, refusals in sums, filters, and the end after 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.databases import make_database
from tests.support.installation import ago, org_id, project_id

from partner_api.audit.operator_store import ensure_partitions, expire
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Family, Installation, Key

    from partner_api.database.connection import Connection
    from partner_api.edge.asgi import Edge

PATH = "/v1/audit-log"
FIELDS = [
    "eventId",
    "eventType",
    "occurredAt",
    "requestId",
    "organizationId",
    "projectId",
    "apiKeyId",
    "actor",
    "data",
]
PROJECT = {"name": "Launch", "timezone": "UTC"}


async def log(client: httpx2.AsyncClient, headers: dict[str, str], query: str = "") -> list[Any]:
    """The first page."""
    items: list[Any] = granted(await client.get(f"{PATH}?{query}", headers=headers))["items"]
    return items


async def flush(application: Edge) -> None:
    """Write what the application in this process has gathered, as it does every few seconds."""
    assert application.services is not None
    await application.services.recorder.flush()


async def test_every_write_leaves_one_row(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Of the acting organization, with who, what and which request; newest first."""
    family = await installation.family(prepaid=100)
    key, child = family.partner_key, f"/v1/organizations/{org_id(family.child)}"
    await installation.owner.execute(
        "DELETE FROM audit_events WHERE tenant_id = $1", family.partner.tenant_id
    )
    child_key = format_id("key", family.child_key.key_id)
    own_key = format_id("key", (await installation.key(family.partner)).key_id)
    project = f"/v1/projects/{project_id(family.partner)}"
    minted = {"name": "Key", "scopes": ["*"]}
    allocation = {"credits": 5}
    writes: list[tuple[str, str, dict[str, Any] | None, str]] = [
        ("POST", "/v1/organizations", {"name": "New"}, "organization.created"),
        ("PATCH", child, {"name": "Renamed"}, "organization.updated"),
        ("POST", f"{child}/credits/allocate", allocation, "credits.allocated"),
        ("PATCH", f"{child}/credit-config", {"monthlyCreditCap": 9}, "credit_config.updated"),
        ("POST", f"{child}/api-keys", minted, "api_key.created"),
        ("POST", f"{child}/api-keys/{child_key}/rotate", None, "api_key.rotated"),
        ("DELETE", f"{child}/api-keys/{child_key}", None, "api_key.deleted"),
        ("POST", f"/v1/api-keys/{own_key}/rotate", None, "api_key.rotated"),
        ("POST", f"/v1/api-keys/{own_key}/kill", None, "api_key.killed"),
        ("DELETE", f"/v1/api-keys/{own_key}", None, "api_key.deleted"),
        ("POST", f"{child}/suspend", None, "organization.suspended"),
        ("POST", f"{child}/resume", None, "organization.resumed"),
        ("DELETE", child, None, "organization.archived"),
        ("POST", "/v1/projects", PROJECT, "project.created"),
        ("PATCH", project, {"name": "Renamed"}, "project.updated"),
        ("DELETE", project, None, "project.archived"),
    ]
    expected: list[tuple[str, str]] = []
    for method, path, body, event_type in writes:
        headers = {**key.headers, "Idempotency-Key": str(uuid4())}
        response = await api.request(method, path, json=body, headers=headers)
        assert response.is_success, response.text
        expected.insert(0, (event_type, response.headers["X-Request-Id"]))
    items = await log(api, key.headers)
    assert [(item["eventType"], item["requestId"]) for item in items] == expected
    for item in items:
        assert list(item) == FIELDS
        assert item["organizationId"] == org_id(family.partner)
        assert item["apiKeyId"] == format_id("key", key.key_id)
        assert item["actor"] == "partner_api"
    about_child = {item["eventType"]: item["data"].get("organizationId") for item in items[3:]}
    for event_type in ("organization.suspended", "organization.archived", "organization.updated"):
        assert about_child[event_type] == org_id(family.child)
    assert {item["projectId"] for item in items[:2]} == {project_id(family.partner)}


async def test_what_changes_nothing_and_what_is_refused_leave_no_row(
    api: httpx2.AsyncClient, family: Family
) -> None:
    headers = family.partner_key.headers
    path = f"/v1/organizations/{org_id(family.child)}"
    granted(await api.post(f"{path}/resume", headers=headers))
    refused(await api.delete(f"{path}/api-keys/key_{uuid4()}", headers=headers), "NOT_FOUND")
    issues(await api.post("/v1/projects", json={}, headers=headers))
    key = {**headers, "Idempotency-Key": str(uuid4())}
    for _ in range(2):
        granted(await api.post("/v1/projects", json=PROJECT, headers=key), 201)
    kinds = [item["eventType"] for item in await log(api, headers)]
    assert kinds.count("project.created") == 1
    assert not {"organization.resumed", "api_key.deleted"} & set(kinds)


async def test_with_the_header_a_row_is_the_child_s(
    api: httpx2.AsyncClient, family: Family
) -> None:
    acting = family.partner_key.acting_for(family.child)
    granted(await api.post("/v1/projects", json=PROJECT, headers=acting), 201)
    (item,) = await log(api, family.child_key.headers)
    assert item["eventType"] == "project.created"
    assert item["organizationId"] == org_id(family.child)
    assert item["apiKeyId"] == format_id("key", family.partner_key.key_id)
    assert await log(api, acting) == [item]
    assert item not in await log(api, family.partner_key.headers)


async def test_an_operator_is_named(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(family.partner)}/credits/grant"
    headers = {**operator, "Idempotency-Key": str(uuid4())}
    granted(await api.post(path, json={"credits": 7}, headers=headers))
    item = (await log(api, family.partner_key.headers))[0]
    assert (item["eventType"], item["actor"]) == ("credits.granted", "operator")
    assert item["apiKeyId"] is None
    assert item["data"]["operator"].startswith("operator ")


async def test_filters_and_pages(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.child, "*")
    made = []
    for place in range(4):
        headers = (family.child_key, key)[place % 2].headers
        response = await api.post("/v1/projects", json=PROJECT, headers=headers)
        made.append(granted(response, 201)["id"])
    granted(await api.delete(f"/v1/projects/{made[0]}", headers=key.headers))
    headers = key.headers
    everything = await log(api, headers)
    assert [item["projectId"] for item in everything] == [made[0], *made[::-1]]
    first, last = everything[-1], everything[0]
    key_ids = [format_id("key", one.key_id) for one in (family.child_key, key)]
    for query, found in {
        "eventType=project.archived": everything[:1],
        "eventType=project.archived&eventType=project.created": everything,
        "eventType=nothing": [],
        f"projectId={made[0]}": [last, first],
        f"projectId={made[1]}&projectId={made[2].removeprefix('prj_')}": everything[2:4],
        f"apiKeyId={key_ids[0]}": [everything[2], everything[4]],
        f"apiKeyId={key_ids[0]}&apiKeyId={key_ids[1]}": everything,
        f"since={last['occurredAt']}": [
            item for item in everything if item["occurredAt"] >= last["occurredAt"]
        ],
        f"until={first['occurredAt']}": [
            item for item in everything if item["occurredAt"] <= first["occurredAt"]
        ],
        f"since={first['occurredAt']}&until={last['occurredAt']}": everything,
        f"projectId=prj_{uuid4()}": [],
    }.items():
        assert await log(api, headers, query) == found, query
    seen: list[Any] = []
    cursor = ""
    while True:
        answer = granted(await api.get(f"{PATH}?limit=2{cursor}", headers=headers))
        seen += answer["items"]
        if answer["nextCursor"] is None:
            break
        cursor = f"&cursor={answer['nextCursor']}"
    assert seen == everything


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("projectId=prj_1", "projectId"),
        ("apiKeyId=key_1", "apiKeyId"),
        ("since=2026-01-01", "since"),
        ("until=2026-01-01T00:00:00%2B01:00", "until"),
        ("eventType=", "eventType"),
        ("cursor=x", "cursor"),
    ],
)
async def test_what_cannot_be_listed(
    api: httpx2.AsyncClient, family: Family, query: str, path: str
) -> None:
    response = await api.get(f"{PATH}?{query}", headers=family.partner_key.headers)
    (issue,) = issues(response)
    assert issue.startswith(path)


# Refusals ---------------------------------------------------------------------------------------


async def refusals(client: httpx2.AsyncClient, headers: dict[str, str], kind: str) -> list[Any]:
    return await log(client, headers, f"eventType={kind}")


async def test_refusals_of_known_keys_are_added_up(
    local_api: httpx2.AsyncClient, application: Edge, installation: Installation, family: Family
) -> None:
    """One row per key, kind and minute, however many there were; also over two writes of it."""
    headers = family.partner_key.headers
    narrow = await installation.key(family.partner, "projects:read")
    killed = await installation.key(family.partner, kill_switch=True)
    gone = await installation.key(family.partner, revoked_at=ago(hours=1))
    for _ in range(2):
        for _ in range(3):
            refused(await local_api.get(PATH, headers=narrow.headers), "FORBIDDEN_SCOPE")
            refused(await local_api.get(PATH, headers=killed.headers), "KILL_SWITCH")
            refused(await local_api.get(PATH, headers=gone.headers), "UNAUTHENTICATED")
        await flush(application)

    def counts(items: list[Any], key: Key) -> list[int]:
        # Two when the minute ended meanwhile.
        mine = [item for item in items if item["apiKeyId"] == format_id("key", key.key_id)]
        assert 1 <= len(mine) <= 2
        for item in mine:
            assert item["occurredAt"].endswith(":00.000Z")
            assert item["organizationId"] == org_id(family.partner)
            assert list(item["data"]) == ["count"]
        return [item["data"]["count"] for item in mine]

    denied = await refusals(local_api, headers, "auth.scope_denied")
    assert sum(counts(denied, narrow)) == 6
    rejected = await refusals(local_api, headers, "auth.key_rejected")
    assert sum(counts(rejected, killed)) == 6
    assert sum(counts(rejected, gone)) == 6


async def test_rate_limited_requests_are_added_up(
    local_api: httpx2.AsyncClient,
    application: Edge,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from partner_api.edge.limits import rate_limits

    monkeypatch.setitem(rate_limits.TIERS, "standard", rate_limits.TierLimits(1, 1, 1, 9, 1))
    wallet = await installation.partner(tier="standard")
    flooding, reading = [await installation.key(wallet, "*") for _ in range(2)]
    granted(await local_api.get("/v1/whoami", headers=flooding.headers))
    for _ in range(5):
        refused(await local_api.get("/v1/whoami", headers=flooding.headers), "RATE_LIMITED")
    await flush(application)
    items = await refusals(local_api, reading.headers, "auth.rate_limited")
    assert {item["apiKeyId"] for item in items} == {format_id("key", flooding.key_id)}
    assert sum(item["data"]["count"] for item in items) == 5


async def test_an_unknown_key_leaves_nothing(
    local_api: httpx2.AsyncClient, application: Edge, installation: Installation, family: Family
) -> None:
    """Nor does a wrong secret: whoever sends it may be anyone."""
    text = family.partner_key.text[:-3] + "abc"
    headers = {"Authorization": f"Bearer {text}"}
    refused(await local_api.get("/v1/whoami", headers=headers), "UNAUTHENTICATED")
    await flush(application)
    assert await refusals(local_api, family.partner_key.headers, "auth.key_rejected") == []


# The end ----------------------------------------------------------------------------------------


async def partitions(connection: Connection) -> set[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
        "WHERE inhparent = 'audit_events'::regclass"
    )
    return {row["relname"] for row in rows}


@pytest.fixture
def own_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of its own: what is dropped there is nobody else's."""
    with make_database(database_urls, template=template) as urls:
        yield urls


async def test_whole_months_go_after_90_days(own_urls: DatabaseUrls) -> None:
    """By dropping them; a month of which a day is still kept stays whole."""
    start = datetime(2071, 1, 15, tzinfo=UTC)
    tenant_id, organization_id = int(uuid4()) % 2**39 + 1, uuid4()
    connection = await connect(own_urls.app)

    async def left() -> list[int]:
        rows = await connection.fetch(
            "SELECT extract(month FROM occurred_at AT TIME ZONE 'UTC')::int AS month "
            "FROM audit_events WHERE tenant_id = $1 ORDER BY occurred_at",
            tenant_id,
        )
        return [row["month"] for row in rows]

    async def write(at: datetime) -> None:
        await connection.execute(
            "SELECT audit_write($1, $2, $3, 'project.created', $4, NULL, '{}')",
            tenant_id,
            at,
            organization_id,
            SYSTEM,
        )

    try:
        assert await ensure_partitions(connection, start) == 4
        assert await ensure_partitions(connection, start) == 0
        for month in (1, 2, 3):
            await write(datetime(2071, month, 28, tzinfo=UTC))
        # A month that nobody made a partition for.
        await write(datetime(2070, 12, 31, tzinfo=UTC))
        assert await left() == [12, 1, 2, 3]
        january_ends = datetime(2071, 2, 1, tzinfo=UTC)
        await expire(connection, january_ends + timedelta(days=90, seconds=-1), 10)
        assert await left() == [1, 2, 3]
        assert "audit_events_2071_01" in await partitions(connection)
        await expire(connection, january_ends + timedelta(days=90), 10)
        assert await left() == [2, 3]
        assert "audit_events_2071_01" not in await partitions(connection)
        assert await expire(connection, january_ends + timedelta(days=90), 10) == 0
        # Rows outside any month go so many at a time.
        for day in range(1, 6):
            await write(datetime(2069, 1, day, tzinfo=UTC))
        for gone in (2, 2, 1, 0):
            assert await expire(connection, start, 2) == gone
        assert await left() == [2, 3]
    finally:
        await connection.close()
