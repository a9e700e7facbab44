"""The leased accounts of all projects of an organization: `GET /v1/leased-accounts`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.answers import issues
from tests.support.installation import handle, now

from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key

URL = "/v1/leased-accounts"


async def handles(api: httpx2.AsyncClient, key: Key, **params: Any) -> list[str]:
    """The handles on all pages, in their order."""
    found: list[str] = []
    while True:
        answer = await api.get(URL, headers=key.headers, params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [one["handle"] for one in page["items"]]
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


async def leased(
    api: httpx2.AsyncClient, installation: Installation
) -> tuple[Family, list[str], list[str]]:
    """A child with three leases in two projects, oldest first, and one of its sibling."""
    family = await installation.family(cash_cents=200_000)
    project = await api.post(
        "/v1/projects", headers=family.child_key.headers, json={"name": "Two", "timezone": "UTC"}
    )
    other = replace(family.child, project_id=parse_id("prj", project.json()["id"]))
    names = [f"{number}.{handle()}" for number in range(3)]
    ids = []
    for days, wallet, name in zip(
        (9, 6, 3), (family.child, other, family.child), names, strict=True
    ):
        at = now() - timedelta(days=days)
        ids += await installation.lease(wallet, name, at=at, ids_of=now())
    await installation.lease(family.sibling, handle(), at=now())
    return family, names, ids


async def test_they_come_in_the_order_of_assignment_whatever_their_project(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family, names, _ = await leased(api, installation)
    assert await handles(api, family.child_key) == names
    assert await handles(api, family.child_key, limit=1) == names
    assert await handles(api, family.partner_key) == []


async def test_what_is_past_due_or_over_can_be_asked_for(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family, names, ids = await leased(api, installation)
    key = family.child_key
    await installation.owner.execute(
        "UPDATE leases SET billing_status = 'past_due', past_due_since = $1, next_attempt_at = $1 "
        "WHERE tenant_id = $2 AND social_account_id = ANY ($3::uuid[])",
        now() + timedelta(hours=6),
        family.child.tenant_id,
        [one.removeprefix("sa_") for one in ids[:2]],
    )
    await installation.end_lease(family.child, ids[2], at=now())
    assert await handles(api, key, billingStatus="past_due", limit=1) == names[:2]
    assert await handles(api, key, billingStatus="current") == []
    assert await handles(api, key, status="disconnected") == names[2:]
    assert await handles(api, key, status=["disconnected", "assigned"], limit=2) == names
    assert await handles(api, key, status="disconnected", billingStatus="past_due") == []


async def test_what_is_no_filter_is_named(api: httpx2.AsyncClient, family: Family) -> None:
    answer = await api.get(
        URL, headers=family.child_key.headers, params={"billingStatus": "x", "limit": 0}
    )
    assert set(issues(answer)) == {"billingStatus", "limit"}
