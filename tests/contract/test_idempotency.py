"""`Idempotency-Key`: the same request twice has one effect, and one answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, org_id
from tests.support.operations import post
from tests.support.shifted import shifted

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

REPLAYED = "Idempotent-Replayed"


@pytest.fixture
async def finance(installation: Installation) -> dict[str, str]:
    """What authenticates an operator who moves credits."""
    return await installation.operator("finance")


def grant_path(wallet: Wallet) -> str:
    return f"/ops/v1/organizations/{org_id(wallet)}/credits/grant"


def allocate_path(child: Wallet) -> str:
    return f"/v1/organizations/{org_id(child)}/credits/allocate"


async def send(
    api: httpx2.AsyncClient, path: str, headers: dict[str, str], key: str, body: Any
) -> httpx2.Response:
    return await api.post(path, json=body, headers={**headers, "Idempotency-Key": key})


async def balance(api: httpx2.AsyncClient, family: Family) -> int:
    wallet = granted(await api.get("/v1/credits", headers=family.partner_key.headers))
    amount: int = wallet["balance"]
    return amount


async def test_a_route_that_moves_credits_needs_one(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    response = await api.post(grant_path(family.partner), json={"credits": 5}, headers=finance)
    assert refused(response, "IDEMPOTENCY_REQUIRED") == {}
    response = await api.post(
        allocate_path(family.child), json={"credits": 5}, headers=family.partner_key.headers
    )
    refused(response, "IDEMPOTENCY_REQUIRED")
    assert await balance(api, family) == 0


async def test_what_is_wrong_with_the_request_is_said_before_the_key_is_missed(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    response = await api.post(grant_path(family.partner), json={"credits": 0}, headers=finance)
    assert list(issues(response)) == ["credits"]


async def test_a_replay_is_the_first_answer_to_the_byte(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    first = await send(api, grant_path(family.partner), finance, "k", {"credits": 5})
    assert granted(first)["balance"] == 5
    assert REPLAYED not in first.headers
    for _ in range(3):
        again = await send(api, grant_path(family.partner), finance, "k", {"credits": 5})
        assert again.status_code == first.status_code
        assert again.content == first.content
        assert again.headers[REPLAYED] == "true"
        assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert await balance(api, family) == 5


async def test_the_same_request_written_otherwise_is_the_same(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    """White space, the order of fields and the way an id is spelt are no difference."""
    await send(api, grant_path(family.partner), finance, "k", {"credits": 5, "description": "a"})
    again = await api.post(
        grant_path(family.partner).replace("org_", ""),
        content=b' {"description" : "\\u0061",\n "credits":5}',
        headers={**finance, "Idempotency-Key": "k"},
    )
    granted(again)
    assert again.headers[REPLAYED] == "true"


async def test_another_request_with_the_same_key(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    path = grant_path(family.partner)
    granted(await send(api, path, finance, "k", {"credits": 5}))
    for other_path, body in (
        (path, {"credits": 6}),
        (path, {"credits": 5, "description": "x"}),
        (grant_path(family.child), {"credits": 5}),
        (
            grant_path(family.child).replace(str(family.child.organization_id), _NOBODY),
            {"credits": 5},
        ),
        (path + "?x=1", {"credits": 5}),
    ):
        response = await send(api, other_path, finance, "k", body)
        assert refused(response, "IDEMPOTENCY_CONFLICT") == {}, (other_path, body)
    assert await balance(api, family) == 5


async def test_a_key_belongs_to_its_caller_and_its_route(
    api: httpx2.AsyncClient, installation: Installation, family: Family, finance: dict[str, str]
) -> None:
    other = await installation.operator("finance")
    path = grant_path(family.partner)
    for headers, where in (
        (finance, path),
        (other, path),
        (finance, path.replace("grant", "purchase")),
    ):
        response = await send(api, where, headers, "k", {"credits": 5})
        granted(response)
        assert REPLAYED not in response.headers
    assert await balance(api, family) == 15


async def test_keys_are_told_apart_by_every_character(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    longest = "x" * 254
    for number, key in enumerate(["k", "K", "k2", '"k"', longest + "a", longest + "b", "~!@#"], 1):
        response = await send(api, grant_path(family.partner), finance, key, {"credits": 1})
        assert granted(response)["balance"] == number


async def test_while_the_first_is_still_running(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """The second is told at once; when the first is done, it gets the first one's answer."""
    admin = await installation.key(family.partner, "org:admin")
    headers = {**admin.headers, "Idempotency-Key": "k"}
    path, body = "/v1/organizations", {"name": "Corner Coffee"}
    async with installation.owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "SELECT FROM organizations WHERE tenant_id = $1 FOR UPDATE", family.child.tenant_id
        )
        first = asyncio.create_task(api.post(path, json=body, headers=headers))
        await installation.until_someone_waits()
        second = await api.post(path, json=body, headers=headers)
        assert refused(second, "IDEMPOTENCY_IN_PROGRESS") == {}
        assert second.headers["Retry-After"] == "1"
        await transaction.rollback()
    answer = await first
    granted(answer, 201)
    third = await api.post(path, json=body, headers=headers)
    assert third.content == answer.content
    assert third.headers[REPLAYED] == "true"


async def test_two_postings_at_once_are_one(
    api: httpx2.AsyncClient, installation: Installation, family: Family, finance: dict[str, str]
) -> None:
    """However they meet: the second waits for the first or is told that it runs."""
    path = grant_path(family.partner)
    async with installation.owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE", family.partner.tenant_id
        )
        both = [
            asyncio.create_task(send(api, path, finance, "k", {"credits": 5})) for _ in range(2)
        ]
        await installation.until_someone_waits()
        await transaction.rollback()
    answers = sorted([await task for task in both], key=lambda answer: REPLAYED in answer.headers)
    done = [answer for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer not in done:
            refused(answer, "IDEMPOTENCY_IN_PROGRESS")
    assert [REPLAYED in answer.headers for answer in done] == [False, True][: len(done)]
    assert len({answer.content for answer in done}) == 1
    assert await balance(api, family) == 5


async def test_many_at_the_same_instant_have_one_effect(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    async with installation.pool.acquire() as connection:
        await post(connection, family.partner, "purchase", 100, now=now())
    path, headers = allocate_path(family.child), family.partner_key.headers
    answers = await asyncio.gather(
        *[send(api, path, headers, "k", {"credits": 30}) for _ in range(20)]
    )
    done = [answer.json() for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    for answer in waiting:
        refused(answer, "IDEMPOTENCY_IN_PROGRESS")
    assert len({answer["id"] for answer in done}) == 1
    assert sorted(answer["replayed"] for answer in done) == [False] + [True] * (len(done) - 1)
    assert await balance(api, family) == 70


async def test_a_refusal_is_not_kept(
    api: httpx2.AsyncClient, family: Family, finance: dict[str, str]
) -> None:
    """It changed nothing, so a retry runs afresh, also with another body."""
    path = grant_path(family.partner).replace("grant", "adjustment")
    taken = {"credits": -5, "description": "Correction"}
    refused(await send(api, path, finance, "k", taken), "BILLING_EXHAUSTED")
    await send(api, grant_path(family.partner), finance, "g", {"credits": 8})
    response = await send(api, path, finance, "k", taken)
    assert granted(response)["balance"] == 3
    assert REPLAYED not in response.headers
    assert (await send(api, path, finance, "k", taken)).headers[REPLAYED] == "true"
    assert await balance(api, family) == 3


async def test_after_24_hours_the_key_is_free(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Of what moves no money; tests/contract/test_payments_reported_twice.py has the rest."""
    path, inside = "/v1/projects", family.partner_key.acting_for(family.child)
    project = {"name": "Launch", "timezone": "UTC"}
    first = granted(await send(api, path, inside, "day", project), 201)
    await _age(installation, "day", timedelta(hours=23, minutes=59))
    assert (await send(api, path, inside, "day", project)).headers[REPLAYED] == "true"
    await _age(installation, "day", timedelta(minutes=2))
    response = await send(api, path, inside, "day", {**project, "name": "Another"})
    assert granted(response, 201)["id"] != first["id"]
    assert REPLAYED not in response.headers


async def test_a_transfer_s_key_is_its_own_for_ever(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    async with installation.pool.acquire() as connection:
        await post(connection, family.partner, "purchase", 100, now=now())
    path, headers = allocate_path(family.child), family.partner_key.headers
    first = granted(await send(api, path, headers, "transfer", {"credits": 30}), 201)
    assert first["replayed"] is False
    await _age(installation, "transfer", timedelta(days=400))
    again = granted(await send(api, path, headers, "transfer", {"credits": 30}), 201)
    assert again == {**first, "replayed": True}
    refused(await send(api, path, headers, "transfer", {"credits": 31}), "IDEMPOTENCY_CONFLICT")
    assert await balance(api, family) == 70


async def test_what_was_done_is_answered_also_when_it_could_not_be_done_any_more(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    async with installation.pool.acquire() as connection:
        await post(connection, family.partner, "purchase", 100, now=now())
    path, headers = allocate_path(family.child), family.partner_key.headers
    inside = family.partner_key.acting_for(family.child)
    project = {"name": "Launch", "timezone": "UTC"}
    transfer = granted(await send(api, path, headers, "k", {"credits": 30}), 201)
    created = await send(api, "/v1/projects", inside, "k", project)
    granted(created, 201)
    await installation.set_status(family.child, "suspended")
    again = granted(await send(api, path, headers, "k", {"credits": 30}), 201)
    assert again == {**transfer, "replayed": True}
    again_created = await send(api, "/v1/projects", inside, "k", project)
    assert again_created.content == created.content
    refused(await send(api, path, headers, "k2", {"credits": 30}), "KILL_SWITCH")
    refused(await send(api, "/v1/projects", inside, "k2", project), "KILL_SWITCH")


async def test_a_replay_gives_the_same_secret_which_is_stored_encrypted(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(family.partner)}/api-keys"
    body = {"name": "Server", "scopes": ["*"]}
    first = await send(api, path, headers, "mint", body)
    secret: str = granted(first, 201)["secret"]
    again = await send(api, path, headers, "mint", body)
    assert again.content == first.content
    assert again.headers[REPLAYED] == "true"
    granted(await api.get("/v1/whoami", headers={"Authorization": f"Bearer {secret}"}))
    rows = await installation.owner.fetch(
        "SELECT answer, sealed FROM idempotency_keys WHERE key = 'mint'"
    )
    (row,) = [row for row in rows if row["sealed"] is not None]
    assert row["answer"] is None
    assert secret[25:].encode() not in row["sealed"]
    assert secret[:24].encode() not in row["sealed"]
    keys = granted(await api.get(path, headers=headers))["items"]
    assert [key["name"] for key in keys].count("Server") == 1


_NOBODY = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


async def _age(installation: Installation, key: str, duration: timedelta) -> None:
    """Let time pass for one record."""
    await installation.owner.execute(
        f"UPDATE idempotency_keys SET created_at = {shifted('created_at', '- $1::interval')} WHERE key = $2",
        duration,
        key,
    )
