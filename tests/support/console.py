"""An operator at the console: signs in, reads pages, fills in forms; without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from partner_api.console.visit import WHOSE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2
    from tests.support.installation import Installation

    from partner_api.edge.identity.scopes import Role

ORIGIN = "https://console.example"


@dataclass
class Form:
    """A form of a page: where it goes, and what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Reads the forms that are posted, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self._form: Form | None = None
        self._text_of: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        if tag == "form" and attributes.get("method") == "post":
            action = attributes.get("action") or ""
            self._form = self.forms[attributes.get("data-form") or action] = Form(action)
        if self._form is None:
            return
        if tag == "input" and name:
            unchecked = attributes.get("type") in ("checkbox", "radio") and (
                "checked" not in attributes
            )
            if not unchecked:
                self._form.fields[name] = attributes.get("value") or ""
        elif tag == "textarea":
            self._text_of = name
            self._form.fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attributes:
            self._form.fields[self._select] = attributes.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text_of is not None:
            self._form.fields[self._text_of] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._text_of = None
        elif tag == "select":
            self._select = None


def forms_of(html: str) -> dict[str, Form]:
    """The forms of a page by their names, or by where they go."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def unsigned(form: Form) -> dict[str, str]:
    """The fields of a form as somebody else can send them: without the mark of whose it is."""
    return {name: value for name, value in form.fields.items() if name != WHOSE}


def text_of(html: str) -> str:
    """What a page says, without its tags, on one line."""
    main = html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


class Operator:
    """Somebody who is signed in.

    Args:
        client: of the server.
        session: the cookie of the session.
    """

    def __init__(self, client: httpx2.AsyncClient, session: str) -> None:
        self._client = client
        self.headers = {"Cookie": session, "Origin": ORIGIN, "Host": ORIGIN.partition("//")[2]}

    async def get(self, path: str, status: int = 200) -> str:
        """The HTML of a page."""
        answer = await self._client.get(path, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.text

    async def form(self, page: str, name: str) -> Form:
        """A form of a page, as it is rendered."""
        forms = forms_of(await self.get(page))
        assert name in forms, sorted(forms)
        return forms[name]

    async def send(self, form: Form, **values: str) -> httpx2.Response:
        """Send a form with these values filled in."""
        return await self.post(form.action, {**form.fields, **values})

    async def post(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx2.Response:
        """Send fields as a form of this site."""
        return await self._client.post(path, data=dict(fields), headers=self.headers)


async def sign_in(
    client: httpx2.AsyncClient, installation: Installation, role: Role = "admin"
) -> Operator:
    """Sign a new operator in."""
    headers = await installation.operator(role)
    return await sign_in_with(client, headers["Authorization"].removeprefix("Bearer "))


async def sign_in_with(client: httpx2.AsyncClient, token: str) -> Operator:
    """Sign in with a token."""
    answer = await client.post(
        "/console/sign-in",
        data={"token": token, "to": "/console"},
        headers={"Origin": ORIGIN, "Host": ORIGIN.partition("//")[2]},
    )
    assert answer.status_code == 303, answer.text
    return Operator(client, answer.headers["set-cookie"].partition(";")[0])
