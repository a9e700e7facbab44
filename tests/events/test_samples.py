"""`POST /v1/events/samples`: events of the test environment that are like real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args
from uuid import uuid4

import pytest
from msgspec import to_builtins
from tests.support.answers import granted, issues, refused
from tests.support.installation import EVERYTHING, org_id
from tests.support.webhooks import add_endpoint

from partner_api.events.feed_schemas import ChangeName
from partner_api.events.type_schemas import EVENT_TYPES

if TYPE_CHECKING:
    from tests.support.installation import Family, Key
    from tests.support.quiet import Quiet

PATH = "/v1/events/samples"


async def key_of(quiet: Quiet, quiet_family: Family) -> Key:
    """A key of the partner's test environment."""
    tenant = await quiet.installation.test_tenant(quiet_family.partner)
    return await quiet.installation.key(tenant, *EVERYTHING, env="test")


async def test_a_sample_is_in_the_feed_and_sent_to_endpoints(
    quiet: Quiet, quiet_family: Family
) -> None:
    key = await key_of(quiet, quiet_family)
    endpoint = await add_endpoint(quiet.installation, key.wallet)
    rung = quiet.services.bell.listen("outbox")
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    body = {"type": "leased_account.renewed", "data": {"projectId": "prj_mine", "more": [1]}}
    made = granted(await quiet.api.post(PATH, json=body, headers=headers), 201)
    assert granted(await quiet.api.post(PATH, json=body, headers=headers), 201) == made
    assert rung.is_set()
    assert made["type"] == "leased_account.renewed"
    assert made["data"] == {
        **to_builtins(EVENT_TYPES["leased_account.renewed"].example),
        "organizationId": org_id(quiet_family.partner),
        "projectId": "prj_mine",
        "more": [1],
    }
    await quiet.publish(key.wallet)
    assert granted(await quiet.api.get("/v1/events", headers=key.headers))["items"] == [made]
    path = f"/v1/webhook-endpoints/{endpoint}/deliveries"
    (delivery,) = granted(await quiet.api.get(path, headers=key.headers))["items"]
    path = f"/v1/webhook-deliveries/{delivery['id']}"
    assert granted(await quiet.api.get(path, headers=key.headers))["payload"] == made
    live = granted(await quiet.api.get("/v1/events", headers=quiet_family.partner_key.headers))
    assert live["items"] == []
    rows = await quiet.installation.owner.fetch(
        "SELECT details FROM audit_events WHERE tenant_id = $1 AND event_type = 'event.sampled'",
        key.wallet.tenant_id,
    )
    assert [row["details"] for row in rows] == [{"eventId": made["id"], "type": made["type"]}]


@pytest.mark.parametrize("name", get_args(ChangeName))
async def test_there_is_a_sample_of_each_type(
    quiet: Quiet, quiet_family: Family, name: str
) -> None:
    key = await key_of(quiet, quiet_family)
    made = granted(await quiet.api.post(PATH, json={"type": name}, headers=key.headers), 201)
    assert made["data"]["organizationId"] == org_id(quiet_family.partner)


async def test_whose_event_it_is_cannot_be_pretended(quiet: Quiet, quiet_family: Family) -> None:
    key = await key_of(quiet, quiet_family)
    body = {"type": "credits.low", "data": {"organizationId": org_id(quiet_family.child)}}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    assert made["organizationId"] == made["data"]["organizationId"] == org_id(quiet_family.partner)


async def test_not_in_the_live_environment(quiet: Quiet, quiet_family: Family) -> None:
    body = {"type": "credits.low"}
    response = await quiet.api.post(PATH, json=body, headers=quiet_family.partner_key.headers)
    refused(response, "FORBIDDEN_SCOPE")
    assert "test" in response.json()["error"]["message"]


async def test_what_cannot_be_pretended(quiet: Quiet, quiet_family: Family) -> None:
    key = await key_of(quiet, quiet_family)
    for body, issue in (
        ({"type": "test.ping"}, "type"),
        ({"type": "post.published"}, "type"),
        ({"type": "job.done"}, "type"),
        ({"type": "credits.low", "data": {"x": "y" * 16_384}}, "data"),
        ({"type": "credits.low", "data": "x"}, "data"),
        ({"type": "credits.low", "data": {"available": "none"}}, "data"),
        ({}, "type"),
    ):
        response = await quiet.api.post(PATH, json=body, headers=key.headers)
        assert list(issues(response)) == [issue]
