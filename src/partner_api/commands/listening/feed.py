"""The feed of events, page by page, through outages of the server."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from partner_api.commands.listening.outages import Outage
from partner_api.commands.partner_client import PartnerRequestError, explained
from partner_api.commands.refusals import reason_of
from partner_api.time_limits import FEED_CLIENT_SECONDS
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers_partner import APIError, AsyncLayers

PAGE: Final = 50
_WAIT_SECONDS: Final = 20
# Each poll counts as a read. Events that come one by one would use up the limit of a small tier within the minute.
_PACE_SECONDS: Final = 1.0
_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")
# Later than any event: a page from here is empty, and says where the feed ends now.
_AFTER_ALL: Final = "9999-12-31T00:00:00.000Z"


class Event(NamedTuple):
    """One event: the envelope as the feed has it, and what is shown of it."""

    id: str
    type: str
    created_at: str
    organization_id: str
    envelope: dict[str, Any]


class Page(NamedTuple):
    """Events, and the cursor behind them."""

    events: list[Event]
    cursor: str


class Place(NamedTuple):
    """Where a page begins: at a cursor, else at a time, else with the oldest event that there is."""

    cursor: str | None = None
    since: str | None = None


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
        scope: own or all_children; None for the server's choice.
    """

    def __init__(
        self, layers: AsyncLayers, host: str, types: tuple[str, ...], scope: str | None
    ) -> None:
        self._layers = layers
        self._host = visible(host)
        self._query = {"type": list(types) or None, "scope": scope, "limit": PAGE}
        self._outage = Outage(f"{self._host} answers again.")
        self._next = 0.0

    async def end(self) -> str:
        """Return the cursor of the feed's end as it is now.

        Raises:
            PartnerRequestError: the server refuses.
        """
        return (await self._read({"since": _AFTER_ALL, "wait": 0})).cursor

    async def read(self, place: Place, *, wait: bool = True) -> Page:
        """Return a page, as soon as there are events; an empty one when there were none for a while.

        Args:
            place: where it begins.
            wait: whether to wait for events.

        Raises:
            PartnerRequestError: the server refuses.
            Expired: the place is a cursor that the feed does not go back to.
        """
        await asyncio.sleep(self._next - time.monotonic())
        began = time.monotonic()
        where = {"cursor": place.cursor} if place.cursor else {"since": place.since}
        page = await self._read({**where, "wait": _WAIT_SECONDS if wait else 0})
        # A full page has more behind it, and an empty one has been waited for.
        self._next = began + _PACE_SECONDS if 0 < len(page.events) < PAGE else began
        return page

    async def _read(self, where: Mapping[str, object]) -> Page:
        """Ask until there is an answer."""
        from layers_partner import APIConnectionError, APIError, ValidationError
        from layers_partner.core.decisions import is_passing, retry_after

        while True:
            try:
                answer = await self._layers.request(
                    "GET",
                    "/v1/events",
                    query={**self._query, **where},
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
                    raise explained(error, self._host) from error
                told = visible(f"{error.status} {error.code}".rstrip())
                await self._outage.pause(
                    f"{self._host} cannot answer now ({told}). Asking again until it can.",
                    retry_after(error.headers),
                )
            else:
                self._outage.over()
                return self._page(answer)

    def _page(self, answer: Any) -> Page:
        try:
            events = [_event(item) for item in answer["items"]]
            return Page(events, _text(answer["nextCursor"]))
        except (KeyError, TypeError):
            raise PartnerRequestError(
                f"What {self._host} answers is no page of events. Is LAYERS_BASE_URL right?"
            ) from None


def _oldest(error: APIError) -> str | None:
    oldest = error.details.get("oldestCursor")
    return oldest if isinstance(oldest, str) else None


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
