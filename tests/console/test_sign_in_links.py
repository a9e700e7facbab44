"""One-time links: looking at one uses nothing up, and it opens one session."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.console.test_sessions import HERE, PAGE, change, events, token_of
from tests.support.answers import granted, refused
from tests.support.console import Operator, forms_of, sign_in_with, text_of
from tests.support.installation import now

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

ROUTE = "/ops/v1/sign-in-links"


async def link(client: httpx2.AsyncClient, token: str, **body: Any) -> str:
    """Where a new link is."""
    headers = {"Authorization": f"Bearer {token}"}
    made = granted(await client.post(ROUTE, json=body, headers=headers), 201)
    path: str = made["url"]
    return path


async def test_a_link_signs_in_once_however_often_it_is_looked_at(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    token = token_of(await installation.operator("viewer"))
    path = await link(local_api, token)
    for _ in range(3):
        page = await local_api.get(path)
        assert page.status_code == 200
        assert f"signs you in as viewer {token.split('_')[1]}" in text_of(page.text)
        assert list(forms_of(page.text)) == [path]
    answer = await local_api.post(path, headers=HERE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console"
    operator = Operator(local_api, answer.headers["set-cookie"].partition(";")[0])
    await operator.get(PAGE)
    used = await local_api.post(path, headers=HERE)
    assert used.status_code == (await local_api.get(path)).status_code == 410
    assert "has been used" in text_of(used.text)
    # A second click, in the browser that it has signed in, just goes on.
    again = await operator.post(path, {})
    assert (again.status_code, again.headers["location"]) == (303, "/console")
    kinds = [event for event, _ in await events(installation, token)]
    assert kinds == ["operator.link_created", "operator.signed_in"]
    assert (await events(installation, token))[1][1]["by"] == "link"


async def test_a_link_that_many_use_at_the_same_instant_signs_one_of_them_in(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    path = await link(local_api, token_of(await installation.operator("viewer")))
    answers = await asyncio.gather(*[local_api.post(path, headers=HERE) for _ in range(6)])
    assert sorted(answer.status_code for answer in answers) == [303, *[410] * 5]
    assert len([answer for answer in answers if "set-cookie" in answer.headers]) == 1


@pytest.mark.parametrize(
    "columns", ["revoked_at = $2", "expires_at = $2", "keyid = reverse(keyid), rotated_at = $2"]
)
async def test_a_link_ends_with_the_token_that_made_it(
    local_api: httpx2.AsyncClient, installation: Installation, columns: str
) -> None:
    token = token_of(await installation.operator("viewer"))
    path = await link(local_api, token)
    await change(installation, token, columns, now())
    assert (await local_api.get(path)).status_code == 410
    assert (await local_api.post(path, headers=HERE)).status_code == 410


async def test_a_link_ends_in_time(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    path = await link(local_api, token_of(await installation.operator("viewer")))
    async with installation.owner.acquire() as connection:
        await connection.execute(
            "UPDATE sign_in_links SET expires_at = $2 WHERE keyid = $1",
            path.split("_")[1],
            now() - timedelta(seconds=1),
        )
    assert (await local_api.post(path, headers=HERE)).status_code == 410


@pytest.mark.parametrize("text", [f"lpl_{'0' * 16}_{'A' * 43}", "lpl_x", "x", "%00"])
async def test_what_is_no_link_is_not_found(local_api: httpx2.AsyncClient, text: str) -> None:
    for answer in (
        await local_api.get(f"/console/sign-in/{text}"),
        await local_api.post(f"/console/sign-in/{text}", headers=HERE),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("seconds", [59, 3601, "300"])
async def test_a_link_lasts_one_minute_to_one_hour(
    local_api: httpx2.AsyncClient, installation: Installation, seconds: object
) -> None:
    headers = await installation.operator("viewer")
    answer = await local_api.post(ROUTE, json={"expiresInSeconds": seconds}, headers=headers)
    assert answer.status_code == 422


async def test_a_worker_gets_none(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    answer = await local_api.post(ROUTE, json={}, headers=await installation.operator("worker"))
    refused(answer, "FORBIDDEN_SCOPE")


async def test_a_session_cannot_make_a_link_to_go_on_for_ever(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in_with(local_api, token_of(await installation.operator("admin")))
    refused(await local_api.post(ROUTE, json={}, headers=operator.headers), "UNAUTHENTICATED")
