"""Follow the feed, print what comes, forward it, and remember how far that has come."""

from __future__ import annotations

import contextlib
import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from partner_api.commands.listening.feed import PAGE, Expired, Feed, Place
from partner_api.commands.listening.progress import Progress, ProgressError, open_progress
from partner_api.commands.listening.receiver import Receiver
from partner_api.commands.listening.shown import Shown
from partner_api.commands.partner_client import explained, open_client, partner_of_environment
from partner_api.commands.terminal import say
from partner_api.visible_text import visible
from partner_api.webhooks.sending.signatures import new_signing_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partner_api.commands.listening.feed import Event, Page
    from partner_api.commands.listening.stops import Stops
    from partner_api.commands.partner_client import Partner


@dataclass(frozen=True)
class Wishes:
    """What the options say.

    Attributes:
        forward_to: the address of the receiver; None only prints.
        types: only these events; all when there are none.
        scope: own or all_children.
        place: where to begin; None goes on where it stopped, at first with what comes from now on.
        from_now: begin now, wherever it stopped.
        secret: to sign with; None makes one, and keeps it.
        count: end after so many events; None for never.
        as_json: print for programs.
    """

    forward_to: str | None
    types: tuple[str, ...]
    scope: str
    place: Place | None
    from_now: bool
    secret: str | None
    count: int | None
    as_json: bool


async def follow(wishes: Wishes, stops: Stops) -> None:
    """Listen until so many events have come as are wished for.

    Raises:
        PartnerRequestError: the server refuses, or does not answer at the start.
        ProgressError: what was kept cannot be used.
        OutputError: events cannot be printed.
        OSError: the state folder cannot be used.
        Stopped: a signal came.
    """
    from layers_partner import AsyncLayers, LayersError

    partner = partner_of_environment()
    async with contextlib.AsyncExitStack() as stack:
        layers = await stack.enter_async_context(open_client(AsyncLayers))
        try:
            response = await layers.with_raw_response.whoami()
        except LayersError as error:
            raise explained(error, partner.host) from error
        progress = stack.enter_context(_progress(wishes, partner, response.data["organizationId"]))
        feed = Feed(layers, partner.host, wishes.types, wishes.scope)
        begins = await _begin(wishes, progress, feed, _time_of(response.headers))
        whose = f"{response.data['organizationName']} ({partner.environment})"
        say(f"Listening to the events of {visible(whose)} at {partner.base_url}, {begins}.")
        receiver = None
        if wishes.forward_to is not None:
            receiver = _open_receiver(wishes.forward_to, wishes.secret, progress)
            await stack.enter_async_context(receiver)
        say("Stop with Ctrl-C.")
        await _Listening(wishes, stops, progress, feed, receiver).run()


@contextlib.contextmanager
def _progress(wishes: Wishes, partner: Partner, organization_id: str) -> Iterator[Progress]:
    """Return what was kept of such a listener; of one that only prints, nothing is."""
    if wishes.forward_to is None:
        yield Progress()
        return
    whose = [partner.base_url, partner.environment, organization_id]
    # A cursor is one of a filter.
    with open_progress([*whose, wishes.scope, sorted(wishes.types), wishes.forward_to]) as progress:
        try:
            progress.read()
        except ProgressError:
            if wishes.place is None and not wishes.from_now:
                raise
        yield progress


async def _begin(wishes: Wishes, progress: Progress, feed: Feed, now: datetime) -> str:
    """Go to where it begins, and return where that is, in words."""
    if wishes.place is not None:
        progress.begin(wishes.place)
        return "from the cursor" if wishes.place.cursor else f"from {wishes.place.since}"
    if progress.place is not None and not wishes.from_now:
        return f"going on where it stopped at {progress.at}"
    progress.begin(await feed.end(now))
    return "from now on"


def _time_of(headers: Mapping[str, str]) -> datetime:
    """Return the time that an answer says it is; the clock of this machine may be off."""
    try:
        return email.utils.parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _open_receiver(url: str, given: str | None, progress: Progress) -> Receiver:
    secret = given
    if secret is None:
        secret = progress.secret or new_signing_secret()
        progress.keep_secret(secret)
    by = "the secret that you gave." if given else secret
    say(f"Forwarding them to {url}, signed with {by}")
    return Receiver(url, secret)


@dataclass(frozen=True)
class _Listening:
    """A listener at work."""

    wishes: Wishes
    stops: Stops
    progress: Progress
    feed: Feed
    receiver: Receiver | None

    async def run(self) -> None:
        shown = Shown(as_json=self.wishes.as_json, forwards=self.receiver is not None)
        done = 0
        while True:
            page = await self._page(self._most(done))
            for number, event in enumerate(page.events, 1):
                if self.progress.is_answered(event.id):
                    continue
                await self._take(
                    shown, event, str(page.end) if number == len(page.events) else None
                )
                done += 1
                if done == self.wishes.count:
                    return
            self.progress.begin(page.end)

    async def _take(self, shown: Shown, event: Event, cursor: str | None) -> None:
        shown.event(event, cursor)
        if self.receiver is None:
            self.progress.answered(event.id)
        else:
            answer = await self.receiver.forward(event, self.stops)
            # Kept before it is printed: whoever reads the output may be gone, and it was forwarded all the same.
            self.progress.answered(event.id)
            shown.answer(event, cursor, answer)
        self.stops.check()

    def _most(self, done: int) -> int:
        """Return how many events to ask for: a page that is only printed ends with the last event, and its cursor."""
        # What was answered of a page is known only of the whole page.
        if self.wishes.count is None or self.receiver is not None:
            return PAGE
        return min(PAGE, self.wishes.count - done)

    async def _page(self, most: int) -> Page:
        while True:
            place = self.progress.place or Place()
            try:
                return await self.feed.read(place, most)
            except Expired as expired:
                at = f" at {self.progress.at}" if self.progress.at else ""
                say(
                    f"The feed keeps events for 30 days, and it stopped before that{at}: what came in between is lost. "
                    "Going on with the oldest event that is left."
                )
                self.progress.begin(Place(expired.oldest, place.since))
