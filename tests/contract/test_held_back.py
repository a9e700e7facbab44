"""Requests that arrive, wait for a lock, and act when what they were let in for is over.

Somebody else holds the lock and acts first, at a time that is later, or on the very key that the request came with.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.support.answers import granted, issues, refused
from tests.support.holding import holding_rows
from tests.support.installation import ago, handle, now, org_id, project_id

from partner_api.clock import format_milliseconds, format_seconds, parse_timestamp
from partner_api.ids import format_id
from partner_api.leases.operator_store import renew

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from datetime import datetime

    import httpx2
    from tests.support.installation import Family, Installation

    from partner_api.database.connection import Connection

PRICE_CENTS = 15_000
HOUR = timedelta(hours=1)


@asynccontextmanager
async def holding(
    installation: Installation, lock: str, *arguments: object
) -> AsyncIterator[Connection]:
    """A transaction of the owner's that has these rows; it commits when the block is over."""
    async with (
        installation.owner.acquire() as connection,
        holding_rows(connection, lock, *arguments),
    ):
        yield connection


async def held_back(
    installation: Installation, request: Coroutine[Any, Any, httpx2.Response]
) -> asyncio.Task[httpx2.Response]:
    """The request, when it waits for a lock."""
    task = asyncio.create_task(request)
    await installation.until_someone_waits()
    return task


# Leases -----------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner that can pay one month of one lease."""
    return await installation.family(cash_cents=PRICE_CENTS)


@pytest_asyncio.fixture
async def lease_id(installation: Installation, family: Family) -> str:
    """A lease in its first month, of the child's."""
    (lease_id,) = await installation.lease(family.child, handle(), at=ago(days=10))
    return lease_id


@asynccontextmanager
async def next_month(
    installation: Installation, family: Family, lease_id: str
) -> AsyncIterator[datetime]:
    """While the block runs a worker holds the wallet, which has found that the lease's next month cannot be paid.

    Gives when that was: what arrives meanwhile comes before the month begins.
    """
    tenant_id, social_account_id = family.partner.tenant_id, UUID(lease_id.removeprefix("sa_"))
    async with installation.pool.acquire() as connection, connection.transaction():
        due_at = await connection.fetchval(
            "SELECT next_due_at FROM leases WHERE tenant_id = $1 AND social_account_id = $2",
            tenant_id,
            social_account_id,
        )
        tried_at: datetime = due_at + timedelta(seconds=1)
        assert (await renew(connection, [tenant_id], tried_at, 100)).leases == 1
        yield tried_at


async def paid(
    installation: Installation, family: Family, lease_id: str
) -> list[tuple[int, str, int]]:
    """Of each month its price, its status, and what it took from the wallet."""
    rows = await installation.owner.fetch(
        """
        SELECT c.price_cents, c.status, coalesce(-e.amount_cents, 0) AS taken FROM lease_charges c
          LEFT JOIN cash_events e ON e.tenant_id = c.tenant_id AND e.sequence = c.cash_sequence
         WHERE c.tenant_id = $1 AND c.social_account_id = $2 ORDER BY c.lease_month
        """,
        family.partner.tenant_id,
        UUID(lease_id.removeprefix("sa_")),
    )
    return [(row["price_cents"], row["status"], row["taken"]) for row in rows]


async def top_up(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> httpx2.Response:
    headers = {**await installation.operator("finance"), "Idempotency-Key": uuid4().hex}
    return await api.post(
        f"/ops/v1/organizations/{org_id(family.partner)}/cash/topup",
        json={"amountCents": PRICE_CENTS, "description": "Wire"},
        headers=headers,
    )


async def test_a_price_does_not_change_a_month_that_a_worker_has_come_to(
    api: httpx2.AsyncClient, installation: Installation, family: Family, lease_id: str
) -> None:
    """What is owed for it is what is paid."""
    operator = await installation.operator("operator")
    async with next_month(installation, family, lease_id):
        request = api.patch(
            f"/ops/v1/leases/{lease_id}", json={"monthlyPriceCents": 99}, headers=operator
        )
        patch = await held_back(installation, request)
    assert granted(await patch)["monthlyPriceCents"] == 99
    granted(await top_up(api, installation, family))
    assert await paid(installation, family, lease_id) == [(PRICE_CENTS, "paid", PRICE_CENTS)] * 2


async def test_a_top_up_pays_what_a_worker_could_not(
    api: httpx2.AsyncClient, installation: Installation, family: Family, lease_id: str
) -> None:
    async with next_month(installation, family, lease_id):
        posted = await held_back(installation, top_up(api, installation, family))
    granted(await posted)
    assert await paid(installation, family, lease_id) == [(PRICE_CENTS, "paid", PRICE_CENTS)] * 2


async def test_a_release_leaves_no_month_due(
    api: httpx2.AsyncClient, installation: Installation, family: Family, lease_id: str
) -> None:
    async with next_month(installation, family, lease_id) as tried_at:
        request = api.delete(f"/v1/leased-accounts/{lease_id}", headers=family.child_key.headers)
        released = await held_back(installation, request)
    assert granted(await released)["disconnectedAt"] == format_seconds(tried_at)
    assert await paid(installation, family, lease_id) == [
        (PRICE_CENTS, "paid", PRICE_CENTS),
        (PRICE_CENTS, "uncollected", 0),
    ]


async def test_a_project_is_not_archived_before_it_was_changed(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    later = now() + HOUR
    path = f"/v1/projects/{project_id(family.child)}"
    place = (family.child.tenant_id, family.child.project_id)
    lock = "SELECT FROM projects WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
    async with holding(installation, lock, *place) as connection:
        archived = await held_back(installation, api.delete(path, headers=family.child_key.headers))
        await connection.execute(
            "UPDATE projects SET updated_at = $3 WHERE tenant_id = $1 AND id = $2", *place, later
        )
    assert granted(await archived)["archivedAt"] == format_milliseconds(later)
    project = granted(await api.get(path, headers=family.child_key.headers))
    assert project["updatedAt"] == format_milliseconds(later)


async def test_a_request_is_dated_when_its_body_has_arrived(
    api: httpx2.AsyncClient, family: Family
) -> None:
    arrived: list[datetime] = []

    async def body() -> AsyncIterator[bytes]:
        yield b'{"name": "Slow", '
        await asyncio.sleep(0.02)
        arrived.append(now())
        yield b'"timezone": "UTC"}'

    answer = await api.post("/v1/projects", content=body(), headers=family.child_key.headers)
    created_at = parse_timestamp(granted(answer, 201)["createdAt"])
    assert created_at >= arrived[0].replace(microsecond=arrived[0].microsecond // 1000 * 1000)


# Keys and operators -----------------------------------------------------------------------------

_KEY = "SELECT FROM api_keys WHERE tenant_id = $1 AND id = $2 FOR UPDATE"


@pytest.mark.parametrize(
    ("method", "suffix"), [("POST", "/rotate"), ("POST", "/kill"), ("DELETE", "")]
)
async def test_a_secret_that_was_replaced_while_a_request_waited_is_dead(
    api: httpx2.AsyncClient, installation: Installation, family: Family, method: str, suffix: str
) -> None:
    """Of two who rotate a key with the same secret, one gets the new one, and nobody else has a say then."""
    key = await installation.key(family.partner, "projects:read")
    path = f"/v1/api-keys/{format_id('key', key.key_id)}{suffix}"
    async with holding(installation, _KEY, family.partner.tenant_id, key.key_id) as connection:
        second = await held_back(installation, api.request(method, path, headers=key.headers))
        # As the first one does it.
        await connection.execute(
            "UPDATE api_keys SET keyid = reverse(keyid), rotated_at = $3 WHERE tenant_id = $1 AND id = $2",
            family.partner.tenant_id,
            key.key_id,
            now(),
        )
    refused(await second, "UNAUTHENTICATED")
    row = await installation.owner.fetchrow(
        "SELECT kill_switch, revoked_at FROM api_keys WHERE id = $1", key.key_id
    )
    assert row is not None
    assert tuple(row) == (False, None)


async def test_a_key_that_was_killed_while_it_waited_does_not_bring_itself_back(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "projects:read")
    path = f"/v1/api-keys/{format_id('key', key.key_id)}/rotate"
    async with holding(installation, _KEY, family.partner.tenant_id, key.key_id) as connection:
        rotated = await held_back(installation, api.post(path, headers=key.headers))
        await connection.execute(
            "UPDATE api_keys SET kill_switch = true WHERE tenant_id = $1 AND id = $2",
            family.partner.tenant_id,
            key.key_id,
        )
    assert refused(await rotated, "KILL_SWITCH") == {"scope": "key"}
    refused(await api.get("/v1/whoami", headers=key.headers), "KILL_SWITCH")


@pytest.mark.parametrize(
    "change",
    ["keyid = reverse(keyid)", "revoked_at = now()", "expires_at = now() - interval '1 second'"],
)
@pytest.mark.parametrize("action", ["rotate", "revoke"])
async def test_an_operator_who_was_let_out_while_a_request_waited_changes_nobody(
    api: httpx2.AsyncClient, installation: Installation, change: str, action: str
) -> None:
    admin = await installation.operator("admin")
    await installation.operator("admin")
    keyid = admin["Authorization"].split("_")[1]
    admin_id = await installation.owner.fetchval("SELECT id FROM operators WHERE keyid = $1", keyid)
    path = f"/ops/v1/operators/{format_id('opr', admin_id)}/{action}"
    async with holding(
        installation, "SELECT FROM operators WHERE id = $1 FOR UPDATE", admin_id
    ) as connection:
        late = await held_back(installation, api.post(path, headers=admin))
        await connection.execute(f"UPDATE operators SET {change} WHERE id = $1", admin_id)
        before = await connection.fetchrow("SELECT * FROM operators WHERE id = $1", admin_id)
    refused(await late, "UNAUTHENTICATED")
    after = await installation.owner.fetchrow("SELECT * FROM operators WHERE id = $1", admin_id)
    assert after == before


# Time itself ------------------------------------------------------------------------------------


async def advance(api: httpx2.AsyncClient, admin: dict[str, str], hours: int) -> httpx2.Response:
    reading = granted(await api.get("/ops/v1/clock", headers=admin))
    target = now() + timedelta(seconds=reading["offsetSeconds"]) + hours * HOUR
    return await api.post(
        "/ops/v1/clock", json={"advanceTo": format_milliseconds(target)}, headers=admin
    )


async def test_the_last_admin_is_the_last_when_it_is_decided(
    spare_api: httpx2.AsyncClient, spare: Installation
) -> None:
    """The only other one's token expires while the request waits."""
    admin, other = [await spare.operator("admin") for _ in range(2)]
    ids = await spare.owner.fetch(
        "SELECT id FROM operators WHERE keyid = ANY ($1) ORDER BY keyid = $2 DESC",
        [headers["Authorization"].split("_")[1] for headers in (admin, other)],
        admin["Authorization"].split("_")[1],
    )
    mine, others = ids[0]["id"], ids[1]["id"]
    reading = granted(await spare_api.get("/ops/v1/clock", headers=admin))
    soon = now() + timedelta(seconds=reading["offsetSeconds"]) + HOUR
    await spare.owner.execute("UPDATE operators SET expires_at = $2 WHERE id = $1", others, soon)
    await spare.owner.execute(
        "UPDATE operators SET revoked_at = $2 "
        "WHERE role = 'admin' AND id <> ALL ($1) AND revoked_at IS NULL",
        [mine, others],
        now(),
    )
    async with holding(spare, "SELECT FROM operators WHERE id = $1 FOR UPDATE", mine):
        request = spare_api.post(
            f"/ops/v1/operators/{format_id('opr', mine)}/revoke", headers=admin
        )
        revoked = await held_back(spare, request)
        granted(await advance(spare_api, other, 2))
    assert refused(await revoked, "CONFLICT") == {"role": "admin"}


@pytest.mark.parametrize("who", ["superseded key", "operator"])
async def test_who_was_let_in_in_time_is_answered_when_it_is_over(
    spare_api: httpx2.AsyncClient, spare: Installation, who: str
) -> None:
    """A rotated key's grace, or a token's time, ends while its request waits; the next one is refused."""
    admin = await spare.operator("admin")
    reading = granted(await spare_api.get("/ops/v1/clock", headers=admin))
    soon = now() + timedelta(seconds=reading["offsetSeconds"]) + HOUR
    partner = await spare.partner()
    account_id = await spare.pool_account(handle(), 5)
    key = await spare.superseded_key(partner, "*", grace_until=soon)
    operator = await spare.operator(expires_at=soon)

    async def change() -> httpx2.Response:
        if who == "operator":
            path = f"/ops/v1/pool/accounts/{format_id('pool', account_id)}"
            return await spare_api.patch(path, json={"followers": 6}, headers=operator)
        path = f"/v1/projects/{project_id(partner)}"
        return await spare_api.patch(path, json={"name": "New"}, headers=key.headers)

    lock: tuple[Any, ...] = ("SELECT FROM pool_accounts WHERE id = $1 FOR UPDATE", account_id)
    if who != "operator":
        lock = (
            "SELECT FROM projects WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
            partner.tenant_id,
            partner.project_id,
        )
    async with holding(spare, *lock):
        changed = await held_back(spare, change())
        granted(await advance(spare_api, admin, 2))
    granted(await changed)
    refused(await change(), "UNAUTHENTICATED")


async def test_a_time_that_has_come_while_a_request_waited_is_not_moved_to(
    spare_api: httpx2.AsyncClient, spare: Installation
) -> None:
    """Two move the clock; the one whose target is nearer comes second."""
    admin = await spare.operator("admin")
    async with holding(spare, "SELECT FROM installation FOR UPDATE"):
        far = await held_back(spare, advance(spare_api, admin, 3))
        near = asyncio.create_task(advance(spare_api, admin, 1))
        # Others are answered meanwhile, so it has most likely arrived.
        for _ in range(20):
            granted(await spare_api.get("/ops/v1/clock", headers=admin))
    granted(await far)
    assert list(issues(await near)) == ["advanceTo"]
