"""`/ops/v1/daily-totals`: what was spent and taken by day, from the ledgers of live partners."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.answers import granted, issues
from tests.support.installation import now, org_id
from tests.support.leases import top_up
from tests.support.operations import post
from tests.support.tenants import make_child, make_partner

from partner_api.sweeps.daily_totals import CountDays

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

PATH = "/ops/v1/daily-totals"


async def days(
    api: httpx2.AsyncClient, operator: dict[str, str], **params: str
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = granted(await api.get(PATH, headers=operator, params=params))[
        "items"
    ]
    return items


async def test_each_day_has_what_its_ledgers_say(
    still: Installation, still_api: httpx2.AsyncClient
) -> None:
    operator = await still.operator("viewer")
    today = now()
    before_yesterday = today - timedelta(days=2)
    async with still.pool.acquire() as connection:
        partner = await make_partner(connection, now=before_yesterday)
        child = await make_child(connection, partner, now=before_yesterday)
        await top_up(connection, partner, before_yesterday, 700)
        await post(connection, partner, "purchase", 41, now=before_yesterday)
        await post(connection, child, "purchase", 5, now=today)
    assert await CountDays().step(still.pool, today) > 0

    found = await days(still_api, operator, organizationId=org_id(partner), limit="3")

    assert [one["day"] for one in found] == [
        (today - timedelta(days=number)).date().isoformat() for number in range(3)
    ]
    assert (found[0]["creditsPurchased"], found[1]["creditsPurchased"]) == (5, 0)
    assert {"creditsPurchased": 41, "cashPaidInCents": 700}.items() <= found[2].items()
    # Yesterday ended hours ago, or a moment; today has not.
    assert (found[0]["isComplete"], found[2]["isComplete"]) == (False, True)


async def test_days_of_others_are_not_of_a_partner(
    still: Installation, still_api: httpx2.AsyncClient
) -> None:
    operator = await still.operator("viewer")
    first, second = await still.family(), await still.family()
    async with still.pool.acquire() as connection:
        await post(connection, first.partner, "purchase", 41, now=now())
    await CountDays().step(still.pool, now())

    of_child = await days(still_api, operator, organizationId=org_id(first.child), limit="1")
    of_second = await days(still_api, operator, organizationId=org_id(second.partner), limit="1")
    of_all = await days(still_api, operator, limit="1")

    # A child's rows are its partner's: it has no days of its own.
    assert of_child[0]["creditsPurchased"] == 0
    assert of_second[0]["creditsPurchased"] == of_second[0]["creditsUsed"] == 0
    assert of_all[0]["creditsPurchased"] >= 41


async def test_pages_go_back_to_the_first_day_without_a_gap(
    still: Installation, still_api: httpx2.AsyncClient
) -> None:
    operator = await still.operator("viewer")
    async with still.pool.acquire() as connection:
        await make_partner(connection, now=now() - timedelta(days=20), prepaid=1)
    await CountDays().step(still.pool, now())

    seen: list[date] = []
    cursor: str | None = None
    while True:
        params = {"limit": "6", **({"cursor": cursor} if cursor else {})}
        page = granted(await still_api.get(PATH, headers=operator, params=params))
        seen += [date.fromisoformat(one["day"]) for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break

    assert len(seen) >= 21
    assert seen == [seen[0] - timedelta(days=number) for number in range(len(seen))]


async def test_more_than_a_year_is_not_on_one_page(
    still: Installation, still_api: httpx2.AsyncClient
) -> None:
    operator = await still.operator("viewer")
    refused = await still_api.get(PATH, headers=operator, params={"limit": "367"})
    assert issues(refused).keys() == {"limit"}
