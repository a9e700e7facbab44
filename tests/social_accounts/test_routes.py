"""`GET /v1/projects/:projectId/social-accounts`: what a project can publish to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, handle, now, project_id
from tests.support.own_accounts import own_account

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.tenants import Wallet

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def path_of(wallet: Wallet) -> str:
    return f"/v1/projects/{project_id(wallet)}/social-accounts"


async def paying_partner(installation: Installation) -> tuple[Wallet, Key]:
    partner = await installation.partner(at=ago(days=9), cash_cents=10_000_000)
    return partner, await installation.key(partner, "social:read")


async def listed(
    api: httpx2.AsyncClient, key: Key, wallet: Wallet, query: str = ""
) -> list[dict[str, Any]]:
    page = granted(await api.get(path_of(wallet) + query, headers=key.headers))
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_a_leased_and_an_own_account(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation)
    assigned = ago(days=2).replace(microsecond=0)
    connected = ago(days=1)
    name = handle()
    (leased,) = await installation.lease(partner, name, at=assigned)
    own = await own_account(installation, partner, at=connected)
    expected = {
        "items": [
            {
                "socialAccountId": own,
                "platform": "tiktok",
                "handle": "own.account",
                "avatarUrl": "https://example.com/a.png",
                "status": "connected",
                "leased": False,
                "connectedAt": format_milliseconds(connected),
                "tokenExpiresAt": format_milliseconds(connected + timedelta(days=60)),
            },
            {
                "socialAccountId": leased,
                "platform": "tiktok",
                "handle": name,
                "avatarUrl": None,
                "status": "connected",
                "leased": True,
                "connectedAt": assigned.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "tokenExpiresAt": None,
            },
        ],
        "nextCursor": None,
    }
    response = await api.get(path_of(partner), headers=key.headers)
    assert granted(response) == expected, "newest first"
    assert response.text == json.dumps(expected, separators=(",", ":"))


async def test_a_leased_account_is_connected_at_once_and_disconnected_at_once(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation)
    assert await listed(api, key, partner) == []
    (leased,) = await installation.lease(partner, handle(), at=now())
    (item,) = await listed(api, key, partner)
    assert (item["socialAccountId"], item["status"]) == (leased, "connected")
    await installation.end_lease(partner, leased, at=now())
    (item,) = await listed(api, key, partner)
    assert (item["socialAccountId"], item["status"]) == (leased, "disconnected")


async def test_the_filters(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner, key = await paying_partner(installation)
    (ended,) = await installation.lease(partner, handle(), at=ago(hours=5))
    await installation.end_lease(partner, ended, at=now())
    (leased,) = await installation.lease(partner, handle(), at=ago(hours=4))
    own = await own_account(installation, partner, at=ago(hours=3))
    stale = await own_account(installation, partner, at=ago(hours=2), status="reauth_required")
    everything = [stale, own, leased, ended]
    for query, expected in {
        "": everything,
        "?platform=tiktok": everything,
        "?status=connected": [own, leased],
        "?status=reauth_required": [stale],
        "?status=disconnected": [ended],
        "?status=disconnected&status=reauth_required": [stale, ended],
        "?leased=true": [leased, ended],
        "?leased=false": [stale, own],
        "?leased=true&status=connected&platform=tiktok": [leased],
    }.items():
        items = await listed(api, key, partner, query)
        assert [item["socialAccountId"] for item in items] == expected, query


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("platform=myspace", "platform"),
        ("status=foo", "status"),
        ("status=assigned", "status"),
        ("leased=yes", "leased"),
        ("leased=", "leased"),
        ("leased=true&leased=true", "leased"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=AAAA", "cursor"),
    ],
)
async def test_a_query_that_is_not_valid(
    api: httpx2.AsyncClient, installation: Installation, query: str, parameter: str
) -> None:
    partner, key = await paying_partner(installation)
    response = await api.get(f"{path_of(partner)}?{query}", headers=key.headers)
    assert list(issues(response)) == [parameter]


async def test_fifty_on_a_page_unless_said_otherwise(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation)
    begin = ago(days=1)
    ids = [
        await own_account(installation, partner, at=begin + timedelta(seconds=number))
        for number in range(52)
    ]
    first = granted(await api.get(path_of(partner), headers=key.headers))
    params = {"cursor": first["nextCursor"]}
    second = granted(await api.get(path_of(partner), headers=key.headers, params=params))
    assert (len(first["items"]), len(second["items"])) == (50, 2)
    assert second["nextCursor"] is None
    seen = [item["socialAccountId"] for item in first["items"] + second["items"]]
    assert seen == ids[::-1]
    assert len(await listed(api, key, partner, "?limit=200")) == 52


async def test_a_key_without_the_scope(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await installation.key(await installation.partner(), "org:admin", "leased:write")
    details = refused(await api.get(path_of(key.wallet), headers=key.headers), "FORBIDDEN_SCOPE")
    assert details == {"requiredScope": "social:read"}


async def test_whose_project_it_is(api: httpx2.AsyncClient, installation: Installation) -> None:
    family, stranger = await installation.family(), await installation.family()
    for project in (
        project_id(stranger.partner),
        project_id(family.child),
        f"prj_{MISSING}",
        "nonsense",
    ):
        response = await api.get(
            f"/v1/projects/{project}/social-accounts", headers=family.partner_key.headers
        )
        refused(response, "NOT_FOUND")
    inside = family.partner_key.acting_for(family.child)
    granted(await api.get(path_of(family.child), headers=inside))
