"""The audit log in the console: who did what, with links to what it was done to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from tests.ops.answering import lreq, reject
from tests.support.answers import granted
from tests.support.console import Operator, sign_in, text_of
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest_asyncio.fixture
async def viewer(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    """Somebody who may look."""
    return await sign_in(local_api, installation, "viewer")


async def test_a_row_names_who_did_what_and_links_to_what_it_is_about(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, viewer: Operator
) -> None:
    operator = await installation.operator("operator")
    request = await installation.lease_request(family.child)
    note = "<b>None</b> left \u202e"
    answer = await reject(local_api, operator, request, "<b>None</b> left")
    granted(answer)
    page = f"/console/audit?organizationId={org_id(family.child)}"
    html = await viewer.get(page)
    text = text_of(html)
    assert "lease_request.rejected" in text
    assert "operator " in text
    assert "&lt;b&gt;None&lt;/b&gt; left" in html
    assert note[:4] not in html.partition("<main")[2]
    assert f'href="/console/lease-requests/{lreq(request)}"' in html
    assert f'href="/console/organizations/{org_id(family.child)}"' in html
    by_request = f"/console/audit?requestId={answer.headers['X-Request-Id']}"
    assert by_request in html
    assert text_of(await viewer.get(by_request)).count("lease_request.rejected") == 1


async def test_filters_are_in_the_address_and_days_are_whole(
    local_api: httpx2.AsyncClient, family: Family, viewer: Operator
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}"
    renamed = await local_api.patch(path, json={"name": "New"}, headers=family.partner_key.headers)
    today = granted(renamed)["updatedAt"][:10]
    page = f"/console/audit?organizationId={org_id(family.partner)}"
    for query, is_found in {
        f"since={today}&until={today}": True,
        "until=2020-01-01": False,
        "eventType=organization.updated": True,
        "eventType=organization.suspended": False,
        "actor=partner_api": True,
        "actor=system": False,
        "operator=nobody": False,
    }.items():
        html = await viewer.get(f"{page}&{query}")
        assert ("organization.updated" in text_of(html)) is is_found, query
    csv = await viewer.get(f"{page}&csv=audit")
    assert csv.splitlines()[0] == "Event,At,By,Organization,About,Request"
    assert any(line.startswith("organization.updated,") for line in csv.splitlines())


async def test_a_filter_that_is_none_says_so(viewer: Operator) -> None:
    wrong = {
        "organizationId=nothing": "Organization",
        "since=yesterday": "From",
        "requestId=req_1": "Request",
        "actor=me": "By",
    }
    for query, label in wrong.items():
        html = await viewer.get(f"/console/audit?{query}", 422)
        assert f"{label}: Expected" in text_of(html)
