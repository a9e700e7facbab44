"""`GET /v1/projects/:projectId/leased-accounts`, as its page says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.properties.calendar_model import add_months
from tests.support.answers import granted, issues, refused, without_request_id
from tests.support.installation import ago, handle, now, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.tenants import Wallet

MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
PRICE_CENTS = 15_000


def path_of(wallet: Wallet) -> str:
    return f"/v1/projects/{project_id(wallet)}/leased-accounts"


def seconds(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_renewal(assigned: datetime, after: datetime | None = None) -> datetime:
    """The first anniversary of the assignment, in months, after now or another time."""
    after = after or now()
    month = 1
    while True:
        day = add_months(assigned.date(), month)
        instant = datetime.combine(day, assigned.timetz())
        if instant > after:
            return instant
        month += 1


async def paying_partner(installation: Installation, at: datetime) -> tuple[Wallet, Key]:
    partner = await installation.partner(at=at, cash_cents=10_000_000)
    return partner, await installation.key(partner, "leased:write")


async def test_the_page(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Its fields in their order, its numbers; then what was added to it."""
    last_month = add_months(now().date(), -1)
    assigned = datetime(last_month.year, last_month.month, 20, 16, 12, 2, tzinfo=UTC)
    partner, key = await paying_partner(installation, assigned)
    handles = [handle(), handle()]
    ids = await installation.lease(partner, *handles, at=assigned, followers=[12_840, 8_412])
    expected = {
        "items": [
            {
                "socialAccountId": social_id,
                "projectId": project_id(partner),
                "handle": name,
                "platform": "tiktok",
                "followers": followers,
                "status": "assigned",
                "assignedAt": seconds(assigned),
                "nextRenewalAt": seconds(next_renewal(assigned)),
                "monthlyPriceCents": PRICE_CENTS,
                "billingStatus": "current",
                "pastDueSince": None,
            }
            for social_id, name, followers in zip(ids, handles, [12_840, 8_412], strict=True)
        ],
        "nextCursor": None,
    }
    response = await api.get(path_of(partner), headers=key.headers)
    assert granted(response) == expected
    assert response.text == json.dumps(expected, separators=(",", ":"))


async def test_a_project_without_any(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner, key = await paying_partner(installation, now())
    page = granted(await api.get(path_of(partner), headers=key.headers))
    assert page == {"items": [], "nextCursor": None}


@pytest.mark.parametrize("day", [28, 29, 30, 31])
@pytest.mark.parametrize("months_ago", [0, 1, 2, 9, 23])
async def test_the_next_renewal_is_never_in_the_past(
    api: httpx2.AsyncClient, installation: Installation, day: int, months_ago: int
) -> None:
    """Anchored on the day of assignment, clamped where a month is shorter, and back again after it."""
    # A month that has the day, at least so many months ago.
    assigned = now().replace(hour=23, minute=59, second=59, microsecond=0)
    first = add_months(assigned.date().replace(day=1), -months_ago - 1)
    while add_months(first, 1).toordinal() - first.toordinal() < day:
        first = add_months(first, -1)
    assigned = datetime.combine(first.replace(day=day), assigned.timetz())
    partner, key = await paying_partner(installation, assigned)
    await installation.lease(partner, handle(), at=assigned)
    (item,) = granted(await api.get(path_of(partner), headers=key.headers))["items"]
    assert item["assignedAt"] == seconds(assigned)
    assert item["nextRenewalAt"] == seconds(next_renewal(assigned))
    assert item["nextRenewalAt"] > seconds(now())


async def test_the_renewals_of_every_anchor_on_every_day(installation: Installation) -> None:
    """What the page shows on whatever day it is read, of two years and a leap day."""
    anchors = [
        datetime(2024, month, day, 16, 12, 2, tzinfo=UTC)
        for month, day in ((1, 1), (1, 29), (1, 30), (1, 31), (2, 28), (2, 29), (3, 31), (8, 30))
    ]
    readings = [
        (anchor, anchor.replace(hour=hour, minute=12, second=second) + timedelta(days=days))
        for anchor in anchors
        for days in range(0, 800)
        for hour, second in ((0, 0), (16, 1), (16, 2))
    ]
    rows = await installation.pool.fetch(
        "SELECT lease_next_renewal(anchor, reading) FROM unnest($1::timestamptz[], $2::timestamptz[])"
        " WITH ORDINALITY AS t (anchor, reading, place) ORDER BY place",
        [anchor for anchor, _ in readings],
        [reading for _, reading in readings],
    )
    for (anchor, reading), (shown,) in zip(readings, rows, strict=True):
        assert shown == next_renewal(anchor, reading), (anchor, reading)


async def test_ordered_by_assignment_then_by_id(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Not by the order in which they were entered, nor by id alone."""
    begin = ago(days=9).replace(microsecond=0)
    partner, key = await paying_partner(installation, begin)
    late = await installation.lease(partner, handle(), handle(), at=begin + timedelta(days=2))
    early = await installation.lease(
        partner, handle(), handle(), handle(), at=begin, ids_of=begin + timedelta(days=5)
    )
    between = await installation.lease(partner, handle(), at=begin + timedelta(seconds=1))
    page = granted(await api.get(path_of(partner), headers=key.headers))
    assert [item["socialAccountId"] for item in page["items"]] == [*early, *between, *late]


async def test_an_account_is_there_as_soon_as_it_is_assigned(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation, now())
    for count in (1, 2, 3):
        await installation.lease(partner, handle(), at=now())
        page = granted(await api.get(path_of(partner), headers=key.headers))
        assert len(page["items"]) == count


async def test_a_time_within_a_second_is_cut_to_it(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    assigned = ago(days=1).replace(microsecond=999_000)
    partner, key = await paying_partner(installation, assigned)
    await installation.lease(partner, handle(), at=assigned)
    (item,) = granted(await api.get(path_of(partner), headers=key.headers))["items"]
    assert item["assignedAt"] == seconds(assigned)


# Filters ----------------------------------------------------------------------------------------


async def test_the_status_filter(api: httpx2.AsyncClient, installation: Installation) -> None:
    begin = ago(days=3).replace(microsecond=0)
    ended = begin + timedelta(days=1)
    partner, key = await paying_partner(installation, begin)
    gone, kept = await installation.lease(partner, handle(), handle(), at=begin)
    await installation.end_lease(partner, gone, at=ended)

    async def listed(query: str) -> list[dict[str, Any]]:
        page = granted(await api.get(path_of(partner) + query, headers=key.headers))
        items: list[dict[str, Any]] = page["items"]
        return items

    for query in ("", "?status=assigned", "?status=assigned&status=assigned"):
        (item,) = await listed(query)
        assert (item["socialAccountId"], item["status"]) == (kept, "assigned")
        assert "disconnectedAt" not in item
    (item,) = await listed("?status=disconnected")
    assert item["socialAccountId"] == gone
    assert item["status"] == "disconnected"
    assert item["nextRenewalAt"] is None
    assert item["disconnectedAt"] == seconds(ended)
    assert item["disconnectedReason"] == "recalled_by_operator"
    both = await listed("?status=disconnected&status=assigned")
    assert [item["socialAccountId"] for item in both] == [gone, kept]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=foo", "status"),
        ("status=assigned&status=foo", "status"),
        ("status=", "status"),
        ("status=Assigned", "status"),
        ("status=assigned,disconnected", "status"),
        ("status=%00", "status"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1e2", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
    ],
)
async def test_a_query_that_is_not_valid(
    api: httpx2.AsyncClient, installation: Installation, query: str, parameter: str
) -> None:
    partner, key = await paying_partner(installation, now())
    response = await api.get(f"{path_of(partner)}?{query}", headers=key.headers)
    assert list(issues(response)) == [parameter]


async def test_all_that_is_wrong_with_a_query_is_named(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation, now())
    response = await api.get(f"{path_of(partner)}?status=foo&limit=0", headers=key.headers)
    assert set(issues(response)) == {"status", "limit"}


async def test_an_unknown_query_parameter_is_ignored(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation, now())
    await installation.lease(partner, handle(), at=now())
    plain = await api.get(path_of(partner), headers=key.headers)
    for query in ("foo=bar", "Status=foo", "foo=%00", "foo=1&foo=2", "&&", "status_=x"):
        response = await api.get(f"{path_of(partner)}?{query}", headers=key.headers)
        assert response.content == plain.content, query


# Pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
async def test_page_by_page_to_the_last(
    api: httpx2.AsyncClient, installation: Installation, limit: int
) -> None:
    """Several of one instant among them, so that the order by id matters too."""
    begin = ago(days=2).replace(microsecond=0)
    partner, key = await paying_partner(installation, begin)
    expected = [
        *await installation.lease(partner, *[handle() for _ in range(3)], at=begin),
        *await installation.lease(partner, handle(), at=begin + timedelta(seconds=1)),
    ]
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = granted(await api.get(path_of(partner), headers=key.headers, params=params))
        assert 0 < len(page["items"]) <= limit
        seen += [item["socialAccountId"] for item in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == expected


async def test_without_a_limit_a_thousand_come_at_once(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation, now())
    await installation.lease(partner, handle(), at=now())
    for query in ("?limit=1000", ""):
        granted(await api.get(path_of(partner) + query, headers=key.headers))


# Errors -----------------------------------------------------------------------------------------


async def test_no_key(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner, _ = await paying_partner(installation, now())
    refused(await api.get(path_of(partner)), "UNAUTHENTICATED")


@pytest.mark.parametrize("scopes", [[], ["org:admin"], ["social:read", "projects:read"]])
async def test_a_key_without_the_scope(
    api: httpx2.AsyncClient, installation: Installation, scopes: list[str]
) -> None:
    key = await installation.key(await installation.partner(), *scopes)
    details = refused(await api.get(path_of(key.wallet), headers=key.headers), "FORBIDDEN_SCOPE")
    assert details == {"requiredScope": "leased:write"}


async def test_a_project_that_is_not_the_caller_s(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """A stranger's, a child's, a sibling's, the parent's, a missing and a malformed one: one 404."""
    family, stranger = await installation.family(), await installation.family()
    child_key = await installation.key(family.child, "leased:write")
    cases = [
        (family.partner_key, project_id(stranger.partner)),
        (family.partner_key, project_id(stranger.child)),
        (family.partner_key, project_id(family.child)),
        (family.partner_key, f"prj_{MISSING}"),
        (family.partner_key, "nonsense"),
        (family.partner_key, f"org_{MISSING}"),
        (family.partner_key, "prj_01HX9Y7K8M2P4RSTUV56789AB"),
        (family.partner_key, "%00"),
        (family.partner_key, "%ff"),
        (family.partner_key, "x" * 5000),
        (child_key, project_id(family.sibling)),
        (child_key, project_id(family.partner)),
    ]
    bodies = set()
    for key, project in cases:
        response = await api.get(f"/v1/projects/{project}/leased-accounts", headers=key.headers)
        assert refused(response, "NOT_FOUND") == {}
        bodies.add(without_request_id(response))
    assert len(bodies) == 1


async def test_a_child_s_project(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Its own key sees it, and so does the partner's when it acts for the child."""
    family = await installation.family(cash_cents=PRICE_CENTS)
    (social_id,) = await installation.lease(family.child, handle(), at=now())
    for headers in (family.child_key.headers, family.partner_key.acting_for(family.child)):
        page = granted(await api.get(path_of(family.child), headers=headers))
        assert [item["socialAccountId"] for item in page["items"]] == [social_id]


async def test_a_bare_uuid_names_the_project(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner, key = await paying_partner(installation, now())
    path = f"/v1/projects/{partner.project_id}/leased-accounts"
    granted(await api.get(path, headers=key.headers))


async def test_a_suspended_child_keeps_its_accounts_and_its_partner_sees_them(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(cash_cents=PRICE_CENTS)
    await installation.lease(family.child, handle(), at=now())
    await installation.set_status(family.child, "suspended")
    headers = family.partner_key.acting_for(family.child)
    page = granted(await api.get(path_of(family.child), headers=headers))
    assert page["items"][0]["status"] == "assigned"


async def test_an_archived_child_s_accounts_are_closed(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family()
    await installation.set_status(family.child, "archived")
    headers = family.partner_key.acting_for(family.child)
    details = refused(await api.get(path_of(family.child), headers=headers), "KILL_SWITCH")
    assert details == {"scope": "organization"}
