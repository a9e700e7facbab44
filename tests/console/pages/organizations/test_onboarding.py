"""Onboarding a partner from its name to its subscription, without looking anything up."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.answers import granted
from tests.support.console import forms_of, sign_in, text_of, unsigned
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

NEW = "/console/organizations/new"


async def test_a_partner_from_its_name_to_its_subscription(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation)
    form = await operator.form(NEW, "new")
    mark = uuid4().hex
    values = {
        "name": f"{mark} <b>Brew</b>",
        "billingEmail": "billing@example.com",
        "rateLimitTier": "pilot",
        "metadata": " plan : gold\n\nurl: https://example.com/a ",
    }
    answers = await asyncio.gather(*(operator.send(form, **values) for _ in range(2)))
    leads = {answer.headers["location"] for answer in answers if answer.status_code == 303}
    (start,) = leads
    headers = await installation.operator("viewer")
    found = granted(
        await local_api.get("/ops/v1/organizations", headers=headers, params={"search": mark})
    )
    (made,) = found["items"]
    assert start == f"/console/organizations/{made['id']}/start"
    assert made["metadata"] == {"plan": "gold", "url": "https://example.com/a"}
    assert (made["billingEmail"], made["rateLimitTier"]) == ("billing@example.com", "pilot")
    assert "Go on with its onboarding" in text_of(
        await operator.get(f"/console/organizations/{made['id']}")
    )

    key = await operator.form(start, "key")
    answer = await operator.post(
        key.action, {**key.fields, "name": "First", "scopes": ["*", "org:admin"]}
    )
    secret = re.findall(r"lp_live_[0-9A-Z]{16}_[\w-]+", answer.text)[0]
    assert f'href="{start}"' in answer.text
    payment = await operator.form(start, "topup")
    values = {"amountCents": "50000", "description": "First payment", "reference": "INV-1"}
    assert (await operator.send(payment, **values)).headers["location"] == start
    subscription = await operator.form(start, "subscription")
    answer = await operator.send(subscription, tier="pro", includedCredits="500")
    assert answer.headers["location"] == start
    shown = text_of(await operator.get(start))
    for text in (
        "1 live and 0 test keys work.",
        "Create another key",
        "It has $500.00 in cash.",
        "Record another payment",
        "pro, 500 credits",
        "Change the subscription",
        "It can move only prepaid credits to its children",
    ):
        assert text in shown, text

    partner = {"Authorization": f"Bearer {secret}"}
    assert granted(await local_api.get("/v1/credits", headers=partner))["available"] == 500
    shown = text_of(await operator.get(f"/console/organizations/{made['id']}"))
    assert "Go on with its onboarding" not in shown


async def test_what_is_wrong_is_said_and_nothing_is_lost(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    form = await operator.form(NEW, "new")
    for values, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"name": "Brew", "billingEmail": "nobody"}, "billingEmail"),
        ({"name": "Brew", "metadata": "no colon"}, "metadata"),
    ):
        answer = await operator.send(form, **values)
        assert answer.status_code == 422
        assert f'id="new-{field}-issue"' in answer.text, field
        assert forms_of(answer.text)["new"].fields[field] == values[field]
    start = f"/console/organizations/{org_id(family.partner)}/start"
    payment = await operator.form(start, "topup")
    answer = await operator.send(payment, amountCents="0", description="x")
    assert answer.status_code == 422
    assert "3. The subscription" in text_of(answer.text), "on the page that the form was on"
    assert (await operator.send(payment, amountCents="5", description="x")).status_code == 303
    payment = await operator.form(start, "topup")
    answer = await operator.send(payment, amountCents="0", description="x")
    folded = answer.text.partition('id="form-topup"')[0].rpartition("<details")[2]
    assert " open" in folded, "what is wrong is not behind a title"
    shown = text_of(await operator.get(start.replace(org_id(family.partner), org_id(family.child))))
    assert "Only partners are onboarded." in shown


async def test_each_role_sees_its_own_steps(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    start = f"/console/organizations/{org_id(family.partner)}/start"
    viewer = await sign_in(local_api, installation, "viewer")
    assert forms_of(await viewer.get(NEW)).keys() == {"/console/sign-out"}
    assert forms_of(await viewer.get(start)).keys() == {"/console/sign-out"}
    assert "Onboard a partner" not in text_of(await viewer.get("/console/organizations"))
    finance = await sign_in(local_api, installation, "finance")
    assert forms_of(await finance.get(start)).keys() == {
        "/console/sign-out",
        "topup",
        "subscription",
    }
    operator = await sign_in(local_api, installation)
    form = await operator.form(NEW, "new")
    answer = await viewer.post(form.action, {**unsigned(form), "name": "Mine"})
    assert answer.status_code == 403
