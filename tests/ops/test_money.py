"""`/ops/v1/organizations/:orgId/{credits,subscription,cash}`: what the operator books."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.properties.calendar_model import add_months
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, org_id, project_id
from tests.support.operations import allocate, spend, started

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
MOST = 2**53 - 1


@pytest.fixture
async def finance(installation: Installation) -> dict[str, str]:
    """What authenticates an operator who moves credits and cash."""
    return await installation.operator("finance")


async def book(
    api: httpx.AsyncClient, headers: dict[str, str], wallet: Wallet, what: str, **body: Any
) -> httpx.Response:
    return await api.post(
        f"/ops/v1/organizations/{org_id(wallet)}/{what}",
        json=body,
        headers={**headers, "Idempotency-Key": str(uuid4())},
    )


async def subscribe(
    api: httpx.AsyncClient, headers: dict[str, str], wallet: Wallet, **body: Any
) -> httpx.Response:
    full = {"tier": "pro", "includedCredits": 1000, "billingStatus": "active", **body}
    path = f"/ops/v1/organizations/{org_id(wallet)}/subscription"
    return await api.put(path, json=full, headers=headers)


async def credits_of(api: httpx.AsyncClient, family: Family) -> dict[str, Any]:
    wallet: dict[str, Any] = granted(
        await api.get("/v1/credits", headers=family.partner_key.headers)
    )
    return wallet


# Credits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_type", ["grant", "purchase"])
async def test_credits_come_in(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family, event_type: str
) -> None:
    posted = granted(
        await book(
            api,
            finance,
            family.partner,
            f"credits/{event_type}",
            credits=500,
            description="Order 7",
            metadata={"order": "7"},
        )
    )
    assert list(posted) == ["event", "balance", "available"]
    assert (posted["balance"], posted["available"]) == (500, 500)
    event = posted["event"]
    assert event == {
        "eventId": event["eventId"],
        "projectId": None,
        "credits": 500,
        "eventType": event_type,
        "format": None,
        "containerId": None,
        "workflowId": None,
        "balanceAfterPrepaid": 500,
        "balanceAfter": 500,
        "usageAfterPeriod": 0,
        "description": "Order 7",
        "metadata": {"order": "7"},
        "createdAt": event["createdAt"],
        "hash": event["hash"],
        "previousHash": event["previousHash"],
        "internalHash": event["internalHash"],
    }
    ledger = granted(await api.get("/v1/credits/events", headers=family.partner_key.headers))
    assert ledger["items"] == [event]


async def test_credits_for_a_child(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    granted(await book(api, finance, family.child, "credits/grant", credits=5))
    wallet = granted(await api.get("/v1/credits", headers=family.child_key.headers))
    assert wallet["prepaidBalance"] == 5


@pytest.mark.parametrize("what", ["credits/grant", "credits/purchase"])
@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "credits"),
        ({"credits": 0}, "credits"),
        ({"credits": -5}, "credits"),
        ({"credits": 1.5}, "credits"),
        ({"credits": "5"}, "credits"),
        ({"credits": MOST + 1}, "credits"),
        ({"credits": 5, "description": "x" * 501}, "description"),
        ({"credits": 5, "metadata": {"a": {}}}, "metadata.a"),
        ({"credits": 5, "jobId": None}, "jobId"),
    ],
)
async def test_a_posting_that_is_not_valid(
    api: httpx.AsyncClient,
    finance: dict[str, str],
    family: Family,
    what: str,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await book(api, finance, family.partner, what, **body))) == [path]


async def test_no_balance_exceeds_what_a_client_can_read(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    granted(await book(api, finance, family.partner, "credits/grant", credits=MOST))
    response = await book(api, finance, family.partner, "credits/grant", credits=1)
    assert list(issues(response)) == ["credits"]
    assert (await credits_of(api, family))["balance"] == MOST


async def test_an_adjustment_goes_either_way(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for credits, balance in ((70, 70), (-30, 40), (-40, 0)):
        response = await book(
            api, finance, family.partner, "credits/adjustment", credits=credits, description="Fix"
        )
        assert granted(response)["balance"] == balance


async def test_an_adjustment_takes_no_more_than_is_prepaid_and_free(
    api: httpx.AsyncClient, installation: Installation, finance: dict[str, str]
) -> None:
    family = await installation.family(prepaid=100)
    granted(await subscribe(api, finance, family.partner, includedCredits=50))
    async with installation.pool.acquire() as connection:
        await started(connection, family.partner, 120, now=now())
    take = {"description": "Fix", "credits": -31}
    response = await book(api, finance, family.partner, "credits/adjustment", **take)
    details = refused(response, "BILLING_EXHAUSTED")
    assert details == {"reason": "insufficient_prepaid", "required": 31, "available": 30}
    take = {"description": "Fix", "credits": -30}
    granted(await book(api, finance, family.partner, "credits/adjustment", **take))
    wallet = await credits_of(api, family)
    assert (wallet["prepaidBalance"], wallet["available"]) == (70, 0)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"credits": 0, "description": "Fix"}, ["credits"]),
        ({"credits": 5}, ["description"]),
        ({"credits": 5, "description": ""}, ["description"]),
        ({"credits": -MOST - 1, "description": "Fix"}, ["credits"]),
    ],
)
async def test_an_adjustment_that_is_not_valid(
    api: httpx.AsyncClient,
    finance: dict[str, str],
    family: Family,
    body: dict[str, Any],
    paths: list[str],
) -> None:
    response = await book(api, finance, family.partner, "credits/adjustment", **body)
    assert list(issues(response)) == paths


async def test_refunds_of_a_job_are_no_more_than_it_was_charged(
    api: httpx.AsyncClient, installation: Installation, finance: dict[str, str]
) -> None:
    """They go to prepaid, and leave what was used in the period as it is."""
    family = await installation.family(prepaid=100)
    async with installation.pool.acquire() as connection:
        job_id = format_id("job", await spend(connection, family.partner, 50, now=now()))
    for credits, balance in ((20, 70), (30, 100)):
        response = await book(
            api, finance, family.partner, "credits/refund", jobId=job_id, credits=credits
        )
        posted = granted(response)
        assert posted["balance"] == balance
        assert posted["event"]["eventType"] == "refund"
        assert posted["event"]["workflowId"] == job_id
        assert posted["event"]["projectId"] == project_id(family.partner)
        assert posted["event"]["format"] == "video_remix"
    response = await book(api, finance, family.partner, "credits/refund", jobId=job_id, credits=1)
    assert refused(response, "CONFLICT") == {"charged": 50, "refunded": 50}
    wallet = await credits_of(api, family)
    assert (wallet["prepaidBalance"], wallet["usedThisPeriod"]) == (100, 50)


async def test_a_refund_of_another_organization_s_job(
    api: httpx.AsyncClient, installation: Installation, finance: dict[str, str]
) -> None:
    family, stranger = [await installation.family(prepaid=100) for _ in range(2)]
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 50, now=now())
        jobs = [
            await spend(connection, wallet, 50, now=now())
            for wallet in (family.child, stranger.partner)
        ]
    for job_id in (*(format_id("job", job) for job in jobs), MISSING):
        response = await book(
            api, finance, family.partner, "credits/refund", jobId=job_id, credits=1
        )
        refused(response, "NOT_FOUND")
    response = await book(api, finance, family.partner, "credits/refund", jobId="job_1", credits=1)
    assert list(issues(response)) == ["jobId"]


async def test_an_archived_wallet_takes_refunds_only_and_passes_them_on(
    api: httpx.AsyncClient, installation: Installation, finance: dict[str, str]
) -> None:
    family = await installation.family(prepaid=100)
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 80, now=now())
        job_id = format_id("job", await spend(connection, family.child, 50, now=now()))
    await installation.set_status(family.child, "archived")
    for what, body in (
        ("credits/grant", {"credits": 1}),
        ("credits/purchase", {"credits": 1}),
        ("credits/adjustment", {"credits": 1, "description": "Fix"}),
    ):
        response = await book(api, finance, family.child, what, **body)
        assert refused(response, "CONFLICT") == {"status": "archived"}
    refused(await subscribe(api, finance, family.child), "CONFLICT")
    assert (await credits_of(api, family))["balance"] == 50
    body = {"jobId": job_id, "credits": 50}
    assert granted(await book(api, finance, family.child, "credits/refund", **body))["balance"] == 0
    assert (await credits_of(api, family))["balance"] == 100


# Subscriptions ----------------------------------------------------------------------------------


async def test_a_subscription(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
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
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    first = granted(await subscribe(api, finance, family.partner))
    assert granted(await subscribe(api, finance, family.partner)) == first
    ledger = granted(await api.get("/v1/credits/events", headers=family.partner_key.headers))
    assert len(ledger["items"]) == 1


async def test_more_applies_at_once_and_less_from_the_next_period(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    """Only what exceeds the highest allotment already granted in this period is granted."""
    for included, balance in ((1000, 1000), (400, 1000), (900, 1000), (1500, 1500), (0, 1500)):
        response = await subscribe(api, finance, family.partner, includedCredits=included)
        answer = granted(response)
        assert answer["balance"] == balance
        assert answer["subscription"]["includedCredits"] == included


async def test_becoming_active_grants_once(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for status, balance in (("past_due", 0), ("active", 10), ("canceled", 10), ("active", 10)):
        response = await subscribe(
            api, finance, family.partner, includedCredits=10, billingStatus=status
        )
        assert granted(response)["balance"] == balance


async def test_the_start_is_cut_to_its_day_and_moves_the_period(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
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
    api: httpx.AsyncClient,
    finance: dict[str, str],
    family: Family,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await subscribe(api, finance, family.partner, **body))) == [path]


async def test_the_next_allotment_always_fits(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    granted(await book(api, finance, family.partner, "credits/grant", credits=5))
    response = await subscribe(api, finance, family.partner, includedCredits=MOST)
    assert list(issues(response)) == ["includedCredits"]


# Cash -------------------------------------------------------------------------------------------


async def test_cash_comes_in_and_is_corrected(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    first = granted(
        await book(
            api,
            finance,
            family.partner,
            "cash/topup",
            amountCents=5000,
            description="Wire",
            reference="INV-7",
        )
    )
    event = first["event"]
    assert event == {
        "eventId": event["eventId"],
        "eventType": "topup",
        "amountCents": 5000,
        "balanceAfterCents": 5000,
        "socialAccountId": None,
        "projectId": None,
        "organizationId": org_id(family.partner),
        "periodStart": None,
        "periodEnd": None,
        "leaseMonth": None,
        "description": "Wire",
        "createdAt": event["createdAt"],
        "hash": event["hash"],
        "previousHash": event["previousHash"],
        "internalHash": event["internalHash"],
    }
    assert (first["balance"], first["available"]) == (5000, 5000)
    for cents, balance in ((-2000, 3000), (1, 3001), (-3001, 0)):
        body = {"amountCents": cents, "description": "Fix"}
        posted = granted(await book(api, finance, family.partner, "cash/adjustment", **body))
        assert posted["balance"] == posted["event"]["balanceAfterCents"] == balance


async def test_cash_never_goes_below_zero(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    body = {"amountCents": -1, "description": "Fix"}
    details = refused(
        await book(api, finance, family.partner, "cash/adjustment", **body), "BILLING_EXHAUSTED"
    )
    assert details == {"reason": "insufficient_funds", "required": 1, "available": 0}


async def test_a_child_has_no_cash(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for what in ("cash/topup", "cash/adjustment"):
        body = {"amountCents": 5, "description": "Wire"}
        refused(await book(api, finance, family.child, what, **body), "NOT_FOUND")


@pytest.mark.parametrize(
    ("what", "body", "path"),
    [
        ("cash/topup", {"description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": 0, "description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": -5, "description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": 5}, "description"),
        ("cash/topup", {"amountCents": 5, "description": "x", "reference": ""}, "reference"),
        ("cash/topup", {"amountCents": 5, "description": "x", "currency": "EUR"}, "currency"),
        ("cash/adjustment", {"amountCents": 0, "description": "x"}, "amountCents"),
        ("cash/adjustment", {"amountCents": 5, "description": ""}, "description"),
        ("cash/topup", {"amountCents": MOST + 1, "description": "x"}, "amountCents"),
    ],
)
async def test_a_posting_of_cash_that_is_not_valid(
    api: httpx.AsyncClient,
    finance: dict[str, str],
    family: Family,
    what: str,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await book(api, finance, family.partner, what, **body))) == [path]


# All of them ------------------------------------------------------------------------------------

POSTINGS: dict[str, dict[str, Any]] = {
    "credits/grant": {"credits": 5},
    "credits/purchase": {"credits": 5},
    "credits/adjustment": {"credits": 5, "description": "Fix"},
    "credits/refund": {"credits": 5, "jobId": f"job_{MISSING}"},
    "cash/topup": {"amountCents": 5, "description": "Wire"},
    "cash/adjustment": {"amountCents": 5, "description": "Fix"},
}


@pytest.mark.parametrize("what", POSTINGS)
async def test_a_posting_for_nobody(
    api: httpx.AsyncClient, finance: dict[str, str], what: str
) -> None:
    headers = {**finance, "Idempotency-Key": str(uuid4())}
    path = f"/ops/v1/organizations/org_{MISSING}/{what}"
    refused(await api.post(path, json=POSTINGS[what], headers=headers), "NOT_FOUND")
    path = f"/ops/v1/organizations/org_1/{what}"
    response = await api.post(path, json=POSTINGS[what], headers=headers)
    assert list(issues(response)) == ["orgId"]


@pytest.mark.parametrize("what", POSTINGS)
async def test_a_posting_needs_an_idempotency_key(
    api: httpx.AsyncClient, finance: dict[str, str], family: Family, what: str
) -> None:
    path = f"/ops/v1/organizations/{org_id(family.partner)}/{what}"
    refused(await api.post(path, json=POSTINGS[what], headers=finance), "IDEMPOTENCY_REQUIRED")


@pytest.mark.parametrize("what", [*POSTINGS, "subscription"])
@pytest.mark.parametrize("role", ["viewer", "worker"])
async def test_who_may_not_book(
    api: httpx.AsyncClient, installation: Installation, family: Family, what: str, role: str
) -> None:
    headers = await installation.operator(role)
    path = f"/ops/v1/organizations/{org_id(family.partner)}/{what}"
    method = "PUT" if what == "subscription" else "POST"
    response = await api.request(method, path, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "finance"}


@pytest.mark.parametrize("role", ["finance", "operator", "admin"])
async def test_who_may_book(
    api: httpx.AsyncClient, installation: Installation, family: Family, role: str
) -> None:
    headers = await installation.operator(role)
    granted(await book(api, headers, family.partner, "credits/grant", credits=5))
