"""`/ops/v1/pool/accounts`: the operator's warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.contract.answers import granted, issues, refused
from tests.contract.installation import handle, now

if TYPE_CHECKING:
    import httpx
    from tests.contract.installation import Installation

PATH = "/ops/v1/pool/accounts"


@pytest.fixture
async def operator(installation: Installation) -> dict[str, str]:
    """What authenticates an operator."""
    return await installation.operator("operator")


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


async def test_an_account(api: httpx.AsyncClient, operator: dict[str, str]) -> None:
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
    }
    assert added["id"].startswith("pool_")
    body = account(monthlyPriceCents=0, avatarUrl="https://example.com/a.png")
    added = granted(await api.post(PATH, json=body, headers=operator), 201)
    assert (added["monthlyPriceCents"], added["avatarUrl"]) == (0, "https://example.com/a.png")


async def test_a_handle_that_the_pool_has(api: httpx.AsyncClient, operator: dict[str, str]) -> None:
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
        ({"geo": []}, ["geo"]),
        ({"geo": ["usa"]}, ["geo[0]"]),
        ({"geo": ["US", "us", "GB", 1]}, ["geo[1]", "geo[3]"]),
        ({"monthlyPriceCents": -1}, ["monthlyPriceCents"]),
        ({"avatarUrl": "http://example.com"}, ["avatarUrl"]),
        ({"status": "leased"}, ["status"]),
    ],
)
async def test_an_account_that_is_not_valid(
    api: httpx.AsyncClient, operator: dict[str, str], changes: dict[str, Any], paths: list[str]
) -> None:
    response = await api.post(PATH, json=account(**changes), headers=operator)
    assert list(issues(response)) == paths


async def test_the_list_and_its_filters(
    api: httpx.AsyncClient, installation: Installation, operator: dict[str, str]
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
    assert await listed(status=["leased", "available"]) == names[::-1]
    first = granted(await api.get(PATH, headers=operator, params={"vertical": mark, "limit": "2"}))
    assert await listed(cursor=first["nextCursor"]) == [names[0]]


async def test_a_leased_account_says_so(
    api: httpx.AsyncClient, installation: Installation, operator: dict[str, str]
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
    api: httpx.AsyncClient, operator: dict[str, str], query: str, parameter: str
) -> None:
    assert list(issues(await api.get(f"{PATH}?{query}", headers=operator))) == [parameter]


@pytest.mark.parametrize(
    ("role", "method", "required"),
    [
        ("worker", "GET", "viewer"),
        ("viewer", "POST", "operator"),
        ("finance", "POST", "operator"),
    ],
)
async def test_who_may_not(
    api: httpx.AsyncClient, installation: Installation, role: str, method: str, required: str
) -> None:
    headers = await installation.operator(role)
    response = await api.request(method, PATH, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": required}
