"""`GET /v1/events`: every event once, in one order, from any cursor on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, get_args

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import EVERYTHING, ago, now, org_id
from tests.support.quiet import example_data

from partner_api.clock import format_milliseconds
from partner_api.events.feed_schemas import ChangeName, EventName
from partner_api.events.type_schemas import EVENT_TYPES, KNOWN_EVENTS
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.installation import Family
    from tests.support.quiet import Quiet

PATH = "/v1/events"


async def look(quiet: Quiet, headers: dict[str, str], **params: Any) -> Any:
    return granted(await quiet.api.get(PATH, params=params, headers=headers))


async def ids(quiet: Quiet, headers: dict[str, str], **params: Any) -> list[str]:
    """The ids of the events from the beginning to the end, whatever their number."""
    found: list[str] = []
    while True:
        page = await look(quiet, headers, **params)
        found += [item["id"] for item in page["items"]]
        if not page["items"] and page["nextCursor"] == params.get("cursor"):
            return found
        params["cursor"] = page["nextCursor"]


def event_ids(*events: UUID) -> list[str]:
    return [format_id("evt", event) for event in events]


async def follow_each_other(quiet: Quiet, quiet_family: Family, *kinds: str) -> list[UUID]:
    """Events of the partner of these types, published one after the other."""
    made = []
    for kind in kinds:
        made.append(await quiet.happen(quiet_family.partner, kind))
        await quiet.publish(quiet_family.partner)
    return made


def test_what_can_be_asked_for_are_the_types_there_are() -> None:
    assert set(get_args(EventName)) == KNOWN_EVENTS
    assert set(get_args(ChangeName)) == set(EVENT_TYPES) - {"test.ping"}


async def test_an_event_as_it_is_sent_too(quiet: Quiet, quiet_family: Family) -> None:
    headers = quiet_family.partner_key.headers
    event = await quiet.happen(quiet_family.partner, "credits.low", available=1)
    assert await ids(quiet, headers) == [], "not published yet"
    await quiet.publish(quiet_family.partner)
    page = await look(quiet, headers)
    assert list(page) == ["items", "nextCursor"]
    (item,) = page["items"]
    assert item == {
        "id": format_id("evt", event),
        "type": "credits.low",
        "apiVersion": "v1",
        "createdAt": item["createdAt"],
        "organizationId": org_id(quiet_family.partner),
        "data": {**example_data("credits.low", quiet_family.partner), "available": 1},
    }


async def test_the_end_has_a_cursor_and_what_comes_later_is_behind_it(
    quiet: Quiet, quiet_family: Family
) -> None:
    headers = quiet_family.partner_key.headers
    empty = await look(quiet, headers)
    assert empty["items"] == []
    first = await quiet.happen(quiet_family.partner)
    await quiet.publish(quiet_family.partner)
    page = await look(quiet, headers, cursor=empty["nextCursor"])
    assert [item["id"] for item in page["items"]] == event_ids(first)
    at_end = await look(quiet, headers, cursor=page["nextCursor"])
    assert at_end == {"items": [], "nextCursor": page["nextCursor"]}
    second = await quiet.happen(quiet_family.partner)
    await quiet.publish(quiet_family.partner)
    assert await ids(quiet, headers, cursor=page["nextCursor"]) == event_ids(second)
    assert await ids(quiet, headers) == event_ids(first, second)


async def test_nothing_is_skipped_or_repeated_while_events_are_published(
    quiet: Quiet, quiet_family: Family
) -> None:
    """By several at once, of several organizations, whatever the size of a page."""
    headers = quiet_family.partner_key.headers
    made: list[UUID] = []
    done = asyncio.Event()

    async def write(count: int) -> None:
        for _ in range(count):
            made.append(await quiet.happen(quiet_family.partner))
            await quiet.happen(quiet_family.child)
            await quiet.publish(quiet_family.partner)

    async def follow(limit: int) -> list[str]:
        found: list[str] = []
        params: dict[str, Any] = {"limit": limit}
        while True:
            was_done = done.is_set()
            page = await look(quiet, headers, **params)
            found += [item["id"] for item in page["items"]]
            params["cursor"] = page["nextCursor"]
            if was_done and not page["items"]:
                return found

    followers = [asyncio.create_task(follow(limit)) for limit in (1, 2, 50)]
    await asyncio.gather(*(write(12) for _ in range(3)))
    done.set()
    feeds = await asyncio.gather(*followers)
    assert sorted(feeds[0]) == sorted(event_ids(*made))
    assert feeds[1] == feeds[0]
    assert feeds[2] == feeds[0]


async def test_filters_by_type_and_time(quiet: Quiet, quiet_family: Family) -> None:
    headers = quiet_family.partner_key.headers
    kinds = ["job.completed", "credits.low", "job.completed", "job.failed"]
    made = await follow_each_other(quiet, quiet_family, *kinds)
    await quiet.installation.owner.execute(
        "UPDATE outbox SET created_at = $2 WHERE id = $1", made[0], ago(days=2)
    )
    assert await ids(quiet, headers, type="job.completed") == event_ids(made[0], made[2])
    two = ["credits.low", "job.failed"]
    assert await ids(quiet, headers, type=two, limit=1) == event_ids(made[1], made[3])
    since = format_milliseconds(ago(days=1))
    assert await ids(quiet, headers, since=since) == event_ids(*made[1:])
    assert await ids(quiet, headers, since=since, type="job.completed") == event_ids(made[2])
    assert await ids(quiet, headers, since=format_milliseconds(now())) == []
    for query, issue in (
        ("type=job.done", "type"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("wait=21", "wait"),
        ("wait=-1", "wait"),
        ("scope=all", "scope"),
        ("since=yesterday", "since"),
        ("cursor=x", "cursor"),
    ):
        response = await quiet.api.get(f"{PATH}?{query}", headers=headers)
        assert list(issues(response)) == [issue]


async def test_a_cursor_is_bound_to_filters_but_not_to_wait_and_limit(
    quiet: Quiet, quiet_family: Family
) -> None:
    headers = quiet_family.partner_key.headers
    await quiet.happen(quiet_family.partner)
    await quiet.publish(quiet_family.partner)
    cursor = (await look(quiet, headers, type="job.completed"))["nextCursor"]
    await look(quiet, headers, type="job.completed", cursor=cursor, limit=7, wait=0)
    for other in ({}, {"type": "job.failed"}, {"type": "job.completed", "scope": "all_children"}):
        response = await quiet.api.get(PATH, params={**other, "cursor": cursor}, headers=headers)
        assert list(issues(response)) == ["cursor"]
    acting = quiet_family.partner_key.acting_for(quiet_family.child)
    params = {"type": "job.completed", "cursor": cursor}
    assert list(issues(await quiet.api.get(PATH, params=params, headers=acting))) == ["cursor"]


async def test_a_cursor_whose_next_events_are_gone(quiet: Quiet, quiet_family: Family) -> None:
    """It is refused with one that loses nothing more; without a cursor the feed begins there."""
    headers = quiet_family.partner_key.headers
    made = await follow_each_other(quiet, quiet_family, *["job.completed"] * 4)
    first = (await look(quiet, headers, limit=1))["nextCursor"]
    second = (await look(quiet, headers, limit=2))["nextCursor"]
    await quiet.installation.owner.execute("DELETE FROM outbox WHERE id = ANY ($1)", made[:2])
    params = {"cursor": first}
    response = await quiet.api.get(PATH, params=params, headers=headers)
    details = refused(response, "VALIDATION")
    assert [issue["path"] for issue in details["issues"]] == ["cursor"]
    assert await ids(quiet, headers, cursor=details["oldestCursor"]) == event_ids(*made[2:])
    assert await ids(quiet, headers, cursor=second) == event_ids(*made[2:])
    assert await ids(quiet, headers) == event_ids(*made[2:])
    await quiet.installation.owner.execute("DELETE FROM outbox WHERE id = ANY ($1)", made)
    response = await quiet.api.get(PATH, params={"cursor": second}, headers=headers)
    oldest = refused(response, "VALIDATION")["oldestCursor"]
    assert await ids(quiet, headers, cursor=oldest) == []


async def test_a_cursor_of_events_that_a_restored_database_does_not_have(
    quiet: Quiet, quiet_family: Family
) -> None:
    """Without a refusal, what is published up to it would never be seen."""
    headers = quiet_family.partner_key.headers
    await follow_each_other(quiet, quiet_family, *["job.completed"] * 3)
    ahead = (await look(quiet, headers))["nextCursor"]
    await quiet.installation.owner.execute(
        "UPDATE event_streams SET last_sequence = 1 WHERE tenant_id = $1",
        quiet_family.partner.tenant_id,
    )
    await quiet.installation.owner.execute(
        "DELETE FROM outbox WHERE tenant_id = $1 AND sequence > 1", quiet_family.partner.tenant_id
    )
    response = await quiet.api.get(PATH, params={"cursor": ahead}, headers=headers)
    details = refused(response, "VALIDATION")
    assert [issue["path"] for issue in details["issues"]] == ["cursor"]
    (later,) = await follow_each_other(quiet, quiet_family, "job.completed")
    assert await ids(quiet, headers, cursor=details["oldestCursor"]) == event_ids(later)


# Whose events -------------------------------------------------------------------------------------


async def test_own_events_only_unless_those_of_all_children_are_asked_for(
    quiet: Quiet, quiet_family: Family
) -> None:
    wallets = [quiet_family.partner, quiet_family.child, quiet_family.sibling]
    made = [await quiet.happen(wallet) for wallet in wallets]
    await quiet.publish(quiet_family.partner)
    admin = quiet_family.partner_key
    assert await ids(quiet, admin.headers) == event_ids(made[0])
    assert await ids(quiet, quiet_family.child_key.headers) == event_ids(made[1])
    assert await ids(quiet, admin.acting_for(quiet_family.sibling)) == event_ids(made[2])
    everything = await look(quiet, admin.headers, scope="all_children")
    assert sorted(item["id"] for item in everything["items"]) == sorted(event_ids(*made))
    organizations = {item["data"]["organizationId"] for item in everything["items"]}
    assert organizations == {org_id(wallet) for wallet in wallets}
    stranger = await quiet.installation.family()
    test_key = await quiet.installation.key(
        await quiet.installation.test_tenant(quiet_family.partner), *EVERYTHING, env="test"
    )
    for key in (stranger.partner_key, test_key):
        assert await ids(quiet, key.headers, scope="all_children") == []


async def test_all_children_is_for_a_partner_s_org_admin(
    quiet: Quiet, quiet_family: Family
) -> None:
    params = {"scope": "all_children"}
    for wallet in (quiet_family.partner, quiet_family.child):
        key = await quiet.installation.key(wallet, "*")
        response = await quiet.api.get(PATH, params=params, headers=key.headers)
        assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "org:admin"}
    acting = quiet_family.partner_key.acting_for(quiet_family.child)
    assert list(issues(await quiet.api.get(PATH, params=params, headers=acting))) == ["scope"]


@pytest.mark.parametrize("scopes", [["webhooks:write", "org:admin"], []])
async def test_the_feed_needs_its_scope(
    quiet: Quiet, quiet_family: Family, scopes: list[str]
) -> None:
    key = await quiet.installation.key(quiet_family.partner, *scopes)
    response = await quiet.api.get(PATH, headers=key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "webhooks:read"}
