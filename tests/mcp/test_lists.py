"""Lists come in small pages, which can be walked to their end, however large their items are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.mcp.calling import answer, connected, refusal, text_of

from partner_api.mcp.results import LARGEST_RESULT_BYTES

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

PROJECTS = 24


@pytest_asyncio.fixture(scope="module")
async def family(installation: Installation, api: httpx2.AsyncClient) -> Family:
    """A partner with projects, of which every other one is as large as can be."""
    family = await installation.family()
    for number in range(PROJECTS):
        body: dict[str, Any] = {"name": f"Project {number}", "timezone": "UTC"}
        if number % 2:
            body |= {"metadata": {"note": "x" * 8000}, "appDescription": "é" * 1000}
        response = await api.post("/v1/projects", json=body, headers=family.partner_key.headers)
        assert response.status_code == 201
    return family


@pytest.mark.parametrize("limit", [None, 200, 3])
async def test_all_items_come_once_and_no_page_is_too_large(
    limit: int | None, family: Family, server: Service
) -> None:
    asked = {} if limit is None else {"limit": limit}
    names: list[str] = []
    pages = 0
    cursor: dict[str, Any] = {}
    async with connected(server.base_url, family.partner_key.text) as client:
        while True:
            result = await client.call_tool("list_projects", {**asked, **cursor})
            page = answer(result)
            pages += 1
            names += [project["name"] for project in page["items"]]
            assert len(result.content[0].model_dump_json()) < LARGEST_RESULT_BYTES * 1.2
            assert len(page["items"]) <= (limit or 20)
            if limit == 200 and page["nextCursor"]:
                assert f"these are {len(page['items'])}. Go on with the argument cursor" in text_of(
                    result
                )
            if page["nextCursor"] is None:
                break
            cursor = {"cursor": page["nextCursor"]}
    assert len(names) == len(set(names)) == PROJECTS + 1
    assert pages > 2


async def test_a_cursor_of_another_list_is_refused_with_what_it_should_be(
    family: Family, server: Service
) -> None:
    async with connected(server.base_url, family.partner_key.text) as client:
        page = answer(await client.call_tool("list_projects", {"limit": 1}))
        for arguments in ({"search": "Project"}, {"status": ["active"]}):
            cursor = {"cursor": page["nextCursor"]}
            error = refusal(await client.call_tool("list_projects", {**arguments, **cursor}))
            assert error["details"]["issues"] == [
                {"path": "cursor", "message": "Expected nextCursor of a page with the same filters"}
            ]


async def test_many_calls_at_once_have_their_own_answers(family: Family, server: Service) -> None:
    async with connected(server.base_url, family.partner_key.text, mode="legacy") as client:
        results = await asyncio.gather(
            *(
                client.call_tool("list_projects", {"search": f"Project {n}", "limit": 100})
                for n in range(12)
            )
        )
    for number, result in enumerate(results):
        assert all(f"Project {number}" in item["name"] for item in answer(result)["items"])
