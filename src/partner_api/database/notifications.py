"""What the processes of an installation tell each other: that there is work, and that its clock has moved.

A process listens on one connection, whatever it listens for. A notification says no more than "look": what it is about
is in the tables. Everybody also looks from time to time, so one that is lost costs a moment and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import Context
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import structlog

from partner_api.database.outages import FAILURES, is_unavailable, log_unavailable
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from partner_api.database.connection import Connection, Pool

Topic = Literal["jobs", "cash", "outbox", "events", "deliveries", "books"]
"""What there may be: ``jobs`` to claim; ``cash`` in a wallet that leases wait for; events in the ``outbox`` to publish;
``events`` that were published; ``deliveries`` to send; ``books`` that somebody wants to be checked.
"""

_log = structlog.get_logger(__name__)
_CHANNEL = "layers_work"
# Nothing is kept by telling, so there is no need to wait for the disk.
_TELL = """
SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, topic) FROM unnest($2::text[]) topic
"""
# Between two notifications: a busy server rings with every write.
_TELL_PAUSE_SECONDS = 0.02
_RETRY_SECONDS = 5.0
_CHECK_SECONDS = 30.0


class _Subscription(NamedTuple):
    hear: Callable[[str], None]
    look: Callable[[Connection], Awaitable[object]] | None


class Listener:
    """The one connection on which a process hears notifications; one that is lost is opened again.

    Args:
        pool: beside it the connection is kept.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._subscriptions: dict[str, _Subscription] = {}
        self._pause_seconds = _CHECK_SECONDS
        self._news = asyncio.Event()

    def subscribe(
        self,
        channel: str,
        hear: Callable[[str], None],
        *,
        look: Callable[[Connection], Awaitable[object]] | None = None,
        look_seconds: float = _CHECK_SECONDS,
    ) -> None:
        """Listen on a channel; before ``listening`` begins.

        Args:
            channel: its name; nobody else in this process listens on it.
            hear: called with each notification's payload.
            look: called as soon as the connection listens, after each notification, and at least every
                ``look_seconds``, so that what happened while there was no connection is found.
            look_seconds: as long as it takes at most to notice what nobody has told.
        """
        self._subscriptions[channel] = _Subscription(hear, look)
        if look is not None:
            self._pause_seconds = min(self._pause_seconds, look_seconds)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear while the block runs; nothing is opened when nobody has subscribed."""
        if not self._subscriptions:
            yield
            return
        task = asyncio.create_task(self._listen(), name="listener")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._pool.beside(command_seconds=COMMAND_SECONDS) as connection:
                    await self._hear(connection)
            except Exception as error:
                _report(error, "notifications_not_heard")
                await asyncio.sleep(min(_RETRY_SECONDS, self._pause_seconds))

    async def _hear(self, connection: Connection) -> None:
        for channel in self._subscriptions:
            await connection.add_listener(channel, self._notified)
        looks = [each.look for each in self._subscriptions.values() if each.look is not None]
        while True:
            for look in looks:
                await look(connection)
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with news.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_seconds):
                    await self._news.wait()
            self._news.clear()
            if not looks:
                # Without a statement now and then, nobody notices that the connection is gone.
                await connection.execute("SELECT")

    def _notified(self, *arguments: object) -> None:
        channel, payload = map(str, arguments[-2:])
        subscription = self._subscriptions[channel]
        subscription.hear(payload)
        if subscription.look is not None:
            self._news.set()


class Bell:
    """Rung after the commit that made the work.

    However often it is rung, at most one notification is on its way to the other processes, and one more waits, for a
    moment after the last: inside the transactions themselves, notifications would take turns and hold them up.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rung: dict[Topic, asyncio.Event] = {
            topic: asyncio.Event() for topic in get_args(Topic)
        }
        self._untold: set[Topic] = set()
        self._telling: asyncio.Task[None] | None = None

    def ring(self, topic: Topic) -> None:
        """Wake all who listen now, here and elsewhere."""
        self._sound(topic)
        self._untold.add(topic)
        if self._telling is None or self._telling.done():
            # Of all who ring: no part of what the first of them does.
            self._telling = asyncio.create_task(self._tell(), name="bell", context=Context())

    def listen(self, topic: Topic) -> asyncio.Event:
        """Return what the next ring will set; take it before looking for work."""
        return self._rung[topic]

    @contextlib.asynccontextmanager
    async def hearing_others(self, listener: Listener) -> AsyncIterator[None]:
        """Pass on what other processes ring, while the block runs and the listener listens; then tell no more."""
        listener.subscribe(_CHANNEL, self._heard)
        try:
            yield
        finally:
            if self._telling is not None:
                self._telling.cancel()
                await asyncio.gather(self._telling, return_exceptions=True)

    def _sound(self, topic: Topic) -> None:
        self._rung[topic].set()
        self._rung[topic] = asyncio.Event()

    async def _tell(self) -> None:
        while self._untold:
            topics, self._untold = self._untold, set()
            try:
                await self._pool.execute(_TELL, _CHANNEL, sorted(topics))
            except FAILURES as error:
                _report(error, "bell_not_rung")
            await asyncio.sleep(_TELL_PAUSE_SECONDS)

    def _heard(self, payload: str) -> None:
        for topic in self._rung:
            if topic == payload:
                self._sound(topic)


def _report(error: Exception, event: str) -> None:
    if is_unavailable(error):
        log_unavailable(error, where="notifications")
    else:
        _log.exception(event)
