"""What becomes of a delivery after an attempt, and of an endpoint that fails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.endpoints import (
    CLAIM_SECONDS,
    claim,
    finish,
    happen,
    make_endpoint,
    publish,
    result_of,
    set_status,
)
from tests.support.tenants import NOON, Wallet, make_partner

from partner_api.webhooks.sending_store import Finished

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.endpoints import Endpoint

    from partner_api.database.connection import Connection, Row
    from partner_api.webhooks.sending_store import ClaimedDelivery

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LADDER = [30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]


async def make_due(connection: Connection, count: int = 1) -> tuple[Wallet, Endpoint]:
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner, types=["job.completed"])
    await happen(connection, partner, count=count)
    await publish(connection, partner)
    return partner, endpoint


async def claim_one(connection: Connection, wallet: Wallet, now: datetime) -> ClaimedDelivery:
    (claimed,) = await claim(connection, now, tenant_id=wallet.tenant_id, limit=1)
    return claimed


async def delivery(connection: Connection, claimed: ClaimedDelivery) -> Row:
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND id = $2",
        claimed.tenant_id,
        claimed.id,
    )
    assert row is not None
    return row


async def endpoint_row(connection: Connection, endpoint: Endpoint) -> Row:
    row = await connection.fetchrow(
        """
        SELECT w.status, w.paused_reason, q.* FROM webhook_endpoints w
          JOIN webhook_queues q ON q.tenant_id = w.tenant_id AND q.endpoint_id = w.id
         WHERE w.tenant_id = $1 AND w.id = $2
        """,
        endpoint.tenant_id,
        endpoint.id,
    )
    assert row is not None
    return row


async def fail(
    connection: Connection, wallet: Wallet, now: datetime, **how: Any
) -> tuple[ClaimedDelivery, Finished]:
    """Claim the delivery that is due, and report that it failed at that time."""
    claimed = await claim_one(connection, wallet, now)
    (finished,) = await finish(
        connection, now, result_of(claimed, now, **{"status": 500, "error": "No.", **how})
    )
    return claimed, finished


async def fail_times(
    connection: Connection, wallet: Wallet, count: int, first: datetime, last: datetime
) -> list[bool]:
    """Fail so many deliveries, the first and the last at these times; which of them paused the endpoint."""
    paused = []
    for number in range(count):
        await happen(connection, wallet, now=first)
        await publish(connection, wallet, first)
        now = first if number < count - 1 else last
        _, finished = await fail(connection, wallet, now)
        paused.append(finished.auto_paused)
    return paused


async def test_what_was_answered_with_2xx_has_arrived(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    claimed = await claim_one(connection, partner, NOON)
    result = result_of(claimed, NOON + SECOND, status=204)
    assert await finish(connection, NOON + 2 * SECOND, result) == [
        Finished(claimed.id, "delivered", False)
    ]
    row = await delivery(connection, claimed)
    assert (row["status"], row["attempts"], row["delivered_at"]) == (
        "delivered",
        1,
        NOON + 2 * SECOND,
    )
    assert (row["last_response_status"], row["last_response_at"], row["last_error"]) == (
        204,
        NOON + 2 * SECOND,
        None,
    )
    (attempt,) = await connection.fetch(
        "SELECT * FROM webhook_attempts WHERE tenant_id = $1", partner.tenant_id
    )
    assert tuple(attempt.values()) == (
        partner.tenant_id,
        claimed.id,
        1,
        NOON + SECOND,
        12,
        204,
        None,
        b"answer",
    )
    queue = await endpoint_row(connection, endpoint)
    assert (queue["next_due_at"], queue["last_success_at"], queue["last_failure_at"]) == (
        None,
        NOON + 2 * SECOND,
        None,
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (None, "The name does not resolve."),
        (500, None),
        (302, None),
        (200, "Too long."),
        (404, "?"),
    ],
)
async def test_everything_else_is_tried_again(
    connection: Connection, status: int | None, error: str | None
) -> None:
    partner, endpoint = await make_due(connection)
    claimed, finished = await fail(connection, partner, NOON, status=status, error=error)
    assert finished == Finished(claimed.id, "failed", False)
    row = await delivery(connection, claimed)
    assert (row["status"], row["next_attempt_at"]) == ("failed", NOON + 30 * SECOND)
    assert (row["last_response_status"], row["last_error"]) == (status, error)
    assert row["last_response_at"] == (None if status is None else NOON)
    queue = await endpoint_row(connection, endpoint)
    assert queue["next_due_at"] == NOON + 30 * SECOND
    assert (queue["consecutive_failure_count"], queue["failing_since"]) == (1, NOON)


@pytest.mark.parametrize("jitter", [0.9, 1.0, 1.1])
async def test_it_climbs_the_ladder_and_is_abandoned_after_the_eighth(
    connection: Connection, jitter: float
) -> None:
    partner, endpoint = await make_due(connection)
    now = NOON
    for number, step in enumerate(LADDER, 1):
        claimed, finished = await fail(connection, partner, now, jitter=jitter)
        assert (claimed.attempt, finished.status) == (number, "failed")
        wait = (await delivery(connection, claimed))["next_attempt_at"] - now
        assert abs(wait - step * jitter) < timedelta(milliseconds=2)
        assert await claim(connection, now + wait - SECOND, tenant_id=partner.tenant_id) == []
        now += wait
    claimed, finished = await fail(connection, partner, now, jitter=jitter)
    assert (claimed.attempt, finished.status) == (8, "abandoned")
    row = await delivery(connection, claimed)
    assert (row["abandoned_reason"], row["abandoned_at"]) == ("attempts_exhausted", now)
    assert (await endpoint_row(connection, endpoint))["next_due_at"] is None
    numbers = await connection.fetch(
        "SELECT number FROM webhook_attempts WHERE tenant_id = $1 ORDER BY number",
        partner.tenant_id,
    )
    assert [row["number"] for row in numbers] == list(range(1, 9))


@pytest.mark.parametrize(
    ("status", "asked_seconds", "waits"),
    [
        (429, 90, 90 * SECOND),
        (503, 90, 90 * SECOND),
        (503, 3, 30 * SECOND),
        (503, -7, 30 * SECOND),
        (503, None, 30 * SECOND),
        (500, 90, 30 * SECOND),
        (429, 1_000_000, 24 * HOUR),
    ],
)
async def test_an_answer_can_only_lengthen_a_step(
    connection: Connection, status: int, asked_seconds: int | None, waits: timedelta
) -> None:
    partner, _ = await make_due(connection)
    claimed, _ = await fail(
        connection, partner, NOON, status=status, retry_after_seconds=asked_seconds
    )
    assert (await delivery(connection, claimed))["next_attempt_at"] == NOON + waits


async def test_a_stale_claim_changes_nothing(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    tenant_id = partner.tenant_id
    lost = await claim_one(connection, partner, NOON)
    later = NOON + CLAIM_SECONDS * SECOND
    current = await claim_one(connection, partner, later)
    stale = [Finished(lost.id, "stale", False)]

    async def rows() -> list[tuple[Any, ...]]:
        return [
            tuple(row.values())
            for table in ("webhook_deliveries", "webhook_queues", "webhook_attempts")
            for row in await connection.fetch(
                f"SELECT * FROM {table} WHERE tenant_id = $1", tenant_id
            )
        ]

    before = await rows()
    for result in (
        result_of(lost, later),
        result_of(lost, later, status=410),
        result_of(current, later)._replace(claim_token=uuid4()),
        result_of(current, later)._replace(endpoint_id=uuid4()),
        result_of(current, later)._replace(tenant_id=1),
    ):
        assert await finish(connection, later, result) == stale
    assert await rows() == before
    await finish(connection, later, result_of(current, later))
    assert await finish(connection, later, result_of(current, later)) == stale
    assert (await endpoint_row(connection, endpoint))["last_success_at"] == later


async def test_results_are_counted_in_their_order(connection: Connection) -> None:
    """Of several endpoints, some stale, in one report."""
    partner, first = await make_due(connection, 3)
    second = await make_endpoint(connection, partner, types=["job.failed"])
    await happen(connection, partner, event_type="job.failed")
    await publish(connection, partner)
    claims = await claim(connection, NOON, tenant_id=partner.tenant_id)
    of_first = [one for one in claims if one.endpoint_id == first.id]
    (of_second,) = [one for one in claims if one.endpoint_id == second.id]
    results = [
        result_of(of_first[0], NOON, status=500),
        result_of(of_second, NOON, status=500),
        result_of(of_first[1], NOON),
        result_of(of_first[1], NOON)._replace(claim_token=uuid4()),
        result_of(of_first[2], NOON, status=500),
    ]
    finished = await finish(connection, NOON, *results)
    assert [one.status for one in finished] == ["failed", "failed", "delivered", "stale", "failed"]
    assert [one.delivery_id for one in finished] == [one.delivery_id for one in results]
    assert (await endpoint_row(connection, first))["consecutive_failure_count"] == 1
    assert (await endpoint_row(connection, second))["consecutive_failure_count"] == 1
    assert (await delivery(connection, of_first[1]))["status"] == "delivered"


async def test_410_pauses_the_endpoint_at_once(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    claimed, finished = await fail(connection, partner, NOON, status=410)
    assert finished == Finished(claimed.id, "abandoned", True)
    assert (await delivery(connection, claimed))["abandoned_reason"] == "endpoint_gone"
    row = await endpoint_row(connection, endpoint)
    assert (row["status"], row["paused_reason"]) == ("auto_paused", "gone")


@pytest.mark.parametrize(
    ("failures", "minutes", "paused"),
    [(19, 600, False), (20, 59, False), (20, 60, True), (21, 59, False)],
)
async def test_twenty_failures_in_a_row_over_an_hour_pause_it(
    connection: Connection, failures: int, minutes: int, *, paused: bool
) -> None:
    partner, endpoint = await make_due(connection, 0)
    seen = await fail_times(connection, partner, failures, NOON, NOON + minutes * MINUTE)
    assert seen == [False] * (failures - 1) + [paused]
    row = await endpoint_row(connection, endpoint)
    assert row["status"] == ("auto_paused" if paused else "active")
    assert row["paused_reason"] == ("failures" if paused else None)
    assert row["consecutive_failure_count"] == failures


async def test_a_success_begins_the_count_anew(connection: Connection) -> None:
    partner, endpoint = await make_due(connection, 0)
    await fail_times(connection, partner, 19, NOON, NOON)
    await happen(connection, partner)
    await publish(connection, partner)
    claimed = await claim_one(connection, partner, NOON)
    await finish(connection, NOON, result_of(claimed, NOON))
    row = await endpoint_row(connection, endpoint)
    assert (row["consecutive_failure_count"], row["failing_since"]) == (0, None)
    later = NOON + 10 * SECOND
    # The first failure is now a later one.
    assert not any(await fail_times(connection, partner, 20, later, later + 59 * MINUTE))


async def test_what_pauses_it_is_told_once(connection: Connection) -> None:
    """By one event to the others, and one row of the audit log."""
    partner, endpoint = await make_due(connection, 0)
    other = await make_endpoint(connection, partner, types=["webhook_endpoint.auto_paused"])
    await fail_times(connection, partner, 19, NOON, NOON)
    await happen(connection, partner, count=2)
    await publish(connection, partner)
    last = await claim(connection, NOON, tenant_id=partner.tenant_id)
    now = NOON + 2 * HOUR
    finished = await finish(connection, now, *(result_of(one, now, status=500) for one in last))
    assert [one.auto_paused for one in finished] == [True, False]

    facts = {
        "endpointId": str(endpoint.id),
        "reason": "failures",
        "consecutiveFailureCount": 20,
    }
    (audit,) = await connection.fetch(
        """
        SELECT organization_id, actor, occurred_at, details FROM audit_events
         WHERE tenant_id = $1 AND event_type = 'webhook_endpoint.auto_paused'
        """,
        partner.tenant_id,
    )
    assert tuple(audit.values()) == (partner.organization_id, "system", now, facts)
    (event,) = await connection.fetch(
        """
        SELECT organization_id, created_at, data FROM outbox
         WHERE tenant_id = $1 AND event_type = 'webhook_endpoint.auto_paused'
        """,
        partner.tenant_id,
    )
    told = {**facts, "url": "https://hooks.example.test/"}
    assert tuple(event.values()) == (partner.organization_id, now, told)
    assert (await publish(connection, partner, now)).deliveries == 1
    (claimed,) = await claim(connection, now, tenant_id=partner.tenant_id)
    assert claimed.endpoint_id == other.id


async def test_one_that_is_paused_by_hand_stays_paused_by_hand(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    claimed = await claim_one(connection, partner, NOON)
    await set_status(connection, endpoint, "paused")
    (finished,) = await finish(connection, NOON, result_of(claimed, NOON, status=410))
    assert finished == Finished(claimed.id, "abandoned", False)
    row = await endpoint_row(connection, endpoint)
    assert (row["status"], row["paused_reason"]) == ("paused", None)
