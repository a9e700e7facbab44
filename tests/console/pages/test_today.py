"""Today: each block says what its route answers, and one that cannot be read leaves the others alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.console import sign_in, text_of
from tests.support.installation import ago, now, org_id
from tests.support.leases import PRICE_CENTS, lease, top_up
from tests.support.operations import started
from tests.support.tenants import make_partner

from partner_api.lease_requests import summary_store
from partner_api.leases.operator_store import renew
from partner_api.months import add_months

if TYPE_CHECKING:
    import httpx2
    import pytest
    from tests.support.installation import Installation

PAGE = "/console"
HOSTILE = '"><script>alert(1)</script>\u202e'


async def test_every_block_is_there_and_the_page_reads_itself_again(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation, "viewer")

    html = await operator.get(PAGE)

    page = text_of(html)
    for title in (
        "Open lease requests",
        "Past due",
        "Cover of the next 30 days",
        "Failing webhook endpoints",
        "Jobs",
        "Books",
        "The last 30 days",
    ):
        assert title in page
    assert 'data-live="30"' in html
    assert page.count("The numbers") == 2


async def test_what_waits_is_shown_with_links(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = (await installation.family(prepaid=100)).partner
    await installation.owner.execute(
        "UPDATE organizations SET name = $2 WHERE tenant_id = $1", partner.tenant_id, HOSTILE
    )
    # Nobody asks before it, so that it is among the oldest.
    request_id = uuid4()
    await installation.owner.execute(
        """
        INSERT INTO lease_requests (tenant_id, id, organization_id, project_id, count, vertical, submitted_at)
        VALUES ($1, $2, $3, $4, 3, $5, $6)
        """,
        partner.tenant_id,
        "00000000" + str(request_id)[8:],
        partner.organization_id,
        partner.project_id,
        HOSTILE,
        ago(hours=80).replace(microsecond=0),
    )
    async with installation.pool.acquire() as connection:
        await started(connection, partner, 1, now=now())
    operator = await sign_in(local_api, installation, "viewer")

    html = await operator.get(PAGE)

    page = text_of(html)
    assert "more than 3 days" in page
    assert "3 about" in page
    assert "Longest wait" in page
    assert "none waits" not in page
    assert "<script>alert" not in html
    assert "\u202e" not in html
    await installation.owner.execute(
        "DELETE FROM lease_requests WHERE tenant_id = $1", partner.tenant_id
    )


async def test_who_loses_leases_and_whose_cash_does_not_reach_is_shown(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    since = ago(days=6, hours=12)
    async with installation.pool.acquire() as connection:
        late = await make_partner(connection, now=add_months(since, -1))
        await top_up(connection, late, add_months(since, -1), PRICE_CENTS)
        await lease(connection, late, add_months(since, -1))
        await renew(connection, [late.tenant_id], since, 10)
        await renew(connection, [late.tenant_id], now(), 10)
    operator = await sign_in(local_api, installation, "viewer")

    html = await operator.get(PAGE)

    page = text_of(html)
    address = f"/console/organizations/{org_id(late)}/cash"
    # It has leases that are past due, and is short of their price.
    assert html.count(address) == 4, page
    assert "11 h" in page
    assert "short of $" in page


async def test_a_block_that_cannot_be_read_says_so_and_the_others_show(
    local_api: httpx2.AsyncClient, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> list[summary_store.OpenRequests]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(summary_store, "count_open", fail)
    operator = await sign_in(local_api, installation, "viewer")

    html = await operator.get(PAGE)

    assert html.count('role="alert"') >= 1
    assert "the disk is gone" not in html
    page = text_of(html)
    assert "With a worker" in page
    assert "Credits spent" in page


async def test_somebody_without_a_session_is_asked_to_sign_in(
    local_api: httpx2.AsyncClient,
) -> None:
    answer = await local_api.get(PAGE)
    assert answer.status_code == 401
    assert "Operator" in answer.text
