"""Credits that an operator books: purchases, grants, adjustments and refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.ops.booking import MISSING, MOST, book, credits_of, subscribe
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, project_id
from tests.support.operations import allocate, spend, started

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest.mark.parametrize("event_type", ["grant", "purchase"])
async def test_credits_come_in(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family, event_type: str
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
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
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
    api: httpx2.AsyncClient,
    finance: dict[str, str],
    family: Family,
    what: str,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await book(api, finance, family.partner, what, **body))) == [path]


async def test_no_balance_exceeds_what_a_client_can_read(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    granted(await book(api, finance, family.partner, "credits/grant", credits=MOST))
    response = await book(api, finance, family.partner, "credits/grant", credits=1)
    assert list(issues(response)) == ["credits"]
    assert (await credits_of(api, family))["balance"] == MOST


async def test_an_adjustment_goes_either_way(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for credits, balance in ((70, 70), (-30, 40), (-40, 0)):
        response = await book(
            api, finance, family.partner, "credits/adjustment", credits=credits, description="Fix"
        )
        assert granted(response)["balance"] == balance


async def test_an_adjustment_takes_no_more_than_is_prepaid_and_free(
    api: httpx2.AsyncClient, installation: Installation, finance: dict[str, str]
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
    api: httpx2.AsyncClient,
    finance: dict[str, str],
    family: Family,
    body: dict[str, Any],
    paths: list[str],
) -> None:
    response = await book(api, finance, family.partner, "credits/adjustment", **body)
    assert list(issues(response)) == paths


async def test_refunds_of_a_job_are_no_more_than_it_was_charged(
    api: httpx2.AsyncClient, installation: Installation, finance: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, finance: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, finance: dict[str, str]
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
