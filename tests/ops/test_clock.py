"""`/ops/v1/clock`: in development mode, the time of a whole installation can be moved ahead."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import pytest_asyncio
from tests.properties.calendar_model import add_months
from tests.support.answers import granted, issues, refused
from tests.support.databases import make_database
from tests.support.installation import EVERYTHING, Installation, handle, now
from tests.support.operations import started, subscribe

from partner_api.app import create_app
from partner_api.clock import Clock, format_milliseconds
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect, open_pool
from partner_api.rehearsal import advance as rehearsal
from partner_api.rehearsal.store import enter_production
from partner_api.services import open_services
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls

PATH = "/ops/v1/clock"


@pytest.fixture
async def admin(spare: Installation) -> dict[str, str]:
    """What authenticates an operator who may move the time."""
    return await spare.operator("admin")


async def clock(api: httpx2.AsyncClient, admin: dict[str, str]) -> tuple[datetime, int]:
    """The installation's time, and how far it is ahead."""
    answer = granted(await api.get(PATH, headers=admin))
    assert list(answer) == ["now", "offsetSeconds"]
    return datetime.fromisoformat(answer["now"]), answer["offsetSeconds"]


async def advance(api: httpx2.AsyncClient, admin: dict[str, str], to: datetime) -> httpx2.Response:
    return await api.post(PATH, json={"advanceTo": format_milliseconds(to)}, headers=admin)


async def test_what_becomes_due_is_done_when_it_answers(
    spare_api: httpx2.AsyncClient, spare: Installation, admin: dict[str, str]
) -> None:
    """Every period that ends, one after the other, each at its own time; and a job that expires."""
    since = time.monotonic()
    begin, offset = await clock(spare_api, admin)
    partner = await spare.partner(at=begin, prepaid=500)
    key = await spare.key(partner, *EVERYTHING)
    async with spare.pool.acquire() as connection:
        await subscribe(connection, partner, 100, now=begin)
        await started(connection, partner, 70, now=begin)
    target = begin + timedelta(days=70)
    moved = granted(await advance(spare_api, admin, target))
    assert moved["now"] >= format_milliseconds(target)
    # But for what has passed by itself.
    assert moved["offsetSeconds"] >= offset + 70 * 86_400 - (time.monotonic() - since) - 1

    wallet = granted(await spare_api.get("/v1/credits", headers=key.headers))
    periods = [
        f"{add_months(begin.date(), months)}T00:00:00.000Z"
        for months in range(1, 5)
        if add_months(begin.date(), months) <= target.date()
    ]
    assert wallet["currentPeriod"]["start"] == periods[-1]
    assert wallet["reservedCredits"] == 0
    assert wallet["balance"] == 600
    events = granted(await spare_api.get("/v1/credits/events", headers=key.headers))["items"]
    assert [(event["createdAt"], event["credits"]) for event in events[::-1][2:]] == [
        (start, credits) for start in periods for credits in (-100, 100)
    ]
    log = granted(await spare_api.get("/v1/audit-log", headers=key.headers))["items"]
    (failed,) = [row for row in log if row["eventType"] == "job.failed"]
    assert failed["occurredAt"] <= format_milliseconds(begin + timedelta(days=1, minutes=1))

    now, _ = await clock(spare_api, admin)
    assert now - target < timedelta(seconds=time.monotonic() - since + 1)


async def test_many_may_move_it_at_once(
    spare_api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    """More than there are connections to the database: none waits for what another one holds."""
    begin, _ = await clock(spare_api, admin)
    targets = [begin + timedelta(hours=hours) for hours in range(1, 31)]
    moved = await asyncio.wait_for(
        asyncio.gather(*(advance(spare_api, admin, target) for target in targets)), timeout=60
    )
    assert granted(moved[-1])["now"] >= format_milliseconds(targets[-1])
    for target, answer in zip(targets, moved, strict=True):
        # One that arrives when another has moved the clock past its target comes too late.
        if answer.status_code == 422:
            assert list(issues(answer)) == ["advanceTo"]
        else:
            assert granted(answer)["now"] >= format_milliseconds(target)


async def test_a_replay_is_the_first_answer_and_moves_nothing(
    spare_api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    begin, _ = await clock(spare_api, admin)
    headers = {**admin, "Idempotency-Key": f"once-{begin.timestamp()}"}
    body = {"advanceTo": format_milliseconds(begin + timedelta(hours=1))}
    first = await spare_api.post(PATH, json=body, headers=headers)
    again = await spare_api.post(PATH, json=body, headers=headers)
    assert granted(again) == granted(first)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = {"advanceTo": format_milliseconds(begin + timedelta(hours=2))}
    refused(await spare_api.post(PATH, json=other, headers=headers), "IDEMPOTENCY_CONFLICT")
    assert (await clock(spare_api, admin))[0] < begin + timedelta(hours=2)


async def test_it_goes_forward_only_and_not_too_far(
    spare_api: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    now, offset = await clock(spare_api, admin)
    for target in (now - timedelta(days=1), now, now + timedelta(days=2 * 366 + 1)):
        assert list(issues(await advance(spare_api, admin, target))) == ["advanceTo"]
    assert (await clock(spare_api, admin))[1] == offset


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "advanceTo"),
        ({"advanceTo": "tomorrow"}, "advanceTo"),
        ({"advanceTo": 5}, "advanceTo"),
        ({"advanceTo": "9999-12-31T23:59:59.999Z"}, "advanceTo"),
    ],
)
async def test_a_time_that_is_none(
    spare_api: httpx2.AsyncClient, admin: dict[str, str], body: dict[str, Any], path: str
) -> None:
    assert list(issues(await spare_api.post(PATH, json=body, headers=admin))) == [path]


@pytest.fixture
def own_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database for one test."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def unaware(
    own_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[tuple[httpx2.AsyncClient, Installation]]:
    """A development process that has not noticed yet that its database is production's."""
    settings = load_settings(
        {
            "LAYERS_DEVELOPMENT": "true",
            "LAYERS_SECRET_KEYS": secret_keys_text,
            "LAYERS_LOG_LEVEL": "error",
        }
    )
    keys = SecretKeys.parse(secret_keys_text)
    app = create_app(settings)
    app.services = await open_services(settings, Clock(), keys, own_urls.app)
    transport = httpx2.ASGITransport(app)
    async with (
        app.services.pool as pool,
        await open_pool(own_urls.owner, 2) as owner,
        httpx2.AsyncClient(transport=transport, base_url="http://layers") as client,
    ):
        async with pool.acquire() as connection:
            assert await enter_production(connection)
        yield client, Installation(pool, owner, keys)


async def test_the_time_of_a_production_database_cannot_be_moved(
    unaware: tuple[httpx2.AsyncClient, Installation],
) -> None:
    """Whatever the process believes: the database decides, and nothing is done ahead of time."""
    api, installation = unaware
    admin = await installation.operator("admin")
    partner = await installation.partner(cash_cents=100_000)
    await installation.lease(partner, handle(), at=now())
    begin, offset = await clock(api, admin)
    for headers in (
        admin,
        {**admin, "Idempotency-Key": "once"},
        {**admin, "Idempotency-Key": "once"},
    ):
        body = {"advanceTo": format_milliseconds(begin + timedelta(days=70))}
        answer = await api.post(PATH, json=body, headers=headers)
        assert refused(answer, "CONFLICT") == {"database": "production"}
        assert "so its time cannot be moved. Use another database" in answer.text
    assert offset == 0
    assert (await clock(api, admin))[1] == 0
    row = await installation.owner.fetchrow(
        "SELECT clock_offset_seconds, ever_production, "
        "(SELECT count(*) FROM lease_charges), (SELECT count(*) FROM audit_events "
        "WHERE event_type = 'clock.advanced') FROM installation"
    )
    assert row is not None
    assert tuple(row) == (0, True, 1, 0)


async def test_what_somebody_holds_locked_is_not_reported_as_done(
    unaware: tuple[httpx2.AsyncClient, Installation],
    own_urls: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Time stands where it is due, and a repetition goes on from there."""
    monkeypatch.setattr(rehearsal, "CLOCK_LOCK_SECONDS", 0.1)
    api, installation = unaware
    await installation.owner.execute("UPDATE installation SET ever_production = false")
    admin = await installation.operator("admin")
    begin, _ = await clock(api, admin)
    partner = await installation.partner(at=begin, prepaid=500)
    async with installation.pool.acquire() as connection:
        await started(connection, partner, 70, now=begin)
    target = begin + timedelta(days=70)
    body = {"advanceTo": format_milliseconds(target)}
    headers = {**admin, "Idempotency-Key": "once"}
    holder = await connect(own_urls.owner)
    try:
        async with holder.transaction():
            await holder.fetch(
                "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE", partner.tenant_id
            )
            answer = await api.post(PATH, json=body, headers=headers)
            refused(answer, "UNAVAILABLE")
            assert "Retry-After" in answer.headers
            assert "(expiries" in answer.text
            stands_at, _ = await clock(api, admin)
            assert stands_at < begin + timedelta(days=2)
    finally:
        await holder.close()
    granted(await api.post(PATH, json=body, headers=headers))
    assert (await clock(api, admin))[0] >= target
    async with installation.pool.acquire() as connection:
        assert await connection.fetchval("SELECT sum(reserved) FROM wallets") == 0


async def test_a_production_server_has_no_such_thing(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    headers = await installation.operator("admin")
    refused(await local_api.get(PATH, headers=headers), "NOT_FOUND")
    body = {"advanceTo": "2030-01-01T00:00:00Z"}
    refused(await local_api.post(PATH, json=body, headers=headers), "NOT_FOUND")
    response = await local_api.get("/readyz")
    assert granted(response)["development"] is False
    assert "X-Layers-Development" not in response.headers
