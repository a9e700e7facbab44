"""`/ops/v1/renewals`: what renewals will take, and what a sweep would do now."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio
from tests.support.answers import granted, issues
from tests.support.installation import Installation, ago, handle, now, org_id

from partner_api.cash import store as cash
from partner_api.clock import format_milliseconds, format_seconds
from partner_api.database.arguments import SYSTEM
from partner_api.leases.operator_store import renew
from partner_api.months import add_months

if TYPE_CHECKING:
    import httpx2
    from tests.support.tenants import Wallet

PATH = "/ops/v1/renewals"


@pytest_asyncio.fixture
async def operator(still: Installation) -> dict[str, str]:
    """What authenticates an operator who may read the books."""
    return await still.operator("finance")


async def renewals_of(
    api: httpx2.AsyncClient, operator: dict[str, str], wallet: Wallet, **params: str
) -> list[dict[str, Any]]:
    params = {"organizationId": org_id(wallet), **params}
    page = granted(await api.get(PATH, headers=operator, params=params))
    items: list[dict[str, Any]] = page["items"]
    return items


async def dry_run_of(
    api: httpx2.AsyncClient, operator: dict[str, str], wallet: Wallet, **params: str
) -> list[dict[str, Any]]:
    params = {"organizationId": org_id(wallet), **params}
    page = granted(await api.get(f"{PATH}/dry-run", headers=operator, params=params))
    items: list[dict[str, Any]] = page["items"]
    return items


def until(at: datetime) -> str:
    return format_milliseconds(at)


# What renewals will take ------------------------------------------------------------------------


async def test_what_will_be_charged(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    """Three months of one lease and two of another, from a wallet that pays for three months."""
    family = await still.family(at=ago(days=40), cash_cents=1_000 + 2_000 + 4_999)
    at = now().replace(microsecond=0)
    first, second = at - timedelta(days=10), at - timedelta(days=5)
    await still.lease(family.partner, handle(), at=first, price_cents=1_000)
    await still.lease(family.child, handle(), at=second, price_cents=2_000)
    end = add_months(first, 3)
    assert add_months(second, 2) <= end < add_months(second, 3)
    (item,) = await renewals_of(still_api, operator, family.partner, until=until(end))
    assert item == {
        "organizationId": org_id(family.partner),
        "name": "Partner",
        "until": format_seconds(end),
        "count": 5,
        "totalCents": 3 * 1_000 + 2 * 2_000,
        "pastDueCount": 0,
        "pastDueCents": 0,
        "balanceCents": 4_999,
        "shortfallCents": 2_001,
        # 1,000 and 2,000 and 1,000 are paid; 2,000 are not.
        "coveredUntil": format_seconds(add_months(second, 2) - timedelta(seconds=1)),
    }
    before = until(end - timedelta(seconds=1))
    (item,) = await renewals_of(still_api, operator, family.partner, until=before)
    assert (item["count"], item["totalCents"]) == (4, 6_000)
    near = add_months(first, 1)
    (item,) = await renewals_of(still_api, operator, family.partner, until=until(near))
    assert (item["count"], item["shortfallCents"]) == (1, 0)
    assert item["coveredUntil"] == format_seconds(near)
    before = until(near - timedelta(seconds=1))
    assert await renewals_of(still_api, operator, family.partner, until=before) == []


async def test_it_is_what_the_partner_s_wallet_says(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    family = await still.family(at=ago(days=40), cash_cents=2_500)
    await still.lease(family.partner, handle(), handle(), at=ago(days=10), price_cents=1_000)
    (item,) = await renewals_of(still_api, operator, family.partner)
    wallet = granted(await still_api.get("/v1/wallet", headers=family.partner_key.headers))
    upcoming = wallet["upcomingRenewals"]
    assert item["balanceCents"] == wallet["balanceCents"] == 500
    for name in ("count", "totalCents", "shortfallCents", "coveredUntil"):
        assert item[name] == upcoming[name], name
    assert item["shortfallCents"] == 1_500


async def test_what_is_past_due_is_in_it(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    family = await still.family(at=ago(days=100), cash_cents=1_000)
    start = add_months(now().replace(microsecond=0), -2) - timedelta(days=5)
    await still.lease(family.partner, handle(), at=start, price_cents=1_000)
    (item,) = await renewals_of(still_api, operator, family.partner)
    assert (item["pastDueCount"], item["pastDueCents"]) == (2, 2_000)
    assert (item["count"], item["totalCents"], item["shortfallCents"]) == (3, 3_000, 3_000)
    assert item["coveredUntil"] == format_seconds(add_months(start, 1) - timedelta(seconds=1))


async def test_pages_of_partners(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    expected = set()
    for _ in range(3):
        partner = await still.partner(at=ago(days=40), cash_cents=1_000)
        await still.lease(partner, handle(), at=ago(days=5), price_cents=1_000)
        expected.add(org_id(partner))
    idle = await still.partner()
    seen: list[str] = []
    params = {"limit": "2"}
    while True:
        page = granted(await still_api.get(PATH, headers=operator, params=params))
        assert len(page["items"]) <= 2
        seen += [item["organizationId"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        params["cursor"] = page["nextCursor"]
    assert len(set(seen)) == len(seen)
    assert expected <= set(seen)
    assert seen == sorted(seen, reverse=True)
    assert org_id(idle) not in seen


async def test_how_far_it_looks(still_api: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    too_far = {"until": until(now() + timedelta(days=367)), "limit": "10"}
    assert list(issues(await still_api.get(PATH, headers=operator, params=too_far))) == ["until"]
    params = {"until": "2027-01-01T00:00:00+01:00", "limit": "101"}
    assert list(issues(await still_api.get(PATH, headers=operator, params=params))) == [
        "until",
        "limit",
    ]
    params = {"until": until(now() + timedelta(days=365)), "organizationId": f"org_{uuid4()}"}
    page = granted(await still_api.get(PATH, headers=operator, params=params))
    assert page == {"items": [], "nextCursor": None}


# A sweep that is taken back ---------------------------------------------------------------------


async def _rows(installation: Installation, wallet: Wallet) -> list[Any]:
    return [
        await installation.owner.fetch(
            f"SELECT * FROM {table} WHERE tenant_id = $1 ORDER BY {table}", wallet.tenant_id
        )
        for table in (
            "leases",
            "lease_charges",
            "cash_wallets",
            "cash_events",
            "outbox",
            "audit_events",
            "social_accounts",
        )
    ]


async def test_a_dry_run_says_what_a_sweep_then_does(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    """The first in line ends, so the second is paid, the third is tried in vain, the fourth is new."""
    family = await still.family(at=ago(days=90), cash_cents=91_000)
    # A month has 28 to 31 days: 31 days after it was assigned, its second month has begun for at most 3 days.
    moment = now().replace(microsecond=0)
    ids = {}
    for outcome, days, price in (
        ("ended", 9, 30_000),
        ("paid", 5.5, 1_000),
        ("still_past_due", 5, 30_000),
        ("past_due", 0, 30_000),
    ):
        at = moment - timedelta(days=days + 31)
        (ids[outcome],) = await still.lease(family.child, handle(), at=at, price_cents=price)
    tenant_id = family.partner.tenant_id
    async with still.pool.acquire() as connection:
        for days in (8, 4):
            await renew(connection, [tenant_id], moment - timedelta(days=days), 1_000)
        # A top-up would be the sweep.
        adjustment = cash.CashPosting(
            family.partner.organization_id, "adjustment", 1_500, "Found", None, SYSTEM, None
        )
        await cash.post(connection, tenant_id, now(), [adjustment])

    before = await _rows(still, family.partner)
    (dry_run,) = await dry_run_of(still_api, operator, family.partner)
    assert await _rows(still, family.partner) == before, "nothing has changed"
    leases = dry_run.pop("leases")
    assert dry_run == {
        "organizationId": org_id(family.partner),
        "name": "Partner",
        "monthsPaid": 1,
        "paidCents": 1_000,
        "pastDue": 1,
        "stillPastDue": 1,
        "ended": 1,
    }
    assert {lease["outcome"]: lease["socialAccountId"] for lease in leases} == ids
    assert {lease["organizationId"] for lease in leases} == {org_id(family.child)}
    assert {lease["outcome"]: lease["paidCents"] for lease in leases} == {
        outcome: 1_000 if outcome == "paid" else 0 for outcome in ids
    }

    async with still.pool.acquire() as connection:
        assert (await renew(connection, [tenant_id], now(), 1_000)).leases
    assert await dry_run_of(still_api, operator, family.partner) == []
    listed = granted(
        await still_api.get(
            "/ops/v1/leases", headers=operator, params={"organizationId": org_id(family.child)}
        )
    )
    assert {
        lease["socialAccountId"]: (lease["status"], lease["billingStatus"])
        for lease in listed["items"]
    } == {
        ids["ended"]: ("disconnected", "current"),
        ids["paid"]: ("assigned", "current"),
        ids["still_past_due"]: ("assigned", "past_due"),
        ids["past_due"]: ("assigned", "past_due"),
    }


async def test_months_that_nobody_has_charged_yet(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    family = await still.family(at=ago(days=90), cash_cents=10_000)
    await still.lease(family.partner, handle(), at=ago(days=70), price_cents=1_000)
    (dry_run,) = await dry_run_of(still_api, operator, family.partner)
    (lease,) = dry_run["leases"]
    assert (lease["outcome"], lease["monthsPaid"], lease["paidCents"]) == ("paid", 2, 2_000)
    assert (dry_run["monthsPaid"], dry_run["paidCents"]) == (2, 2_000)


async def test_the_days_to_come(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    """Money for one of two leases, which fall due ten days apart, in the next forty days."""
    family = await still.family(at=ago(days=60), cash_cents=2_500 + 1_000)
    (second,) = await still.lease(family.child, handle(), at=ago(days=10), price_cents=1_500)
    (first,) = await still.lease(family.child, handle(), at=ago(days=20), price_cents=1_000)
    before = await _rows(still, family.partner)

    async def outcomes(days: int) -> dict[str, tuple[str, int]]:
        params = {"until": until(now() + timedelta(days=days))}
        partners = await dry_run_of(still_api, operator, family.partner, **params)
        return {
            lease["socialAccountId"]: (lease["outcome"], lease["monthsPaid"])
            for partner in partners
            for lease in partner["leases"]
        }

    assert await outcomes(7) == {}
    assert await outcomes(12) == {first: ("paid", 1)}
    assert await outcomes(23) == {first: ("paid", 1), second: ("past_due", 0)}
    # A week after it could not be paid it ends; by now the first is due again, too.
    assert await outcomes(33) == {first: ("paid", 1), second: ("ended", 0)}
    assert await outcomes(44) == {first: ("past_due", 1), second: ("ended", 0)}
    assert await _rows(still, family.partner) == before
    too_far = {"until": until(now() + timedelta(days=367))}
    response = await still_api.get(f"{PATH}/dry-run", headers=operator, params=too_far)
    assert list(issues(response)) == ["until"]


async def test_a_wallet_that_a_worker_is_charging_is_left_out(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    family = await still.family(at=ago(days=90), cash_cents=10_000)
    await still.lease(family.partner, handle(), at=ago(days=70), price_cents=1_000)
    async with still.owner.acquire() as connection, connection.transaction():
        await connection.execute(
            "SELECT FROM cash_wallets WHERE tenant_id = $1 FOR NO KEY UPDATE",
            family.partner.tenant_id,
        )
        # The server is in this process, and this task holds a connection.
        dry_run = asyncio.create_task(dry_run_of(still_api, operator, family.partner))
        assert await dry_run == []
    assert await dry_run_of(still_api, operator, family.partner) != []


async def test_pages_of_a_dry_run(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    expected = set()
    for _ in range(2):
        partner = await still.partner(at=ago(days=90), cash_cents=2_000)
        await still.lease(partner, handle(), at=ago(days=40), price_cents=1_000)
        expected.add(org_id(partner))
    seen: list[str] = []
    params = {"limit": "1"}
    while True:
        page = granted(await still_api.get(f"{PATH}/dry-run", headers=operator, params=params))
        seen += [item["organizationId"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        params["cursor"] = page["nextCursor"]
    assert len(set(seen)) == len(seen)
    assert expected <= set(seen)


async def test_a_wallet_that_cannot_be_charged_is_left_out_of_a_dry_run(
    still_api: httpx2.AsyncClient, still: Installation, operator: dict[str, str]
) -> None:
    good, bad = [await still.family(at=ago(days=90), cash_cents=91_000) for _ in range(2)]
    for family in (good, bad):
        await still.lease(family.child, handle(), at=ago(days=40), price_cents=1_000)
    # Its next event collides with one that is there.
    await still.owner.execute(
        "UPDATE cash_wallets SET last_sequence = last_sequence - 1 WHERE tenant_id = $1",
        bad.partner.tenant_id,
    )
    answer = await still_api.get(f"{PATH}/dry-run?limit=10", headers=operator)
    shown = {item["organizationId"] for item in granted(answer)["items"]}
    assert org_id(good.partner) in shown
    assert org_id(bad.partner) not in shown
    granted(await still_api.get(f"{PATH}?limit=10", headers=operator))
