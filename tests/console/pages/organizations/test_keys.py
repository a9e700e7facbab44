"""A partner's keys: its secret is on one answer alone, and a killed one comes back."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from tests.support.answers import granted, refused
from tests.support.console import forms_of, sign_in, text_of, unsigned
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

Fields = dict[str, str | list[str]]
SECRET = re.compile(r"lp_(?:live|test)_[0-9A-Z]{16}_[\w-]+")


def page_of(wallet: Wallet) -> str:
    return f"/console/organizations/{org_id(wallet)}/keys"


def secrets_in(answer: httpx2.Response) -> set[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    assert not SECRET.search(headers)
    return set(SECRET.findall(answer.text))


async def test_the_secret_of_a_new_key_is_on_its_answer_alone(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    page = page_of(family.partner)
    form = await operator.form(page, "key")
    fields: Fields = {**form.fields, "name": "<i>Mine</i>", "scopes": ["*", "org:admin"]}
    answers = await asyncio.gather(*(operator.post(form.action, fields) for _ in range(2)))
    done = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 409}
    found = set.union(*(secrets_in(answer) for answer in done))
    assert len(found) == 1, "one key, however often the form is sent"
    (secret,) = found
    assert done[0].headers["cache-control"] == "no-store"
    assert "shown once" in text_of(done[0].text)
    headers = {"Authorization": f"Bearer {secret}"}
    who = granted(await local_api.get("/v1/whoami", headers=headers))
    assert who["organizationId"] == org_id(family.partner)
    assert {"*", "org:admin"} == set(who["scopes"])
    html = await operator.get(page)
    assert not SECRET.search(html)
    assert "&lt;i&gt;Mine&lt;/i&gt;" in html
    audit = await operator.get(f"/console/audit?organizationId={org_id(family.partner)}")
    assert secret not in audit


async def test_a_key_that_is_not_valid_is_shown_again_as_it_was_filled_in(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    operator = await sign_in(local_api, installation)
    form = await operator.form(page_of(family.partner), "key")
    chosen = ["jobs:read", "jobs:cancel"]
    fields: Fields = {**form.fields, "name": "", "env": "test", "scopes": chosen}
    answer = await operator.post(form.action, fields)
    assert answer.status_code == 422
    assert 'id="key-name-issue"' in answer.text
    ticked = re.findall(r'name="scopes" value="([^"]+)" checked', answer.text)
    assert sorted(ticked) == sorted(chosen)
    answer = await operator.post(form.action, {**fields, "name": "None", "scopes": []})
    assert answer.status_code == 422
    assert 'id="key-scopes-issue"' in answer.text
    assert not re.search(r'name="scopes" value="[^"]+" checked', answer.text)


async def test_a_killed_key_is_brought_back(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    killed = await installation.key(family.partner, "*", kill_switch=True)
    refused(await local_api.get("/v1/whoami", headers=killed.headers), "KILL_SWITCH")
    operator = await sign_in(local_api, installation)
    html = await operator.get(page_of(family.partner))
    (name,) = [name for name in forms_of(html) if name.startswith("unkill-")]
    for _ in range(2):
        assert (await operator.send(forms_of(html)[name])).status_code == 303
    granted(await local_api.get("/v1/whoami", headers=killed.headers))
    assert name not in forms_of(await operator.get(page_of(family.partner)))
    missing = "key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
    form = forms_of(html)[name]
    answer = await operator.post(f"{page_of(family.partner)}/{missing}/unkill", form.fields)
    assert answer.status_code in (404, 409)


async def test_a_child_s_keys_are_counted_and_a_viewer_creates_none(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.key(family.child, "*", kill_switch=True)
    viewer = await sign_in(local_api, installation, "viewer")
    html = await viewer.get(page_of(family.child))
    assert "Keys that work 1 Killed keys 1" in text_of(html)
    assert page_of(family.partner) in html
    assert "key" not in forms_of(await viewer.get(page_of(family.partner)))
    operator = await sign_in(local_api, installation)
    form = await operator.form(page_of(family.partner), "key")
    answer = await viewer.post(form.action, {**unsigned(form), "name": "Mine", "scopes": "*"})
    assert answer.status_code == 403
    assert not SECRET.search(answer.text)
