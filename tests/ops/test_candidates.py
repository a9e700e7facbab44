"""Accounts of the pool that fit a request, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.answering import PATH, fulfil
from tests.support.answers import granted, issues
from tests.support.installation import handle, project_id

from partner_api.account_pool.candidate_store import words_of
from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def candidates_of(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    niche: dict[str, Any],
    accounts: list[dict[str, Any]],
    **params: str,
) -> tuple[str, list[dict[str, Any]]]:
    """A request for the niche, with these accounts alone in the pool beside what others left."""
    path = f"/v1/projects/{project_id(family.child)}/leased-accounts/request"
    body = {"projectId": project_id(family.child), "count": 1, "niche": niche}
    made = granted(await api.post(path, json=body, headers=family.child_key.headers), 201)
    for account in accounts:
        full = {"platform": "tiktok", "followers": 0, "language": "la", "geo": ["AQ"], **account}
        granted(await api.post("/ops/v1/pool/accounts", json=full, headers=operator), 201)
    page = granted(
        await api.get(f"{PATH}/{made['id']}/candidates", headers=operator, params=params)
    )
    return made["id"], page["items"]


async def test_candidates_are_ranked_with_reasons(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    names = [f"{place}.{mark[:12]}" for place in range(6)]
    _, listed = await candidates_of(
        api,
        installation,
        family,
        operator,
        {"vertical": f"{mark}_and_Coffee", "language": "pt", "geo": ["US", "GB", "CA"]},
        [
            {"handle": names[3], "vertical": "gardening_and_tools", "language": "pt"},
            {"handle": names[4], "vertical": f"{mark}-tea", "geo": ["US"]},
            {
                "handle": names[0],
                "vertical": f"{mark}_AND_coffee".upper(),
                "language": "PT".lower(),
                "geo": ["US", "GB", "CA", "FR"],
                "followers": 1_000_000,
            },
            {
                "handle": names[1],
                "vertical": f"{mark}_and_coffee",
                "language": "pt-BR",
                "geo": ["GB", "US"],
                "followers": 1000,
            },
        ],
        limit="100",
    )
    mine = {item["handle"]: item for item in listed if item["handle"] in names}
    assert list(mine) == [names[0], names[1], names[3], names[4]]
    points = {
        name: [(reason["criterion"], reason["points"]) for reason in item["reasons"]]
        for name, item in mine.items()
    }
    assert points[names[0]] == [("vertical", 50), ("language", 25), ("geo", 15), ("followers", 10)]
    assert points[names[1]] == [("vertical", 50), ("language", 20), ("geo", 10), ("followers", 5)]
    assert points[names[3]] == [("vertical", 0), ("language", 25), ("geo", 0), ("followers", 0)]
    assert points[names[4]] == [("vertical", 20), ("language", 0), ("geo", 5), ("followers", 0)]
    for item in listed:
        assert item["score"] == sum(reason["points"] for reason in item["reasons"])
        assert [reason["of"] for reason in item["reasons"]] == [50, 25, 15, 10]
        assert item["status"] == "available"
        assert item["id"].startswith("pool_")
    assert [reason["text"] for reason in mine[names[1]]["reasons"]] == [
        f"is about {mark}_and_Coffee",
        "speaks pt-BR, a form of pt",
        "reaches US, GB of US, GB, CA",
        "has 1,000 followers",
    ]
    order = [(-item["score"], -item["followers"], item["id"]) for item in listed]
    assert order == sorted(order)


async def test_what_a_niche_does_not_ask_for_is_had_by_all(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    account = {"handle": handle(), "vertical": mark}
    _, listed = await candidates_of(
        api, installation, family, operator, {"vertical": mark}, [account], limit="1"
    )
    (best,) = listed
    assert (best["handle"], best["score"]) == (account["handle"], 90)


async def test_pages_of_candidates_and_those_that_are_gone(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    names = [handle() for _ in range(4)]
    request_id, first = await candidates_of(
        api,
        installation,
        family,
        operator,
        {"vertical": mark},
        [
            {"handle": name, "vertical": mark, "followers": followers}
            for name, followers in zip(names, (5, 7, 7, 5), strict=True)
        ],
        limit="2",
    )
    assert [item["handle"] for item in first] == [names[1], names[2]], "the older of two equals"
    path = f"{PATH}/{request_id}/candidates"
    page = granted(await api.get(path, headers=operator, params={"limit": "2"}))
    # The best is gone meanwhile; the second page is what it was.
    granted(await fulfil(api, operator, parse_id("lreq", request_id), [first[0]["id"]]))
    params = {"limit": "2", "cursor": page["nextCursor"]}
    page = granted(await api.get(path, headers=operator, params=params))
    assert [item["handle"] for item in page["items"]] == [names[0], names[3]]
    page = granted(await api.get(path, headers=operator, params={"limit": "2"}))
    assert [item["handle"] for item in page["items"]] == [names[2], names[0]]
    assert list(issues(await api.get(f"{path}?limit=101", headers=operator))) == ["limit"]


@pytest.mark.parametrize(
    ("vertical", "words"),
    [
        ("food_and_drink", ["food", "drink"]),
        ("Food & Drink", ["food", "drink"]),
        ("the-of", []),
        ("Caf\u00e9, caf\u00e9", ["caf\u00e9"]),
    ],
)
def test_the_words_of_a_vertical(vertical: str, words: list[str]) -> None:
    assert words_of(vertical) == words
