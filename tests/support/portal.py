"""Somebody at the portal: opens a link, reads pages, sends a delivery again; without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.console import ORIGIN, Form, Operator, forms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from partner_api.portal_sessions.schemas import PortalSession

RETURN_URL = "https://app.example.test/billing?from=portal"
HEADERS = {"Origin": ORIGIN, "Host": urlsplit(ORIGIN).netloc}


async def ask_for_link(client: httpx2.AsyncClient, headers: Mapping[str, str], **body: Any) -> str:
    """The path of a new link."""
    answer = await client.post(
        "/v1/portal-sessions", headers=headers, json={"returnUrl": RETURN_URL, **body}
    )
    assert answer.status_code == 201, answer.text
    session: PortalSession = answer.json()
    return urlsplit(session["url"]).path  # type: ignore[index]


async def form_of_link(client: httpx2.AsyncClient, link: str) -> Form:
    """The form behind the button of a link."""
    shown = await client.get(link, headers=HEADERS)
    assert shown.status_code == 200, shown.text
    return forms_of(shown.text)[link]


async def press(client: httpx2.AsyncClient, form: Form) -> httpx2.Response:
    """Press the button."""
    return await client.post(form.action, data=form.fields, headers=HEADERS)


def visitor_of(client: httpx2.AsyncClient, answer: httpx2.Response) -> Operator:
    """Whoever has a session now."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/portal"
    return Operator(client, answer.headers["set-cookie"].partition(";")[0])


async def open_portal(
    client: httpx2.AsyncClient, headers: Mapping[str, str], **body: Any
) -> Operator:
    """Somebody who has opened a new link."""
    form = await form_of_link(client, await ask_for_link(client, headers, **body))
    return visitor_of(client, await press(client, form))
