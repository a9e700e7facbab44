"""What operators decide about an organization: its status, tier and prices, and its subscription."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, refused
from tests.support.console import forms_of, sign_in, text_of, unsigned
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


def page_of(wallet: Wallet) -> str:
    return f"/console/organizations/{org_id(wallet)}/settings"


async def read(api: httpx2.AsyncClient, installation: Installation, wallet: Wallet) -> Any:
    headers = await installation.operator("viewer")
    return granted(await api.get(f"/ops/v1/organizations/{org_id(wallet)}", headers=headers))


async def test_suspending_a_partner_says_what_stops_and_activating_what_works_again(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    test = await installation.test_tenant(family.partner)
    for _ in range(4):
        await installation.key(test, "*", env="test")
    operator = await sign_in(local_api, installation)
    form = await operator.form(page_of(family.partner), "status")
    asked = await operator.send(form)
    shown = text_of(asked.text)
    for row in (
        "Status active suspended",
        "Its live keys that work 1 0",
        "Its live children 2 0",
        "Their live keys that work 1 0",
        "Its test keys that work 4 0",
    ):
        assert row in shown, row
    granted(await local_api.get("/v1/whoami", headers=family.child_key.headers))
    confirmed = forms_of(asked.text)[form.action]
    answers = await asyncio.gather(*(operator.send(confirmed) for _ in range(2)))
    assert 303 in {answer.status_code for answer in answers}
    refused(await local_api.get("/v1/whoami", headers=family.child_key.headers), "KILL_SWITCH")
    assert "Suspended: its keys get 503." in text_of(await operator.get(page_of(family.partner)))
    form = await operator.form(page_of(family.partner), "status")
    asked = await operator.send(form)
    assert "Its test keys that work 0 4" in text_of(asked.text)
    assert (await operator.send(forms_of(asked.text)[form.action])).status_code == 303
    granted(await local_api.get("/v1/whoami", headers=family.child_key.headers))


async def test_new_terms_send_what_differs_alone(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    form = await operator.form(page_of(family.partner), "terms")
    assert form.fields["rateLimitTier"] == "internal"
    assert form.fields["video_remix"] == "120"
    assert (await operator.send(form)).status_code == 303
    before = await read(local_api, installation, family.partner)
    assert before["updatedAt"] == before["createdAt"], "nothing has changed"
    form = await operator.form(page_of(family.partner), "terms")
    for _ in range(2):
        answer = await operator.send(form, rateLimitTier="pilot", video_remix="1,200")
        assert answer.status_code == 303
    after = await read(local_api, installation, family.partner)
    assert after["rateLimitTier"] == "pilot"
    assert after["formatPrices"] == {**before["formatPrices"], "video_remix": 1200}
    form = await operator.form(page_of(family.partner), "terms")
    answer = await operator.send(form, auto="-1")
    assert answer.status_code == 422
    assert forms_of(answer.text)["terms"].fields["auto"] == "-1"
    assert (await operator.send(form, auto="")).status_code == 422


async def test_a_child_has_no_terms_and_says_whose_they_are(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    html = await operator.get(page_of(family.child))
    assert forms_of(html).keys() == {"/console/sign-out", "status", "subscription"}
    assert f'href="{page_of(family.partner)}"' in html


async def test_a_subscription_that_was_lowered_stays_so_when_something_else_of_it_is_changed(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    page = page_of(family.child)
    for credits, status in (("5000", "active"), ("1000", "active"), (None, "past_due")):
        form = await operator.form(page, "subscription")
        values = {} if credits is None else {"includedCredits": credits}
        answer = await operator.send(form, tier="pro", billingStatus=status, **values)
        assert answer.status_code == 303
    found = await read(local_api, installation, family.child)
    assert (found["includedCredits"], found["credits"]["includedThisPeriod"]) == (1_000, 5_000)
    form = await operator.form(page, "subscription")
    assert form.fields["includedCredits"] == "1000"


async def test_a_period_that_begins_anew_with_many_credits_is_asked_about(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    page = page_of(family.child)
    form = await operator.form(page, "subscription")
    asked = await operator.send(form, tier="pro", includedCredits="10001", billingStatus="active")
    assert (await operator.send(forms_of(asked.text)[form.action])).status_code == 303
    form = await operator.form(page, "subscription")
    asked = await operator.send(form, startedAt="2026-01-15")
    assert "Please confirm" in text_of(asked.text)
    assert "ends the period that is running now" in text_of(asked.text)


async def test_a_subscription_is_set_and_a_large_one_is_asked_about(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    form = await operator.form(page_of(family.child), "subscription")
    assert "status" not in forms_of(await operator.get(page_of(family.child)))
    values = {"tier": "pro", "includedCredits": "10001", "billingStatus": "active"}
    asked = await operator.send(form, **values)
    assert "Included in a period 0 credits 10,001 credits" in text_of(asked.text)
    assert (await read(local_api, installation, family.child))["credits"]["balance"] == 0
    confirmed = forms_of(asked.text)[form.action]
    for _ in range(2):
        assert (await operator.send(confirmed)).status_code == 303
    wallet = (await read(local_api, installation, family.child))["credits"]
    assert (wallet["subscriptionTier"], wallet["balance"]) == ("pro", 10_001)
    form = await operator.form(page_of(family.child), "subscription")
    assert form.fields["includedCredits"] == "10001"
    for values, field in (
        ({"startedAt": "2999-01-01", "includedCredits": "10000"}, "startedAt"),
        ({"includedCredits": ""}, "includedCredits"),
        ({"includedCredits": "many"}, "includedCredits"),
    ):
        answer = await operator.send(form, **values)
        assert answer.status_code == 422
        assert f'id="subscription-{field}-issue"' in answer.text, field


async def test_a_form_that_is_sent_as_it_is_leaves_the_allotment_as_it_was_set(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    values = {"tier": "pro", "billingStatus": "active"}
    for included in ("9000", "1000"):
        form = await operator.form(page_of(family.child), "subscription")
        assert (await operator.send(form, includedCredits=included, **values)).status_code == 303
    form = await operator.form(page_of(family.child), "subscription")
    assert (await operator.send(form, tier="scale")).status_code == 303
    found = await read(local_api, installation, family.child)
    assert found["credits"]["subscriptionTier"] == "scale"
    assert found["credits"]["includedThisPeriod"] == 9_000, "fewer hold from the next period"
    assert found["includedCredits"] == 1_000


async def test_periods_that_begin_anew_grant_everything_again_and_are_asked_about(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation, "finance")
    values = {"tier": "pro", "includedCredits": "10001", "billingStatus": "active"}
    form = await operator.form(page_of(family.child), "subscription")
    confirmed = forms_of((await operator.send(form, **values)).text)[form.action]
    assert (await operator.send(confirmed)).status_code == 303
    form = await operator.form(page_of(family.child), "subscription")
    assert (await operator.send(form, startedAt="2020-01-01")).status_code == 200
    assert (await operator.send(form)).status_code == 303, "as it is, it grants nothing"


@pytest.mark.parametrize("role", ["viewer", "finance"])
async def test_only_an_operator_decides_on_status_and_terms(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, role: Any
) -> None:
    admin = await sign_in(local_api, installation)
    other = await sign_in(local_api, installation, role)
    forms = forms_of(await other.get(page_of(family.partner))).keys()
    assert ("subscription" in forms) == (role == "finance")
    for name in ("status", "terms"):
        assert name not in forms
        form = await admin.form(page_of(family.partner), name)
        answer = await other.post(form.action, unsigned(form))
        assert answer.status_code == 403
        assert "needs the role" in text_of(answer.text)
    assert (await read(local_api, installation, family.partner))["status"] == "active"


@pytest.mark.parametrize(
    ("role", "leads"), [("viewer", False), ("finance", False), ("operator", True)]
)
async def test_only_who_may_activate_is_led_there(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    role: Any,
    *,
    leads: bool,
) -> None:
    headers = await installation.operator("operator")
    path = f"/ops/v1/organizations/{org_id(family.child)}"
    granted(await local_api.patch(path, headers=headers, json={"status": "suspended"}))
    one = await sign_in(local_api, installation, role)
    page = await one.get(page_of(family.child))
    assert "Suspended: its keys get 503." in text_of(page)
    assert ("#form-status" in page) is leads
