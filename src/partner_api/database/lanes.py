"""Lanes: how much of a pool each kind of work may hold at a time, so that nobody's work stops everybody's.

Whoever writes may wait for a lock, and then holds a connection as long as it waits. So writes never hold all
connections, one tenant never holds more than a third, all but one of those for writes, and all tenants together leave
one for what every request needs first: the look-up of its key. What is over waits in memory, in order of arrival
within its lane, and the lanes that wait take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Final, NamedTuple

from partner_api.metrics import lanes as metrics

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.metrics.lanes import Reason
    from partner_api.metrics.pool import PoolNumbers

MOST_WAITING: Final = 1_000
"""How many of a tenant may wait in memory in one process."""


class Lane(NamedTuple):
    """Whose work it is, and whether it writes."""

    owner: int | UUID
    """A tenant, or an operator, who acts across tenants."""
    writes: bool


class TooMuchInFlight(Exception):
    """What a tenant has in flight leaves no room for more of it in time. Nothing was done.

    Args:
        reason: whether too many were waiting already, or the time was over.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        metrics.count_refusal(reason)


class Lanes:
    """Admits work to the connections of one pool.

    Args:
        size: how many connections there are. With one or two, nothing can be set aside for everybody, and with fewer
            than six a third is less than the two that a tenant needs to read while it writes.
        most_waiting: how many of one tenant may wait.
        numbers: of the pool; None for one that is not counted.
    """

    def __init__(
        self, size: int, *, most_waiting: int = MOST_WAITING, numbers: PoolNumbers | None = None
    ) -> None:
        self.most_of_owner = max(1, min(2, size - 1), size // 3)
        self.most_writes_of_owner = max(1, self.most_of_owner - 1)
        self.most_writes = max(1, size - max(1, size // 3))
        self.most = max(min(size, self.most_writes + 1), size - 1)
        self._most_waiting = most_waiting
        self._numbers = numbers
        self._inside = 0
        self._writes = 0
        metrics.begin()
        self._of_owner: Counter[int | UUID] = Counter()
        self._writes_of_owner: Counter[int | UUID] = Counter()
        self._waiting: OrderedDict[Lane, deque[asyncio.Future[None]]] = OrderedDict()

    async def enter(self, lane: Lane, until: float | None = None) -> None:
        """Wait for room in a lane, behind those who wait in it already; ``leave`` makes room again.

        Args:
            lane: whose work it is.
            until: when it has waited long enough, as the loop counts; None for as long as it takes.

        Raises:
            TooMuchInFlight: there was none in time, or too many wait.
        """
        if lane not in self._waiting and self._has_room(lane):
            self._admit(lane)
            return
        if self._waiting_of(lane.owner) >= self._most_waiting:
            raise TooMuchInFlight("full")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, deque()).append(turn)
        try:
            with (
                contextlib.nullcontext()
                if self._numbers is None
                else self._numbers.waiting_in_lane()
            ):
                async with asyncio.timeout_at(until):
                    await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                # It was its turn at the same moment.
                self.leave(lane)
            else:
                self._withdraw(lane, turn)
            if isinstance(error, TimeoutError):
                raise TooMuchInFlight("late") from None
            raise

    def leave(self, lane: Lane) -> None:
        """Leave a lane, and let in who waits for the room."""
        self._inside -= 1
        self._of_owner[lane.owner] -= 1
        if lane.writes:
            self._writes -= 1
            self._writes_of_owner[lane.owner] -= 1
        if not self._of_owner[lane.owner]:
            del self._of_owner[lane.owner], self._writes_of_owner[lane.owner]
        while (admitted := self._next()) is not None:
            self._admit(admitted)

    def _has_room(self, lane: Lane) -> bool:
        if self._inside >= self.most or self._of_owner[lane.owner] >= self.most_of_owner:
            return False
        return not lane.writes or (
            self._writes < self.most_writes
            and self._writes_of_owner[lane.owner] < self.most_writes_of_owner
        )

    def _admit(self, lane: Lane) -> None:
        self._inside += 1
        self._of_owner[lane.owner] += 1
        if lane.writes:
            self._writes += 1
            self._writes_of_owner[lane.owner] += 1

    def _next(self) -> Lane | None:
        """Take the turn of the lane that has waited longest for one and for which there is room."""
        for lane, turns in self._waiting.items():
            if self._inside >= self.most:
                return None
            # A turn that was given up is there until its task has run again.
            turn = next((turn for turn in turns if not turn.done()), None)
            if turn is not None and self._has_room(lane):
                turns.remove(turn)
                turn.set_result(None)
                if turns:
                    self._waiting.move_to_end(lane)
                else:
                    del self._waiting[lane]
                return lane
        return None

    def _waiting_of(self, owner: int | UUID) -> int:
        return sum(len(self._waiting.get(Lane(owner, writes), ())) for writes in (False, True))

    def _withdraw(self, lane: Lane, turn: asyncio.Future[None]) -> None:
        turns = self._waiting[lane]
        turns.remove(turn)
        if not turns:
            del self._waiting[lane]
