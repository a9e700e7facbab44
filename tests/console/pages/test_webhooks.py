"""The pages of webhooks: who fails first, what was sent, and sending it again once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.ops.webhooks import deliveries_of, fail
from tests.support.answers import granted
from tests.support.console import sign_in, text_of
from tests.support.installation import now, org_id
from tests.support.webhooks import add_delivery, add_endpoint

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
LIST = "/console/webhooks"


@pytest.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation, "operator")


async def deliveries(
    api: httpx2.AsyncClient, installation: Installation, endpoint_id: UUID
) -> list[dict[str, Any]]:
    headers = await installation.operator("viewer")
    items: list[dict[str, Any]] = granted(
        await api.get(deliveries_of(endpoint_id), headers=headers)
    )["items"]
    return items


async def test_those_that_fail_come_first(
    installation: Installation, family: Family, operator: Operator
) -> None:
    fine = await add_endpoint(installation, family.child)
    bad, worse = [await add_endpoint(installation, family.child) for _ in range(2)]
    await add_delivery(installation, family.child, bad, "failed")
    await fail(installation, family.child, bad, now(), error="<b>No</b> \u202eroute")
    await fail(installation, family.child, worse, now() - timedelta(days=400))
    page = await operator.get(LIST)
    failing = page.partition('<section id="failing"')[2].partition("</section>")[0]
    shown = re.findall(rf'data-href="{LIST}/([0-9a-f-]+)"', failing)
    assert shown.index(str(worse)) == 0, "the longest first"
    assert str(fine) not in shown
    assert str(fine) in page
    of = f"{LIST}?organizationId={org_id(family.child)}"
    page = await operator.get(f"{of}&failing=true")
    assert (str(bad) in page, str(fine) in page) == (True, False)
    assert "&lt;b&gt;No&lt;/b&gt; \\u202eroute" in page
    assert str(fine) in await operator.get(f"{of}&status=active")
    assert "No endpoint is like this" in await operator.get(f"{of}&status=paused")
    csv = await operator.get(f"{of}&failing=true&csv=endpoints")
    assert csv.splitlines()[0].startswith("Address,Status,Organization,")
    assert len(csv.splitlines()) == 3


async def test_an_endpoint_with_what_waits_and_what_was_sent(
    installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    made = {
        status: str(await add_delivery(installation, family.child, endpoint_id, status))
        for status in ("pending", "delivered", "failed", "abandoned")
    }
    page = await operator.get(f"{LIST}/{endpoint_id}")
    assert all(delivery_id in page for delivery_id in made.values())
    assert f"/console/organizations/{org_id(family.child)}" in page
    only = await operator.get(f"{LIST}/{endpoint_id}?status=abandoned")
    assert [one for one in made.values() if one in only] == [made["abandoned"]]
    none = await operator.get(f"{LIST}/{endpoint_id}?eventType=test.ping&status=")
    assert "Nothing is like this" in none
    csv = await operator.get(f"{LIST}/{endpoint_id}?csv=deliveries")
    assert len(csv.splitlines()) == 5
    assert "whsec_" not in page
    assert "There is no such page" in text_of(await operator.get(f"{LIST}/{MISSING}", 404))


async def test_a_delivery_with_each_attempt_and_what_was_answered(
    installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    await installation.owner.execute(
        "UPDATE webhook_attempts SET status = 500, error = 'The answer was 500.', body = $2 WHERE delivery_id = $1",
        delivery_id,
        "<h1>down</h1>\u202e\x1b\n".encode() * 40,
    )
    path = f"{LIST}/{endpoint_id}/deliveries/{delivery_id}"
    page = await operator.get(path)
    said = text_of(page)
    assert "It answered 500 after" in said
    assert "&lt;h1&gt;down&lt;/h1&gt;\\u202e\\x1b" in page
    assert "<h1>down" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "All of it: 40 lines" in said
    assert '<pre id="payload"' in page
    assert "Given up because" in said
    other = await add_endpoint(installation, family.child)
    await operator.get(f"{LIST}/{other}/deliveries/{delivery_id}", 404)


async def test_a_replay_is_one_however_often_it_is_sent(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "delivered")
    form = await operator.form(f"{LIST}/{endpoint_id}/deliveries/{delivery_id}", "replay")
    answers = await asyncio.gather(*(operator.send(form) for _ in range(3)))
    assert {one.status_code for one in answers} <= {303, 409}
    again = await operator.send(form)
    assert again.status_code == 303
    new = again.headers["location"].rpartition("/")[2]
    found = await deliveries(local_api, installation, endpoint_id)
    assert sorted(one["id"] for one in found) == sorted([str(delivery_id), new])
    shown = await operator.get(again.headers["location"])
    assert f"{LIST}/{endpoint_id}/deliveries/{delivery_id}" in shown, "what it is a replay of"


async def test_what_was_missed_is_sent_again_once(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    await add_delivery(installation, family.child, endpoint_id, "abandoned")
    form = await operator.form(f"{LIST}/{endpoint_id}", "recover")
    wrong = await operator.send(form, since="yesterday")
    assert wrong.status_code == 422
    assert 'value="yesterday"' in wrong.text, "what was filled in stays"
    assert re.search(r'id="recover-since-issue"', wrong.text)
    sent = {"since": f"{now() - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}", "until": ""}
    answers = await asyncio.gather(*(operator.send(form, **sent) for _ in range(2)))
    assert {one.status_code for one in answers} <= {303, 409}
    assert (await operator.send(form, **sent)).status_code == 303
    assert len(await deliveries(local_api, installation, endpoint_id)) == 2


async def test_what_the_server_paused_is_unpaused(
    installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    await fail(installation, family.child, endpoint_id, now(), paused="failures")
    page = f"{LIST}/{endpoint_id}"
    said = await operator.get(page)
    assert "after 20 failures in a row" in text_of(said)
    assert 'data-form="recover"' not in said
    assert 'data-form="replay"' not in await operator.get(f"{page}/deliveries/{delivery_id}")
    form = await operator.form(page, "unpause")
    for _ in range(2):
        assert (await operator.send(form)).status_code == 303
    assert 'data-form="recover"' in await operator.get(page)


async def test_to_a_suspended_organization_nothing_is_sent_again(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    page = f"{LIST}/{endpoint_id}"
    forms = [
        (await operator.form(page, "recover"), "recover"),
        (await operator.form(f"{page}/deliveries/{delivery_id}", "replay"), "replay"),
    ]
    await installation.set_status(family.child, "suspended")
    for form, name in forms:
        refused = await operator.send(form)
        assert refused.status_code == 409
        assert "suspended" in text_of(refused.text)
        assert f'data-form="{name}"' not in refused.text
    assert len(await deliveries(local_api, installation, endpoint_id)) == 1


async def test_a_viewer_sees_no_form_and_may_send_none(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    endpoint_id = await add_endpoint(installation, family.child)
    delivery_id = await add_delivery(installation, family.child, endpoint_id, "abandoned")
    viewer = await sign_in(local_api, installation, "viewer")
    page = f"{LIST}/{endpoint_id}"
    delivery = f"{page}/deliveries/{delivery_id}"
    for shown, name in ((page, "recover"), (page, "unpause"), (delivery, "replay")):
        assert f'data-form="{name}"' not in await viewer.get(shown)
        fields = {
            "form": name,
            "page": shown,
            "idempotencyKey": str(uuid4()),
            "since": "2026-01-01T00:00:00Z",
        }
        assert (await viewer.post(f"{shown}/{name}", fields)).status_code == 403
    assert len(await deliveries(local_api, installation, endpoint_id)) == 1
