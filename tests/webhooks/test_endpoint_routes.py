"""`/v1/webhook-endpoints`: creating, listing, changing and deleting endpoints, and new secrets for them."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import org_id, project_id
from tests.support.webhooks import URL, add_delivery

if TYPE_CHECKING:
    from tests.support.installation import Family, Key
    from tests.support.quiet import Quiet

PATH = "/v1/webhook-endpoints"
MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
FIELDS = [
    "id",
    "organizationId",
    "projectId",
    "url",
    "description",
    "status",
    "events",
    "scope",
    "apiVersion",
    "metadata",
    "createdAt",
    "updatedAt",
    "lastSuccessAt",
    "lastFailureAt",
    "consecutiveFailureCount",
]


async def create(quiet: Quiet, key: Key, **fields: Any) -> dict[str, Any]:
    """A new endpoint with these fields."""
    body = {"url": URL, "events": ["*"], **fields}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    endpoint: dict[str, Any] = made["endpoint"]
    return endpoint


async def change(quiet: Quiet, key: Key, endpoint: dict[str, Any], **fields: Any) -> Any:
    """The endpoint after a PATCH of these fields."""
    path = f"{PATH}/{endpoint['id']}"
    return granted(await quiet.api.patch(path, json=fields, headers=key.headers))


async def queue_of(quiet: Quiet, endpoint: dict[str, Any]) -> Any:
    """The sender's side of an endpoint."""
    return await quiet.installation.owner.fetchrow(
        "SELECT * FROM webhook_queues WHERE endpoint_id = $1", UUID(endpoint["id"])
    )


async def row_of(quiet: Quiet, endpoint: dict[str, Any]) -> Any:
    return await quiet.installation.owner.fetchrow(
        "SELECT * FROM webhook_endpoints WHERE id = $1", UUID(endpoint["id"])
    )


# Creating -----------------------------------------------------------------------------------------


async def test_an_endpoint_with_what_it_must_have(quiet: Quiet, quiet_family: Family) -> None:
    key = quiet_family.partner_key
    body = {"url": URL, "events": ["job.completed"]}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    assert list(made) == ["endpoint", "signingSecret", "warning"]
    assert SECRET.fullmatch(made["signingSecret"])
    assert "once" in made["warning"]
    endpoint = made["endpoint"]
    assert list(endpoint) == FIELDS
    assert endpoint == {
        **dict.fromkeys(FIELDS),
        "id": str(UUID(endpoint["id"])),
        "organizationId": org_id(quiet_family.partner),
        "url": URL,
        "status": "active",
        "events": ["job.completed"],
        "scope": "own",
        "apiVersion": "v1",
        "metadata": {},
        "createdAt": endpoint["createdAt"],
        "updatedAt": endpoint["createdAt"],
        "consecutiveFailureCount": 0,
    }
    read = await quiet.api.get(f"{PATH}/{endpoint['id']}", headers=key.headers)
    assert granted(read) == endpoint


async def test_an_endpoint_with_all_that_it_may_have(quiet: Quiet, quiet_family: Family) -> None:
    fields = {
        "description": "Billing",
        "projectId": project_id(quiet_family.partner),
        "metadata": {"team": "billing"},
        "scope": "all_children",
        "events": ["credits.low", "test.ping", "credits.low", "post.published"],
    }
    endpoint = await create(quiet, quiet_family.partner_key, **fields)
    fields["events"] = ["credits.low", "test.ping", "post.published"]
    assert {name: endpoint[name] for name in fields} == fields


async def test_a_repeated_creation_makes_one_and_shows_the_same_secret(
    quiet: Quiet, quiet_family: Family
) -> None:
    headers = {**quiet_family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    body = {"url": URL, "events": ["*"]}
    first = await quiet.api.post(PATH, json=body, headers=headers)
    again = await quiet.api.post(PATH, json=body, headers=headers)
    assert granted(again, 201) == granted(first, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    listed = granted(await quiet.api.get(PATH, headers=quiet_family.partner_key.headers))
    assert len(listed["items"]) == 1
    other = await quiet.api.post(PATH, json={**body, "events": ["job.failed"]}, headers=headers)
    refused(other, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://hooks.example.test/", "https"),
        ("ftp://hooks.example.test/", "https"),
        ("https://hooks.example.test:444/", "port"),
        ("https://user@hooks.example.test/", "user"),
        ("https://10.0.0.1/", "10.0.0.1"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://167772161/", "not public"),
        ("hooks", "https://example.com"),
    ],
)
async def test_an_address_that_nothing_is_sent_to(
    quiet: Quiet, quiet_family: Family, url: str, word: str
) -> None:
    headers = quiet_family.partner_key.headers
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{MISSING}")):
        body = {"url": url} if method == "PATCH" else {"url": url, "events": ["*"]}
        found = issues(await quiet.api.request(method, path, json=body, headers=headers))
        assert list(found) == ["url"]
        assert word in found["url"]


async def test_a_name_that_stands_for_no_public_address(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused; but what was created before the name stood for that is answered as it was."""
    headers = {**quiet_family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    body = {"url": URL, "events": ["*"]}
    first = await quiet.api.post(PATH, json=body, headers=headers)

    async def refuse(url: str, *, development: bool) -> str:
        return f"{url} is inside."

    monkeypatch.setattr("partner_api.webhooks.service.check_destination", refuse)
    again = await quiet.api.post(PATH, json=body, headers=headers)
    assert granted(again, 201) == granted(first, 201)
    other = await quiet.api.post(PATH, json=body, headers=quiet_family.partner_key.headers)
    assert issues(other) == {"url": f"{URL} is inside."}
    path = f"{PATH}/{granted(first, 201)['endpoint']['id']}"
    changed = await quiet.api.patch(
        path, json={"url": URL}, headers=quiet_family.partner_key.headers
    )
    assert issues(changed) == {"url": f"{URL} is inside."}


async def test_development_mode_allows_this_machine(quiet: Quiet, quiet_family: Family) -> None:
    url = "http://localhost:3000/hook?x=1"
    assert (await create(quiet, quiet_family.partner_key, url=url))["url"] == url


async def test_a_name_that_does_not_resolve_is_accepted(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await create(quiet, quiet_family.partner_key, url="https://nowhere.example.test/")
    assert endpoint["status"] == "active"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"events": []}, "events"),
        ({"events": ["job.done"]}, "events[0]"),
        ({"events": ["*", "job.completed"]}, "events"),
        ({"events": ["*"] * 51}, "events"),
        ({"scope": "all"}, "scope"),
        ({"description": "d" * 501}, "description"),
        ({"url": "https://e.test/" + "u" * 2048}, "url"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata.{'k' * 41}"),
        ({"projectId": "prj_1"}, "projectId"),
        ({"status": "paused"}, "status"),
    ],
)
async def test_what_an_endpoint_cannot_be_created_with(
    quiet: Quiet, quiet_family: Family, fields: dict[str, Any], path: str
) -> None:
    body = {"url": URL, "events": ["*"], **fields}
    response = await quiet.api.post(PATH, json=body, headers=quiet_family.partner_key.headers)
    assert list(issues(response)) == [path]


async def test_a_project_of_another_organization_does_not_exist(
    quiet: Quiet, quiet_family: Family
) -> None:
    stranger = await quiet.installation.family()
    for wallet in (quiet_family.child, stranger.partner):
        body = {"url": URL, "events": ["*"], "projectId": project_id(wallet)}
        response = await quiet.api.post(PATH, json=body, headers=quiet_family.partner_key.headers)
        assert refused(response, "NOT_FOUND") == {}


async def test_an_organization_has_at_most_20(quiet: Quiet, quiet_family: Family) -> None:
    """However many are created at once; a deleted one does not count, nor do those of a child."""
    key, body = quiet_family.partner_key, {"url": URL, "events": ["*"]}
    for _ in range(17):
        await create(quiet, key)
    both = [quiet.api.post(PATH, json=body, headers=key.headers) for _ in range(12)]
    answers = await asyncio.gather(*both)
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 9
    for answer in answers:
        if answer.status_code == 409:
            assert refused(answer, "CONFLICT") == {"limit": 20}
    count = await quiet.installation.owner.fetchval(
        "SELECT count(*) FROM webhook_endpoints WHERE tenant_id = $1",
        quiet_family.partner.tenant_id,
    )
    assert count == 20
    await create(quiet, quiet_family.child_key)
    (page,) = [granted(await quiet.api.get(f"{PATH}?limit=1", headers=key.headers))]
    path = f"{PATH}/{page['items'][0]['id']}"
    granted(await quiet.api.delete(path, headers=key.headers))
    await create(quiet, key)


# Reading ------------------------------------------------------------------------------------------


async def test_the_list_has_filters_and_pages(quiet: Quiet, quiet_family: Family) -> None:
    key = quiet_family.partner_key
    project = project_id(quiet_family.partner)
    made = [await create(quiet, key, projectId=project) for _ in range(2)]
    made += [await create(quiet, key) for _ in range(2)]
    await change(quiet, key, made[1], status="paused")

    async def ids(**params: Any) -> list[str]:
        response = await quiet.api.get(PATH, params=params, headers=key.headers)
        return [item["id"] for item in granted(response)["items"]]

    newest_first = [endpoint["id"] for endpoint in reversed(made)]
    assert await ids() == newest_first
    assert await ids(projectId=project) == newest_first[2:]
    assert await ids(status="paused") == [made[1]["id"]]
    assert await ids(status=["paused", "active"], projectId=project) == newest_first[2:]
    first = granted(await quiet.api.get(f"{PATH}?limit=3", headers=key.headers))
    rest = await ids(limit=3, cursor=first["nextCursor"])
    assert [item["id"] for item in first["items"]] + rest == newest_first
    assert list(issues(await quiet.api.get(f"{PATH}?limit=101", headers=key.headers))) == ["limit"]


# Changing -----------------------------------------------------------------------------------------


async def test_a_change_of_everything(quiet: Quiet, quiet_family: Family) -> None:
    key = quiet_family.partner_key
    endpoint = await create(quiet, key, metadata={"a": "1", "b": "2"}, description="Old")
    changed = await change(
        quiet,
        key,
        endpoint,
        url="https://other.example.test:8443/",
        events=["job.failed", "job.failed"],
        description=None,
        metadata={"a": "", "c": "3"},
        status="paused",
        scope="all_children",
    )
    assert changed == {
        **endpoint,
        "url": "https://other.example.test:8443/",
        "events": ["job.failed"],
        "description": None,
        "metadata": {"b": "2", "c": "3"},
        "status": "paused",
        "scope": "all_children",
        "updatedAt": changed["updatedAt"],
    }
    assert changed["updatedAt"] >= endpoint["updatedAt"]
    assert (await change(quiet, key, endpoint, metadata=None))["metadata"] == {}
    path = f"{PATH}/{endpoint['id']}"
    for body, issue in (
        ({"status": "auto_paused"}, "status"),
        ({"metadata": {str(number): "v" for number in range(51)}}, "metadata"),
        ({"projectId": project_id(quiet_family.partner)}, "projectId"),
    ):
        response = await quiet.api.patch(path, json=body, headers=key.headers)
        assert list(issues(response)) == [issue]


async def test_active_forgets_failures_and_another_url_does_not(
    quiet: Quiet, quiet_family: Family
) -> None:
    key, owner = quiet_family.partner_key, quiet.installation.owner
    endpoint = await create(quiet, key)
    await owner.execute(
        "UPDATE webhook_queues SET consecutive_failure_count = 20, failing_since = now() "
        "WHERE endpoint_id = $1",
        UUID(endpoint["id"]),
    )
    await owner.execute(
        "UPDATE webhook_endpoints SET status = 'auto_paused', paused_reason = 'failures' "
        "WHERE id = $1",
        UUID(endpoint["id"]),
    )
    moved = await change(quiet, key, endpoint, url="https://other.example.test/")
    assert (moved["status"], moved["consecutiveFailureCount"]) == ("auto_paused", 20)
    active = await change(quiet, key, endpoint, status="active")
    assert (active["status"], active["consecutiveFailureCount"]) == ("active", 0)
    assert (await row_of(quiet, endpoint))["paused_reason"] is None
    assert (await queue_of(quiet, endpoint))["failing_since"] is None


async def test_a_deleted_endpoint_is_gone_with_its_deliveries(
    quiet: Quiet, quiet_family: Family
) -> None:
    key = quiet_family.partner_key
    endpoint = await create(quiet, key)
    delivery = await add_delivery(quiet.installation, quiet_family.partner, UUID(endpoint["id"]))
    await quiet.installation.owner.execute(
        "UPDATE webhook_queues SET next_due_at = now() WHERE endpoint_id = $1",
        UUID(endpoint["id"]),
    )
    path = f"{PATH}/{endpoint['id']}"
    deleted = await quiet.api.delete(path, headers=key.headers)
    assert granted(deleted) == {"id": endpoint["id"], "deleted": True}
    assert (await queue_of(quiet, endpoint))["next_due_at"] is None
    assert granted(await quiet.api.get(PATH, headers=key.headers))["items"] == []
    for method, gone in (
        ("DELETE", path),
        ("GET", path),
        ("GET", f"{path}/deliveries"),
        ("POST", f"{path}/rotate-secret"),
        ("POST", f"{path}/test"),
        ("GET", f"/v1/webhook-deliveries/{delivery}"),
        ("POST", f"/v1/webhook-deliveries/{delivery}/replay"),
    ):
        refused(await quiet.api.request(method, gone, headers=key.headers), "NOT_FOUND")
