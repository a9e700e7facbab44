"""A link opens one session, once, and the session ends when it has to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.console import Operator, text_of
from tests.support.installation import now, org_id
from tests.support.portal import (
    HEADERS,
    RETURN_URL,
    ask_for_link,
    form_of_link,
    open_portal,
    press,
    visitor_of,
)

from partner_api.portal.visit import PortalVisit

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.tenants import Wallet

GONE = 410


async def set_end(installation: Installation, wallet: Wallet, **left: float) -> None:
    """Let the sessions of an organization end so long from now."""
    await installation.owner.execute(
        "UPDATE portal_sessions SET expires_at = $1 WHERE tenant_id = $2 AND organization_id = $3",
        now() + timedelta(**left),
        wallet.tenant_id,
        wallet.organization_id,
    )


async def opened_events(api: httpx2.AsyncClient, key: Key) -> int:
    answer = await api.get(
        "/v1/audit-log", headers=key.headers, params={"eventType": "portal_session.opened"}
    )
    return len(answer.json()["items"])


async def test_looking_at_a_link_does_not_use_it_up(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    for _ in range(3):
        shown = await local_api.get(link, headers={"Host": HEADERS["Host"]})
        assert shown.status_code == 200
        assert "set-cookie" not in shown.headers
        head = await local_api.head(link, headers={"Host": HEADERS["Host"]})
        assert head.status_code == 200
    visitor_of(local_api, await press(local_api, await form_of_link(local_api, link)))


async def test_no_script_and_no_other_site_has_the_cookie(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    answer = await press(local_api, await form_of_link(local_api, link))
    name, *attributes = answer.headers["set-cookie"].split("; ")
    # No other host of the domain can set a cookie of this name.
    assert name.startswith("__Host-layers_portal=lpp_")
    assert {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"} <= set(attributes)


async def test_a_link_works_once(local_api: httpx2.AsyncClient, family: Family) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    early, late = [await form_of_link(local_api, link) for _ in range(2)]
    visitor = visitor_of(local_api, await press(local_api, early))
    for answer in (
        await local_api.get(link, headers=HEADERS),
        await press(local_api, late),
    ):
        assert answer.status_code == GONE
        assert "was used" in text_of(answer.text)
        assert f'href="{RETURN_URL.replace("&", "&amp;")}"' in answer.text
        assert "set-cookie" not in answer.headers
    # Whoever has opened it goes on.
    again = await visitor.post(link, late.fields)
    assert (again.status_code, again.headers["location"]) == (303, "/portal")
    await visitor.get("/portal")


async def test_of_two_who_press_at_the_same_instant_one_gets_in(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    forms = [await form_of_link(local_api, link) for _ in range(8)]
    answers = await asyncio.gather(*(press(local_api, form) for form in forms))
    assert sorted(answer.status_code for answer in answers) == [303] + [GONE] * 7
    assert await opened_events(local_api, family.partner_key) == 1


async def test_the_same_form_twice_at_the_same_instant_opens_one_session(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    form = await form_of_link(local_api, link)
    answers = await asyncio.gather(*(press(local_api, form) for _ in range(8)))
    visitors = [visitor_of(local_api, answer) for answer in answers]
    assert len({visitor.headers["Cookie"] for visitor in visitors}) == 1
    await visitors[0].get("/portal")
    assert await opened_events(local_api, family.partner_key) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Host": HEADERS["Host"]},
        {**HEADERS, "Sec-Fetch-Site": "cross-site"},
        {"Host": HEADERS["Host"]},
    ],
)
async def test_another_site_cannot_press_the_button(
    local_api: httpx2.AsyncClient, family: Family, headers: dict[str, str]
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    form = await form_of_link(local_api, link)
    answer = await local_api.post(link, data=form.fields, headers=headers)
    assert answer.status_code == 403
    visitor_of(local_api, await press(local_api, form))


async def test_what_was_never_a_link_is_not_found(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    form = await form_of_link(local_api, link)
    for wrong in ("x", link[:-1] + "~", link[:-2] + "AA", link.replace("lpk_", "lpp_")):
        path = wrong if wrong.startswith("/") else f"/portal/open/{wrong}"
        assert (await local_api.get(path, headers=HEADERS)).status_code == 404
        assert (await local_api.post(path, data=form.fields, headers=HEADERS)).status_code == 404
    # Neither is a link a session.
    visitor = Operator(local_api, f"__Host-layers_portal={link.rpartition('/')[2]}")
    await visitor.get("/portal", 401)


async def test_a_link_ends_with_its_time(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    link = await ask_for_link(local_api, family.partner_key.headers)
    form = await form_of_link(local_api, link)
    await set_end(installation, family.partner, seconds=-1)
    for answer in (await local_api.get(link, headers=HEADERS), await press(local_api, form)):
        assert answer.status_code == GONE
        assert "has ended" in text_of(answer.text)
        assert RETURN_URL in answer.text


async def test_a_session_ends_with_its_time(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    visitor = await open_portal(local_api, family.partner_key.headers)
    await set_end(installation, family.partner, seconds=-1)
    shown = await visitor.get("/portal/ledger", 401)
    assert "app.example.test" in text_of(shown)
    assert RETURN_URL in shown


ENDS = {
    "deleted": "revoked_at = now()",
    "killed": "kill_switch = true",
    "rotated": "keyid = overlay(keyid PLACING 'ZZZZZZZZ' FROM 9)",
    "superseded, after its grace": "grace_until = now() - interval '1 second', superseded_by = id",
}


@pytest.mark.parametrize("how", ENDS)
async def test_links_and_sessions_end_with_the_key_that_asked(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, how: str
) -> None:
    key = await installation.key(family.partner, "org:admin")
    visitor = await open_portal(local_api, key.headers)
    link = await ask_for_link(local_api, key.headers)
    form = await form_of_link(local_api, link)
    await installation.owner.execute(
        f"UPDATE api_keys SET {ENDS[how]} WHERE tenant_id = $1 AND id = $2",
        family.partner.tenant_id,
        key.key_id,
    )
    await visitor.get("/portal", 401)
    assert (await press(local_api, form)).status_code == GONE


async def test_a_session_goes_on_while_its_key_is_in_its_grace_period(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.superseded_key(
        family.child, "*", grace_until=now() + timedelta(hours=1)
    )
    visitor = await open_portal(local_api, key.headers)
    await visitor.get("/portal")


async def test_rotating_the_key_by_the_api_ends_its_sessions(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "org:admin")
    visitor = await open_portal(local_api, key.headers)
    answer = await local_api.post(f"/v1/api-keys/key_{key.key_id}/rotate", headers=key.headers)
    assert answer.status_code == 200
    await visitor.get("/portal", 401)


@pytest.mark.parametrize("who", ["the organization", "its partner"])
async def test_while_it_is_suspended_nothing_is_shown(
    local_api: httpx2.AsyncClient, installation: Installation, family: Family, who: str
) -> None:
    key = family.partner_key.acting_for(family.child)
    visitor = await open_portal(local_api, key)
    link = await ask_for_link(local_api, key)
    form = await form_of_link(local_api, link)
    suspended = family.child if who == "the organization" else family.partner
    await installation.set_status(suspended, "suspended")
    for path in ("/portal", "/portal/ledger", "/portal/webhooks"):
        assert "suspended" in await visitor.get(path, 503)
    assert (await press(local_api, form)).status_code == 503
    await installation.set_status(suspended, "active")
    await visitor.get("/portal")
    visitor_of(local_api, await press(local_api, form))


async def test_signing_out_ends_the_session_for_good(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    visitor = await open_portal(local_api, family.partner_key.headers)
    refused = await local_api.post(
        "/portal/sign-out", headers={**visitor.headers, "Origin": "https://evil.example"}
    )
    assert refused.status_code == 403
    await visitor.get("/portal")
    for _ in range(2):
        answer = await visitor.post("/portal/sign-out", {})
        assert answer.status_code == 200
        assert "layers_portal=;" in answer.headers["set-cookie"]
        assert "Signed out" in text_of(answer.text)
    await visitor.get("/portal", 401)
    rows = await local_api.get(
        "/v1/audit-log",
        headers=family.partner_key.headers,
        params={"eventType": "portal_session.ended"},
    )
    assert [row["organizationId"] for row in rows.json()["items"]] == [org_id(family.partner)]


async def test_a_file_that_is_being_sent_ends_with_the_session(
    installation: Installation,
    local_api: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = await installation.family(prepaid=10)
    for credits in (1, 2):
        answer = await local_api.post(
            f"/v1/organizations/{org_id(family.child)}/credits/allocate",
            headers={**family.partner_key.headers, "Idempotency-Key": f"{credits}"},
            json={"credits": credits},
        )
        assert answer.status_code == 201, answer.text
    visitor = await open_portal(local_api, family.child_key.headers)
    ask = PortalVisit.ask

    async def ask_and_end(
        visit: PortalVisit, handler: Any, *, query: Any = None, **path: str
    ) -> Any:
        """The first page, of one row; then the session is over."""
        page = await ask(visit, handler, query={**query, "limit": 1}, **path)
        await set_end(installation, family.child, seconds=-1)
        return page

    monkeypatch.setattr(PortalVisit, "ask", ask_and_end)
    title, row, last = (await visitor.get("/portal/ledger?csv=ledger")).splitlines()
    assert title.startswith("When,")
    assert ",2," in row
    assert "session has ended" in last
