"""A partner whose wallet somebody holds waits alone, no longer than it may, and learns what became of its requests."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.jobs.over_http import funded, start
from tests.support.answers import granted, refused
from tests.support.holding import Held, holding
from tests.support.installation import org_id
from tests.support.shifted import shifted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    import httpx2
    from tests.support.installation import Installation, Key

PROJECT = {"name": "One", "timezone": "UTC"}


@contextlib.asynccontextmanager
async def holding_wallet_of(installation: Installation, key: Key) -> AsyncIterator[Held]:
    async with installation.owner.acquire() as owner, holding(owner, key.wallet) as held:
        yield held


async def _write(
    api: httpx2.AsyncClient, key: Key, method: str, path: str, body: Any
) -> httpx2.Response:
    headers = {**key.headers, "Idempotency-Key": str(uuid4())}
    return await api.request(method, path, json=body, headers=headers)


async def test_who_waits_for_a_wallet_occupies_two_connections_and_nobody_elses(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    busy, other = await funded(installation, 100_000), await funded(installation)
    child, others_child = [await installation.child(key.wallet) for key in (busy, other)]

    def movements(key: Key, child_id: str) -> list[Coroutine[Any, Any, httpx2.Response]]:
        path = f"/v1/organizations/{child_id}"
        return [
            start(api, key),
            _write(api, key, "POST", f"{path}/credits/allocate", {"credits": 1}),
            _write(api, key, "PATCH", f"{path}/credit-config", {"monthlyCreditCap": 500}),
        ]

    async with holding_wallet_of(installation, busy) as held:
        waiting = [
            asyncio.create_task(movement)
            for _ in range(15)
            for movement in movements(busy, org_id(child))
        ]
        await held.until_waited_for()
        for movement in movements(other, org_id(others_child)):
            assert (await movement).is_success
        granted(await _write(api, other, "POST", "/v1/projects", PROJECT), 201)
        # Its own reads do not wait either.
        for key in (busy, other):
            granted(await api.get("/v1/credits", headers=key.headers))
            granted(await api.get("/v1/projects", headers=key.headers))
        assert len(await held.processes_that_wait()) <= 2
    answers = await asyncio.gather(*waiting)
    assert [answer.status_code for answer in answers] == [202, 201, 200] * 15
    wallet = granted(await api.get("/v1/credits", headers=busy.headers))
    assert wallet["reservedCredits"] == 15 * 120
    assert wallet["balance"] == 100_000 - 15


async def test_a_wallet_whose_period_is_over_and_that_is_held_delays_no_other_read(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Its first read writes the rollover, and waits for whoever holds it. It shares no round trip with others then."""
    held_key, other = await funded(installation), await funded(installation)
    earlier = [
        f"{column} = " + shifted(column, "- interval '1 month'")
        for column in ("period_anchor", "period_start", "period_end", "last_event_at")
    ]
    async with installation.owner.acquire() as owner, holding(owner, held_key.wallet) as held:
        await owner.execute(
            f"UPDATE wallets SET {', '.join(earlier)} WHERE tenant_id = $1",
            held_key.wallet.tenant_id,
        )
        # Others see it when it is committed.
        await owner.execute("COMMIT; BEGIN")
        await owner.execute(
            "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE", held_key.wallet.tenant_id
        )
        waiting = [
            asyncio.create_task(api.get("/v1/credits", headers=held_key.headers)) for _ in range(9)
        ]
        await held.until_waited_for()
        for _ in range(9):
            granted(await api.get("/v1/credits", headers=other.headers))
    for answer in await asyncio.gather(*waiting):
        assert granted(answer)["balance"] == 1000


async def test_a_lock_is_waited_for_no_longer_than_it_may_and_nothing_has_happened_then(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    again = {"Idempotency-Key": str(uuid4())}
    async with holding_wallet_of(installation, key):
        refusal = await start(api, key, **again)
    assert refused(refusal, "UNAVAILABLE") == {}
    assert int(refusal.headers["Retry-After"]) >= 1
    assert granted(await api.get("/v1/credits", headers=key.headers))["reservedCredits"] == 0
    first = await start(api, key, **again)
    granted(first, 202)
    assert "Idempotent-Replayed" not in first.headers
    assert granted(await api.get("/v1/credits", headers=key.headers))["reservedCredits"] == 120


async def test_an_answer_that_got_lost_is_told_apart_and_the_same_key_finds_out(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    again = {"Idempotency-Key": str(uuid4())}
    async with holding_wallet_of(installation, key) as held:
        lost = asyncio.create_task(start(api, key, **again))
        await held.end_who_waits()
        assert refused(await lost, "UNAVAILABLE") == {"outcome": "unknown"}
    assert int(lost.result().headers["Retry-After"]) >= 1
    granted(await start(api, key, **again), 202)
    granted(await start(api, key, **again), 202)
    assert granted(await api.get("/v1/credits", headers=key.headers))["reservedCredits"] == 120


_WAIT_AT_COMMIT = """
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(130013);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON projects DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.name = 'Slow to commit') EXECUTE FUNCTION wait_at_commit();
"""


@pytest.mark.one_server(
    reason="a trigger keeps it from its commit, and Citus has none on spread tables"
)
@pytest.mark.parametrize("name", ["Slow to commit", "Slow to insert"])
async def test_what_was_lost_before_its_commit_has_not_happened(
    spare_api: httpx2.AsyncClient, spare: Installation, name: str
) -> None:
    """Lost while it commits, it may have; the same key finds out."""
    key = await funded(spare)
    again = {**key.headers, "Idempotency-Key": str(uuid4())}
    sql = _WAIT_AT_COMMIT
    if name == "Slow to insert":
        sql = sql.replace("CONSTRAINT", "").replace("DEFERRABLE INITIALLY DEFERRED", "")
        sql = sql.replace("Slow to commit", name)
    await spare.owner.execute(sql)
    try:
        async with spare.owner.acquire() as owner, owner.transaction():
            await owner.execute("SELECT pg_advisory_xact_lock(130013)")
            lost = asyncio.create_task(
                spare_api.post("/v1/projects", json={**PROJECT, "name": name}, headers=again)
            )
            await Held(owner).end_who_waits()
            details = refused(await lost, "UNAVAILABLE")
    finally:
        await spare.owner.execute("DROP FUNCTION wait_at_commit CASCADE")
    assert details == ({"outcome": "unknown"} if name == "Slow to commit" else {})
    for _ in range(2):
        answer = await spare_api.post("/v1/projects", json={**PROJECT, "name": name}, headers=again)
        granted(answer, 201)
    projects = granted(await spare_api.get("/v1/projects", headers=key.headers))["items"]
    assert [project["name"] for project in projects].count(name) == 1
