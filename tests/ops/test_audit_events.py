"""`GET /ops/v1/audit-events`: what everybody did, operators included, with filters that an index bears."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues
from tests.support.installation import org_id

from partner_api.audit.operator_store import LOOKED_AT, OperatedFilter, list_events
from partner_api.clock import format_milliseconds
from partner_api.database.connection import REQUEST_SETTINGS, connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Family, Installation

PATH = "/ops/v1/audit-events"
# When nothing else happens: what is filled in then, no other test's clock or sweep comes near.
LONG_AGO = datetime(2001, 2, 3, tzinfo=UTC)


async def log(
    api: httpx2.AsyncClient, headers: dict[str, str], **filters: str
) -> list[dict[str, Any]]:
    """All pages of the log with these filters."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = granted(await api.get(PATH, params={**filters, **cursor}, headers=headers))
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        cursor = {"cursor": page["nextCursor"]}


async def rename(api: httpx2.AsyncClient, family: Family, name: str) -> str:
    """Rename the child as its partner does; the id of the request."""
    answer = await api.patch(
        f"/v1/organizations/{org_id(family.child)}",
        json={"name": name},
        headers=family.partner_key.headers,
    )
    granted(answer)
    return str(answer.headers["X-Request-Id"])


async def test_partners_and_operators_are_in_one_log(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str], finance: dict[str, str]
) -> None:
    renamed = await rename(api, family, "Renamed")
    path = f"/ops/v1/organizations/{org_id(family.partner)}/credits/grant"
    headers = {**finance, "Idempotency-Key": str(uuid4())}
    granted(await api.post(path, json={"credits": 5}, headers=headers))
    items = await log(api, operator, organizationId=org_id(family.partner))
    assert [item["eventType"] for item in items[:2]] == ["credits.granted", "organization.updated"]
    by_operator, by_partner = items[:2]
    assert by_operator["actor"] == "operator"
    assert by_operator["data"]["operator"].startswith("finance ")
    assert (by_operator["env"], by_operator["organizationName"]) == ("live", "Partner")
    assert (by_partner["actor"], by_partner["requestId"]) == ("partner_api", renamed)
    assert by_partner["apiKeyId"] is not None
    named = await log(api, operator, operator=by_operator["data"]["operator"])
    assert [item["eventId"] for item in named] == [by_operator["eventId"]]


async def test_what_operators_do_to_the_installation_belongs_to_no_organization(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    admin = await installation.operator("admin")
    name = f"Robin {uuid4().hex}"
    made = granted(
        await api.post("/ops/v1/operators", json={"name": name, "role": "viewer"}, headers=admin),
        201,
    )
    items = await log(
        api, operator, eventType="operator.created", since=made["operator"]["createdAt"]
    )
    (item,) = [item for item in items if item["data"].get("operatorId") == made["operator"]["id"]]
    assert (item["organizationId"], item["organizationName"], item["env"]) == (None, None, None)


async def test_a_partner_s_test_environment_is_in_its_log(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    path = f"/ops/v1/organizations/{org_id(family.partner)}/api-keys"
    body = {"name": "Test", "scopes": ["org:admin"], "env": "test"}
    minted = granted(await api.post(path, json=body, headers=operator), 201)
    granted(
        await api.post(
            "/v1/organizations",
            json={"name": "Sandbox"},
            headers={"Authorization": f"Bearer {minted['secret']}"},
        ),
        201,
    )
    await rename(api, family, "Renamed")
    items = await log(api, operator, organizationId=org_id(family.partner), limit="1")
    assert [(item["eventType"], item["env"]) for item in items[:2]] == [
        ("organization.updated", "live"),
        ("organization.created", "test"),
    ]
    times = [(item["occurredAt"], item["eventId"]) for item in items]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == len(times)


async def test_the_filters_together(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    requests = [await rename(api, family, f"Name {number}") for number in range(3)]
    own = {"organizationId": org_id(family.partner)}
    (item,) = await log(api, operator, requestId=requests[1])
    assert (item["requestId"], item["eventType"]) == (requests[1], "organization.updated")
    assert await log(api, operator, requestId=requests[1], **own) == [item]
    assert await log(api, operator, requestId=requests[1], actor="operator") == []
    later = await log(
        api, operator, **own, since=item["occurredAt"], eventType="organization.updated"
    )
    assert [each["requestId"] for each in later] == [requests[2], requests[1]]
    until = await log(api, operator, **own, until=item["occurredAt"], actor="partner_api")
    assert [each["requestId"] for each in until] == [requests[1], requests[0]]
    assert await log(api, operator, organizationId=f"org_{uuid4()}") == []
    assert await log(api, operator, eventType="no.such") == []
    assert await log(api, operator, operator="nobody' OR true --") == []


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("organizationId=org_1", "organizationId"),
        ("requestId=req_1", "requestId"),
        ("requestId=REQ_01K0EJRPVYF8887FCQV2JTV704", "requestId"),
        ("actor=me", "actor"),
        ("since=2026-01-01", "since"),
        ("limit=201", "limit"),
        ("cursor=abc", "cursor"),
    ],
)
async def test_a_filter_that_is_none(
    api: httpx2.AsyncClient, operator: dict[str, str], query: str, path: str
) -> None:
    assert list(issues(await api.get(f"{PATH}?{query}", headers=operator))) == [path]


async def fill(connection: Any, tenant_id: int, organization_id: UUID, rows: int) -> None:
    """Events of a partner, one a second; one of a rare type, by the system and by an operator, is among the first."""
    await connection.execute(
        """
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, request_id, details)
        SELECT $1, $2, gen_random_uuid(), CASE WHEN n = 5 THEN 'rare.done' ELSE 'job.started' END,
               $3::timestamptz + n * interval '1 s',
               CASE WHEN n = 5 THEN 'operator' ELSE 'partner_api' END, 'req_' || n,
               CASE WHEN n = 5 THEN '{"operator": "Rare"}' ELSE '{}' END::jsonb
          FROM generate_series(1, $4::bigint) n
        """,
        tenant_id,
        organization_id,
        LONG_AGO,
        rows,
    )
    await connection.execute("ANALYZE audit_events")


@pytest.mark.one_server(reason="reads the plans of one PostgreSQL")
async def test_a_page_reads_a_part_of_the_log_with_any_filter(
    database_urls: DatabaseUrls,
) -> None:
    organization, tenant = uuid4(), 77
    end = LONG_AGO + timedelta(days=2)
    connection = await connect(database_urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            f"SET LOCAL enable_bitmapscan = {REQUEST_SETTINGS['enable_bitmapscan']}"
        )
        # A log that is not much longer than what a page looks at is read whole by right; here it stands for a long one.
        await connection.execute("SET LOCAL enable_seqscan = off")
        await fill(connection, tenant, organization, 8 * LOOKED_AT)
        cases: Sequence[tuple[OperatedFilter, int, int]] = [
            (OperatedFilter(until=end), 10, 200),
            (OperatedFilter(event_type="rare.done", until=end), 1, 200),
            (OperatedFilter(operator="Rare", until=end), 1, 200),
            (OperatedFilter(organization, until=end), 10, 200),
            # What no index finds: a page looks at so many, and says where it stopped.
            (OperatedFilter(actor="system", until=end), 0, 2 * LOOKED_AT + 200),
            (OperatedFilter(request_id="req_none", until=end), 0, 2 * LOOKED_AT + 200),
        ]
        for wanted, found, most in cases:
            tenants = [tenant] if wanted.organization_id else []
            seen: list[Any] = []
            connection.add_query_logger(seen.append)
            page = await list_events(connection, wanted, tenant_ids=tenants, before=None, limit=10)
            await asyncio.sleep(0)
            connection.remove_query_logger(seen.append)
            assert len(page.events) == found, wanted
            assert (page.position is not None) == (found != 1), wanted
            read = sum([await rows_read(connection, one.query, one.args) for one in seen])
            assert read <= most, (wanted, read)
    finally:
        await transaction.rollback()
        await connection.close()


async def rows_read(connection: Any, query: str, arguments: Sequence[Any]) -> int:
    """How many rows of the log a statement looks at."""
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *arguments)
    read, waiting = 0, [explained[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if str(node.get("Relation Name")).startswith("audit_events"):
            read += int(
                (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            )
    return read


async def test_a_page_that_found_nothing_says_where_to_go_on(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family()
    await fill(
        installation.owner, family.partner.tenant_id, family.partner.organization_id, LOOKED_AT + 50
    )
    # In the test environment, behind where a page of the live one stops, and so not on that page.
    await installation.owner.execute(
        """
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, details)
        SELECT o.tenant_id, o.id, gen_random_uuid(), 'rare.done', $3, 'operator', '{}'
          FROM organizations o WHERE o.id = $2 AND o.tenant_id <> $1
        """,
        family.partner.tenant_id,
        family.partner.organization_id,
        LONG_AGO,
    )
    try:
        filters = {
            "organizationId": org_id(family.partner),
            "actor": "operator",
            "until": format_milliseconds(LONG_AGO + timedelta(days=2)),
        }
        first = granted(await api.get(PATH, params=filters, headers=operator))
        assert first["items"] == []
        assert first["nextCursor"] is not None
        items = await log(api, operator, **filters)
        assert [(item["eventType"], item["env"]) for item in items] == [
            ("rare.done", "live"),
            ("rare.done", "test"),
        ]
    finally:
        await installation.owner.execute(
            "DELETE FROM audit_events WHERE organization_id = $1", family.partner.organization_id
        )
