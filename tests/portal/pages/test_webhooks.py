"""What was sent to an organization's endpoints, and sending it again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.support.console import text_of
from tests.support.portal import open_portal
from tests.support.webhooks import add_delivery, add_endpoint

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation

LIST = "/portal/webhooks"


@pytest_asyncio.fixture
async def visitor(local_api: httpx2.AsyncClient, family: Family) -> Operator:
    return await open_portal(local_api, family.child_key.headers)


async def replays(installation: Installation, family: Family) -> list[str]:
    """The sessions that have sent something again."""
    rows = await installation.owner.fetch(
        "SELECT details ->> 'portalSessionId' AS session FROM audit_events "
        "WHERE tenant_id = $1 AND event_type = 'webhook_delivery.replayed'",
        family.child.tenant_id,
    )
    return [row["session"] for row in rows]


async def test_deliveries_are_shown_with_their_attempts(
    installation: Installation, family: Family, visitor: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child, events=["job.failed"])
    await installation.owner.execute(
        "UPDATE webhook_endpoints SET url = 'https://user:pw@hooks.example.test/a?token=secret' "
        "WHERE tenant_id = $1 AND id = $2",
        family.child.tenant_id,
        endpoint_id,
    )
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    shown = await visitor.get(LIST)
    assert "hooks.example.test/a" in shown
    page = f"{LIST}/{endpoint_id}"
    assert str(delivery_id) in await visitor.get(page)
    assert str(delivery_id) not in await visitor.get(f"{page}?status=delivered")
    delivery = await visitor.get(f"{page}/deliveries/{delivery_id}")
    assert "received" in text_of(delivery)
    assert "endpoint paused" in text_of(delivery)
    assert "\\n" not in text_of(delivery)
    for one in (shown, await visitor.get(page), delivery):
        assert "secret" not in one
        assert "pw" not in one


async def test_a_delivery_is_sent_again_once_however_often_it_is_asked_for(
    installation: Installation, family: Family, visitor: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child, events=["job.failed"])
    delivery_id = await add_delivery(installation, family.child, endpoint_id)
    page = f"{LIST}/{endpoint_id}/deliveries/{delivery_id}"
    form = await visitor.form(page, "replay")
    answers = await asyncio.gather(*(visitor.send(form) for _ in range(4)))
    answers = [
        answer if answer.status_code != 409 else await visitor.send(form) for answer in answers
    ]
    assert {answer.status_code for answer in answers} == {303}
    (address,) = {answer.headers["location"] for answer in answers}
    assert text_of(await visitor.get(address)).startswith("Webhooks")
    (session,) = await replays(installation, family)
    assert session
    # Another form is another wish.
    await visitor.send(await visitor.form(page, "replay"))
    assert len(await replays(installation, family)) == 2


async def test_a_refusal_shows_the_page_again(
    installation: Installation, family: Family, visitor: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child, events=["job.failed"])
    delivery_id = await add_delivery(installation, family.child, endpoint_id)
    page = f"{LIST}/{endpoint_id}/deliveries/{delivery_id}"
    form = await visitor.form(page, "replay")
    await installation.owner.execute(
        "UPDATE webhook_endpoints SET status = 'paused' WHERE tenant_id = $1 AND id = $2",
        family.child.tenant_id,
        endpoint_id,
    )
    answer = await visitor.send(form)
    assert answer.status_code == 409
    assert "paused" in text_of(answer.text)
    assert await replays(installation, family) == []


@pytest.mark.parametrize("wrong", ["Origin", "Sec-Fetch-Site"])
async def test_another_site_sends_nothing_again(
    installation: Installation,
    local_api: httpx2.AsyncClient,
    family: Family,
    visitor: Operator,
    wrong: str,
) -> None:
    endpoint_id = await add_endpoint(installation, family.child, events=["job.failed"])
    delivery_id = await add_delivery(installation, family.child, endpoint_id)
    form = await visitor.form(f"{LIST}/{endpoint_id}/deliveries/{delivery_id}", "replay")
    value = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}[wrong]
    answer = await local_api.post(
        form.action, data=form.fields, headers={**visitor.headers, wrong: value}
    )
    assert answer.status_code == 403
    assert await replays(installation, family) == []


async def test_a_key_that_may_only_read_opens_a_session_that_only_reads(
    installation: Installation, local_api: httpx2.AsyncClient, family: Family
) -> None:
    endpoint_id = await add_endpoint(installation, family.child, events=["job.failed"])
    delivery_id = await add_delivery(installation, family.child, endpoint_id)
    key = await installation.key(family.child, "webhooks:read")
    reader = await open_portal(local_api, key.headers)
    page = f"{LIST}/{endpoint_id}/deliveries/{delivery_id}"
    assert "replay" not in await reader.get(page)
    fields = {"idempotencyKey": str(uuid4()), "form": "replay", "page": page}
    answer = await reader.post(f"{page}/replay", fields)
    assert answer.status_code == 403
    assert await replays(installation, family) == []


async def test_what_an_endpoint_for_all_children_got_is_not_shown(
    installation: Installation, local_api: httpx2.AsyncClient, family: Family
) -> None:
    endpoint_id = await add_endpoint(installation, family.partner, scope="all_children")
    delivery_id = await add_delivery(installation, family.partner, endpoint_id)
    visitor = await open_portal(local_api, family.partner_key.headers)
    shown = await visitor.get(f"{LIST}/{endpoint_id}")
    assert "events of other organizations" in shown
    assert str(delivery_id) not in shown
    await visitor.get(f"{LIST}/{endpoint_id}/deliveries/{delivery_id}", 403)
