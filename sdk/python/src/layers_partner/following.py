"""Following the feed of events: what `events` has beside its generated methods."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from layers_partner.core.configuration import LONGEST_TIMEOUT_SECONDS, check_limits
from layers_partner.core.decisions import (
    LONGEST_RETRY_AFTER_SECONDS,
    is_passing,
    pause_seconds,
    retry_after,
)
from layers_partner.core.operations import Operation
from layers_partner.errors import APIConnectionError, APIError, LayersError
from layers_partner.options import NOT_GIVEN, NotGiven
from layers_partner.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Unpack

    from layers_partner.core.configuration import Configuration
    from layers_partner.options import FollowOptions, RequestOptions
    from layers_partner.pages import AsyncPage, Page
    from layers_partner.partner.types import WebhookEvent
    from layers_partner.transport import AsyncClient, SyncClient

LONGEST_WAIT_SECONDS: Final = 20
# Each poll counts as a read: events that come one by one would use up the limit of a small tier. And a server that does
# not wait, as one does that is about to stop, is not asked again at once.
SHORTEST_POLL_SECONDS: Final = 1.0
_USUAL_LIMIT: Final = 50
_FEED: Final = Operation("events.follow", "GET", "/v1/events")


class Followed(NamedTuple):
    """What a look at the feed has brought."""

    events: list[WebhookEvent]
    """In their order; empty when all that came was of other types."""
    cursor: str
    """Keep it when the events are handled: following from there goes on behind them."""


class Following:
    """One follower: what it asks next, what an answer brings, and how long to pause after it."""

    def __init__(
        self,
        configuration: Configuration,
        query: Mapping[str, object],
        wait: int,
        options: FollowOptions,
    ) -> None:
        if "idempotency_key" in options:
            raise TypeError("A read has no `idempotency_key`.")
        _check_wait(wait)
        timeout = options.get("timeout", configuration.timeout)
        check_limits(timeout, 0)
        # What the server waits for is no part of what it may take.
        longest = min(timeout + wait, LONGEST_TIMEOUT_SECONDS)
        self.options = cast("RequestOptions", {**options, "timeout": longest})
        self._query = {**query, "wait": wait}
        limit = query.get("limit")
        self._limit = limit if isinstance(limit, int) else _USUAL_LIMIT
        self._has_answered = False
        self._has_more = False
        self._failures = 0
        self._begun = 0.0

    def query(self) -> Mapping[str, object]:
        """Return what to ask for now."""
        self._begun = time.monotonic()
        return self._query

    def took(self, page: Page[Any] | AsyncPage[Any]) -> Followed | None:
        """Return what a page has brought; None when nothing has happened.

        Raises:
            LayersError: it is a page of no feed.
        """
        if page.next_cursor is None:
            raise LayersError("The feed did not say where it goes on.")
        is_new = bool(page.items) or page.next_cursor != self._query.get("cursor")
        # One without events whose cursor has moved is where a look of the server has ended.
        self._has_more = len(page.items) >= self._limit if page.items else is_new
        self._query = {**self._query, "cursor": page.next_cursor}
        self._has_answered = True
        self._failures = 0
        return Followed(page.items, page.next_cursor) if is_new else None

    def pause(self) -> float:
        """Return the seconds to wait before the next look: none when there may be more already."""
        if self._has_more:
            return 0.0
        return max(0.0, SHORTEST_POLL_SECONDS - (time.monotonic() - self._begun))

    def failed(self, error: APIError | APIConnectionError) -> float:
        """Return the seconds to wait after a failure that passes.

        Raises:
            LayersError: this one, because it does not pass, or because nothing has ever been answered.
        """
        asked = None
        if isinstance(error, APIError):
            if not is_passing(error.status, error.code, error.headers):
                raise error
            asked = retry_after(error.headers)
        if not self._has_answered:
            raise error
        if asked is not None:
            asked = min(asked, LONGEST_RETRY_AFTER_SECONDS)
        pause = pause_seconds(self._failures, asked)
        self._failures += 1
        return pause or 0.0


def _check_wait(wait: Any) -> None:
    is_whole = isinstance(wait, int) and not isinstance(wait, bool)
    if not is_whole or not 1 <= wait <= LONGEST_WAIT_SECONDS:
        raise ValueError(
            f"`wait` must be a whole number of seconds from 1 to {LONGEST_WAIT_SECONDS}."
        )


class FollowingEvents(Resource):
    """Brings `follow` into `events`."""

    def follow(
        self,
        *,
        cursor: str | NotGiven | None = NOT_GIVEN,
        type: str | Sequence[str] | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        scope: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        wait: int = LONGEST_WAIT_SECONDS,
        **options: Unpack[FollowOptions],
    ) -> Iterator[Followed]:
        """Follow the feed for ever: ``for events, cursor in layers.events.follow(cursor=kept)``.

        Handle the events, keep the cursor, and begin there after a restart: nothing is left out, and only what was
        handled and not kept yet comes again. The next events are asked for when the loop comes back, once a second at
        most unless there are more already.

        Once the server has answered, an outage does not end it: it asks again, after pauses of up to 8 seconds, or as
        `Retry-After` says. A refusal that does not pass is raised, as is a failure of the very first request.

        Args:
            cursor: where to begin, with the filters that it was got with; without one, or None, at the oldest event
                that there is.
            type: only these; a list for several.
            since: only what has happened from then on.
            scope: `all_children` for the events of every child too, which needs the scope `org:admin`.
            limit: events at a time. From 1 to 200. Default: 50.
            wait: seconds that the server waits for an event, 1 to 20.
            **options: `organization`, `timeout` (beside the wait), `max_retries`, `extra_headers`.

        Returns:
            An iterator that does not end: the events of each look, and the cursor behind them.

        Raises:
            ValidationError: the cursor is too old; `error.details["oldestCursor"]` is where the feed begins now.
            PermissionDeniedError: the key lacks the scope `webhooks:read`.
        """
        client = self._client
        query = {"cursor": cursor, "type": type, "since": since, "scope": scope, "limit": limit}
        return _followed(client, Following(client._configuration, query, wait, options))


def _followed(client: SyncClient, following: Following) -> Iterator[Followed]:
    while True:
        try:
            page = client._list(_FEED, {}, query=following.query(), options=following.options)
        except (APIError, APIConnectionError) as error:
            pause = following.failed(error)
        else:
            if (followed := following.took(page)) is not None:
                yield followed
            pause = following.pause()
        time.sleep(pause)


class AsyncFollowingEvents(AsyncResource):
    """Brings `follow` into `events`."""

    def follow(
        self,
        *,
        cursor: str | NotGiven | None = NOT_GIVEN,
        type: str | Sequence[str] | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        scope: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        wait: int = LONGEST_WAIT_SECONDS,
        **options: Unpack[FollowOptions],
    ) -> AsyncIterator[Followed]:
        """Follow the feed for ever: ``async for events, cursor in layers.events.follow(cursor=kept)``.

        Handle the events, keep the cursor, and begin there after a restart: nothing is left out, and only what was
        handled and not kept yet comes again. The next events are asked for when the loop comes back, once a second at
        most unless there are more already.

        Once the server has answered, an outage does not end it: it asks again, after pauses of up to 8 seconds, or as
        `Retry-After` says. A refusal that does not pass is raised, as is a failure of the very first request.

        Args:
            cursor: where to begin, with the filters that it was got with; without one, or None, at the oldest event
                that there is.
            type: only these; a list for several.
            since: only what has happened from then on.
            scope: `all_children` for the events of every child too, which needs the scope `org:admin`.
            limit: events at a time. From 1 to 200. Default: 50.
            wait: seconds that the server waits for an event, 1 to 20.
            **options: `organization`, `timeout` (beside the wait), `max_retries`, `extra_headers`.

        Returns:
            An iterator that does not end: the events of each look, and the cursor behind them.

        Raises:
            ValidationError: the cursor is too old; `error.details["oldestCursor"]` is where the feed begins now.
            PermissionDeniedError: the key lacks the scope `webhooks:read`.
        """
        client = self._client
        query = {"cursor": cursor, "type": type, "since": since, "scope": scope, "limit": limit}
        return _followed_async(client, Following(client._configuration, query, wait, options))


async def _followed_async(client: AsyncClient, following: Following) -> AsyncIterator[Followed]:
    import asyncio

    while True:
        try:
            page = await client._list(_FEED, {}, query=following.query(), options=following.options)
        except (APIError, APIConnectionError) as error:
            pause = following.failed(error)
        else:
            if (followed := following.took(page)) is not None:
                yield followed
            pause = following.pause()
        await asyncio.sleep(pause)
