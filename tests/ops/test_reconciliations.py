"""`/ops/v1/reconciliations`: the full checks of the books, and asking for one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio
from tests.support.answers import granted, refused
from tests.support.installation import now

from partner_api.reconciliation.daily import run_daily
from partner_api.reconciliation.record_store import save_reconciliation
from partner_api.reconciliation.rules import Mismatch, Reconciliation, Rule

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PATH = "/ops/v1/reconciliations"


@pytest_asyncio.fixture
async def finance(still: Installation) -> dict[str, str]:
    """What authenticates an operator, in books that nobody has checked or wants checked."""
    await still.owner.execute("DELETE FROM reconciliations")
    await still.owner.execute("DELETE FROM reconciliation_requests")
    return await still.operator("finance")


async def checks(
    api: httpx2.AsyncClient, operator: dict[str, str], **params: str
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = granted(await api.get(PATH, headers=operator, params=params))[
        "items"
    ]
    return items


async def test_a_check_that_is_asked_for_is_made_and_has_its_id(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    # The day's own check is made, so that nothing else is due.
    assert await run_daily(still.pool, now()) is not None
    assert await run_daily(still.pool, now()) is None

    asked = granted(await still_api.post(PATH, headers=finance), 201)

    assert (asked["status"], asked["finishedAt"]) == ("requested", None)
    first, *_ = await checks(still_api, finance)
    assert first["id"] == asked["id"]
    unfinished = granted(await still_api.get(f"{PATH}/{asked['id']}", headers=finance))
    assert (unfinished["status"], unfinished["mismatches"]) == ("requested", [])

    assert await run_daily(still.pool, now()) is not None
    assert await run_daily(still.pool, now()) is None

    done = granted(await still_api.get(f"{PATH}/{asked['id']}", headers=finance))
    assert (done["status"], done["mismatches"]) == ("finished", [])
    listed = await checks(still_api, finance)
    assert [one["status"] for one in listed] == ["finished", "finished"]
    assert asked["id"] == listed[0]["id"]


async def test_whoever_asks_meanwhile_gets_the_same_check(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    answers = await asyncio.gather(*(still_api.post(PATH, headers=finance) for _ in range(5)))

    assert len({granted(answer, 201)["id"] for answer in answers}) == 1
    assert len(await checks(still_api, finance)) == 1


async def test_the_same_key_is_answered_as_the_first_time(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    headers = {**finance, "Idempotency-Key": str(uuid4())}
    first = granted(await still_api.post(PATH, headers=headers), 201)
    assert await run_daily(still.pool, now()) is not None

    again = granted(await still_api.post(PATH, headers=headers), 201)

    assert again == first
    assert await run_daily(still.pool, now()) is None


async def test_what_is_asked_for_during_a_check_is_another_one(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    """What is found began before it was asked for, so it does not answer it."""
    result = Reconciliation(now(), now(), 0, 0, [], 0)
    asked = granted(await still_api.post(PATH, headers=finance), 201)
    async with still.pool.acquire() as connection:
        await save_reconciliation(connection, result)

    assert await run_daily(still.pool, now()) is not None
    assert {one["id"] for one in await checks(still_api, finance)} >= {asked["id"]}
    assert await run_daily(still.pool, now()) is None


async def test_pages_have_each_check_once_the_last_first(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    async with still.pool.acquire() as connection:
        for days in (3, 1, 2):
            at = now() - timedelta(days=days)
            await save_reconciliation(connection, Reconciliation(at, at, days, 0, [], 0))
    await still_api.post(PATH, headers=finance)

    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        page = granted(await still_api.get(PATH, headers=finance, params=params))
        seen += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break

    assert [one["walletsChecked"] for one in seen] == [0, 1, 2, 3]
    assert [one["status"] for one in seen] == ["requested", *["finished"] * 3]


async def test_a_check_says_in_words_what_differs(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    wrong = [
        Mismatch(Rule.PREPAID_BALANCE, 5, uuid4(), "wallet", 7, 8),
        Mismatch("rule_of_tomorrow", 5, None, "moon", "full", "new"),
    ]
    async with still.pool.acquire() as connection:
        await save_reconciliation(connection, Reconciliation(now(), now(), 1, 2, wrong, 2))
    (listed,) = await checks(still_api, finance)

    found = granted(await still_api.get(f"{PATH}/{listed['id']}", headers=finance))

    assert found["mismatchesFound"] == listed["mismatchesFound"] == 2
    assert [one["meaning"] for one in found["mismatches"]] == [Rule.PREPAID_BALANCE.meaning, None]


async def test_a_viewer_reads_and_does_not_ask(
    still: Installation, still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    viewer = await still.operator("viewer")
    assert await checks(still_api, viewer) == []

    details = refused(await still_api.post(PATH, headers=viewer), "FORBIDDEN_SCOPE")

    assert details == {"requiredScope": "finance"}
    assert await checks(still_api, finance) == []


async def test_a_check_that_does_not_exist_is_not_found(
    still_api: httpx2.AsyncClient, finance: dict[str, str]
) -> None:
    refused(await still_api.get(f"{PATH}/{uuid4()}", headers=finance), "NOT_FOUND")
