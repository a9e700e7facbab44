"""Asking for leased accounts, and following what comes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, project_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.tenants import Wallet

NICHE = {"vertical": "food_and_drink"}


def path_of(wallet: Wallet) -> str:
    return f"/v1/projects/{project_id(wallet)}/leased-accounts"


def body_of(wallet: Wallet, **fields: Any) -> dict[str, Any]:
    return {"projectId": project_id(wallet), "count": 2, "niche": NICHE, **fields}


async def asking(installation: Installation, cash_cents: int = 0) -> tuple[Wallet, Key]:
    partner = await installation.partner(cash_cents=cash_cents)
    return partner, await installation.key(partner, "leased:write")


async def submit(
    api: httpx2.AsyncClient, key: Key, wallet: Wallet, **fields: Any
) -> dict[str, Any]:
    response = await api.post(
        f"{path_of(wallet)}/request", json=body_of(wallet, **fields), headers=key.headers
    )
    submitted: dict[str, Any] = granted(response, 201)
    return submitted


async def test_a_request_is_kept_and_costs_nothing(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await asking(installation, cash_cents=100)
    niche = {**NICHE, "audience": "home baristas", "language": "en-GB", "geo": ["GB", "IE"]}
    submitted = await submit(
        api, key, partner, niche=niche, target="Sell beans", note="Soon", requestId="mine-1"
    )
    assert submitted == {
        "id": submitted["id"],
        "requestId": "mine-1",
        "projectId": project_id(partner),
        "status": "requested",
        "count": 2,
        "niche": niche,
        "target": "Sell beans",
        # What the partner wrote is for the operator; this is the operator's answer.
        "note": None,
        "submittedAt": submitted["submittedAt"],
        "assignedAt": None,
        "assignedSocialAccountIds": [],
    }
    assert submitted["id"].startswith("lreq_")
    for name in (submitted["id"], "mine-1"):
        read = await api.get(f"{path_of(partner)}/requests/{name}", headers=key.headers)
        assert granted(read) == submitted
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    assert wallet["balanceCents"] == 100


async def test_without_a_name_its_id_is_its_name(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await asking(installation)
    submitted = await submit(api, key, partner)
    assert submitted["requestId"] == submitted["id"]
    assert submitted["niche"] == {**NICHE, "audience": None, "language": None, "geo": []}


async def test_a_name_is_unique_in_the_organization(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Another organization may use it too, and each reads its own."""
    (first, first_key), (second, second_key) = [await asking(installation) for _ in range(2)]
    ours = await submit(api, first_key, first, requestId="mine-1")
    theirs = await submit(api, second_key, second, requestId="mine-1")
    again = await api.post(
        f"{path_of(first)}/request",
        json=body_of(first, requestId="mine-1"),
        headers=first_key.headers,
    )
    assert refused(again, "CONFLICT") == {"requestId": "mine-1"}
    for wallet, key, submitted in ((first, first_key, ours), (second, second_key, theirs)):
        read = await api.get(f"{path_of(wallet)}/requests/mine-1", headers=key.headers)
        assert granted(read)["id"] == submitted["id"]


async def test_a_name_may_look_like_the_id_of_another(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Each is still found by its own: the one by its name, the other by its whole id."""
    partner, key = await asking(installation)
    first = await submit(api, key, partner)
    second = await submit(api, key, partner, requestId=first["id"].removeprefix("lreq_"))
    for name, submitted in (
        (first["id"], first),
        (second["id"], second),
        (second["requestId"], second),
    ):
        read = await api.get(f"{path_of(partner)}/requests/{name}", headers=key.headers)
        assert granted(read)["id"] == submitted["id"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"count": 0}, "count"),
        ({"count": 51}, "count"),
        ({"count": "2"}, "count"),
        ({"niche": {}}, "niche.vertical"),
        ({"niche": {"vertical": ""}}, "niche.vertical"),
        ({"niche": {**NICHE, "geo": ["gb"]}}, "niche.geo[0]"),
        ({"niche": {**NICHE, "geo": ["GB\n"]}}, "niche.geo[0]"),
        ({"niche": {**NICHE, "language": "English!"}}, "niche.language"),
        ({"niche": {**NICHE, "mood": "good"}}, "niche.mood"),
        ({"target": "x" * 2001}, "target"),
        ({"note": "x" * 2001}, "note"),
        ({"requestId": "lreq_1"}, "requestId"),
        ({"requestId": "has space"}, "requestId"),
        ({"requestId": "x" * 65}, "requestId"),
        ({"requestId": ""}, "requestId"),
        ({"projectId": format_id("prj", uuid4())}, "projectId"),
        ({"price": 1}, "price"),
    ],
)
async def test_what_is_wrong_with_a_request(
    api: httpx2.AsyncClient, installation: Installation, fields: dict[str, Any], path: str
) -> None:
    partner, key = await asking(installation)
    response = await api.post(
        f"{path_of(partner)}/request", json=body_of(partner, **fields), headers=key.headers
    )
    assert set(issues(response)) == {path}


async def test_an_archived_project_asks_for_nothing(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await asking(installation)
    admin = await installation.key(partner, "projects:write")
    granted(await api.delete(f"/v1/projects/{project_id(partner)}", headers=admin.headers))
    response = await api.post(
        f"{path_of(partner)}/request", json=body_of(partner), headers=key.headers
    )
    assert refused(response, "CONFLICT") == {"status": "archived"}


async def test_the_list_is_newest_first_and_filters(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await asking(installation)
    ids = [
        format_id(
            "lreq", await installation.lease_request(partner, at=now() - timedelta(hours=age))
        )
        for age in range(5, 0, -1)
    ]
    path = f"{path_of(partner)}/requests"
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = granted(await api.get(path, params=params, headers=key.headers))
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert seen == ids[::-1]
    for status, found in (("requested", 5), ("assigned", 0)):
        page = granted(await api.get(path, params={"status": status}, headers=key.headers))
        assert len(page["items"]) == found
    assert set(issues(await api.get(path, params={"status": "open"}, headers=key.headers))) == {
        "status"
    }


@pytest.mark.parametrize(
    "name", ["lreq_nonsense", "never-made", "lreq_01KPNGMXZ8RF0PZ5T9QXZ3W4T7", "%00"]
)
async def test_a_request_that_is_not_there(
    api: httpx2.AsyncClient, installation: Installation, name: str
) -> None:
    partner, key = await asking(installation)
    response = await api.get(f"{path_of(partner)}/requests/{name}", headers=key.headers)
    assert refused(response, "NOT_FOUND") == {}


async def test_a_request_moves_with_its_project(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner()
    key = await installation.key(partner, "*", "org:admin")
    submitted = await submit(api, key, partner, requestId="mine-1")
    moved = granted(
        await api.post(
            "/v1/organizations/migrate",
            json={"mapping": {project_id(partner): "Corner Coffee"}},
            headers=key.headers,
        ),
        201,
    )
    path = f"{path_of(partner)}/requests/mine-1"
    refused(await api.get(path, headers=key.headers), "NOT_FOUND")
    inside = {**key.headers, "X-Layers-Organization": moved["children"][0]["id"]}
    assert granted(await api.get(path, headers=inside)) == submitted


async def test_archiving_a_child_rejects_what_is_open(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family()
    request_id = await installation.lease_request(family.child)
    granted(
        await api.delete(
            f"/v1/organizations/{format_id('org', family.child.organization_id)}",
            headers=family.partner_key.headers,
        )
    )
    row = await installation.owner.fetchrow(
        "SELECT status, operator_note FROM lease_requests WHERE id = $1", request_id
    )
    assert row is not None
    assert (row["status"], row["operator_note"]) == ("rejected", "The organization was archived.")


async def test_the_test_environment_answers_by_itself(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """With accounts that are nobody's and cost nothing; they renew and are released like others."""
    live = await installation.partner()
    partner = await installation.test_tenant(live)
    key = await installation.key(partner, "*", env="test")
    project = granted(
        await api.post(
            "/v1/projects", json={"name": "Try", "timezone": "UTC"}, headers=key.headers
        ),
        201,
    )["id"]
    path = f"/v1/projects/{project}/leased-accounts"
    body = {"projectId": project, "count": 3, "niche": NICHE}
    submitted = granted(await api.post(f"{path}/request", json=body, headers=key.headers), 201)
    assert submitted["status"] == "requested"
    read = submitted
    # Seldom enough for the limit of reads, however long it takes.
    for _ in range(240):
        read = granted(await api.get(f"{path}/requests/{submitted['id']}", headers=key.headers))
        if read["status"] != "requested":
            break
        await asyncio.sleep(0.5)
    assert read["status"] == "assigned"
    leased = granted(await api.get(path, headers=key.headers))["items"]
    assert sorted(read["assignedSocialAccountIds"]) == sorted(
        item["socialAccountId"] for item in leased
    )
    assert len(leased) == 3
    assert {item["monthlyPriceCents"] for item in leased} == {0}
    assert all(item["handle"].startswith("test.food.and.drink.") for item in leased)
    # What is put out and written down is what a live project would see.
    put_out = await installation.owner.fetch(
        "SELECT event_type, data FROM outbox WHERE tenant_id = $1", partner.tenant_id
    )
    assert sorted(row["event_type"] for row in put_out) == [
        "lease_request.assigned",
        *["social_account.connected"] * 3,
    ]
    audit = granted(
        await api.get(
            "/v1/audit-log",
            params={"eventType": "leased_account.assigned"},
            headers=key.headers,
        )
    )
    assert {(item["data"]["handle"], item["actor"]) for item in audit["items"]} == {
        (item["handle"], "system") for item in leased
    }
    wallet = granted(await api.get("/v1/wallet", headers=key.headers))
    assert (wallet["balanceCents"], wallet["upcomingRenewals"]["totalCents"]) == (0, 0)
    released = await api.delete(
        f"/v1/leased-accounts/{leased[0]['socialAccountId']}", headers=key.headers
    )
    assert granted(released)["status"] == "disconnected"
    pool = await installation.owner.fetchval(
        "SELECT count(*) FROM pool_accounts WHERE lease_tenant_id = $1", partner.tenant_id
    )
    assert pool == 0


async def test_nothing_is_assigned_by_itself_to_a_live_project(
    installation: Installation,
) -> None:
    from partner_api.database.arguments import SYSTEM
    from partner_api.lease_requests import operator_store, store

    partner = await installation.partner()
    request_id = await installation.lease_request(partner, at=now() - timedelta(hours=1))
    async with installation.pool.acquire() as connection:
        open_requests = await operator_store.open_test_requests(connection, now(), 1000)
        assert request_id not in {one.id for one in open_requests}
        (outcome,) = await store.pretend(
            connection,
            partner.tenant_id,
            now(),
            [store.PretendItem(request_id, [uuid4()], [handle()], [1], SYSTEM, None)],
        )
    assert outcome.code == "NOT_FOUND"
