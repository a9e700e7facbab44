"""Operators and sessions as pages: a token is shown once, and everything that ends access asks or says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.answers import granted
from tests.support.console import Operator, forms_of, sign_in, sign_in_with, text_of

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

LIST = "/console/operators"
SESSIONS = "/console/sessions"
HOSTILE = '<script>alert(1)</script>" \N{RIGHT-TO-LEFT OVERRIDE}'


@pytest.fixture
async def token(installation: Installation) -> str:
    """Of an admin."""
    headers = await installation.operator("admin")
    return headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
async def admin(local_api: httpx2.AsyncClient, token: str) -> Operator:
    """That admin, signed in."""
    return await sign_in_with(local_api, token)


async def own_page(client: httpx2.AsyncClient, token: str) -> str:
    """Where the operator with a token is shown."""
    headers = {"Authorization": f"Bearer {token}"}
    items = granted(await client.get("/ops/v1/operators?limit=100", headers=headers))["items"]
    (mine,) = [one["id"] for one in items if one["prefix"] == token[:20]]
    return f"{LIST}/{mine}"


def secret_of(html: str) -> str:
    """The token that a page shows."""
    return html.partition('class="secret"')[2].partition(">")[2].partition("<")[0]


async def test_a_new_operator_s_token_is_shown_on_that_answer_alone(
    local_api: httpx2.AsyncClient, admin: Operator
) -> None:
    name = f"Robin & {uuid4().hex[:8]}"
    form = await admin.form(LIST, "operator")
    answers = await asyncio.gather(
        *[admin.send(form, name=name, role="viewer", expiresAt="2099-01-01") for _ in range(2)]
    )
    made = [answer for answer in answers if answer.status_code == 200]
    assert made
    assert {answer.status_code for answer in answers} <= {200, 409}
    (secret,) = {secret_of(answer.text) for answer in made}
    assert "set-cookie" not in made[0].headers
    assert "location" not in made[0].headers
    new = await sign_in_with(local_api, secret)
    page = await admin.get(LIST)
    assert secret not in page
    assert page.count(name.replace("&", "&amp;")) == 1
    await new.get(LIST, status=403)


async def test_what_is_wrong_with_a_new_operator_is_said_at_its_field(admin: Operator) -> None:
    form = await admin.form(LIST, "operator")
    answer = await admin.send(form, name="x" * 121, role="viewer", expiresAt="2001-01-01")
    assert answer.status_code == 422
    shown = forms_of(answer.text)["operator"].fields
    assert (shown["name"], shown["expiresAt"]) == ("x" * 121, "2001-01-01")
    assert "operator-name-issue" in answer.text


async def test_one_s_own_token_is_rotated_after_a_question_and_ends_the_session(
    local_api: httpx2.AsyncClient, admin: Operator, token: str
) -> None:
    page = await own_page(local_api, token)
    form = await admin.form(page, "rotate")
    assert "also this one" in text_of(await admin.get(page))
    asked = await admin.send(form)
    assert "signed out everywhere" in text_of(asked.text)
    assert "secret" not in asked.text
    confirmed = forms_of(asked.text)[f"{page}/rotate"]
    answer = await admin.send(confirmed)
    assert "You are signed out now" in text_of(answer.text)
    await admin.get(page, status=401)
    await (await sign_in_with(local_api, secret_of(answer.text))).get(page)


async def test_another_s_token_is_rotated_and_those_who_had_it_are_out(
    local_api: httpx2.AsyncClient, admin: Operator, token: str, installation: Installation
) -> None:
    headers = await installation.operator("viewer")
    other = await sign_in_with(local_api, headers["Authorization"].removeprefix("Bearer "))
    page = await page_of_another(local_api, token, headers)
    form = await admin.form(page, "rotate")
    (first, second) = [await admin.send(form) for _ in range(2)]
    assert secret_of(first.text) == secret_of(second.text)
    await other.get(SESSIONS, status=401)
    assert secret_of(first.text) not in await admin.get(page)


async def page_of_another(client: httpx2.AsyncClient, token: str, headers: dict[str, str]) -> str:
    """Where an admin sees another operator."""
    prefix = headers["Authorization"].removeprefix("Bearer ")[:20]
    asks = {"Authorization": f"Bearer {token}"}
    items = granted(await client.get("/ops/v1/operators?limit=100", headers=asks))["items"]
    return f"{LIST}/{next(one['id'] for one in items if one['prefix'] == prefix)}"


async def test_an_operator_is_revoked_after_a_question(
    local_api: httpx2.AsyncClient, admin: Operator, token: str, installation: Installation
) -> None:
    headers = await installation.operator("viewer")
    other = await sign_in_with(local_api, headers["Authorization"].removeprefix("Bearer "))
    page = await page_of_another(local_api, token, headers)
    asked = await admin.send(await admin.form(page, "revoke"))
    assert "loses all access, for ever" in text_of(asked.text)
    await other.get(SESSIONS)
    confirmed = forms_of(asked.text)[f"{page}/revoke"]
    for _ in range(2):
        assert (await admin.send(confirmed)).status_code == 303
    await other.get(SESSIONS, status=401)
    shown = await admin.get(page)
    assert "revoked" in text_of(shown)
    assert not {"rotate", "revoke"} & set(forms_of(shown))


async def test_hostile_names_and_browsers_are_text(
    local_api: httpx2.AsyncClient, admin: Operator, token: str, installation: Installation
) -> None:
    headers = await installation.operator("viewer", name=f"{HOSTILE} {uuid4()}")
    await installation.owner.execute(
        """
        UPDATE operator_sessions SET user_agent = $2
         WHERE operator_id = (SELECT id FROM operators WHERE keyid = $1)
        """,
        token.split("_")[1],
        HOSTILE * 5,
    )
    page = await page_of_another(local_api, token, headers)
    for shown in (await admin.get(LIST), await admin.get(page), await admin.get(SESSIONS)):
        assert "&lt;script&gt;" in shown
        assert "<script>alert" not in shown
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shown


async def test_sessions_are_ended_one_and_all_but_this_one(
    local_api: httpx2.AsyncClient, admin: Operator, token: str
) -> None:
    one, two = [await sign_in_with(local_api, token) for _ in range(2)]
    page = await admin.get(SESSIONS)
    assert text_of(page).count("This one") == 1
    ends = [name for name in forms_of(page) if name.startswith("end-ses_")]
    assert len(ends) == 2
    answer = await admin.send(forms_of(page)[ends[-1]])
    assert (answer.status_code, answer.headers["location"]) == (303, SESSIONS)
    await one.get(SESSIONS, status=401)
    await two.get(SESSIONS)
    form = forms_of(page)["end-all"]
    answers = await asyncio.gather(*[admin.send(form) for _ in range(2)])
    assert 303 in {answer.status_code for answer in answers}
    await two.get(SESSIONS, status=401)
    await admin.get(SESSIONS)


async def test_an_admin_ends_the_sessions_of_another_and_comes_back_to_that_page(
    local_api: httpx2.AsyncClient, admin: Operator, token: str, installation: Installation
) -> None:
    headers = await installation.operator("viewer")
    other = await sign_in_with(local_api, headers["Authorization"].removeprefix("Bearer "))
    page = await page_of_another(local_api, token, headers)
    answer = await admin.send(await admin.form(page, "end-all"))
    assert answer.headers["location"] == page
    await other.get(SESSIONS, status=401)
    await admin.get(SESSIONS)


async def test_a_viewer_sees_their_own_and_no_operators(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    viewer = await sign_in(local_api, installation, "viewer")
    page = await viewer.get(SESSIONS)
    assert "everybody" not in text_of(page)
    await viewer.get(f"{SESSIONS}?allOperators=true")
    for path in (LIST, f"{LIST}/opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"):
        assert "Not allowed" in await viewer.get(path, status=403)
        assert (await viewer.get(path, status=403)).count("needs the role") == 1
    assert f'href="{LIST}"' not in page, "no page leads where a viewer may not be"
    assert "u Operators" not in page
    admin = await sign_in(local_api, installation)
    assert f'href="{LIST}"' in await admin.get(SESSIONS)
