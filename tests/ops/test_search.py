"""`GET /ops/v1/search`: anything by its id, its key, or the beginning of what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues
from tests.support.installation import ago, handle, org_id, project_id

from partner_api.edge.identity.credentials import key_prefix
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

PATH = "/ops/v1/search"


async def search(
    api: httpx2.AsyncClient, operator: dict[str, str], text: str
) -> list[dict[str, Any]]:
    found = granted(await api.get(PATH, params={"q": text}, headers=operator))
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_every_id_finds_its_thing_with_its_prefix_and_bare(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(prepaid=100, cash_cents=100_000)
    (lease,) = await installation.lease(family.partner, handle(), at=ago(days=3))
    request = await installation.lease_request(family.partner)
    account = await installation.pool_account(handle(), 5)
    job = granted(
        await api.post(
            f"/v1/projects/{project_id(family.partner)}/content/slideshow-builder",
            json={"hook": "Three cafés"},
            headers=family.partner_key.headers,
        ),
        202,
    )
    ids = {
        "organization": org_id(family.partner),
        "project": project_id(family.partner),
        "api_key": format_id("key", family.partner_key.key_id),
        "social_account": lease,
        "pool_account": format_id("pool", account),
        "lease_request": format_id("lreq", request),
        "job": job["jobId"],
        "container": job["containerIds"][0],
    }
    for kind, id in ids.items():
        (hit,) = await search(api, operator, id)
        assert (hit["kind"], hit["id"], hit["exact"]) == (kind, id, True)
        assert hit["organizationId"] in (org_id(family.partner), None)
        bare = [one["id"] for one in await search(api, operator, f" {id.partition('_')[2]} ")]
        assert id in bare, kind
    (container,) = await search(api, operator, ids["container"])
    assert container["partOf"] == job["jobId"]


async def test_an_operator_and_an_endpoint_are_found(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    endpoint = granted(
        await api.post(
            "/v1/webhook-endpoints",
            json={"url": "https://hooks.example.test/layers", "events": ["*"]},
            headers=family.partner_key.headers,
        ),
        201,
    )["endpoint"]
    (hit,) = await search(api, operator, endpoint["id"])
    assert (hit["kind"], hit["name"]) == ("webhook_endpoint", endpoint["url"])
    token = operator["Authorization"].removeprefix("Bearer ")
    (hit,) = await search(api, operator, token[:20])
    assert hit["kind"] == "operator"
    assert (await search(api, operator, hit["id"]))[0] == hit


async def test_the_public_part_of_a_key_finds_it_and_a_secret_behind_it_is_not_looked_at(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    key = family.child_key.headers["Authorization"].removeprefix("Bearer ")
    prefix = key_prefix("live", key.split("_")[2])
    (hit,) = await search(api, operator, prefix)
    assert (hit["kind"], hit["organizationId"]) == ("api_key", org_id(family.child))
    assert await search(api, operator, f"{prefix}_wrong-secret") == [hit]
    assert await search(api, operator, prefix[:-1] + "?") == []


async def test_a_transfer_and_its_event_are_found(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(prepaid=100)
    path = f"/v1/organizations/{org_id(family.child)}/credits/allocate"
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    made = granted(await api.post(path, json={"credits": 5}, headers=headers), 201)
    (hit,) = await search(api, operator, made["id"])
    assert (hit["kind"], hit["organizationId"]) == ("transfer", org_id(family.child))
    event = await installation.owner.fetchval(
        "SELECT id FROM outbox WHERE tenant_id = $1 AND event_type = 'credits.allocated'",
        family.partner.tenant_id,
    )
    (hit,) = await search(api, operator, format_id("evt", event))
    assert (hit["kind"], hit["name"]) == ("event", "credits.allocated")


async def test_names_e_mails_and_handles_are_found_by_their_beginning(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    family = await installation.family(cash_cents=100_000)
    mark = uuid4().hex
    headers = family.partner_key.headers
    names = [f"Ä{mark} <b>Café</b>", f"ä{mark}", f"X{mark} Bakery"]
    for name in names:
        body = {"name": name, "billingEmail": f"Pay{mark}@example.com"}
        granted(await api.post("/v1/organizations", json=body, headers=headers), 201)
    assert [hit["name"] for hit in await search(api, operator, f"x{mark.upper()}")] == [names[2]]
    (hit,) = await search(api, operator, f"x{mark} bakery")
    assert (hit["kind"], hit["exact"], hit["partOf"]) == (
        "organization",
        True,
        org_id(family.partner),
    )
    assert len(await search(api, operator, f"pay{mark}@")) == 3
    await installation.pool_account(f"{mark}.one", 5)
    await installation.lease(family.child, f"{mark}.two", at=ago(days=3))
    found = {(hit["kind"], hit["name"]) for hit in await search(api, operator, f"@{mark}")}
    assert found == {
        ("pool_account", f"{mark}.one"),
        ("pool_account", f"{mark}.two"),
        ("social_account", f"{mark}.two"),
    }


async def test_a_hit_that_is_exact_comes_first_and_a_kind_has_its_limit(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    mark = uuid4().hex
    for name in ("a", "b", ""):
        body = {"name": f"{mark}{name}"}
        granted(
            await api.post("/v1/organizations", json=body, headers=family.partner_key.headers), 201
        )
    hits = await search(api, operator, mark)
    assert [hit["exact"] for hit in hits] == [True, False, False]
    limited = await api.get(PATH, params={"q": mark, "limit": "2"}, headers=operator)
    assert len(granted(limited)["items"]) == 2


async def test_the_id_of_a_request_is_a_hit_for_the_audit_log(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    request_id = (await api.get("/healthz")).headers["X-Request-Id"]
    for text in (request_id, request_id.lower(), request_id.removeprefix("req_")):
        (hit,) = await search(api, operator, text)
        assert (hit["kind"], hit["id"]) == ("request", request_id)


@pytest.mark.parametrize(
    "text",
    ["org_nothing", "%", "_", "lp_live_", "sp_" + str(UUID(int=5)), "\\", "'; DROP TABLE jobs"],
)
async def test_what_is_nothing_finds_nothing(
    api: httpx2.AsyncClient, operator: dict[str, str], text: str
) -> None:
    assert await search(api, operator, text) == []


async def test_without_a_text_there_is_nothing_to_search(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    for query in ("", "?q=", "?q=" + "x" * 201, "?q=a&limit=51"):
        issues(await api.get(PATH + query, headers=operator))


async def test_a_test_environment_is_not_searched(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    """Its organizations, requests and accounts have no page."""
    minted = granted(
        await api.post(
            f"/ops/v1/organizations/{org_id(family.partner)}/api-keys",
            json={"name": "Test", "scopes": ["org:admin"], "env": "test"},
            headers=operator,
        ),
        201,
    )
    mark = uuid4().hex
    made = granted(
        await api.post(
            "/v1/organizations",
            json={"name": mark},
            headers={"Authorization": f"Bearer {minted['secret']}"},
        ),
        201,
    )
    assert await search(api, operator, mark) == []
    assert await search(api, operator, made["id"]) == []
