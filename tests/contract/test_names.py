"""Names of a standard are what it lists, and text has something to see; what was stored before stays usable."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.support.answers import granted, issues
from tests.support.installation import handle, org_id, project_id

from partner_api.edge.wire.standards import (
    NOT_A_COUNTRY,
    NOT_A_LANGUAGE,
    NOT_A_TIME_ZONE,
    NOT_A_URL,
    NOT_AN_EMAIL,
)
from partner_api.edge.wire.visible import NOTHING_VISIBLE

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

UNSEEN = ["\u200b", "\u202e\u2066", "\u0301", "\u3164", "\u2800", "\U000e0041", " ", "\ufe0f"]
PROJECT = {"name": "Launch", "timezone": "UTC"}
ACCOUNT = {
    "platform": "tiktok",
    "followers": 10,
    "vertical": "tea",
    "language": "en",
    "geo": ["GB"],
}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("timezone", "localtime", NOT_A_TIME_ZONE),
        ("timezone", "Factory", NOT_A_TIME_ZONE),
        ("timezone", "posixrules", NOT_A_TIME_ZONE),
        ("timezone", "right/UTC", NOT_A_TIME_ZONE),
        ("primaryLanguage", "en-US-en", NOT_A_LANGUAGE),
        ("primaryLanguage", "xx", NOT_A_LANGUAGE),
        ("ownerEmail", "<a@b.co>", NOT_AN_EMAIL),
        *(
            (name, unseen * times, NOTHING_VISIBLE)
            for unseen in UNSEEN
            for name, times in (
                ("name", 1),
                ("customerExternalId", 1),
                ("appName", 3),
                ("appDescription", 100),
                ("tagline", 1),
            )
        ),
    ],
)
async def test_a_project_is_not_made_with_them(
    api: httpx2.AsyncClient, family: Family, field: str, value: str, message: str
) -> None:
    headers = family.child_key.headers
    body = {**PROJECT, field: value}
    found = issues(await api.post("/v1/projects", json=body, headers=headers))
    assert list(found) == [field]
    assert found[field].startswith(message)
    path = f"/v1/projects/{project_id(family.child)}"
    assert issues(await api.patch(path, json={field: value}, headers=headers)) == found


@pytest.mark.parametrize("unseen", UNSEEN)
async def test_an_organization_a_key_and_an_operator_have_a_name_to_see(
    api: httpx2.AsyncClient, installation: Installation, family: Family, unseen: str
) -> None:
    partner, admin = family.partner_key.headers, await installation.operator("admin")
    organization = f"/v1/organizations/{org_id(family.child)}"
    of_partner = f"/ops/v1/organizations/{org_id(family.partner)}"
    key = {"name": unseen, "scopes": ["*"]}
    for method, path, body, headers in (
        ("POST", "/v1/organizations", {"name": unseen}, partner),
        ("PATCH", organization, {"name": unseen}, partner),
        ("POST", f"{organization}/api-keys", key, partner),
        ("POST", "/ops/v1/organizations", {"name": unseen}, admin),
        ("POST", f"{of_partner}/api-keys", key, admin),
        ("POST", "/ops/v1/operators", {"name": unseen, "role": "viewer"}, admin),
    ):
        found = issues(await api.request(method, path, json=body, headers=headers))
        assert found == {"name": NOTHING_VISIBLE}, path
    moved = project_id(family.partner)
    mapping = {"mapping": {moved: unseen}}
    found = issues(await api.post("/v1/organizations/migrate", json=mapping, headers=partner))
    assert found == {f"mapping.{moved}": NOTHING_VISIBLE}


async def test_what_is_written_to_people_can_be_read(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    admin, unseen = await installation.operator("admin"), "\u2066\u200b"
    ops = f"/ops/v1/organizations/{org_id(family.partner)}"
    project = f"/v1/projects/{project_id(family.child)}"
    child = family.child_key.headers
    request = {"projectId": project_id(family.child), "count": 1, "niche": {"vertical": "tea"}}
    for path, body, headers, at in (
        (f"{ops}/credits/grant", {"credits": 1, "description": unseen}, admin, "description"),
        (f"{ops}/cash/topup", {"amountCents": 1, "description": unseen}, admin, "description"),
        (
            f"{ops}/cash/topup",
            {"amountCents": 1, "description": "x", "reference": unseen},
            admin,
            "reference",
        ),
        (
            f"/v1/organizations/{org_id(family.child)}/credits/allocate",
            {"credits": 1, "description": unseen},
            family.partner_key.headers,
            "description",
        ),
        (f"{project}/leased-accounts/request", {**request, "note": unseen}, child, "note"),
        (
            f"{project}/leased-accounts/request",
            {**request, "niche": {"vertical": unseen, "audience": unseen, "geo": ["GB", "UK"]}},
            child,
            "niche.vertical niche.audience niche.geo[1]",
        ),
        (f"{project}/content/slideshow-builder", {"hook": unseen}, child, "hook"),
    ):
        keyed = {**headers, "Idempotency-Key": secrets.token_hex(8)}
        found = issues(await api.post(path, json=body, headers=keyed))
        assert sorted(found) == sorted(at.split()), path
        assert {*found.values()} <= {NOTHING_VISIBLE, NOT_A_COUNTRY}


@pytest.mark.parametrize(
    ("field", "value", "path", "message"),
    [
        ("geo", ["GB", "UK"], "geo[1]", NOT_A_COUNTRY),
        ("geo", ["ZZ"], "geo[0]", NOT_A_COUNTRY),
        ("language", "en-US-en", "language", NOT_A_LANGUAGE),
        ("vertical", "\u3164", "vertical", NOTHING_VISIBLE),
        ("avatarUrl", "https://", "avatarUrl", NOT_A_URL),
        ("avatarUrl", "https://u:p@a.b/", "avatarUrl", NOT_A_URL),
    ],
)
async def test_an_account_of_the_pool(
    api: httpx2.AsyncClient,
    installation: Installation,
    field: str,
    value: Any,
    path: str,
    message: str,
) -> None:
    headers = await installation.operator()
    account = {**ACCOUNT, "handle": handle(), field: value}
    response = await api.post("/ops/v1/pool/accounts", json=account, headers=headers)
    assert issues(response) == {path: message}
    known = await installation.pool_account(handle(), 10)
    response = await api.patch(
        f"/ops/v1/pool/accounts/pool_{known}", json={field: value}, headers=headers
    )
    assert issues(response) == {path: message}


async def test_a_file_of_accounts(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Each bad line says which field and what would be right, in a table as in JSON."""
    headers = await installation.operator()
    good = handle()
    table = (
        "handle,followers,vertical,language,geo,avatarUrl\n"
        f"{good},1,tea,en,GB US,https://example.com/a.png\n"
        f"{handle()},1,tea,en-US-en,GB,\n"
        f"{handle()},1,tea,en,GB UK,\n"
        f"{handle()},1,\u200b,en,GB,\n"
        f"{handle()},1,tea,en,GB,https://\n"
    )
    response = await api.post(
        "/ops/v1/pool/accounts/import",
        content=table.encode(),
        headers={**headers, "Content-Type": "text/csv"},
    )
    imported = granted(response)
    assert (imported["added"], imported["rejected"]) == (1, 4)
    assert [(error["line"], error["message"]) for error in imported["errors"]] == [
        (3, f"language: {NOT_A_LANGUAGE}"),
        (4, f"geo[1]: {NOT_A_COUNTRY}"),
        (5, f"vertical: {NOTHING_VISIBLE}"),
        (6, f"avatarUrl: {NOT_A_URL}"),
    ]


@pytest.mark.parametrize("mime_type", ["fake/png", "image/-", "image/", "a/a"])
async def test_a_file_s_type(
    api: httpx2.AsyncClient, installation: Installation, mime_type: str
) -> None:
    asset = {
        **{"kind": "slide", "name": "one.png", "width": 1, "height": 1},
        **{"mimeType": mime_type, "sizeBytes": 1, "sha256": "0" * 64},
    }
    response = await api.post(
        "/ops/v1/jobs/job_01JZZZZZZZZZZZZZZZZZZZZZZZ/complete",
        json={
            **{"workerId": "w", "claimToken": "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"},
            **{"creditsCharged": 1, "assets": [asset]},
        },
        headers=await installation.operator("worker"),
    )
    assert list(issues(response)) == ["assets[0].mimeType"]


# What was stored before ---------------------------------------------------------------------------


async def test_a_project_of_before_is_read_and_changed(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    old = {
        **{"name": "\u200b", "timezone": "localtime", "primary_language": "en-US-en"},
        **{"owner_email": "<a@b.co>", "customer_external_id": "\u2800", "tagline": "\u3164"},
    }
    for column, value in old.items():
        await installation.owner.execute(
            f"UPDATE projects SET {column} = $1 WHERE tenant_id = $2 AND id = $3",
            value,
            family.child.tenant_id,
            family.child.project_id,
        )
    path, headers = f"/v1/projects/{project_id(family.child)}", family.child_key.headers
    before = granted(await api.get(path, headers=headers))
    assert (before["name"], before["timezone"]) == ("\u200b", "localtime")
    changed = granted(await api.patch(path, json={"appName": "Kiln"}, headers=headers))
    assert changed == {**before, "appName": "Kiln", "updatedAt": changed["updatedAt"]}
    listed = granted(
        await api.get("/v1/projects", params={"customerExternalId": "\u2800"}, headers=headers)
    )
    assert [item["id"] for item in listed["items"]] == [before["id"]]
    right = {"name": "Kiln", "timezone": "UTC", "primaryLanguage": "en", "ownerEmail": "a@b.co"}
    assert granted(await api.patch(path, json=right, headers=headers)).items() >= right.items()


async def test_an_organization_of_before_is_read_and_changed(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.owner.execute(
        "UPDATE organizations SET name = $1, billing_email = $2 WHERE tenant_id = $3 AND id = $4",
        "\u200b",
        "<a@b.co>",
        family.child.tenant_id,
        family.child.organization_id,
    )
    path, headers = f"/v1/organizations/{org_id(family.child)}", family.partner_key.headers
    changed = granted(await api.patch(path, json={"metadata": {"a": "b"}}, headers=headers))
    assert (changed["name"], changed["billingEmail"]) == ("\u200b", "<a@b.co>")
    assert granted(await api.get(path, headers=headers))["metadata"] == {"a": "b"}
    # Its name goes into the test environment with it.
    body = {"name": "CI", "scopes": ["*"], "env": "test"}
    granted(await api.post(f"{path}/api-keys", json=body, headers=headers), 201)


async def test_an_account_of_before_is_found_and_changed(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """It is found by what is wrong with it, which is how an operator mends them all."""
    headers = await installation.operator()
    account: UUID = await installation.pool_account(handle(), 10)
    await installation.owner.execute(
        "UPDATE pool_accounts SET geo = '{UK}', language = 'en-US-en', avatar_url = 'https://' "
        "WHERE id = $1",
        account,
    )
    path = f"/ops/v1/pool/accounts/pool_{account}"
    changed = granted(await api.patch(path, json={"followers": 11}, headers=headers))
    assert (changed["geo"], changed["language"], changed["followers"]) == (["UK"], "en-US-en", 11)
    found = granted(
        await api.get(
            "/ops/v1/pool/accounts", params={"geo": "UK", "language": "en-US-en"}, headers=headers
        )
    )
    assert [item["id"] for item in found["items"]] == [f"pool_{account}"]
    changed = granted(
        await api.patch(path, json={"geo": ["GB"], "language": "en-GB"}, headers=headers)
    )
    assert (changed["geo"], changed["language"]) == (["GB"], "en-GB")
