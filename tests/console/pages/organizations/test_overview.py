"""The first page of an organization: what the API has of it, and why it cannot spend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.answers import granted
from tests.support.console import forms_of, sign_in, text_of
from tests.support.installation import handle, now, org_id
from tests.support.leases import work
from tests.support.tenants import job_start

from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


def page_of(wallet: Wallet) -> str:
    return f"/console/organizations/{org_id(wallet)}"


async def says(operator: Operator, wallet: Wallet) -> str:
    """What the page says about spending."""
    shown = await operator.get(page_of(wallet))
    part = shown.partition('id="spending"')[2].partition("</section>")[0]
    return text_of(f"<main {part}</main>")


async def configure(api: httpx2.AsyncClient, family: Family, **config: Any) -> None:
    path = f"/v1/organizations/{org_id(family.child)}/credit-config"
    granted(await api.patch(path, json=config, headers=family.partner_key.headers))


async def test_a_partner_as_the_api_has_it(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=7_123, cash_cents=40_000, tier="pilot")
    await installation.lease(family.partner, handle(), at=now())
    operator = await sign_in(local_api, installation, "viewer")
    shown = text_of(await operator.get(page_of(family.partner)))
    for text in (
        org_id(family.partner),
        "Available 7,123",
        "Gross wallet 7,123",
        "Balance $250.00",
        "Tier pilot",
        "Children 2",
        "Leased accounts 1",
        "Keys that work 1",
        "Yes, 7,123 credits now.",
        "was charged",
    ):
        assert text in shown, text
    assert "$450.00" in shown, "three months fall due within 90 days"
    assert "$200.00" in shown, "of which so much is not there"
    assert forms_of(await operator.get(page_of(family.partner))).keys() == {"/console/sign-out"}


async def test_a_child_has_its_partner_s_terms_and_no_cash(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await configure(local_api, family, monthlyCreditCap=900, refillThreshold=7, refillAmount=70)
    operator = await sign_in(local_api, installation)
    html = await operator.get(page_of(family.child))
    shown = text_of(html)
    assert f"{page_of(family.partner)}" in html
    assert "Tier internal (its partner&#39;s)" in shown
    assert "Cap a month, set by its partner 900" in shown
    assert "70 when less than 7 would be left" in shown
    assert {"grant", "purchase", "credit-adjustment"} <= forms_of(html).keys()
    assert not {"topup", "cash-adjustment"} & forms_of(html).keys()


async def test_why_a_child_cannot_spend(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=600)
    operator = await sign_in(local_api, installation, "viewer")
    assert "No: a job that it starts now is refused. Its wallet is empty." in await says(
        operator, family.child
    )
    await configure(local_api, family, refillThreshold=50, refillAmount=500)
    text = await says(operator, family.child)
    assert text.startswith("Can it spend? Yes") or "Yes," in text
    assert "A job refills 500 from its partner, which has 600 to give." in text
    await configure(local_api, family, refillThreshold=50, refillAmount=601)
    assert "No: a job" in await says(operator, family.child)
    await configure(local_api, family, monthlyCreditCap=10)
    assert "capped it at 10 credits a month, and 10 are left" in await says(operator, family.child)
    key = await installation.key(family.sibling, "*", kill_switch=True)
    assert "1 of its keys is killed." in await says(operator, key.wallet)
    await installation.set_status(family.child, "suspended")
    assert "It is suspended: its keys get 503." in await says(operator, family.child)
    await installation.set_status(family.partner, "suspended")
    text = await says(operator, family.sibling)
    assert "Its partner is suspended: the keys of both get 503." in text
    assert f'href="{page_of(family.partner)}/settings"' in await operator.get(
        page_of(family.sibling)
    )


async def test_what_is_reserved_or_past_due_is_said(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=100, cash_cents=15_000)
    async with installation.pool.acquire() as connection:
        await job_store.start_jobs(
            connection, family.partner.tenant_id, now(), [job_start(family.partner, 100, now=now())]
        )
    at = now() - timedelta(days=40)
    await installation.lease(family.partner, handle(), at=at)
    operator = await sign_in(local_api, installation, "viewer")
    text = await says(operator, family.partner)
    assert "All 100 credits are reserved for work in flight." in text
    async with installation.pool.acquire() as connection:
        await work(connection, family.partner, now())
    assert "1 lease is past due; it has $0.00 in cash." in await says(operator, family.partner)


async def test_a_partner_s_test_environment_has_wallets_of_its_own_and_no_forms(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=7_123, cash_cents=40_000)
    operator = await sign_in(local_api, installation)
    live = f"{page_of(family.partner)}"
    html = await operator.get(f"{live}?env=test")
    shown = text_of(html)
    assert "The test environment" in shown
    assert "Available 1,000,000" in shown, "what a test environment begins with"
    assert "Balance $0.00" in shown
    assert "7,123" not in shown
    assert f'href="{live}/credits?env=test"' in html
    assert forms_of(html).keys() == {"/console/sign-out"}
    await operator.get(f"{page_of(family.child)}?env=test", status=404)


async def test_an_archived_child_looks_archived_and_has_no_forms(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    form = await operator.form(page_of(family.child), "grant")
    await installation.set_status(family.child, "archived")
    for part in ("", "/settings", "/keys", "/leases"):
        html = await operator.get(f"{page_of(family.child)}{part}")
        assert "Archived on" in text_of(html), part
        assert forms_of(html).keys() == {"/console/sign-out"}, part
    answer = await operator.send(form, credits="5")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text, "the page says it, though it has the form no more"
