"""`POST /ops/v1/clock` moves webhooks too: a delivery goes through its whole ladder at its own times."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.support.answers import granted
from tests.support.deliveries import make_endpoint
from tests.support.installation import EVERYTHING, Installation
from tests.support.receiver import Receiver, Reply

from partner_api.clock import format_milliseconds
from partner_api.events.store import write_event

if TYPE_CHECKING:
    import httpx2
    from tests.support.deliveries import Endpoint
    from tests.support.installation import Key
    from tests.support.receiver import Received

PATH = "/ops/v1/clock"
LADDER = [
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
]
# The time goes on while a machine is busy.
SLACK = timedelta(seconds=60)
# How the first attempts end.
ARRIVED = ["failed", "delivered"]


async def answer(request: Received) -> Reply:
    return Reply(500 if request.path == "/fails" else 204)


async def status_of(api: httpx2.AsyncClient, key: Key, endpoint: Endpoint) -> str | None:
    """Of the only delivery to an endpoint; None when there is none yet."""
    path = f"/v1/webhook-endpoints/{endpoint.id}/deliveries"
    items = granted(await api.get(path, headers=key.headers))["items"]
    return items[0]["status"] if items else None


@pytest.mark.timeout(600)
async def test_the_whole_ladder_plays_through(
    spare_api: httpx2.AsyncClient, spare: Installation
) -> None:
    admin = await spare.operator("admin")
    begin = datetime.fromisoformat(granted(await spare_api.get(PATH, headers=admin))["now"])
    partner = await spare.partner(at=begin)
    key = await spare.key(partner, *EVERYTHING)
    async with Receiver(answer) as receiver:
        async with spare.pool.acquire() as connection:
            failing, sound = [
                await make_endpoint(connection, spare.secret_keys, partner, receiver.url(path))
                for path in ("/fails", "/works")
            ]
            await write_event(
                connection,
                partner.tenant_id,
                begin,
                partner.organization_id,
                "job.completed",
                {"jobId": "job_1"},
            )
        # What a sender claims at the moment in which time is moved may count as lost, and is sent once more.
        while [await status_of(spare_api, key, one) for one in (failing, sound)] != ARRIVED:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        target = {"advanceTo": format_milliseconds(begin + timedelta(days=2))}
        granted(await spare_api.post(PATH, json=target, headers=admin))
        assert [request.path for request in receiver.requests].count("/works") == 1
        assert len({request.event_id for request in receiver.requests}) == 1

    found = []
    for endpoint in (failing, sound):
        listed = await spare_api.get(
            f"/v1/webhook-endpoints/{endpoint.id}/deliveries", headers=key.headers
        )
        (row,) = granted(listed)["items"]
        one = await spare_api.get(f"/v1/webhook-deliveries/{row['id']}", headers=key.headers)
        found.append(granted(one))
    given_up, arrived = found
    assert (arrived["status"], arrived["attempts"][0]["status"]) == ("delivered", 204)
    assert (given_up["status"], given_up["abandonedReason"]) == ("abandoned", "attempts_exhausted")
    times = [datetime.fromisoformat(attempt["at"]) for attempt in given_up["attempts"]]
    for step, (sooner, later) in zip(LADDER, pairwise(times), strict=True):
        assert 0.9 * step - SLACK < later - sooner < 1.1 * step + SLACK
