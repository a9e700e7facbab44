"""The part of the tour through both APIs that is about webhooks and the feed: what is sent is received and verified."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.support.receiver import Receiver

from layers_partner import webhooks

if TYPE_CHECKING:
    from tests.sdk.callers import Caller

SECONDS = 120


async def call_webhook_methods(sandbox: Caller, operator: Caller, org_id: str) -> None:
    """Call everything of webhooks and events.

    Args:
        sandbox: of a key of the test environment, where events can be made.
        operator: of the operator.
        org_id: of the partner.
    """
    do = sandbox.call
    async with Receiver() as receiver:
        made = await do(
            "webhook_endpoints.create",
            url=receiver.url("/early"),
            events=["credits.low"],
            metadata={"snake_key": "1"},
        )
        endpoint_id = made["endpoint"]["id"]
        changed = await do(
            "webhook_endpoints.update",
            endpointId=endpoint_id,
            url=receiver.url(),
            events=["*"],
            description="All that there is",
        )
        assert changed == await do("webhook_endpoints.retrieve", endpointId=endpoint_id)
        assert (await do("webhook_endpoints.list", limit=1))["items"] == [changed]
        rotated = await do("webhook_endpoints.rotate_secret", endpointId=endpoint_id)
        secrets = [rotated["signingSecret"], made["signingSecret"]]

        tested = await do("webhook_endpoints.test", endpointId=endpoint_id, payload={"a_Key": 1})
        await receiver.until(lambda: len(receiver.requests) == 1)
        ping: Any = webhooks.verify(
            receiver.requests[0].body, receiver.requests[0].headers, secrets[0]
        )
        assert (ping["id"], ping["data"]) == (tested["eventId"], {"a_Key": 1})

        at_the_end = (await sandbox.walk("events.follow", at_most=1))[0]["cursor"]
        sample = await do("events.create_sample", type="credits.low", data={"available": 7})
        await receiver.until(lambda: len(receiver.requests) == 2)
        # While the secret is changed, the old one is as good.
        low: Any = webhooks.verify(
            receiver.requests[1].body, receiver.requests[1].headers, secrets[1]
        )
        assert low == sample
        assert low["data"]["available"] == 7
        (look,) = await sandbox.walk("events.follow", at_most=1, cursor=at_the_end, wait=20)
        assert look["events"] == [sample]
        assert (await do("events.list", cursor=at_the_end, limit=10))["items"] == [sample]
        page = await do("events.list", since=low["createdAt"], type=["credits.low", "job.failed"])
        assert page["items"] == [sample]
        assert await sandbox.walk("events.list", cursor=look["cursor"]) == []

        await _deliveries(sandbox, operator, endpoint_id, receiver)
        await _operator(operator, endpoint_id, org_id)
        deleted = await do("webhook_endpoints.delete", endpointId=endpoint_id)
        assert deleted == {"id": endpoint_id, "deleted": True}


async def _deliveries(
    sandbox: Caller, operator: Caller, endpoint_id: str, receiver: Receiver
) -> None:
    do = sandbox.call
    listed = await do("webhook_endpoints.deliveries.list", endpointId=endpoint_id)
    assert [one["eventType"] for one in listed["items"]] == ["credits.low", "test.ping"]
    newest = await _delivered(sandbox, listed["items"][0]["id"])
    assert newest["payload"]["type"] == "credits.low"
    assert [attempt["status"] for attempt in newest["attempts"]] == [204]
    replayed = await do("webhook_deliveries.replay", deliveryId=newest["id"])
    repeated = await _delivered(sandbox, replayed["replayDeliveryId"])
    assert repeated["payload"]["replayOf"] == newest["id"]
    since = newest["payload"]["createdAt"]
    recovered = await do("webhook_endpoints.recover", endpointId=endpoint_id, since=since)
    assert recovered == {"deliveries": 0, "hasMore": False}
    ids = {"endpointId": endpoint_id, "deliveryId": newest["id"]}
    again = await operator.call("webhook_endpoints.deliveries.replay", **ids)
    await receiver.until(lambda: len(receiver.requests) == 4)
    await _delivered(sandbox, again["replayDeliveryId"])


async def _delivered(sandbox: Caller, delivery_id: str) -> dict[str, Any]:
    """Return a delivery once it has ended: the receiver has answered before the server notes it."""
    async with asyncio.timeout(SECONDS):
        while True:
            found: dict[str, Any] = await sandbox.call(
                "webhook_deliveries.retrieve", deliveryId=delivery_id
            )
            if found["status"] == "delivered":
                return found
            await asyncio.sleep(0.05)


async def _operator(operator: Caller, endpoint_id: str, org_id: str) -> None:
    do = operator.call
    listed = await do("webhook_endpoints.list", organizationId=org_id, limit=10)
    assert [one["id"] for one in listed["items"]] == [endpoint_id]
    shown = await do("webhook_endpoints.retrieve", endpointId=endpoint_id)
    assert await do("webhook_endpoints.unpause", endpointId=endpoint_id) == shown
    deliveries = await do("webhook_endpoints.deliveries.list", endpointId=endpoint_id, limit=100)
    assert len(deliveries["items"]) == 4
    first = deliveries["items"][-1]["id"]
    one = await do(
        "webhook_endpoints.deliveries.retrieve", endpointId=endpoint_id, deliveryId=first
    )
    assert one["eventType"] == "test.ping"
    recovered = await do(
        "webhook_endpoints.recover", endpointId=endpoint_id, since=one["payload"]["createdAt"]
    )
    assert recovered == {"deliveries": 0, "hasMore": False}
