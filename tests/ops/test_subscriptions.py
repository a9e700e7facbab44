"""Subscriptions that an operator sets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.ops.booking import MOST, book, credits_of, subscribe
from tests.properties.calendar_model import add_months
from tests.support.answers import granted, issues
from tests.support.installation import now

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family


async def test_a_subscription(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    response = await subscribe(api, finance, family.partner)
    today = f"{now():%Y-%m-%d}T00:00:00.000Z"
    end = f"{add_months(now().date(), 1)}T00:00:00.000Z"
    assert granted(response) == {
        "subscription": {
            "tier": "pro",
            "includedCredits": 1000,
            "billingStatus": "active",
            "startedAt": today,
            "currentPeriod": {"start": today, "end": end},
        },
        "balance": 1000,
        "available": 1000,
    }
    wallet = await credits_of(api, family)
    assert (wallet["subscriptionTier"], wallet["includedThisPeriod"]) == ("pro", 1000)
    assert wallet["currentPeriod"]["end"] == end


async def test_equal_values_change_nothing(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    first = granted(await subscribe(api, finance, family.partner))
    assert granted(await subscribe(api, finance, family.partner)) == first
    ledger = granted(await api.get("/v1/credits/events", headers=family.partner_key.headers))
    assert len(ledger["items"]) == 1


async def test_more_applies_at_once_and_less_from_the_next_period(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    """Only what exceeds the highest allotment already granted in this period is granted."""
    for included, balance in ((1000, 1000), (400, 1000), (900, 1000), (1500, 1500), (0, 1500)):
        response = await subscribe(api, finance, family.partner, includedCredits=included)
        answer = granted(response)
        assert answer["balance"] == balance
        assert answer["subscription"]["includedCredits"] == included


async def test_becoming_active_grants_once(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for status, balance in (("past_due", 0), ("active", 10), ("canceled", 10), ("active", 10)):
        response = await subscribe(
            api, finance, family.partner, includedCredits=10, billingStatus=status
        )
        assert granted(response)["balance"] == balance


async def test_the_start_is_cut_to_its_day_and_moves_the_period(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    started_at = now() - timedelta(days=3)
    response = await subscribe(
        api, finance, family.partner, startedAt=format_milliseconds(started_at)
    )
    subscription = granted(response)["subscription"]
    day = f"{started_at:%Y-%m-%d}T00:00:00.000Z"
    assert subscription["startedAt"] == subscription["currentPeriod"]["start"] == day


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"tier": "gold"}, "tier"),
        ({"includedCredits": -1}, "includedCredits"),
        ({"includedCredits": MOST + 1}, "includedCredits"),
        ({"includedCredits": None}, "includedCredits"),
        ({"billingStatus": "paid"}, "billingStatus"),
        ({"startedAt": "2026-06-01"}, "startedAt"),
        ({"startedAt": "2026-06-01T00:00:00+00:00"}, "startedAt"),
        ({"startedAt": "2026-02-30T00:00:00Z"}, "startedAt"),
        ({"startedAt": "9998-01-01T00:00:00Z"}, "startedAt"),
        ({"startedAt": 5}, "startedAt"),
        ({"endsAt": None}, "endsAt"),
    ],
)
async def test_a_subscription_that_is_not_valid(
    api: httpx2.AsyncClient,
    finance: dict[str, str],
    family: Family,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await subscribe(api, finance, family.partner, **body))) == [path]


async def test_the_next_allotment_always_fits(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    granted(await book(api, finance, family.partner, "credits/grant", credits=5))
    response = await subscribe(api, finance, family.partner, includedCredits=MOST)
    assert list(issues(response)) == ["includedCredits"]
