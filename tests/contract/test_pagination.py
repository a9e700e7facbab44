"""Pages: from the first to the last without a skip or a repeat, with cursors that fit one list only."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues
from tests.support.installation import now, org_id
from tests.support.operations import post, spend

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

EVENTS = "/v1/credits/events"


async def fill(installation: Installation, wallet: Wallet, count: int) -> None:
    """Add so many events to a wallet."""
    async with installation.pool.acquire() as connection:
        for credits in range(1, count + 1):
            await post(connection, wallet, "grant", credits, now=now())


async def pages(
    api: httpx2.AsyncClient, path: str, headers: dict[str, str], **params: str
) -> list[list[Any]]:
    """All pages of a list."""
    found: list[list[Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = granted(await api.get(path, headers=headers, params={**params, **cursor}))
        assert list(page) == ["items", "nextCursor"]
        found.append(page["items"])
        if page["nextCursor"] is None:
            return found
        cursor = {"cursor": page["nextCursor"]}


async def test_every_size_of_page_shows_the_whole_list(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Newest first; a last page that is full is still the last."""
    await fill(installation, family.partner, 12)
    headers = family.partner_key.headers
    (everything,) = await pages(api, EVENTS, headers)
    assert [event["credits"] for event in everything] == list(range(12, 0, -1))
    for limit in (1, 3, 5, 6, 11, 12, 13, 100):
        found = await pages(api, EVENTS, headers, limit=str(limit))
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert len(found) == -(-12 // limit)
        assert [event for page in found for event in page] == everything


async def test_the_default_is_25(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await fill(installation, family.partner, 27)
    found = await pages(api, EVENTS, family.partner_key.headers)
    assert [len(page) for page in found] == [25, 2]


async def test_what_is_added_meanwhile_moves_nothing(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = family.partner_key.headers
    await fill(installation, family.partner, 6)
    (before,) = await pages(api, EVENTS, headers)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = granted(await api.get(EVENTS, headers=headers, params={"limit": "2", **cursor}))
        seen += page["items"]
        await fill(installation, family.partner, 3)
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert seen == before


async def test_a_filter_goes_on_from_page_to_page(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    async with installation.pool.acquire() as connection:
        for credits in (50, 60, 70):
            await post(connection, family.partner, "purchase", credits, now=now())
            await spend(connection, family.partner, 5, now=now())
    headers = family.partner_key.headers
    found = await pages(api, EVENTS, headers, limit="1", eventType="purchase")
    assert [[event["credits"] for event in page] for page in found] == [[70], [60], [50]]


async def test_an_operator_s_list_is_paged_too(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    headers = await installation.operator("viewer")
    found = await pages(
        api,
        "/ops/v1/organizations",
        headers,
        limit="1",
        parentOrganizationId=org_id(family.partner),
    )
    ids = {page[0]["id"] for page in found}
    assert ids == {org_id(family.child), org_id(family.sibling)}
    assert [len(page) for page in found] == [1, 1]


# Cursors fit one list only ----------------------------------------------------------------------


async def cursor_of(api: httpx2.AsyncClient, path: str, headers: dict[str, str], query: str) -> str:
    page = granted(await api.get(f"{path}?limit=1{query}", headers=headers))
    cursor: str = page["nextCursor"]
    return cursor


async def test_a_cursor_is_opaque_and_needs_no_escaping(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await fill(installation, family.partner, 2)
    cursor = await cursor_of(api, EVENTS, family.partner_key.headers, "")
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(cursor) < 200


async def test_a_cursor_goes_with_another_limit(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await fill(installation, family.partner, 4)
    headers = family.partner_key.headers
    cursor = await cursor_of(api, EVENTS, headers, "")
    page = granted(await api.get(f"{EVENTS}?limit=2&cursor={cursor}", headers=headers))
    assert [event["credits"] for event in page["items"]] == [3, 2]


async def test_a_cursor_does_not_go_with_other_filters(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await fill(installation, family.partner, 2)
    headers = family.partner_key.headers
    plain = await cursor_of(api, EVENTS, headers, "")
    grants = await cursor_of(api, EVENTS, headers, "&eventType=grant")
    for query in (
        f"eventType=grant&cursor={plain}",
        f"since=2026-01-01T00:00:00Z&cursor={plain}",
        f"cursor={grants}",
        f"eventType=usage&cursor={grants}",
        f"eventType=grant&eventType=usage&cursor={grants}",
    ):
        assert list(issues(await api.get(f"{EVENTS}?{query}", headers=headers))) == ["cursor"]
    granted(await api.get(f"{EVENTS}?eventType=grant&cursor={grants}", headers=headers))


async def test_a_cursor_does_not_go_with_another_list(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Not with a child's ledger, not as the child, not for another partner, not for the operator."""
    stranger = await installation.family()
    for wallet in (family.partner, family.child, family.sibling, stranger.partner):
        await fill(installation, wallet, 2)
    headers = family.partner_key.headers
    cursor = await cursor_of(api, EVENTS, headers, "")
    child_events = f"/v1/organizations/{org_id(family.child)}/credits/events"
    child_cursor = await cursor_of(api, child_events, headers, "")
    inside = family.partner_key.acting_for(family.child)
    for path, who, other in (
        (child_events, headers, cursor),
        (EVENTS, headers, child_cursor),
        (f"/v1/organizations/{org_id(family.sibling)}/credits/events", headers, child_cursor),
        (EVENTS, inside, cursor),
        (EVENTS, stranger.partner_key.headers, cursor),
        ("/ops/v1/organizations", await installation.operator("viewer"), cursor),
    ):
        response = await api.get(f"{path}?cursor={other}", headers=who)
        assert list(issues(response)) == ["cursor"], path


async def test_another_key_of_the_organization_may_go_on(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """The list is the organization's, and a rotated key must not lose its place."""
    await fill(installation, family.partner, 2)
    cursor = await cursor_of(api, EVENTS, family.partner_key.headers, "")
    other = await installation.key(family.partner)
    granted(await api.get(f"{EVENTS}?cursor={cursor}", headers=other.headers))


async def test_a_cursor_with_something_changed(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """A position that a client makes up would let it start anywhere."""
    await fill(installation, family.partner, 2)
    headers = family.partner_key.headers
    cursor = await cursor_of(api, EVENTS, headers, "")
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    spoilt = [
        base64.urlsafe_b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        .decode()
        .rstrip("=")
        for place in (0, 15, 16, len(raw) - 1)
    ]
    spoilt += [cursor[:-2], cursor + "AA", cursor + "=", cursor[::-1], cursor * 100, "é", "%00"]
    for other in spoilt:
        response = await api.get(f"{EVENTS}?cursor={other}", headers=headers)
        assert list(issues(response)) == ["cursor"], other
    twice = await api.get(f"{EVENTS}?cursor={cursor}&cursor={cursor}", headers=headers)
    assert list(issues(twice)) == ["cursor"]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1000000", "ten", "", " 5", "5 ", "+5", "1.0"])
async def test_a_limit_out_of_range_is_refused_and_never_clamped(
    api: httpx2.AsyncClient, family: Family, limit: str
) -> None:
    response = await api.get(EVENTS, headers=family.partner_key.headers, params={"limit": limit})
    assert list(issues(response)) == ["limit"]
