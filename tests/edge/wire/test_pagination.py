"""Pages: no row twice, none left out, and a cursor that fits one list only."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.edges import add_key, issues_of
from tests.support.sample import THINGS

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

    from partner_api.database.connection import Connection

PROJECT = uuid4()


async def _page(
    client: httpx2.AsyncClient, headers: dict[str, str], project: object = PROJECT, **query: Any
) -> httpx2.Response:
    return await client.get(f"/v1/projects/{project}/things", params=query, headers=headers)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_pages_follow_each_other_to_the_end(
    client: httpx2.AsyncClient, family: Family, limit: int
) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        response = await _page(client, family.partner.headers, **query)
        body = response.json()
        assert set(body) == {"items", "nextCursor"}
        assert len(body["items"]) <= limit
        seen += [item["number"] for item in body["items"]]
        if body["nextCursor"] is None:
            break
        assert len(body["items"]) == limit, "only the last page may be short"
        query["cursor"] = body["nextCursor"]
    assert seen == list(range(1, THINGS + 1))


async def test_a_last_page_that_is_full_says_that_it_is_the_last(
    client: httpx2.AsyncClient, family: Family
) -> None:
    first = (await _page(client, family.partner.headers, limit=5)).json()
    last = (await _page(client, family.partner.headers, limit=5, cursor=first["nextCursor"])).json()
    assert (len(last["items"]), last["nextCursor"]) == (5, None)


async def test_the_limit_may_change_from_page_to_page(
    client: httpx2.AsyncClient, family: Family
) -> None:
    first = (await _page(client, family.partner.headers, limit=2)).json()
    second = await _page(client, family.partner.headers, limit=5, cursor=first["nextCursor"])
    assert [item["number"] for item in second.json()["items"]] == [3, 4, 5, 6, 7]


async def test_a_cursor_is_opaque_base64url(client: httpx2.AsyncClient, family: Family) -> None:
    cursor = (await _page(client, family.partner.headers)).json()["nextCursor"]
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


async def test_a_cursor_fits_its_own_list_and_filters_only(
    client: httpx2.AsyncClient, family: Family, connection: Connection
) -> None:
    headers = family.partner.headers
    cursor = (await _page(client, headers, status="assigned")).json()["nextCursor"]
    same = await _page(client, headers, status="assigned", cursor=cursor)
    assert same.status_code == 200
    by_prefix = await _page(client, headers, f"prj_{PROJECT}", status="assigned", cursor=cursor)
    assert by_prefix.status_code == 200
    inside = {**headers, "X-Layers-Organization": str(family.child.organization_id)}
    second_key = await add_key(connection, family.partner.wallet, ["*"])
    assert (await _page(client, second_key.headers, status="assigned", cursor=cursor)).is_success
    for response in (
        await _page(client, headers, cursor=cursor),
        await _page(client, headers, status="disconnected", cursor=cursor),
        await _page(client, headers, status="assigned", projectId=str(PROJECT), cursor=cursor),
        await _page(client, headers, uuid4(), status="assigned", cursor=cursor),
        await _page(client, inside, status="assigned", cursor=cursor),
        await _page(client, family.child.headers, status="assigned", cursor=cursor),
    ):
        assert set(issues_of(response)) == {"cursor"}


async def test_no_altered_cursor_is_accepted(client: httpx2.AsyncClient, family: Family) -> None:
    headers = family.partner.headers
    cursor = (await _page(client, headers)).json()["nextCursor"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    altered = [
        base64.urlsafe_b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        .rstrip(b"=")
        .decode()
        for at in range(len(raw))
    ]
    for text in (*altered, "", "a", "!", cursor + "=", cursor[:-2], cursor * 50, "é", "a b"):
        assert set(issues_of(await _page(client, headers, cursor=text))) == {"cursor"}


@pytest.mark.parametrize("limit", ["0", "6", "-1", "x", "", "9" * 30])
async def test_a_limit_out_of_range_is_refused_and_not_cut(
    client: httpx2.AsyncClient, family: Family, limit: str
) -> None:
    response = await _page(client, family.partner.headers, limit=limit)
    assert set(issues_of(response)) == {"limit"}
