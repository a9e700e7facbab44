"""The feed of events, and samples of them for test environments."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from msgspec import ValidationError, convert, to_builtins

from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import RecordedTransaction
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import ORG_ADMIN, covers, forbidden, requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.waiting import watching_client
from partner_api.edge.wire.pagination import read_cursor, write_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, Issue, invalid
from partner_api.events import store
from partner_api.events.feed_schemas import EventPage, EventsQuery, NewSample
from partner_api.events.schemas import EventEnvelope, envelope_of
from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Events")
_LIVE = "Samples are for the test environment, where they are mistaken for nothing. Use a test key."
_CURSOR_GONE = (
    "What came right behind this cursor is over 30 days old and no longer kept. Go on from "
    "details.oldestCursor."
)
_CURSOR_AHEAD = (
    "There are no events up to this cursor: the server was restored from a backup that is older. Go on from "
    "details.oldestCursor, behind what it knows."
)


@routes.read(
    "/v1/events",
    sdk="events.list",
    access=requires("webhooks:read"),
    waits=True,
    shown=Shown(
        notes=[
            "`nextCursor` is never null. Keep it, and ask with it again: nothing is skipped or repeated, whatever "
            "happens meanwhile.",
            "A page may have fewer events than `limit`, and none at all, although there are more behind it.",
        ],
        see=["webhook_endpoints.create", "webhook_endpoints.recover"],
        when={
            "FORBIDDEN_SCOPE": "The key lacks the scope `webhooks:read`, or `org:admin` for `all_children`.",
            "VALIDATION": "A parameter is malformed; `details.issues` names every problem. Behind a cursor whose next "
            "events are no longer kept, go on from `details.oldestCursor`.",
            "RATE_LIMITED": "A limit was reached; `details.limit` names it: `concurrent_waits` when 50 requests of the "
            "partner and its children wait already, or as many of all partners as the server allows.",
        },
    ),
)
async def list_events(request: ApiRequest, query: EventsQuery) -> EventPage:
    """Follow the feed of events.

    Every event of the last 30 days, whether it was sent anywhere or not, in the order in which they
    became known, the oldest first. Without a cursor it begins with the oldest, or at `since`. With
    `wait` it answers as soon as there is an event, or empty after that time, or sooner when its
    place is needed or the server is about to stop. Replays and tests are not in it.
    """
    _check_scope(request, query)
    services = request.services
    give_up = time.monotonic() + query.wait
    position = read_cursor(request, int)
    has_waited = False
    async with contextlib.AsyncExitStack() as stack:
        gone = await stack.enter_async_context(watching_client(request)) if query.wait else None
        while True:
            rung = services.bell.listen("events")
            found = await _look(request, query, position)
            left = give_up - time.monotonic()
            over = gone is None or gone.done() or services.stopping.is_set() or left <= 0
            if found.events or not found.at_end or gone is None or over:
                break
            position = found.position
            may_wait = await services.event_waits.wait(
                request.caller, position, rung, gone, left, has_waited=has_waited
            )
            if not may_wait:
                break
            has_waited = True
    return EventPage(
        items=[
            envelope_of(
                event.id, event.event_type, event.created_at, event.organization_id, event.data
            )
            for event in found.events
        ],
        next_cursor=write_cursor(request, query, found.position),
    )


async def _look(request: ApiRequest, query: EventsQuery, position: int | None) -> store.FeedPage:
    """Look for events behind a position, None for all.

    Raises:
        ApiError: VALIDATION: some behind it are no longer kept, or nothing was published up to it.
    """
    caller = request.caller
    async with (
        asyncio.timeout_at(request.deadline_from_now()),
        request.connection() as connection,
    ):
        found = await store.read_feed(
            connection,
            caller.tenant_id,
            caller.organization_id,
            all_children=query.scope == "all_children",
            types=query.type,
            after=position or 0,
            since=query.since,
            limit=query.limit,
        )
    if position is None or found.oldest <= position <= found.position:
        return found
    ahead = position > found.position
    issue = Issue("cursor", "Expected a cursor behind which nothing is missing")
    oldest = write_cursor(request, query, found.position if ahead else found.oldest)
    details = {"issues": [issue], "oldestCursor": oldest}
    raise ApiError("VALIDATION", _CURSOR_AHEAD if ahead else _CURSOR_GONE, details)


def _check_scope(request: ApiRequest, query: EventsQuery) -> None:
    if query.scope == "own":
        return
    if not covers(request.caller.scopes, ORG_ADMIN):
        raise forbidden(ORG_ADMIN)
    if request.caller.parent_organization_id is not None:
        raise invalid([Issue("scope", 'A child organization has no children; expected "own"')])


@routes.write(
    "POST",
    "/v1/events/samples",
    sdk="events.create_sample",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    status=201,
    shown=Shown(
        request={"type": "leased_account.renewed"},
        see=["events.list", "webhook_endpoints.test"],
        when={"FORBIDDEN_SCOPE": "The key lacks the scope `webhooks:write`, or is a live one."},
    ),
)
async def create_sample(
    request: ApiRequest, body: NewSample, transaction: RecordedTransaction
) -> Reply[EventEnvelope]:
    """Create a sample event.

    In the test environment only: an event of this type, with the data of its example and what you
    send. It is in the feed and sent to endpoints like any other, but nothing has happened. Fields of
    the type must be as in real events; others are passed on.
    """
    caller = request.caller
    if caller.env != "test":
        raise ApiError("FORBIDDEN_SCOPE", _LIVE)
    organization_id = format_id("org", caller.organization_id)
    data = {
        **to_builtins(EVENT_TYPES[body.type].example),
        **(body.data or {}),
        "organizationId": organization_id,
    }

    _check_data(body.type, data)

    async def write(connection: Connection) -> EventEnvelope:
        event_id = await store.write_event(
            connection, caller.tenant_id, request.now, caller.organization_id, body.type, data
        )
        await write_audit(
            connection,
            request.now,
            caller.tenant_id,
            caller.organization_id,
            "event.sampled",
            audit_argument(request),
            details={"eventId": format_id("evt", event_id), "type": body.type},
        )
        return envelope_of(event_id, body.type, request.now, caller.organization_id, data)

    return await transaction.run(write)


def _check_data(event_type: str, data: dict[str, Any]) -> None:
    """Check that data is like that of any event of a type, with whatever more.

    Raises:
        ApiError: VALIDATION.
    """
    try:
        convert(data, EVENT_TYPES[event_type].data)
    except ValidationError as error:
        raise invalid([Issue("data", str(error))]) from None
