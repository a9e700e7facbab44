"""Statement boundaries: the instants between a process and the database at which the process can be killed."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn

from partner_api.database.pool import BoundedConnection

if TYPE_CHECKING:
    from collections.abc import Callable


class Moment(StrEnum):
    """Where at a statement the process ends. Each has one outcome only, so a run can be repeated."""

    UNSENT = "before the statement was sent"
    UNCOMMITTED = "after the statement was executed, before its COMMIT"
    UNREAD = "after the statement was sent, before its answer was read"


class Stop(NamedTuple):
    """A statement of an operation, counted from 0, and the moment of it."""

    statement: int
    moment: Moment


class StoppingConnection(BoundedConnection):
    """A connection that can be told to go no further than a certain boundary.

    Counts ``fetch`` and ``fetchval``, which is what all stores and sweeps that move money use.
    """

    stop: ClassVar[Stop | None] = None
    statements: ClassVar[int] = 0
    halt: ClassVar[Callable[[], NoReturn]]
    """Reports that the boundary is reached, and does not return."""

    @classmethod
    def begin(cls, stop: Stop | None) -> None:
        """Count the statements of the next operation from 0, and stop there."""
        cls.stop, cls.statements = stop, 0

    async def fetch(self, query: str, *arguments: object, **options: Any) -> Any:
        """Fetch rows, unless this is where to stop."""
        await self._maybe_stop("fetch", query, arguments)
        return await super().fetch(query, *arguments, **options)

    async def fetchval(self, query: str, *arguments: object, **options: Any) -> Any:
        """Fetch one value, unless this is where to stop."""
        await self._maybe_stop("fetchval", query, arguments)
        return await super().fetchval(query, *arguments, **options)

    async def _maybe_stop(self, method: str, query: str, arguments: tuple[object, ...]) -> None:
        number = StoppingConnection.statements
        StoppingConnection.statements += 1
        if self.stop is None or self.stop.statement != number:
            return
        if self.stop.moment is Moment.UNCOMMITTED:
            await self.execute("BEGIN")
            await getattr(super(), method)(query, *arguments)
        elif self.stop.moment is Moment.UNREAD:
            # Prepared, a statement and its arguments are a single write. One turn of the loop makes it.
            statement = await self.prepare(query)
            unread = asyncio.create_task(getattr(statement, method)(*arguments))
            await asyncio.sleep(0)
            assert not unread.done()  # noqa: S101 - no answer was awaited
        StoppingConnection.halt()
