"""Kill points: the instants between a process and the database at which the process can be killed."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn

from partner_api.database.pool import BoundedConnection

if TYPE_CHECKING:
    from collections.abc import Callable

# As the driver sends it at the end of a transaction.
_COMMIT = "COMMIT;"


class Moment(StrEnum):
    """Where at a statement the process ends. Each has one outcome only, so a run can be repeated."""

    UNSENT = "before the statement was sent"
    UNCOMMITTED = "after the statement was executed, before its COMMIT"
    UNREAD = "after the statement was sent, before its answer was read"


class KillPoint(NamedTuple):
    """A statement of an operation, counted from 0, and the moment of it."""

    statement: int
    moment: Moment


class KillableConnection(BoundedConnection):
    """A connection that can be told to go no further than a certain kill point.

    Counts ``fetch``, ``fetchrow``, ``fetchval`` and the COMMIT of a transaction, which is what all stores
    and sweeps that move money use.
    """

    kill_point: ClassVar[KillPoint | None] = None
    statements: ClassVar[int] = 0
    halt: ClassVar[Callable[[], NoReturn]]
    """Reports that the kill point is reached, and does not return."""

    @classmethod
    def begin(cls, kill_point: KillPoint | None) -> None:
        """Count the statements of the next operation from 0, and halt at this kill point."""
        cls.kill_point, cls.statements = kill_point, 0

    async def fetch(self, query: str, *arguments: object, **options: Any) -> Any:
        """Fetch rows, unless the kill point is here."""
        await self._maybe_halt("fetch", query, arguments)
        return await super().fetch(query, *arguments, **options)

    async def fetchrow(self, query: str, *arguments: object, **options: Any) -> Any:
        """Fetch one row, unless the kill point is here."""
        await self._maybe_halt("fetchrow", query, arguments)
        return await super().fetchrow(query, *arguments, **options)

    async def fetchval(self, query: str, *arguments: object, **options: Any) -> Any:
        """Fetch one value, unless the kill point is here."""
        await self._maybe_halt("fetchval", query, arguments)
        return await super().fetchval(query, *arguments, **options)

    async def execute(self, query: str, *arguments: object, **options: Any) -> Any:
        """Execute a statement, unless it is a COMMIT and the kill point is here."""
        if query == _COMMIT and (moment := self._moment_of_next()) is not None:
            # Of a COMMIT, nothing lies between its execution and itself.
            if moment is Moment.UNREAD:
                await _send(super().execute(query))
            KillableConnection.halt()
        return await super().execute(query, *arguments, **options)

    async def _maybe_halt(self, method: str, query: str, arguments: tuple[object, ...]) -> None:
        moment = self._moment_of_next()
        if moment is None:
            return
        if moment is Moment.UNCOMMITTED:
            if not self.is_in_transaction():
                await self.execute("BEGIN")
            await getattr(super(), method)(query, *arguments)
        elif moment is Moment.UNREAD:
            # Prepared, a statement and its arguments are a single write.
            statement = await self.prepare(query)
            await _send(getattr(statement, method)(*arguments))
        KillableConnection.halt()

    def _moment_of_next(self) -> Moment | None:
        """Count a statement, and return the moment at which the process is to be killed there, if it is."""
        number = KillableConnection.statements
        KillableConnection.statements += 1
        if self.kill_point is None or self.kill_point.statement != number:
            return None
        return self.kill_point.moment


async def _send(statement: Any) -> None:
    """Send a statement that is a single write, without waiting for its answer. One turn of the loop does it."""
    unread = asyncio.ensure_future(statement)
    await asyncio.sleep(0)
    assert not unread.done()  # noqa: S101 - no answer was awaited
