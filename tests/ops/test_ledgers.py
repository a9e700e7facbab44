"""`/ops/v1/organizations/:orgId/{credits,cash}/events`: what operators answer "why was I charged?" with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id, project_id
from tests.support.operations import allocate, spend

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

Headers = dict[str, str]
# What only operators see of a row.
ORIGIN = {
    "organizationId",
    "sequence",
    "includedCredits",
    "prepaidCredits",
    "rule",
    "job",
    "transferId",
    "counterpart",
    "apiKeyId",
    "apiKeyName",
    "operatorId",
    "operatorName",
    "requestId",
}
CASH_ORIGIN = {
    "sequence",
    "organizationName",
    "lease",
    "reference",
    "operatorId",
    "operatorName",
    "requestId",
}


@pytest.fixture
async def viewer(installation: Installation) -> Headers:
    """What authenticates an operator who may only read."""
    return await installation.operator("viewer")


@pytest.fixture
async def charged(installation: Installation) -> Family:
    """A partner whose child was charged for a job, in credits, and for an account, in cash."""
    family = await installation.family(prepaid=1000, cash_cents=100_000)
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 100, now=now())
        await spend(connection, family.child, 40, now=now())
    await installation.lease(family.child, handle(), at=now())
    return family


def path_of(wallet: Wallet, what: str) -> str:
    return f"/ops/v1/organizations/{org_id(wallet)}/{what}/events"


async def book(
    api: httpx2.AsyncClient, installation: Installation, wallet: Wallet, what: str, **body: Any
) -> tuple[str, str]:
    """Post something, and give the ids of the operator and of the request."""
    headers = await installation.operator("admin")
    (mine,) = [
        each["id"]
        for each in granted(await api.get("/ops/v1/operators", headers=headers))["items"]
        if each["prefix"] in headers["Authorization"]
    ]
    response = await api.post(
        f"/ops/v1/organizations/{org_id(wallet)}/{what}",
        json=body,
        headers={**headers, "Idempotency-Key": str(uuid4())},
    )
    granted(response)
    return mine, response.headers["X-Request-Id"]


async def all_pages(
    api: httpx2.AsyncClient, path: str, headers: Headers, **params: str
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {**params, **({"cursor": cursor} if cursor else {})}
        page = granted(await api.get(path, params=asked, headers=headers))
        items += page["items"]
        if (cursor := page["nextCursor"]) is None:
            return items


@pytest.mark.parametrize("whose", ["partner", "child"])
async def test_credits_are_what_the_partner_sees_and_who_it_was(
    api: httpx2.AsyncClient,
    installation: Installation,
    viewer: Headers,
    charged: Family,
    whose: str,
) -> None:
    wallet = getattr(charged, whose)
    who = await book(api, installation, wallet, "credits/grant", credits=5, description="Sorry")
    seen = await all_pages(api, path_of(wallet, "credits"), viewer, limit="1")
    own = getattr(charged, f"{whose}_key").headers
    assert [
        {name: event[name] for name in event if name not in ORIGIN} for event in seen
    ] == await all_pages(api, "/v1/credits/events", own)
    assert all(event.keys() >= ORIGIN for event in seen)
    assert (seen[0]["operatorId"], seen[0]["requestId"]) == who


async def test_a_key_that_moved_credits_is_named(
    api: httpx2.AsyncClient, viewer: Headers, charged: Family
) -> None:
    path = f"/v1/organizations/{org_id(charged.child)}/credits/allocate"
    headers = {**charged.partner_key.headers, "Idempotency-Key": str(uuid4())}
    response = await api.post(path, json={"credits": 7}, headers=headers)
    granted(response, 201)
    for wallet in (charged.partner, charged.child):
        events = granted(await api.get(path_of(wallet, "credits"), headers=viewer))["items"]
        assert (events[0]["apiKeyId"], events[0]["operatorId"], events[0]["requestId"]) == (
            format_id("key", charged.partner_key.key_id),
            None,
            response.headers["X-Request-Id"],
        )


async def test_filters_of_credits(
    api: httpx2.AsyncClient, viewer: Headers, charged: Family
) -> None:
    path = path_of(charged.child, "credits")
    later = format_milliseconds(now() + timedelta(hours=1))
    for params, types in (
        ({}, ["usage", "allocation"]),
        ({"eventType": "usage"}, ["usage"]),
        ({"eventType": ["usage", "allocation"]}, ["usage", "allocation"]),
        ({"projectId": project_id(charged.child)}, ["usage"]),
        ({"projectId": project_id(charged.sibling)}, []),
        ({"since": later}, []),
        ({"until": later}, ["usage", "allocation"]),
        ({"env": "live"}, ["usage", "allocation"]),
    ):
        items = granted(await api.get(path, params=params, headers=viewer))["items"]
        assert [event["eventType"] for event in items] == types, params
    for wrong in (
        {"eventType": "gift"},
        {"projectId": "prj_1"},
        {"since": "yesterday"},
        {"limit": "101"},
        {"env": "staging"},
        {"cursor": "x"},
    ):
        assert set(issues(await api.get(path, params=wrong, headers=viewer))) == set(wrong)


async def test_cash_is_what_the_partner_sees_with_who_it_was_and_the_reference(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, charged: Family
) -> None:
    who = await book(
        api,
        installation,
        charged.partner,
        "cash/topup",
        amountCents=700,
        description="Wire transfer",
        reference="Invoice 18",
    )
    path = path_of(charged.partner, "cash")
    seen = await all_pages(api, path, viewer, limit="1")
    own = await all_pages(api, "/v1/wallet/events", charged.partner_key.headers)
    added = ("reference", "operatorId", "requestId")
    assert [
        {name: event[name] for name in event if name not in CASH_ORIGIN} for event in seen
    ] == own
    assert all(event.keys() >= CASH_ORIGIN for event in seen)
    # What is not in a partner's rows is in no hash that it could check.
    assert all("reference" not in event for event in own)
    assert tuple(seen[0][name] for name in added) == ("Invoice 18", *who)
    assert [event["eventType"] for event in seen] == ["topup", "lease_charge", "topup"]
    (charge,) = await all_pages(api, path, viewer, eventType="lease_charge")
    assert charge == seen[1]
    assert charge["reference"] is None
    for wrong in ({"eventType": "gift"}, {"limit": "0"}, {"env": "staging"}, {"cursor": "x"}):
        assert set(issues(await api.get(path, params=wrong, headers=viewer))) == set(wrong)


async def test_the_test_environment_is_another_ledger(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, charged: Family
) -> None:
    tested = await installation.test_tenant(charged.partner)
    key = await installation.key(tested, "*", env="test")
    own = granted(await api.get("/v1/credits/events", headers=key.headers))["items"]
    live = await all_pages(api, path_of(charged.partner, "credits"), viewer)
    seen = await all_pages(api, path_of(charged.partner, "credits"), viewer, env="test")
    assert [event["eventId"] for event in seen] == [event["eventId"] for event in own]
    assert not {event["eventId"] for event in seen} & {event["eventId"] for event in live}
    # A live child is nobody there.
    for what in ("credits", "cash"):
        params = {"env": "test"}
        response = await api.get(path_of(charged.child, what), params=params, headers=viewer)
        refused(response, "NOT_FOUND")
    cash = await all_pages(api, path_of(charged.partner, "cash"), viewer, env="test")
    assert cash == []


async def test_a_cursor_fits_its_ledger_only(
    api: httpx2.AsyncClient, viewer: Headers, charged: Family
) -> None:
    path = path_of(charged.child, "credits")
    first = granted(await api.get(path, params={"limit": "1"}, headers=viewer))
    for other, more in (
        (path_of(charged.partner, "credits"), {}),
        (path_of(charged.partner, "cash"), {}),
        (path, {"env": "test"}),
        (path, {"eventType": "usage"}),
    ):
        params = {"cursor": first["nextCursor"], **more}
        response = await api.get(other, params=params, headers=viewer)
        assert list(issues(response)) == ["cursor"]


async def test_it_stays_readable_when_the_child_is_archived(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, charged: Family
) -> None:
    await installation.set_status(charged.child, "archived")
    events = await all_pages(api, path_of(charged.child, "credits"), viewer)
    assert events[0]["metadata"]["reason"] == "archive_sweep"


async def test_who_has_no_ledger(api: httpx2.AsyncClient, viewer: Headers, charged: Family) -> None:
    for what in ("credits", "cash"):
        path = f"/ops/v1/organizations/{format_id('org', uuid4())}/{what}/events"
        refused(await api.get(path, headers=viewer), "NOT_FOUND")
    refused(await api.get(path_of(charged.child, "cash"), headers=viewer), "NOT_FOUND")
