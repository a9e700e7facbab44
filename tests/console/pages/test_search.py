"""The search of the console: an id leads to its page, everything else to a list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

import pytest_asyncio
from tests.ops.answering import lreq
from tests.support.answers import granted
from tests.support.console import Operator, sign_in, text_of
from tests.support.installation import handle, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest_asyncio.fixture
async def viewer(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    """Somebody who may look."""
    return await sign_in(local_api, installation, "viewer")


def address(text: str) -> str:
    return f"/console/search?{urlencode({'q': text})}"


async def test_an_id_leads_to_its_page(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, viewer: Operator
) -> None:
    account = format_id("pool", await installation.pool_account(handle(), 5))
    request = lreq(await installation.lease_request(family.child))
    request_id = (await local_api.get("/healthz")).headers["X-Request-Id"]
    key = family.child_key.headers["Authorization"].removeprefix("Bearer ")
    child = f"/console/organizations/{org_id(family.child)}"
    pages = {
        org_id(family.child): child,
        f"  {org_id(family.child)} ": child,
        format_id("key", family.child_key.key_id): f"{child}/keys",
        key[: len("lp_live_") + 16]: f"{child}/keys",
        account: f"/console/pool/{account}",
        account.removeprefix("pool_"): f"/console/pool/{account}",
        request: f"/console/lease-requests/{request}",
        request_id: f"/console/audit?requestId={request_id}",
    }
    for text, page in pages.items():
        answer = await local_api.get(address(text), headers=viewer.headers)
        assert (answer.status_code, answer.headers.get("location")) == (303, page), text


async def test_a_text_leads_to_a_list(
    local_api: httpx2.AsyncClient, family: Family, viewer: Operator
) -> None:
    mark = uuid4().hex
    for name in (f"{mark} <b>One</b>", f"{mark} Two"):
        granted(
            await local_api.post(
                "/v1/organizations", json={"name": name}, headers=family.partner_key.headers
            ),
            201,
        )
    html = await viewer.get(address(mark))
    assert f"{mark} &lt;b&gt;One&lt;/b&gt;" in html
    assert f"{mark} Two" in html
    assert html.count('data-href="/console/organizations/org_') == 2
    answer = await local_api.get(address(f"{mark} two"), headers=viewer.headers)
    assert answer.status_code == 303


async def test_what_is_not_found_is_said_and_kept_in_the_field(viewer: Operator) -> None:
    text = '"><script>alert(1)</script>'
    html = await viewer.get(address(text))
    assert "Nothing has this id" in text_of(html)
    assert "<script>alert" not in html
    assert "&gt;&lt;script&gt;alert(1)" in html


async def test_without_a_text_the_page_says_what_can_be_found(viewer: Operator) -> None:
    for path in ("/console/search", "/console/search?q=", "/console/search?q=+"):
        assert "the beginning of a name" in text_of(await viewer.get(path))
    await viewer.get(address("x" * 201), 422)
