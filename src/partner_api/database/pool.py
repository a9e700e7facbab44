"""The connections of one process: nothing that is shared is held while something else is waited for.

A pool is bounded, so whoever holds one of its connections and waits for another, or for somebody who
needs one, may wait for ever: enough of them at a time hold all there are. Neither is possible here. A task
gets one connection at a time, and whatever waits for a client, for storage or for other tasks
begins with ``require_no_connection``.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Self

import asyncpg

from partner_api.database.lanes import Lanes
from partner_api.metrics.pool import PoolNumbers
from partner_api.time_limits import CANCEL_SECONDS, POOL_CLOSE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
    from types import TracebackType

    from partner_api.database.connection import Connection, Row
    from partner_api.database.lanes import Lane
    from partner_api.metrics.pool import PoolName

    _DriverConnection = asyncpg.Connection[asyncpg.Record]
    _DriverPool = asyncpg.Pool[asyncpg.Record]
else:
    _DriverConnection = asyncpg.Connection

# Which tasks hold connections, and of which pools. Not a context variable: a task that is started
# while a connection is held does not hold it.
_holders: dict[asyncio.Task[Any] | None, tuple[Pool, ...]] = {}


class NestedAcquisition(RuntimeError):
    """A task that holds a connection asked for another, or would have waited for others: a bug."""


class DatabaseUnreachable(ConnectionError):
    """There was no connection: the database cannot be reached, or none was free in time."""


def require_no_connection() -> None:
    """Check that the current task holds no connection of any pool.

    Called by whatever waits for a client, for storage, for another process, or for tasks that need a connection.

    Raises:
        NestedAcquisition: it does.
    """
    if asyncio.current_task() in _holders:
        raise NestedAcquisition("a connection is held while something else is waited for")


class BoundedConnection(_DriverConnection):
    """A connection that does not wait for a server that does not answer.

    When a statement is given up, because its time is over or because its task was cancelled, the driver asks
    the server to cancel it, and whoever uses the connection next waits until the server has.

    Attributes:
        is_spread: whether its tables are spread over a cluster. Until somebody has looked: what works there works
            everywhere.
    """

    is_spread = True

    async def _cancel(self, *arguments: Any) -> None:
        deadline = asyncio.get_running_loop().call_later(CANCEL_SECONDS, self.terminate)
        try:
            await super()._cancel(*arguments)  # type: ignore[misc]
        finally:
            deadline.cancel()


def is_spread(connection: Connection) -> bool:
    """Return whether the tables behind a connection are spread over a cluster, as far as that is known."""
    # Of a connection that is borrowed, the driver's own.
    driver_connection: Any = connection
    return bool(driver_connection.is_spread)


def database_of(connection: Connection) -> Hashable:
    """Return what tells one database from another: where its server is, and its name there."""
    # Of a connection that is borrowed, the driver's own.
    driver_connection: Any = connection
    return driver_connection._addr, driver_connection._params.database


class Pool:
    """A bounded number of connections, of which each task has at most one.

    Args:
        driver_pool: the driver's pool, open.
        connect: opens a connection outside it, whose statements are waited for as long as it is told.
        acquire_seconds: how long a connection is waited for.
        name: in the numbers behind /metrics; None to leave it out of them.
    """

    def __init__(
        self,
        driver_pool: _DriverPool,
        connect: Callable[[float | None], Awaitable[Connection]],
        acquire_seconds: float,
        name: PoolName | None = None,
    ) -> None:
        self._driver_pool = driver_pool
        self._connect = connect
        self._acquire_seconds = acquire_seconds
        most = driver_pool.get_max_size()
        self._numbers = None if name is None else PoolNumbers(name, most)
        self._lanes = Lanes(most, numbers=self._numbers)

    def acquire(self, lane: Lane | None = None, *, until: float | None = None) -> Acquisition:
        """Borrow a connection: ``async with pool.acquire() as connection``.

        Args:
            lane: whose work it is for; None for what is nobody's, is short, and waits for no lock.
            until: when room in the lane has been waited for long enough, as the loop counts; None for ever.

        Raises:
            NestedAcquisition: the task has one already, also when another one is free.
            TooMuchInFlight: there was no room in the lane.
            DatabaseUnreachable: the database cannot be reached, or no connection was free in time.
            asyncpg.PostgresError: the database refuses the role.
        """
        return Acquisition(self, lane, until)

    async def execute(self, statement: str, *arguments: object) -> str:
        """Run a statement on a connection of its own, as ``Connection.execute`` does."""
        async with self.acquire() as connection:
            return await connection.execute(statement, *arguments)

    async def fetch(self, statement: str, *arguments: object) -> list[Row]:
        """Fetch rows on a connection of its own, as ``Connection.fetch`` does."""
        async with self.acquire() as connection:
            return await connection.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> Row | None:
        """Fetch one row on a connection of its own, as ``Connection.fetchrow`` does."""
        async with self.acquire() as connection:
            return await connection.fetchrow(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: object) -> Any:
        """Fetch one value on a connection of its own, as ``Connection.fetchval`` does."""
        async with self.acquire() as connection:
            return await connection.fetchval(statement, *arguments)

    @contextlib.asynccontextmanager
    async def beside(self, *, command_seconds: float | None) -> AsyncIterator[Connection]:
        """Open one connection beside the pool: for what takes long, or waits for others.

        Args:
            command_seconds: how long the answer to a statement is waited for; None for as long as it takes.

        Raises:
            OSError, asyncpg.PostgresError: the server cannot be reached or refuses the role.
        """
        require_no_connection()
        connection = await self._connect(command_seconds)
        try:
            yield connection
        except BaseException as error:
            # Nobody says goodbye to a server that may not answer.
            connection.terminate()
            if (cancellation := _cancellation_before(error)) is not None:
                raise cancellation from None
            raise
        with contextlib.suppress(OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            await connection.close(timeout=POOL_CLOSE_SECONDS)

    def get_max_size(self) -> int:
        """Return how many connections there can be."""
        return self._driver_pool.get_max_size()

    async def close(self) -> None:
        """Close all connections, in order as far as that is possible in time; drop the others."""
        try:
            async with asyncio.timeout(POOL_CLOSE_SECONDS):
                await self._driver_pool.close()
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            self._driver_pool.terminate()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Acquisition:
    """One loan of a connection."""

    __slots__ = ("_connection", "_lane", "_lent_at", "_pool", "_task", "_until")

    def __init__(self, pool: Pool, lane: Lane | None, until: float | None) -> None:
        self._pool = pool
        self._lane = lane
        self._until = until

    async def __aenter__(self) -> Connection:
        self._task = asyncio.current_task()
        held = _holders.get(self._task, ())
        if self._pool in held:
            raise NestedAcquisition("this task holds a connection of this pool already")
        _holders[self._task] = (*held, self._pool)
        try:
            if self._lane is not None:
                await self._pool._lanes.enter(self._lane, self._until)
        except BaseException:
            self._end()
            raise
        asked_at = time.perf_counter()
        try:
            async with asyncio.timeout(self._pool._acquire_seconds):
                self._connection = await self._pool._driver_pool.acquire()
        except BaseException as error:
            self._leave()
            if isinstance(error, TimeoutError):
                raise DatabaseUnreachable("no connection in time") from None
            if isinstance(error, OSError):
                raise DatabaseUnreachable(f"{type(error).__name__}: {error}") from error
            raise
        finally:
            self._lent_at = time.perf_counter()
            if self._pool._numbers is not None:
                self._pool._numbers.count_wait("connection", self._lent_at - asked_at)
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._pool._driver_pool.release(self._connection)
        except (
            OSError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            asyncpg.PostgresError,
        ):
            # The driver has dropped it. What was done with it is done, and says more than that.
            pass
        finally:
            if self._pool._numbers is not None:
                self._pool._numbers.count_loan(time.perf_counter() - self._lent_at)
            self._leave()
        if error is not None and (cancellation := _cancellation_before(error)) is not None:
            raise cancellation

    def _leave(self) -> None:
        self._end()
        if self._lane is not None:
            self._pool._lanes.leave(self._lane)

    def _end(self) -> None:
        """Note that the loan is over; it may end in another task than it began in."""
        held = tuple(pool for pool in _holders[self._task] if pool is not self._pool)
        if held:
            _holders[self._task] = held
        else:
            del _holders[self._task]


def _cancellation_before(error: BaseException) -> asyncio.CancelledError | None:
    """Return the cancellation in whose place an error was raised.

    Whoever ends a transaction on a connection that is gone raises that instead of what happened first, and
    a task that was cancelled must end as such.
    """
    gone = isinstance(error, (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError))
    first = error.__context__
    return first if gone and isinstance(first, asyncio.CancelledError) else None
