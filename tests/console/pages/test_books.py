"""Books: whether they agree, what differs in words, and asking for a check."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.console import sign_in, text_of
from tests.support.installation import now, org_id

from partner_api.reconciliation.record_store import find_request, save_reconciliation
from partner_api.reconciliation.rules import Mismatch, Reconciliation, Rule

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

PAGE = "/console/books"
HOSTILE = '<script>alert("x")</script>\u202e'


async def saved(installation: Installation, *mismatches: Mismatch) -> None:
    """A check that finished a moment ago."""
    result = Reconciliation(now(), now(), 12, 34, list(mismatches), len(mismatches))
    async with installation.pool.acquire() as connection:
        await save_reconciliation(connection, result)


async def test_books_that_agree_are_said_to(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    await saved(installation)
    operator = await sign_in(local_api, installation, "viewer")

    page = text_of(await operator.get(PAGE))

    assert "The last check Result agree" in page
    assert "Wallets 12 Ledger rows 34" in page


async def test_each_difference_is_said_in_words(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    whose = family.child.organization_id
    await saved(
        installation,
        Mismatch(Rule.PREPAID_BALANCE, 5, whose, HOSTILE, 1_000, 7),
        Mismatch("rule_of_tomorrow", 5, None, "moon", "full", "new"),
    )
    operator = await sign_in(local_api, installation, "viewer")

    html = await operator.get(PAGE)

    page = text_of(html)
    assert "2 differences" in page
    assert "the prepaid credits are the sum of the wallet" in page
    assert "rule of tomorrow" in page
    assert "1,000 7" in page
    assert f"/console/organizations/{org_id(family.child)}" in html
    assert "<script>alert" not in html
    assert "\u202e" not in html
    await saved(installation)


async def test_a_check_is_asked_for_once_however_often_it_is_sent(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    form = await operator.form(PAGE, "check")
    # Nobody works in this test: what is asked for stays to be done.
    async with installation.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", 0x7265636F6E)

        answers = await asyncio.gather(*(operator.send(form) for _ in range(2)))

        # The second may come while the first is still running; sent again, it is answered as that one was.
        assert {answer.status_code for answer in answers} in ({303}, {303, 409})
        request = await find_request(connection)
        assert request is not None
        # In a task of its own: this one holds a connection.
        (again,) = await asyncio.gather(operator.send(form))
        assert again.status_code == 303, text_of(again.text)[:300]
        assert await find_request(connection) == request
        html = await operator.get(PAGE)
        assert "A check was asked for at" in text_of(html)
        assert 'data-live="5"' in html
        html = await operator.get(f"{PAGE}/{request.id}")
        assert "is not finished" in text_of(html)

    async with asyncio.timeout(120):
        while "is not finished" in text_of(html):
            # A page asked for without pause would keep the sweep that is waited for from its work.
            await asyncio.sleep(0.1)
            html = await operator.get(f"{PAGE}/{request.id}")
    assert "Wallets" in text_of(html)


async def test_a_viewer_does_not_see_the_form_and_may_not_send_it(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    finance = await sign_in(local_api, installation, "finance")
    form = await finance.form(PAGE, "check")
    viewer = await sign_in(local_api, installation, "viewer")
    assert "Check now" not in await viewer.get(PAGE)

    form.fields.pop("filledInBy", None)
    answer = await viewer.send(form)

    assert answer.status_code == 403
    assert "finance" in text_of(answer.text)


async def test_an_organization_is_checked_while_one_waits(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "viewer")

    page = text_of(await operator.get(f"{PAGE}?organizationId={org_id(family.partner)}"))
    assert "Checked at once, while you wait." in page
    assert page.count("Result agree") >= 1

    page = text_of(await operator.get(f"{PAGE}?organizationId=org_{uuid4()}"))
    assert "There is no organization with this id." in page
    page = text_of(await operator.get(f"{PAGE}?organizationId=nonsense"))
    assert "Expected an id such as" in page


async def test_a_check_that_does_not_exist_is_not_found(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation, "viewer")
    await operator.get(f"{PAGE}/{uuid4()}", status=404)


async def test_the_list_comes_as_csv(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    await saved(installation)
    operator = await sign_in(local_api, installation, "viewer")

    text = await operator.get(f"{PAGE}?csv=checks")

    assert text.startswith("Finished,Result,Wallets,Ledger rows,Id")
    assert len(text.splitlines()) >= 2
