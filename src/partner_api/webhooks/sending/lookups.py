"""Looking names up without waiting for those who never answer.

The system's resolver blocks a thread until it has an answer, and nothing can stop it. So its threads are not many and
their own, and of one partner fewer: whoever owns names whose servers are silent holds up own names, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakKeyDictionary, WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from partner_api.webhooks.sending.ranges import Address

MOST_THREADS: Final = 256
MOST_THREADS_OF_ONE: Final = 16
"""Of those who are told apart. A resolver may hang for far longer than anybody waits for it."""

Found: TypeAlias = list[str] | Exception


class NotFound(Exception):
    """A name has no address; ``may_pass`` if that may be otherwise soon."""

    def __init__(self, *, may_pass: bool) -> None:
        super().__init__()
        self.may_pass = may_pass


class Lookups:
    """Looks names up for the tasks of one event loop.

    A name that several ask for at once is looked up once.

    Args:
        ask: like ``system_addresses``, which it is by default.
    """

    def __init__(self, ask: Callable[[str, int], list[str]] | None = None) -> None:
        self._ask = ask or system_addresses
        self._running: dict[tuple[str, int], asyncio.Future[Found]] = {}
        self._threads = asyncio.Semaphore(MOST_THREADS)
        # As long as somebody holds or awaits one of them.
        self._of_each: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    async def addresses(self, name: str, port: int, whose: Hashable = None) -> list[Address]:
        """Return the addresses of a name, at least one. It may take long: put a limit around it.

        Args:
            name: of a host.
            port: to connect to.
            whose: who asks for it and may have few threads; None for nobody in particular.

        Raises:
            NotFound: there is none.
        """
        found = await asyncio.shield(await self._lookup(name, port, whose))
        if isinstance(found, list):
            if found:
                return [ip_address(one) for one in found]
            raise NotFound(may_pass=False)
        is_temporary = isinstance(found, OSError) and found.errno == socket.EAI_AGAIN
        raise NotFound(may_pass=is_temporary)

    async def _lookup(self, name: str, port: int, whose: Hashable) -> asyncio.Future[Found]:
        """Return the lookup of a name that runs already, or start one as soon as there is a thread for it."""
        key = name, port
        if key in self._running:
            return self._running[key]
        limits = [self._threads]
        if whose is not None:
            own = asyncio.Semaphore(MOST_THREADS_OF_ONE)
            limits.insert(0, self._of_each.setdefault(whose, own))
        with contextlib.ExitStack() as held:
            for threads in limits:
                await threads.acquire()
                held.callback(threads.release)
            if key not in self._running:
                return self._start(key, held.pop_all())
        return self._running[key]

    def _start(self, key: tuple[str, int], held: contextlib.ExitStack) -> asyncio.Future[Found]:
        loop = asyncio.get_running_loop()
        lookup: asyncio.Future[Found] = loop.create_future()
        self._running[key] = lookup

        def finish(found: Found) -> None:
            held.close()
            del self._running[key]
            lookup.set_result(found)

        def run() -> None:
            try:
                found: Found = self._ask(*key)
            except Exception as error:  # whoever waits for it has to hear of it
                found = error
            # Nobody waits any more when the loop has ended.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(finish, found)

        try:
            # Not of an executor: the end of a process waits for the threads of those.
            threading.Thread(target=run, name=f"look up {key[0]}", daemon=True).start()
        except RuntimeError:  # the system has no more threads
            finish(socket.gaierror(socket.EAI_AGAIN, "no thread"))
        return lookup


_LOOKUPS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Lookups]] = WeakKeyDictionary()


def lookups_of_this_loop() -> Lookups:
    """Return the one that all tasks of the running event loop share."""
    return _LOOKUPS.setdefault(asyncio.get_running_loop(), Lookups())


def system_addresses(name: str, port: int) -> list[str]:
    """Return the addresses of a name as the system's resolver has them; it may take a minute.

    Raises:
        OSError, UnicodeError: there is none.
    """
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]
