"""What holds for every page and every form of the console."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest
from tests.contract.route_table import ROUTES
from tests.support.console import ORIGIN, forms_of, sign_in, text_of
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

PAGES = [
    name.partition(" ")[2]
    for name in ROUTES
    if name.startswith("GET /console") and "." not in name and "sign-in" not in name
]
FORMS = [name.partition(" ")[2] for name in ROUTES if name.startswith("POST /console")]
ADDRESSES = sorted({*PAGES, *FORMS, "/console/no-such-page", "/console/console.css"})


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_frame_no_foreign_file_no_copy(
    local_api: httpx2.AsyncClient, address: str
) -> None:
    for answer in (await local_api.get(address), await local_api.post(address)):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        if headers.get("content-type", "").startswith("text/html"):
            policy = headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", PAGES)
async def test_somebody_without_a_session_is_led_to_the_sign_in_and_back(
    local_api: httpx2.AsyncClient, address: str
) -> None:
    answer = await local_api.get(f"{address}?status=active")
    assert answer.status_code == 401
    form = forms_of(answer.text)["/console/sign-in"]
    assert form.fields["to"] == f"{quote(address)}?status=active"


OTHER_SITES = [
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": f"{ORIGIN}.evil.example"},
    {"Origin": f"{ORIGIN}:8443"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_a_form_of_another_site_is_refused(
    local_api: httpx2.AsyncClient, address: str, headers: dict[str, str]
) -> None:
    answer = await local_api.post(
        address, headers={"Host": ORIGIN.partition("//")[2], **headers}, data={"a": "b"}
    )
    assert answer.status_code == 403
    assert "sent from another site" in text_of(answer.text)


async def test_a_payment_is_recorded_once_however_often_it_is_sent(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    page = f"/console/organizations/{org_id(family.partner)}"
    form = await operator.form(page, "topup")
    for _ in range(2):
        answer = await operator.send(form, amountCents="2500", description="Wire")
        assert answer.status_code == 303
    assert "$25.00" in text_of(await operator.get(page))


async def test_a_viewer_may_send_nothing_that_the_api_would_refuse(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Before anything else is looked at: the forms of pages that only a viewer sees are not checked first."""
    viewer = await sign_in(local_api, installation, "viewer")
    own = ("/sessions/", "/sign-out", "/sign-in", "/discard", "/preview")
    for address in FORMS:
        if any(part in address for part in own):
            continue
        sent = re.sub(r"\{\w+\}", "any", address.replace("{orgId}", org_id(family.partner)))
        answer = await viewer.post(sent, {"form": "any", "idempotencyKey": "k"})
        assert answer.status_code == 403, address
        assert "needs the role" in text_of(answer.text), address


async def test_a_form_that_is_sent_twice_at_the_same_instant_is_answered_twice_and_done_once(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation)
    name = f"Partner {uuid4()}"
    form = await operator.form("/console/organizations/new", "new")
    answers = await asyncio.gather(*(operator.send(form, name=name) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["location"] for answer in answers}) == 1
    found = await operator.get(f"/console/organizations?search={name}")
    assert found.count('class="row-link"') == 1
