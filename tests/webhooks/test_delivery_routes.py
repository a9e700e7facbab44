"""Deliveries: the list, a single one with its attempts, tests and replays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.endpoints import claim
from tests.support.installation import ago, now, org_id
from tests.support.quiet import example_data
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.clock import format_milliseconds, parse_timestamp
from partner_api.ids import format_id

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet

    from partner_api.webhooks.sending_store import ClaimedDelivery

PATH = "/v1/webhook-endpoints"
DELIVERIES = "/v1/webhook-deliveries"
STATES = ["pending", "delivering", "delivered", "failed", "abandoned"]
FIELDS = [
    "id",
    "endpointId",
    "eventId",
    "eventType",
    "status",
    "nextRetryAt",
    "deliveredAt",
    "abandonedAt",
    "abandonedReason",
    "lastResponseStatus",
    "lastResponseAt",
    "lastErrorMessage",
    "createdAt",
    "attempts",
]


async def row_of(quiet: Quiet, delivery_id: UUID | str) -> Any:
    return await quiet.installation.owner.fetchrow(
        "SELECT * FROM webhook_deliveries WHERE id = $1", UUID(str(delivery_id))
    )


async def due_at(quiet: Quiet, endpoint_id: UUID) -> Any:
    """When the endpoint has something to send next."""
    return await quiet.installation.owner.fetchval(
        "SELECT next_due_at FROM webhook_queues WHERE endpoint_id = $1", endpoint_id
    )


async def read(quiet: Quiet, quiet_family: Family, delivery_id: UUID | str) -> Any:
    path = f"{DELIVERIES}/{delivery_id}"
    return granted(await quiet.api.get(path, headers=quiet_family.partner_key.headers))


# Reading ------------------------------------------------------------------------------------------


async def test_the_list_has_filters_and_pages(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    other = await add_endpoint(quiet.installation, quiet_family.partner)
    await add_delivery(quiet.installation, quiet_family.partner, other)
    made = [
        await add_delivery(quiet.installation, quiet_family.partner, endpoint, state)
        for state in STATES
    ]
    made.append(
        await add_delivery(
            quiet.installation, quiet_family.partner, endpoint, event_type="credits.low"
        )
    )
    newest_first = sorted((str(one) for one in made), reverse=True)
    path, headers = f"{PATH}/{endpoint}/deliveries", quiet_family.partner_key.headers

    async def ids(**params: Any) -> list[str]:
        response = await quiet.api.get(path, params=params, headers=headers)
        return [item["id"] for item in granted(response)["items"]]

    assert await ids() == newest_first
    assert await ids(status="failed") == [str(made[3])]
    assert sorted(await ids(status=["pending", "abandoned"])) == sorted(
        [str(made[0]), str(made[4])]
    )
    assert await ids(eventType="credits.low") == [str(made[5])]
    assert await ids(eventType="credits.low", status="failed") == []
    first = granted(await quiet.api.get(f"{path}?limit=4", headers=headers))
    rest = await ids(limit=4, cursor=first["nextCursor"])
    assert [item["id"] for item in first["items"]] + rest == newest_first
    assert all(list(item) == FIELDS for item in first["items"])
    for query, issue in (
        ("limit=0", "limit"),
        ("status=sent", "status"),
        ("eventType=x", "eventType"),
    ):
        response = await quiet.api.get(f"{path}?{query}", headers=headers)
        assert list(issues(response)) == [issue]


async def test_each_state_as_it_is_shown(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    for state in STATES:
        made = await add_delivery(quiet.installation, quiet_family.partner, endpoint, state)
        shown = await read(quiet, quiet_family, made)
        assert shown["status"] == state
        assert (shown["nextRetryAt"] is not None) == (state in ("pending", "failed"))
        assert (shown["deliveredAt"] is not None) == (state == "delivered")
        assert (shown["abandonedAt"] is not None) == (state == "abandoned")
        reason = "endpoint_paused" if state == "abandoned" else None
        assert shown["abandonedReason"] == reason


async def test_a_delivery_with_what_is_sent_and_its_attempts(
    quiet: Quiet, quiet_family: Family
) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    event_id = await quiet.happen(quiet_family.partner, "job.completed")
    await quiet.publish(quiet_family.partner)
    (row,) = await quiet.installation.owner.fetch(
        "SELECT id FROM webhook_deliveries WHERE endpoint_id = $1", endpoint
    )
    await quiet.installation.owner.execute(
        """
        INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status, error, body)
        VALUES ($1, $2, 2, '2026-06-01 00:00:30Z', 5, 500, 'It answered 500.', $3),
               ($1, $2, 1, '2026-06-01 00:00:00Z', 10000, NULL, 'No answer in time.', NULL)
        """,
        quiet_family.partner.tenant_id,
        row["id"],
        b"caf\xc3\xa9 \xff\x00",
    )
    shown = await read(quiet, quiet_family, row["id"])
    assert shown["payload"] == {
        "id": format_id("evt", event_id),
        "type": "job.completed",
        "apiVersion": "v1",
        "createdAt": shown["payload"]["createdAt"],
        "organizationId": org_id(quiet_family.partner),
        "data": example_data("job.completed", quiet_family.partner),
    }
    assert shown["eventId"] == shown["payload"]["id"]
    assert shown["attempts"] == [
        {
            "at": "2026-06-01T00:00:00.000Z",
            "durationMs": 10000,
            "status": None,
            "error": "No answer in time.",
            "body": None,
        },
        {
            "at": "2026-06-01T00:00:30.000Z",
            "durationMs": 5,
            "status": 500,
            "error": "It answered 500.",
            "body": "café \ufffd\x00",
        },
    ]
    await quiet.installation.owner.execute("DELETE FROM outbox WHERE id = $1", event_id)
    assert (await read(quiet, quiet_family, row["id"]))["payload"] is None
    replay = f"{DELIVERIES}/{row['id']}/replay"
    await quiet.installation.owner.execute(
        "UPDATE webhook_deliveries SET status = 'delivered', delivered_at = now(), "
        "next_attempt_at = NULL WHERE id = $1",
        row["id"],
    )
    response = await quiet.api.post(replay, headers=quiet_family.partner_key.headers)
    assert refused(response, "CONFLICT") == {"reason": "event_expired"}


# Tests --------------------------------------------------------------------------------------------


async def test_a_test_is_sent_past_the_filter(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner, events=["credits.low"])
    path = f"{PATH}/{endpoint}/test"
    rung = quiet.services.bell.listen("deliveries")
    sent = granted(await quiet.api.post(path, headers=quiet_family.partner_key.headers))
    assert list(sent) == ["eventId", "deliveryId", "scheduledAt"]
    assert rung.is_set()
    shown = await read(quiet, quiet_family, sent["deliveryId"])
    assert (shown["status"], shown["eventType"]) == ("pending", "test.ping")
    assert shown["payload"]["id"] == shown["eventId"] == sent["eventId"]
    assert list(shown["payload"]["data"]) == ["message"]
    assert await due_at(quiet, endpoint) == parse_timestamp(sent["scheduledAt"])
    async with quiet.installation.pool.acquire() as connection:
        found = await _claimed(connection, quiet_family)
    assert [(one.event_type, one.data) for one in found] == [
        ("test.ping", shown["payload"]["data"])
    ]
    payload = {"any": [1, None, {"json": True}]}
    body = {"payload": payload}
    sent = granted(await quiet.api.post(path, json=body, headers=quiet_family.partner_key.headers))
    assert (await read(quiet, quiet_family, sent["deliveryId"]))["payload"]["data"] == payload
    for wrong in (
        {"payload": [1]},
        {"payload": {"x": "y" * 16_384}},
        {"payload": {"x": [0] * 5_000}},
        # PostgreSQL writes each with 300 zeros: more than any receiver has to take.
        {"payload": {"x": [1e300] * 1_000}},
    ):
        response = await quiet.api.post(path, json=wrong, headers=quiet_family.partner_key.headers)
        assert list(issues(response)) == ["payload"]


async def _claimed(connection: Any, quiet_family: Family) -> list[ClaimedDelivery]:
    """What a sender would get of the partner's now."""
    return await claim(connection, now(), tenant_id=quiet_family.partner.tenant_id, limit=10)


@pytest.mark.parametrize("status", ["paused", "auto_paused"])
async def test_nothing_is_sent_to_an_endpoint_that_is_paused(
    quiet: Quiet, quiet_family: Family, status: str
) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    delivery = await add_delivery(quiet.installation, quiet_family.partner, endpoint)
    await quiet.installation.owner.execute(
        "UPDATE webhook_endpoints SET status = $2::text, "
        "paused_reason = CASE WHEN $2::text = 'auto_paused' THEN 'gone' END WHERE id = $1",
        endpoint,
        status,
    )
    asked: list[tuple[str, Any]] = [
        (f"{PATH}/{endpoint}/test", {}),
        (f"{PATH}/{endpoint}/recover", {"since": format_milliseconds(ago(hours=1))}),
        (f"{DELIVERIES}/{delivery}/replay", None),
    ]
    for path, body in asked:
        response = await quiet.api.post(path, json=body, headers=quiet_family.partner_key.headers)
        assert refused(response, "CONFLICT") == {"status": status}


# Replays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
async def test_a_replay_is_an_event_of_its_own(
    quiet: Quiet, quiet_family: Family, state: str
) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    original = await add_delivery(quiet.installation, quiet_family.partner, endpoint, state)
    before = await row_of(quiet, original)
    path = f"{DELIVERIES}/{original}/replay"
    headers = {**quiet_family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    response = await quiet.api.post(path, headers=headers)
    if state in ("pending", "delivering"):
        assert refused(response, "CONFLICT") == {"status": state}
        return
    replayed = granted(response)
    assert granted(await quiet.api.post(path, headers=headers)) == replayed
    assert replayed["originalDeliveryId"] == str(original)
    assert await row_of(quiet, original) == before
    shown = await read(quiet, quiet_family, replayed["replayDeliveryId"])
    first = await read(quiet, quiet_family, original)
    assert shown["status"] == "pending"
    assert shown["eventId"] != first["eventId"]
    assert shown["payload"] == {
        **first["payload"],
        "id": shown["eventId"],
        "replayOf": str(original),
    }
    assert await due_at(quiet, endpoint) == parse_timestamp(replayed["scheduledAt"])
    rows = await quiet.installation.owner.fetch(
        "SELECT details FROM audit_events WHERE tenant_id = $1 AND event_type = 'webhook_delivery.replayed'",
        quiet_family.partner.tenant_id,
    )
    assert [row["details"]["deliveryId"] for row in rows] == [str(original)]


async def test_two_replays_at_once_are_two(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    original = await add_delivery(quiet.installation, quiet_family.partner, endpoint)
    path = f"{DELIVERIES}/{original}/replay"
    both = [quiet.api.post(path, headers=quiet_family.partner_key.headers) for _ in range(2)]
    answers = [granted(answer) for answer in await asyncio.gather(*both)]
    rows = [await row_of(quiet, answer["replayDeliveryId"]) for answer in answers]
    assert {row["replay_of"] for row in rows} == {original}
    assert len({row["event_id"] for row in rows}) == 2
