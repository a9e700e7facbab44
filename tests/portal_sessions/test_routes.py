"""Asking for a session of the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import issues, refused
from tests.support.installation import now, org_id
from tests.support.portal import RETURN_URL, open_portal

from partner_api.clock import parse_timestamp

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

URL = "/v1/portal-sessions"


async def test_a_partner_asks_for_itself_and_for_a_child(
    api: httpx2.AsyncClient, family: Family
) -> None:
    own = await open_portal(api, family.partner_key.headers)
    assert "Payments" in await own.get("/portal")
    childs = await open_portal(api, family.partner_key.acting_for(family.child))
    assert "Payments" not in await childs.get("/portal")


@pytest.mark.parametrize("scopes", [["*"], ["projects:read"]])
async def test_a_child_asks_for_itself_with_any_key(
    api: httpx2.AsyncClient, installation: Installation, family: Family, scopes: list[str]
) -> None:
    key = await installation.key(family.child, *scopes)
    visitor = await open_portal(api, key.headers)
    assert "Ledger" in await visitor.get("/portal")


async def test_a_session_of_a_child_s_key_shows_no_more_than_the_key_may_read(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.child, "jobs:read")
    visitor = await open_portal(api, key.headers)
    shown = await visitor.get("/portal")
    assert "/portal/jobs" in shown
    assert "/portal/leases" not in shown
    assert "/portal/webhooks" not in shown
    for path in ("/portal/leases", "/portal/webhooks"):
        assert "lacks the scope" in await visitor.get(path, 403)


@pytest.mark.parametrize("scopes", [["*"], ["projects:read"]])
async def test_a_partner_s_key_without_org_admin_is_refused_before_anything_else(
    api: httpx2.AsyncClient, installation: Installation, family: Family, scopes: list[str]
) -> None:
    key = await installation.key(family.partner, *scopes)
    for body in ({}, {"unknown": 1}):
        answer = await api.post(URL, headers=key.headers, json=body)
        assert refused(answer, "FORBIDDEN_SCOPE") == {"requiredScope": "org:admin"}
    answer = await api.post(URL, headers=key.acting_for(family.child), json={})
    refused(answer, "FORBIDDEN_SCOPE")


async def test_a_child_asks_for_nobody_else(api: httpx2.AsyncClient, family: Family) -> None:
    answer = await api.post(URL, headers=family.child_key.acting_for(family.sibling), json={})
    refused(answer, "FORBIDDEN_SCOPE")
    stranger = {**family.partner_key.headers, "X-Layers-Organization": f"org_{uuid4()}"}
    refused(await api.post(URL, headers=stranger, json={}), "NOT_FOUND")


async def test_the_test_environment_has_a_portal_of_its_own(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    tenant = await installation.test_tenant(family.partner)
    key = await installation.key(tenant, "*", "org:admin", env="test")
    visitor = await open_portal(api, key.headers)
    assert "Nothing is reserved" in await visitor.get("/portal")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"expiresInSeconds": 59}, "expiresInSeconds"),
        ({"expiresInSeconds": 3601}, "expiresInSeconds"),
        ({"expiresInSeconds": None}, "expiresInSeconds"),
        ({"returnUrl": "http://app.example.com"}, "returnUrl"),
        ({"returnUrl": "http://localhost.evil.example"}, "returnUrl"),
        ({"returnUrl": "http://localhost@evil.example"}, "returnUrl"),
        ({"returnUrl": "javascript:alert(1)"}, "returnUrl"),
        ({"returnUrl": "//app.example.com"}, "returnUrl"),
        ({"returnUrl": "https://user:pw@app.example.com"}, "returnUrl"),
        ({"returnUrl": "https://app.example.com/\u202e"}, "returnUrl"),
        ({"returnUrl": 'https://app.example.com/"onclick='}, "returnUrl"),
        ({"returnUrl": "https://app.example.com/" + "x" * 2048}, "returnUrl"),
        ({"organizationId": "org"}, "organizationId"),
    ],
)
async def test_what_is_wrong_is_named(
    api: httpx2.AsyncClient, family: Family, body: dict[str, Any], path: str
) -> None:
    answer = await api.post(URL, headers=family.partner_key.headers, json=body)
    assert list(issues(answer)) == [path]


@pytest.mark.parametrize("url", ["https://app.example.com", "http://localhost:3000/back?a=1#b"])
async def test_what_pages_may_link_back_to(
    api: httpx2.AsyncClient, family: Family, url: str
) -> None:
    visitor = await open_portal(api, family.partner_key.headers, returnUrl=url)
    shown = await visitor.get("/portal")
    assert f'href="{url}"' in shown
    assert 'rel="noopener"' in shown


async def test_out_of_development_mode_it_is_https(
    local_api: httpx2.AsyncClient, family: Family
) -> None:
    key = family.partner_key.headers
    answer = await local_api.post(URL, headers=key, json={"returnUrl": "http://localhost/"})
    refused(answer, "VALIDATION")
    answer = await local_api.post(URL, headers={**key, "Host": "api.example.test"}, json={})
    assert answer.json()["url"].startswith("https://api.example.test/portal/open/lpk_")


async def test_it_ends_when_it_says(api: httpx2.AsyncClient, family: Family) -> None:
    for seconds, body in ((900, {}), (60, {"expiresInSeconds": 60})):
        before = now()
        answer = await api.post(URL, headers=family.partner_key.headers, json=body)
        assert answer.status_code == 201
        after = now()
        ends = parse_timestamp(answer.json()["expiresAt"]) - timedelta(seconds=seconds)
        assert before <= ends <= after


async def test_the_same_request_has_one_link_and_the_database_does_not_know_it(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    first, second = [await api.post(URL, headers=headers, json={}) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    refused(
        await api.post(URL, headers=headers, json={"returnUrl": RETURN_URL}), "IDEMPOTENCY_CONFLICT"
    )
    tenant_id = family.partner.tenant_id
    rows = await installation.owner.fetch(
        "SELECT s::text FROM portal_sessions s WHERE tenant_id = $1", tenant_id
    )
    assert len(rows) == 1
    kept = await installation.owner.fetch(
        "SELECT k::text FROM idempotency_keys k WHERE tenant_id = $1", tenant_id
    )
    secret = first.json()["url"][-43:]
    assert kept
    assert not any(secret in row[0] for row in [*rows, *kept])


async def test_the_audit_log_says_who_asked_and_who_opened(
    api: httpx2.AsyncClient, family: Family
) -> None:
    await open_portal(api, family.partner_key.acting_for(family.child))
    answer = await api.get(
        "/v1/audit-log",
        headers=family.child_key.headers,
        params={"eventType": ["portal_session.created", "portal_session.opened"]},
    )
    opened, created = answer.json()["items"]
    assert (created["eventType"], opened["eventType"]) == (
        "portal_session.created",
        "portal_session.opened",
    )
    assert created["data"]["portalSessionId"] == opened["data"]["portalSessionId"]
    for row in (created, opened):
        assert row["organizationId"] == org_id(family.child)
        assert row["apiKeyId"] == f"key_{family.partner_key.key_id}"
        assert "lpk_" not in str(row)
