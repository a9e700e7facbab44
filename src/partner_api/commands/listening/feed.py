"""The feed of events, page by page, through outages of the server."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from partner_api.clock import format_milliseconds
from partner_api.commands.listening.outages import Outage
from partner_api.commands.operator_client import given
from partner_api.commands.partner_client import PartnerRequestError, explained
from partner_api.commands.refusals import reason_of
from partner_api.time_limits import FEED_CLIENT_SECONDS
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from datetime import datetime

    from layers_partner import APIError, AsyncLayers, AsyncPage

PAGE: Final = 50
_WAIT_SECONDS: Final = 20
# Each poll counts as a read. Events that come one by one would use up the limit of a small tier within the minute.
_PACE_SECONDS: Final = 1.0
_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")
# Clocks of servers differ by less, and no transaction takes as long.
_MARGIN: Final = timedelta(seconds=60)
_MOST_ON_A_PAGE: Final = 200


class Event(NamedTuple):
    """One event: the envelope as the feed has it, and what is shown of it."""

    id: str
    type: str
    created_at: str
    organization_id: str
    envelope: dict[str, Any]


class Page(NamedTuple):
    """Events, and the place behind them."""

    events: list[Event]
    end: Place


class Place(NamedTuple):
    """Where a page begins: behind a cursor, else at a time, else with the oldest event that there is.

    A cursor goes on in what was asked for when it was made, so the time belongs to it.
    """

    cursor: str | None = None
    since: str | None = None

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place that was written as text; a cursor of the API is one too."""
        cursor, _, since = text.partition("@")
        return cls(cursor, since or None)

    def __str__(self) -> str:
        """Write it as text."""
        return f"{self.cursor or ''}@{self.since}" if self.since else self.cursor or ""


class Expired(Exception):
    """The feed does not go back to the cursor any more.

    Attributes:
        oldest: the cursor of the oldest event that there still is.
    """

    def __init__(self, oldest: str) -> None:
        super().__init__(oldest)
        self.oldest = oldest


class Feed:
    """The events of an organization.

    Args:
        layers: the client.
        host: of the server, as it is shown.
        types: only these; all when there are none.
        scope: own or all_children.
    """

    def __init__(self, layers: AsyncLayers, host: str, types: tuple[str, ...], scope: str) -> None:
        self._layers = layers
        self._host = visible(host)
        # In one order: a cursor is one of the very query that it was made for.
        self._types = sorted(types) or None
        self._scope = scope
        self._outage = Outage(f"{self._host} answers again.")
        self._next = 0.0

    async def end(self, now: datetime) -> Place:
        """Return the place where the feed ends now.

        Args:
            now: the server's time.

        Raises:
            PartnerRequestError: the server refuses.
        """
        place = Place(None, format_milliseconds(now - _MARGIN))
        while True:
            page = await self._read(place, wait=0, limit=_MOST_ON_A_PAGE)
            place = page.end
            if not page.events:
                return place

    async def read(self, place: Place, most: int = PAGE) -> Page:
        """Return a page, as soon as there are events; an empty one when there were none for a while.

        Args:
            place: where it begins.
            most: how many events at most.

        Raises:
            PartnerRequestError: the server refuses.
            Expired: the place is a cursor that the feed does not go back to.
        """
        await asyncio.sleep(self._next - time.monotonic())
        began = time.monotonic()
        page = await self._read(place, wait=_WAIT_SECONDS, limit=most)
        # A full page has more behind it, and so may an empty one whose cursor has moved: a look of the server goes only
        # so far. An empty one with the same cursor comes at once from a server that is about to stop.
        has_more = len(page.events) == most or (not page.events and page.end != place)
        self._next = began if has_more else began + _PACE_SECONDS
        return page

    async def _read(self, place: Place, *, wait: int, limit: int) -> Page:
        """Ask until there is an answer."""
        from layers_partner import APIConnectionError, APIError, ValidationError
        from layers_partner.core.decisions import is_passing, retry_after

        while True:
            try:
                page = await self._layers.events.list(
                    cursor=given(place.cursor),
                    since=given(place.since),
                    type=given(self._types),
                    scope=self._scope,
                    wait=wait,
                    limit=limit,
                    timeout=FEED_CLIENT_SECONDS,
                    max_retries=0,
                )
            except APIConnectionError as error:
                await self._outage.pause(
                    f"No answer from {self._host} ({reason_of(error)}). Asking again until there is one."
                )
            except APIError as error:
                if isinstance(error, ValidationError) and _oldest(error) is not None:
                    raise Expired(str(_oldest(error))) from error
                if not is_passing(error.status, error.code, error.headers):
                    refusal = explained(error, self._host)
                    if _is_about_the_cursor(error):
                        refusal.add_note("Begin anew with --from-now, or with --since and a time.")
                    raise refusal from error
                told = visible(f"{error.status} {error.code}".rstrip())
                await self._outage.pause(
                    f"{self._host} cannot answer now ({told}). Asking again until it can.",
                    retry_after(error.headers),
                )
            else:
                self._outage.over()
                return self._page(page, place.since)

    def _page(self, page: AsyncPage[Any], since: str | None) -> Page:
        try:
            events = [_event(item) for item in page.items]
            return Page(events, Place(_text(page.next_cursor), since))
        except (KeyError, TypeError):
            raise PartnerRequestError(
                f"What {self._host} answers is no page of events. Is LAYERS_BASE_URL right?"
            ) from None


def _oldest(error: APIError) -> str | None:
    oldest = error.details.get("oldestCursor")
    return oldest if isinstance(oldest, str) else None


def _is_about_the_cursor(error: APIError) -> bool:
    from layers_partner import ValidationError

    return isinstance(error, ValidationError) and any(
        issue.get("path") == "cursor" for issue in error.issues
    )


def _event(item: Any) -> Event:
    event_id = _text(item["id"])
    # It is sent as a header.
    if not _ID.fullmatch(event_id):
        raise TypeError
    return Event(
        event_id,
        _text(item["type"]),
        _text(item["createdAt"]),
        _text(item["organizationId"]),
        dict(item),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
