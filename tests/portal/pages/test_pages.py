"""The pages of the portal show what the API has."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.console import text_of
from tests.support.installation import handle, now, org_id
from tests.support.portal import open_portal
from tests.support.tenants import job_start

from partner_api.ids import format_id
from partner_api.jobs import store as jobs

if TYPE_CHECKING:
    from uuid import UUID

    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits and cash, and children."""
    return await installation.family(prepaid=1_000, cash_cents=100_000)


@pytest_asyncio.fixture
async def partner(local_api: httpx2.AsyncClient, family: Family) -> Operator:
    return await open_portal(local_api, family.partner_key.headers)


@pytest_asyncio.fixture
async def child(local_api: httpx2.AsyncClient, family: Family) -> Operator:
    return await open_portal(local_api, family.child_key.headers)


async def start_job(installation: Installation, wallet: Wallet, credits: int) -> UUID:
    """A job that holds credits."""
    item = job_start(wallet, credits, now=now())
    async with installation.pool.acquire() as connection:
        (outcome,) = await jobs.start_jobs(connection, wallet.tenant_id, now(), [item])
    assert outcome.status == "done", outcome
    return item.job_id


async def allocate(api: httpx2.AsyncClient, family: Family, credits: int, words: str) -> None:
    answer = await api.post(
        f"/v1/organizations/{org_id(family.child)}/credits/allocate",
        headers={**family.partner_key.headers, "Idempotency-Key": f"{credits}"},
        json={"credits": credits, "description": words},
    )
    assert answer.status_code == 201, answer.text


async def test_the_overview_shows_what_is_there_and_what_holds_it(
    installation: Installation, family: Family, partner: Operator
) -> None:
    job_id = await start_job(installation, family.partner, 120)
    said = text_of(await partner.get("/portal"))
    assert "Balance 1,000 Reserved by jobs 120 Available for new work 880" in said
    assert format_id("job", job_id) in said
    assert "Paid in and not spent $1,000.00" in said


async def test_the_ledger_says_what_each_row_is(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    partner: Operator,
    child: Operator,
) -> None:
    await allocate(local_api, family, 100, HOSTILE)
    shown = await child.get("/portal/ledger")
    assert "Received from the organization that this one belongs to." in text_of(shown)
    assert "<script>" not in shown.partition("<main")[2]
    assert "&lt;script&gt;" in shown
    # Direction marks are spelt out.
    assert "\u202e" not in shown
    said = text_of(await partner.get("/portal/ledger"))
    name = await installation.owner.fetchval(
        "SELECT name FROM organizations WHERE id = $1", family.child.organization_id
    )
    assert f"Moved to {name}." in said
    assert "-100 900" in said


async def test_the_ledger_is_filtered_and_saved(
    installation: Installation, local_api: httpx2.AsyncClient, family: Family, child: Operator
) -> None:
    await allocate(local_api, family, 100, "=2+2")
    job = await installation.finished_job(family.child, credits=30)
    said = text_of(await child.get("/portal/ledger?eventType=usage"))
    assert "Charged for" in said
    assert "Received" not in said
    today = f"{now():%Y-%m-%d}"
    assert "Received" in await child.get(f"/portal/ledger?since={today}&until={today}")
    tomorrow = f"{now() + timedelta(days=1):%Y-%m-%d}"
    assert "No movement has these" in await child.get(f"/portal/ledger?since={tomorrow}")
    await child.get("/portal/ledger?since=yesterday", 422)
    rows = list(csv.DictReader(io.StringIO(await child.get("/portal/ledger?csv=ledger"))))
    assert [row["Credits"] for row in rows] == ["-30", "100"]
    assert rows[0]["Job"] == format_id("job", job.job_id)
    assert rows[1]["Description"] == "'=2+2"


async def test_a_job_says_what_it_has_cost(
    installation: Installation, local_api: httpx2.AsyncClient, family: Family, child: Operator
) -> None:
    await allocate(local_api, family, 100, "June")
    job = await installation.finished_job(family.child, credits=30)
    said = text_of(await child.get(f"/portal/jobs/{format_id('job', job.job_id)}"))
    assert "Status completed" in said
    assert "Charged 30" in said


async def test_what_is_reserved_is_listed_and_saved(
    installation: Installation, family: Family, partner: Operator
) -> None:
    assert "no job is running" in await partner.get("/portal/jobs")
    ids = [await start_job(installation, family.partner, credits) for credits in (50, 70)]
    rows = list(csv.DictReader(io.StringIO(await partner.get("/portal/jobs?csv=reserved"))))
    newest = [format_id("job", one) for one in sorted(ids, reverse=True)]
    assert [row["Job"] for row in rows] == newest
    assert {row["Credits"] for row in rows} == {"50", "70"}
    said = text_of(await partner.get("/portal/jobs"))
    assert all(one in said for one in newest)


async def test_leases_say_until_when_they_are_paid(
    installation: Installation, family: Family, partner: Operator, child: Operator
) -> None:
    name = handle()
    at = now() - timedelta(days=3)
    await installation.lease(family.child, name, at=at, ids_of=now())
    said = text_of(await child.get("/portal/leases"))
    assert name in said
    assert "paid until" in said
    assert "$150.00" in said
    # It is the child's: its partner's own leases are others.
    assert name not in await partner.get("/portal/leases")
    assert "The first month of a leased account." in await partner.get("/portal/payments")
    assert "Leased accounts 1 A month of them costs $150.00" in text_of(await child.get("/portal"))
    await child.get("/portal/payments", 404)


async def test_what_is_past_due_says_what_to_do(
    installation: Installation, family: Family, partner: Operator, child: Operator
) -> None:
    await installation.lease(family.child, handle(), at=now())
    since = now().replace(microsecond=0) - timedelta(days=2)
    await installation.owner.execute(
        "UPDATE leases SET billing_status = 'past_due', past_due_since = $1, next_attempt_at = $2 "
        "WHERE tenant_id = $3",
        since,
        now() + timedelta(hours=12),
        family.child.tenant_id,
    )
    lost = f"{since + timedelta(days=7):%Y-%m-%d %H:%M:%S}"
    for path in ("/portal", "/portal/leases?billingStatus=past_due"):
        said = text_of(await child.get(path))
        assert "1 leased account is past due." in said
        assert "it pays for these leases" in said
        assert lost in said
    assert "No account is leased that has these." in await child.get(
        "/portal/leases?billingStatus=current"
    )
    assert "past due" not in text_of(await partner.get("/portal"))
    assert "Those of your children are on their pages" in text_of(
        await partner.get("/portal/leases")
    )


async def test_how_far_cash_reaches_is_said_as_what_is_known(
    installation: Installation, family: Family, partner: Operator
) -> None:
    assert "Covered at least until" in text_of(await partner.get("/portal/payments"))
    for _ in range(4):
        await installation.lease(family.child, handle(), at=now() - timedelta(days=1))
    said = text_of(await partner.get("/portal/payments"))
    assert "Covered until" in said
    assert "has to be paid in" in said


@pytest.mark.parametrize("path", ["/portal/ledger?cursor=x", "/portal/leases?status=x"])
async def test_what_an_address_has_wrong_is_said(partner: Operator, path: str) -> None:
    await partner.get(path, 422)


async def test_what_is_not_there_says_so(partner: Operator) -> None:
    for path in ("/portal/nothing", "/portal/jobs/x", "/portal/webhooks/x"):
        shown = await partner.get(path, 404)
        assert 'href="/console' not in shown
        assert 'href="/portal"' in shown


async def test_pages_count_for_their_session_and_not_for_the_key_that_asked(
    installation: Installation, local_api: httpx2.AsyncClient
) -> None:
    """The key of a partner's program is not used up by those who look at the portal."""
    family = await installation.family(tier="standard")
    visitor = await open_portal(local_api, family.partner_key.headers)
    answer = await local_api.get("/portal/jobs", headers=visitor.headers)
    asked = 1
    while answer.status_code == 200 and asked < 130:
        answer = await local_api.get("/portal/jobs", headers=visitor.headers)
        asked += 1
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many requests" in answer.text
    own = await local_api.get("/v1/credits", headers=family.partner_key.headers)
    assert own.headers["x-ratelimit-remaining"] == "119"
    other = await open_portal(local_api, family.partner_key.headers)
    await other.get("/portal")
