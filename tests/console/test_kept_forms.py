"""A session that ends in the middle of a form: nothing is lost, nothing is done twice, nobody gets another's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.console.test_sessions import HERE, token_of
from tests.support.console import Form, Operator, forms_of, sign_in_with, text_of
from tests.support.installation import org_id

from partner_api.console.kept_form import KeptForm, pack, unpack

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

LONG = 'line one\r\n\r\n  <b>"line" three</b> \N{GREEK SMALL LETTER OMEGA} ' * 1_500
NOT_SENT = "This has not been sent"


class Browser:
    """A browser on the page with the payments of a partner.

    Args:
        client: of the server.
        installation: of its database.
        page: of the partner.
    """

    def __init__(self, client: httpx2.AsyncClient, installation: Installation, page: str) -> None:
        self._client = client
        self._installation = installation
        self.page = page

    async def sign_in(self, token: str) -> Operator:
        """Sign in, without having been anywhere before."""
        return await sign_in_with(self._client, token)

    async def end_sessions(self) -> None:
        """End every session, as time does."""
        await self._installation.owner.execute(
            "UPDATE operator_sessions SET expires_at = now() WHERE kept_form IS NULL"
        )

    async def sign_in_again(self, answer: httpx2.Response, token: str) -> Operator:
        """Send the sign-in page that answered a form; checks that it leads back."""
        assert answer.status_code == 401
        assert "What you had filled in is kept" in text_of(answer.text)
        form = forms_of(answer.text)["/console/sign-in"]
        fields = {**form.fields, "token": token}
        signed_in = await self._client.post("/console/sign-in", data=fields, headers=HERE)
        assert signed_in.status_code == 303, signed_in.text
        assert signed_in.headers["location"] == self.page
        cookies = [one.partition(";")[0] for one in signed_in.headers.get_list("set-cookie")]
        return Operator(self._client, "; ".join(cookies))


@pytest.fixture
async def token(installation: Installation) -> str:
    """Of an operator."""
    return token_of(await installation.operator("operator"))


@pytest.fixture
def browser(local_api: httpx2.AsyncClient, installation: Installation, family: Family) -> Browser:
    """On the page of a new partner."""
    return Browser(local_api, installation, f"/console/organizations/{org_id(family.partner)}")


async def test_what_was_filled_in_is_there_again_and_is_done_once(
    browser: Browser, token: str
) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    filled = {"amountCents": "1,234", "description": 'Zo\u00eb "& <b>Wire</b>'}
    await browser.end_sessions()
    again = await browser.sign_in_again(await operator.send(form, **filled), token)
    assert NOT_SENT in text_of(await again.get(browser.page))
    kept = await again.form(browser.page, "topup")
    assert kept.fields == {**form.fields, **filled}
    for _ in range(2):
        assert (await again.send(kept)).status_code == 303
    page = text_of(await again.get(browser.page))
    assert NOT_SENT not in page
    assert "$12.34" in page
    fresh = await again.form(browser.page, "topup")
    assert fresh.fields["amountCents"] == ""
    assert fresh.fields["idempotencyKey"] != form.fields["idempotencyKey"]


async def test_what_had_been_done_before_the_session_ended_is_not_done_again(
    browser: Browser, token: str
) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    filled = {"amountCents": "1,234", "description": "Wire"}
    assert (await operator.send(form, **filled)).status_code == 303
    await browser.end_sessions()
    again = await browser.sign_in_again(await operator.send(form, **filled), token)
    kept = await again.form(browser.page, "topup")
    assert (await again.send(kept)).status_code == 303
    page = text_of(await again.get(browser.page))
    assert "$12.34" in page
    assert "$24.68" not in page


async def test_what_had_been_done_and_is_then_changed_is_said_to_be_done(
    browser: Browser, token: str
) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    assert (await operator.send(form, amountCents="100", description="Wire")).status_code == 303
    answer = await operator.send(form, amountCents="200", description="Wire")
    assert answer.status_code == 409
    assert "This was done already, with other values" in text_of(answer.text)
    key = forms_of(answer.text)["topup"].fields["idempotencyKey"]
    assert key != form.fields["idempotencyKey"]


async def test_a_form_that_was_refused_keeps_its_key(browser: Browser, token: str) -> None:
    """Of what is refused nothing is recorded; of a form in several steps the first may have been done."""
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    answer = await operator.send(form, amountCents="many", description="Wire")
    assert answer.status_code == 422
    shown = forms_of(answer.text)["topup"].fields
    assert shown["idempotencyKey"] == form.fields["idempotencyKey"]
    assert shown["amountCents"] == "many"


async def test_another_operator_does_not_get_it(
    browser: Browser, token: str, installation: Installation
) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    await browser.end_sessions()
    answer = await operator.send(form, amountCents="1,234", description="Mine")
    other = await browser.sign_in_again(answer, token_of(await installation.operator("operator")))
    page = await other.get(browser.page)
    assert "another operator's. It was dropped" in text_of(page).replace("&#39;", "'")
    assert NOT_SENT not in text_of(page)
    assert "Mine" not in page


async def test_a_form_that_somebody_else_s_tab_shows_is_not_done_by_whoever_has_signed_in_since(
    browser: Browser, token: str, installation: Installation
) -> None:
    form = await (await browser.sign_in(token)).form(browser.page, "topup")
    other = await browser.sign_in(token_of(await installation.operator("operator")))
    answer = await other.send(form, amountCents="1,234", description="Mine")
    assert answer.status_code == 409
    assert "Somebody else filled this in" in text_of(answer.text)
    shown = forms_of(answer.text)["topup"]
    assert shown.fields["amountCents"] == "1,234"
    assert "$12.34" not in text_of(await other.get(browser.page))
    assert (await other.send(shown)).status_code == 303


async def test_it_can_be_discarded(browser: Browser, token: str) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    await browser.end_sessions()
    again = await browser.sign_in_again(await operator.send(form, amountCents="1"), token)
    kept = await again.form(browser.page, "topup")
    answer = await again.post("/console/discard", kept.fields)
    assert (answer.status_code, answer.headers["location"]) == (303, browser.page)
    assert NOT_SENT not in text_of(await again.get(browser.page))


async def test_what_has_no_form_any_more_is_shown_as_it_was(
    browser: Browser, token: str, installation: Installation
) -> None:
    operator = await browser.sign_in(token)
    form = await operator.form(browser.page, "topup")
    await browser.end_sessions()
    answer = await operator.send(form, amountCents="1", description="<i>Wire</i>")
    await installation.owner.execute(
        "UPDATE operators SET role = 'viewer' WHERE keyid = $1", token.split("_")[1]
    )
    page = await (await browser.sign_in_again(answer, token)).get(browser.page)
    assert "cannot be sent any more" in text_of(page)
    assert "&lt;i&gt;Wire&lt;/i&gt;" in page


async def test_a_large_form_of_several_values_and_lines_is_kept_whole(
    browser: Browser, token: str, installation: Installation
) -> None:
    operator = await browser.sign_in(token)
    form = Form(f"{browser.page}/cash/topup", (await operator.form(browser.page, "topup")).fields)
    await browser.end_sessions()
    fields: dict[str, str | list[str]] = {
        **form.fields,
        "several": ["a", "b"],
        "description": LONG,
        "amountCents": "1",
    }
    await browser.sign_in_again(await operator.post(form.action, fields), token)
    kept = await installation.owner.fetchval(
        "SELECT kept_form -> 'fields' FROM operator_sessions WHERE kept_form IS NOT NULL "
        "ORDER BY created_at DESC LIMIT 1"
    )
    assert kept["several"] == ["a", "b"]
    assert kept["description"] == [LONG.replace("\r\n", "\n")]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!",
        "e30=",
        "\N{SNOWMAN}",
        "A" * 10**6,
        pack(KeptForm("a", "b", {}))[:-4],
        pack(KeptForm("a", "b", {"filledInBy": []})),
        pack(KeptForm("a", "b", {"c": ["\0"]})),
        pack(KeptForm("a\0", "b", {})),
    ],
)
async def test_what_is_no_kept_form_is_passed_over(
    local_api: httpx2.AsyncClient, token: str, text: str
) -> None:
    assert unpack(text) is None
    if len(text) < 1_000:
        fields = {"token": token, "kept": text}
        answer = await local_api.post("/console/sign-in", data=fields, headers=HERE)
        assert answer.status_code == 303
