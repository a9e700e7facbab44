"""The pages of leases: the list, one lease, another price, a recall."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest_asyncio
from tests.support.console import sign_in, text_of
from tests.support.installation import ago, handle, org_id

from partner_api.console.visit import WHOSE

if TYPE_CHECKING:
    import httpx2
    from tests.support.console import Operator
    from tests.support.installation import Family, Installation

LIST = "/console/leases"
HOSTILE = "<script>alert(1)</script> \u202e\"'"


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


@pytest_asyncio.fixture
async def operator(local_api: httpx2.AsyncClient, installation: Installation) -> Operator:
    return await sign_in(local_api, installation, "operator")


async def leased(installation: Installation, family: Family, name: str, cents: int = 10_000) -> str:
    """Lease an account to the child; the page of the lease."""
    (lease_id,) = await installation.lease(family.child, name, at=ago(days=1), price_cents=cents)
    return f"{LIST}/{lease_id}"


async def test_the_list_says_whose_a_lease_is_and_what_it_costs(
    installation: Installation, family: Family, operator: Operator
) -> None:
    name = handle()
    page = await leased(installation, family, name)
    for query in (f"handle={name}", f"partnerId={org_id(family.partner)}&status=assigned"):
        html = await operator.get(f"{LIST}?{query}")
        assert page in html
        shown = text_of(html)
        for part in (f"@{name}", "Partner", "Child", "assigned", "$100.00"):
            assert part in shown
    none = await operator.get(f"{LIST}?handle={name}&status=disconnected")
    assert "No lease is like this" in text_of(none)
    csv = await operator.get(f"{LIST}?handle={name}&csv=leases")
    head, row = csv.splitlines()
    assert head.startswith("Handle,Partner,Child,Project,Status,Price,Paid through,Next renewal")
    assert row.startswith(f"{name},Partner,Child,")


async def test_a_lease_with_its_months_and_what_happened(
    installation: Installation, family: Family, operator: Operator
) -> None:
    name = handle()
    html = await operator.get(await leased(installation, family, name))
    shown = text_of(html)
    for part in (f"@{name}", "Months paid 1", "Charged $100.00", "Assigned to the project"):
        assert part in shown
    assert f"/console/organizations/{org_id(family.partner)}/cash" in html
    await operator.get(f"{LIST}/sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05", status=404)


async def test_a_price_is_changed_from_the_next_renewal_on(
    installation: Installation, family: Family, operator: Operator
) -> None:
    page = await leased(installation, family, handle())
    form = await operator.form(page, "price")
    assert form.fields["monthlyPriceCents"] == "10000"
    answers = await asyncio.gather(
        *(operator.send(form, monthlyPriceCents="12,500") for _ in range(2))
    )
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert (await operator.send(form, monthlyPriceCents="12,500")).status_code == 303
    shown = text_of(await operator.get(page))
    assert "Price of a month $125.00" in shown
    assert shown.count("$100.00 → $125.00 a month") == 1
    for wrong in ("", "much", "-1"):
        answer = await operator.send(await operator.form(page, "price"), monthlyPriceCents=wrong)
        assert answer.status_code == 422
        assert 'id="price-monthlyPriceCents-issue"' in answer.text


async def test_a_recall_is_asked_about_once_more_and_gives_back_what_was_said(
    installation: Installation, family: Family, operator: Operator
) -> None:
    name = handle()
    page = await leased(installation, family, name)
    form = await operator.form(page, "recall")
    filled = {**form.fields, "note": HOSTILE, "refundCents": "4000"}
    asked = await operator.post(form.action, filled)
    assert asked.status_code == 200
    shown = text_of(asked.text)
    assert f"The partner loses @{name} at once" in shown
    assert "Cash $900.00 $940.00" in shown
    assert "paid days are lost" in shown
    assert "<script>alert" not in asked.text
    assert "Status assigned" in text_of(await operator.get(page)), "nothing has happened yet"
    answers = await asyncio.gather(
        *(operator.post(form.action, {**filled, "confirmed": "yes"}) for _ in range(2))
    )
    assert {answer.status_code for answer in answers} <= {303, 409}
    again = await operator.post(form.action, {**filled, "confirmed": "yes"})
    assert again.status_code == 303
    html = await operator.get(page)
    shown = text_of(html)
    assert "Status recalled by operator" in shown
    assert "Refunded $40.00" in shown
    assert shown.count("A month was refunded") == 1
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert 'data-form="recall"' not in html, "a lease that is over cannot be recalled"


async def test_what_is_refused_of_a_recall(
    installation: Installation, family: Family, operator: Operator
) -> None:
    page = await leased(installation, family, handle())
    form = await operator.form(page, "recall")
    more = await operator.send(form, refundCents="10001", note="Hacked")
    assert more.status_code == 422
    assert "at most $100.00" in text_of(more.text)
    assert "Hacked" in more.text, "what was filled in is there again"
    for amount in ("10001", "-5"):
        filled = {**form.fields, "refundCents": amount, "confirmed": "yes"}
        assert (await operator.post(form.action, filled)).status_code == 422
        assert "Status assigned" in text_of(await operator.get(page)), "not recalled without it"
    long = await operator.post(
        form.action, {**form.fields, "note": "x" * 1_025, "confirmed": "yes"}
    )
    assert long.status_code == 422
    other = await operator.form(page, "recall")
    assert (
        await operator.post(form.action, {**form.fields, "confirmed": "yes"})
    ).status_code == 303
    late = await operator.post(other.action, {**other.fields, "confirmed": "yes"})
    assert late.status_code == 409


async def test_a_viewer_sees_a_lease_and_changes_nothing(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, operator: Operator
) -> None:
    page = await leased(installation, family, handle())
    viewer = await sign_in(local_api, installation, "viewer")
    assert "data-form" not in await viewer.get(page)
    for name in ("price", "recall"):
        form = await operator.form(page, name)
        form.fields.pop(WHOSE)
        filled = {**form.fields, "monthlyPriceCents": "1", "confirmed": "yes"}
        assert (await viewer.post(form.action, filled)).status_code == 403
    assert "Status assigned" in text_of(await viewer.get(page))
