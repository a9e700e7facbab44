"""`POST …/recover`: what an endpoint has missed is sent again, each event under its own id."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support.answers import granted, issues
from tests.support.installation import ago, now
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.clock import format_milliseconds
from partner_api.webhooks import recovery_store

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet

PATH = "/v1/webhook-endpoints"


async def recover(
    quiet: Quiet,
    quiet_family: Family,
    endpoint: UUID,
    since: datetime,
    until: datetime | None = None,
) -> Any:
    body = {"since": format_milliseconds(since)}
    if until is not None:
        body["until"] = format_milliseconds(until)
    path = f"{PATH}/{endpoint}/recover"
    return granted(await quiet.api.post(path, json=body, headers=quiet_family.partner_key.headers))


async def rows_of(quiet: Quiet, endpoint: UUID) -> dict[UUID, Any]:
    rows = await quiet.installation.owner.fetch(
        "SELECT * FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY id", endpoint
    )
    return {row["id"]: row for row in rows}


async def test_each_lost_delivery_gets_one_that_takes_over(
    quiet: Quiet, quiet_family: Family
) -> None:
    """The old one stays as it ended; those that wait are due; the others are left alone."""
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    states = ["pending", "delivering", "delivered", "failed", "abandoned"]
    made = {
        state: await add_delivery(quiet.installation, quiet_family.partner, endpoint, state)
        for state in states
    }
    before = await rows_of(quiet, endpoint)
    rung = quiet.services.bell.listen("deliveries")
    done = await recover(quiet, quiet_family, endpoint, ago(minutes=5))
    assert done == {"deliveries": 2, "hasMore": False}
    assert rung.is_set()
    after = await rows_of(quiet, endpoint)
    for state in ("pending", "delivering", "delivered"):
        assert after[made[state]] == before[made[state]]
    lost, waiting = after[made["abandoned"]], after[made["failed"]]
    assert dict(lost) == {**before[made["abandoned"]], "recovered": True}
    assert dict(waiting) == {
        **before[made["failed"]],
        "next_attempt_at": waiting["next_attempt_at"],
    }
    (new,) = [row for row_id, row in after.items() if row_id not in before]
    assert (new["status"], new["attempts"], new["recovered"]) == ("pending", 0, False)
    for column in ("event_id", "event_type", "event_created_at", "organization_id", "data"):
        assert new[column] == lost[column]
    due = await quiet.installation.owner.fetchval(
        "SELECT next_due_at FROM webhook_queues WHERE endpoint_id = $1", endpoint
    )
    assert new["next_attempt_at"] == waiting["next_attempt_at"] == due <= now()


async def test_what_is_recovered_is_not_recovered_again(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    for state in ("failed", "abandoned"):
        await add_delivery(quiet.installation, quiet_family.partner, endpoint, state)
    path = f"{PATH}/{endpoint}/recover"
    body = {"since": format_milliseconds(ago(hours=1))}
    headers = {**quiet_family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    first = await quiet.api.post(path, json=body, headers=headers)
    assert granted(first)["deliveries"] == 2
    assert granted(await quiet.api.post(path, json=body, headers=headers)) == granted(first)
    again = await recover(quiet, quiet_family, endpoint, ago(hours=1))
    assert again == {"deliveries": 0, "hasMore": False}
    assert len(await rows_of(quiet, endpoint)) == 3


async def test_only_events_of_that_time(quiet: Quiet, quiet_family: Family) -> None:
    """Both ends included."""
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    start = ago(hours=2)
    times = [start + timedelta(minutes=minutes) for minutes in (0, 10, 20)]
    times += [times[0] - timedelta(milliseconds=1), times[2] + timedelta(milliseconds=1)]
    made = [
        await add_delivery(
            quiet.installation, quiet_family.partner, endpoint, "abandoned", event_created_at=at
        )
        for at in times
    ]
    assert (await recover(quiet, quiet_family, endpoint, times[0], times[2]))["deliveries"] == 3
    rows = await rows_of(quiet, endpoint)
    assert [rows[one]["recovered"] for one in made] == [True, True, True, False, False]


async def test_the_oldest_come_first_and_the_rest_with_another_request(
    quiet: Quiet, quiet_family: Family
) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    made = [
        await add_delivery(
            quiet.installation,
            quiet_family.partner,
            endpoint,
            "abandoned",
            event_created_at=ago(minutes=minutes),
        )
        for minutes in (1, 3, 2)
    ]
    made.append(await add_delivery(quiet.installation, quiet_family.partner, endpoint, "failed"))
    oldest_first = [made[1], made[2], made[0]]
    results: list[recovery_store.Recovering] = []
    rows: dict[UUID, Any] = {}
    for _ in range(3):
        async with quiet.installation.pool.acquire() as connection, connection.transaction():
            results.append(
                await recovery_store.recover(
                    connection,
                    quiet_family.partner.tenant_id,
                    now(),
                    endpoint,
                    organization_id=None,
                    since=ago(hours=1),
                    until=now(),
                    limit=2,
                )
            )
        rows = await rows_of(quiet, endpoint)
        recovered = [one for one in oldest_first if rows[one]["recovered"]]
        assert recovered == oldest_first[: 2 * len(results)]
    assert results == [(2, True), (2, False), (0, False)]
    assert rows[made[3]]["next_attempt_at"] <= now()


async def test_a_time_that_nothing_is_recovered_of(quiet: Quiet, quiet_family: Family) -> None:
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    path = f"{PATH}/{endpoint}/recover"
    for since, until, wrong in (
        (ago(days=31), None, "since"),
        (ago(hours=1), ago(hours=2), "until"),
    ):
        body = {"since": format_milliseconds(since)}
        if until is not None:
            body["until"] = format_milliseconds(until)
        response = await quiet.api.post(path, json=body, headers=quiet_family.partner_key.headers)
        assert list(issues(response)) == [wrong]
    response = await quiet.api.post(path, json={}, headers=quiet_family.partner_key.headers)
    assert list(issues(response)) == ["since"]
    assert (await recover(quiet, quiet_family, endpoint, ago(days=29)))["deliveries"] == 0


async def test_what_happened_while_it_was_paused_is_recovered(
    quiet: Quiet, quiet_family: Family
) -> None:
    """As it is lived through: the event is recorded, and comes once the endpoint is active again."""
    key = quiet_family.partner_key
    endpoint = await add_endpoint(quiet.installation, quiet_family.partner)
    path = f"{PATH}/{endpoint}"
    granted(await quiet.api.patch(path, json={"status": "paused"}, headers=key.headers))
    event_id = await quiet.happen(quiet_family.partner)
    await quiet.publish(quiet_family.partner)
    listed = granted(await quiet.api.get(f"{path}/deliveries", headers=key.headers))["items"]
    assert [item["abandonedReason"] for item in listed] == ["endpoint_paused"]
    granted(await quiet.api.patch(path, json={"status": "active"}, headers=key.headers))
    assert (await recover(quiet, quiet_family, endpoint, ago(hours=1)))["deliveries"] == 1
    rows = list((await rows_of(quiet, endpoint)).values())
    assert [(row["status"], row["event_id"]) for row in rows] == [
        ("abandoned", event_id),
        ("pending", event_id),
    ]
