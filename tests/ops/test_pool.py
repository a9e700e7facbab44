"""`/ops/v1/pool/accounts`: the operator's warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PATH = "/ops/v1/pool/accounts"


def account(**changes: Any) -> dict[str, Any]:
    fields = {
        "platform": "tiktok",
        "handle": handle(),
        "followers": 12_840,
        "vertical": "food_and_drink",
        "language": "en",
        "geo": ["US", "GB"],
    }
    return {name: value for name, value in (fields | changes).items() if value is not ...}


async def test_an_account(api: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    body = account()
    added = granted(await api.post(PATH, json=body, headers=operator), 201)
    assert added == {
        "id": added["id"],
        **body,
        "monthlyPriceCents": 15_000,
        "avatarUrl": None,
        "status": "available",
        "createdAt": added["createdAt"],
        "updatedAt": added["createdAt"],
        "socialAccountId": None,
    }
    assert added["id"].startswith("pool_")
    body = account(monthlyPriceCents=0, avatarUrl="https://example.com/a.png")
    added = granted(await api.post(PATH, json=body, headers=operator), 201)
    assert (added["monthlyPriceCents"], added["avatarUrl"]) == (0, "https://example.com/a.png")


async def test_a_handle_that_the_pool_has(
    api: httpx2.AsyncClient, operator: dict[str, str]
) -> None:
    body = account()
    granted(await api.post(PATH, json=body, headers=operator), 201)
    details = refused(await api.post(PATH, json=body, headers=operator), "CONFLICT")
    assert details == {"platform": "tiktok", "handle": body["handle"]}
    # Nothing of the refused one is left: the next write on that connection works.
    granted(await api.post(PATH, json=account(), headers=operator), 201)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"platform": "myspace"}, ["platform"]),
        ({"handle": ""}, ["handle"]),
        ({"handle": "x" * 65}, ["handle"]),
        ({"handle": ...}, ["handle"]),
        ({"followers": -1}, ["followers"]),
        ({"vertical": ""}, ["vertical"]),
        ({"language": "English"}, ["language"]),
        ({"language": "en\n"}, ["language"]),
        ({"geo": ["US\n"]}, ["geo[0]"]),
        ({"geo": []}, ["geo"]),
        ({"geo": ["usa"]}, ["geo[0]"]),
        ({"geo": ["US", "us", "GB", 1]}, ["geo[1]", "geo[3]"]),
        ({"monthlyPriceCents": -1}, ["monthlyPriceCents"]),
        ({"avatarUrl": "http://example.com"}, ["avatarUrl"]),
        ({"status": "leased"}, ["status"]),
    ],
)
async def test_an_account_that_is_not_valid(
    api: httpx2.AsyncClient, operator: dict[str, str], changes: dict[str, Any], paths: list[str]
) -> None:
    response = await api.post(PATH, json=account(**changes), headers=operator)
    assert list(issues(response)) == paths


async def test_the_list_and_its_filters(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    mark = f"v{uuid4().hex}"
    names = [handle(), handle(), handle()]
    for name, language in zip(names, ["en", "de", "en"], strict=True):
        body = account(handle=name, vertical=mark, language=language)
        granted(await api.post(PATH, json=body, headers=operator), 201)

    async def listed(**params: Any) -> list[str]:
        page = granted(await api.get(PATH, headers=operator, params={"vertical": mark, **params}))
        return [item["handle"] for item in page["items"]]

    assert await listed() == names[::-1], "newest first"
    assert await listed(language="de") == [names[1]]
    assert await listed(search=names[0][-6:].upper()) == [names[0]]
    assert await listed(search="%") == []
    assert await listed(status="leased") == []
    assert await listed(language=["de", "en"], platform="tiktok") == names[::-1]
    assert await listed(status=["leased", "available"]) == names[::-1]
    first = granted(await api.get(PATH, headers=operator, params={"vertical": mark, "limit": "2"}))
    assert await listed(cursor=first["nextCursor"]) == [names[0]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"geo": "DE"}, [1]),
        ({"geo": ["DE", "GB"]}, [0, 1]),
        ({"geo": "FR"}, []),
        ({"minFollowers": "500"}, [1]),
        ({"maxFollowers": "100"}, [0]),
        ({"minFollowers": "100", "maxFollowers": "500"}, [0, 1]),
        ({"maxMonthlyPriceCents": "9999"}, [0]),
    ],
)
async def test_filters_by_audience_and_price(
    api: httpx2.AsyncClient, operator: dict[str, str], filters: dict[str, Any], found: list[int]
) -> None:
    mark = f"v{uuid4().hex}"
    names = [handle(), handle()]
    for name, followers, geo, price in (
        (names[0], 100, ["US", "GB"], 5_000),
        (names[1], 500, ["DE"], 10_000),
    ):
        body = account(
            handle=name, vertical=mark, followers=followers, geo=geo, monthlyPriceCents=price
        )
        granted(await api.post(PATH, json=body, headers=operator), 201)
    page = granted(await api.get(PATH, headers=operator, params={"vertical": mark, **filters}))
    assert sorted(item["handle"] for item in page["items"]) == sorted(names[n] for n in found)


async def test_a_leased_account_says_so(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    partner = await installation.partner(cash_cents=15_000)
    name = handle()
    await installation.lease(partner, name, at=now())
    page = granted(await api.get(PATH, headers=operator, params={"search": name}))
    assert [item["status"] for item in page["items"]] == ["leased"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("status=gone", "status"), ("limit=201", "limit"), ("language=English", "language")],
)
async def test_a_filter_that_is_not_valid(
    api: httpx2.AsyncClient, operator: dict[str, str], query: str, parameter: str
) -> None:
    assert list(issues(await api.get(f"{PATH}?{query}", headers=operator))) == [parameter]


# Changing ---------------------------------------------------------------------------------------


async def added(
    api: httpx2.AsyncClient, operator: dict[str, str], **changes: Any
) -> dict[str, Any]:
    body: dict[str, Any] = granted(
        await api.post(PATH, json=account(**changes), headers=operator), 201
    )
    return body


async def test_changing_an_account(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    before = await added(api, operator, avatarUrl="https://example.com/a.png")
    path = f"{PATH}/{before['id']}"
    changes = {
        "followers": 7,
        "vertical": "travel",
        "language": "de",
        "geo": ["DE"],
        "monthlyPriceCents": 0,
        "avatarUrl": None,
        "status": "retired",
    }
    after = granted(await api.patch(path, json=changes, headers=operator))
    assert after == {**before, **changes, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    back = granted(await api.patch(path, json={"status": "available"}, headers=operator))
    assert back == {**after, "status": "available", "updatedAt": back["updatedAt"]}
    (row,) = await installation.owner.fetch(
        "SELECT details FROM audit_events WHERE tenant_id = 0 "
        "AND event_type = 'pool_account.updated' AND details ->> 'poolAccountId' = $1 "
        "AND details -> 'fields' @> '[\"geo\"]'",
        before["id"],
    )
    assert row["details"]["fields"] == [
        "avatar_url",
        "followers",
        "geo",
        "language",
        "monthly_price_cents",
        "status",
        "vertical",
    ]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"handle": "another"}, ["handle"]),
        ({"platform": "tiktok"}, ["platform"]),
        ({"status": "leased"}, ["status"]),
        ({"followers": None, "geo": []}, ["followers", "geo"]),
        ({"language": "en\n"}, ["language"]),
    ],
)
async def test_a_change_that_is_not_valid(
    api: httpx2.AsyncClient, operator: dict[str, str], changes: dict[str, Any], paths: list[str]
) -> None:
    path = f"{PATH}/{(await added(api, operator))['id']}"
    assert list(issues(await api.patch(path, json=changes, headers=operator))) == paths


async def test_a_leased_account_is_neither_retired_nor_made_available(
    api: httpx2.AsyncClient, installation: Installation, operator: dict[str, str]
) -> None:
    partner = await installation.partner(cash_cents=15_000)
    name = handle()
    (social_account_id,) = await installation.lease(partner, name, at=now())
    page = granted(await api.get(PATH, headers=operator, params={"search": name}))
    path = f"{PATH}/{page['items'][0]['id']}"
    for status in ("retired", "available"):
        response = await api.patch(path, json={"status": status}, headers=operator)
        details = refused(response, "CONFLICT")
        assert details == {"status": "leased", "socialAccountId": social_account_id}
    changed = granted(await api.patch(path, json={"followers": 5}, headers=operator))
    assert (changed["followers"], changed["status"]) == (5, "leased")


@pytest.mark.parametrize("name", ["nonsense", "sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"])
async def test_an_account_that_there_is_not(
    api: httpx2.AsyncClient, operator: dict[str, str], name: str
) -> None:
    for missing in (name, f"pool_{uuid4()}"):
        response = await api.patch(f"{PATH}/{missing}", json={}, headers=operator)
        assert refused(response, "NOT_FOUND") == {}


@pytest.mark.parametrize(
    ("role", "method", "required"),
    [
        ("worker", "GET", "viewer"),
        ("viewer", "POST", "operator"),
        ("finance", "POST", "operator"),
    ],
)
async def test_who_may_not(
    api: httpx2.AsyncClient, installation: Installation, role: str, method: str, required: str
) -> None:
    headers = await installation.operator(role)
    response = await api.request(method, PATH, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": required}
