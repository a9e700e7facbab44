"""The base of sweeps: bounded steps that advance due rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    import asyncio
    from datetime import datetime

    from partner_api.clock import Clock
    from partner_api.database.connection import Connection, Pool
    from partner_api.database.notifications import Topic


class Sweep(ABC):
    """One kind of background work.

    A step is bounded, commits what it did, and may be repeated, run by several workers at once,
    or cut off anywhere: what is due stays due until a step has committed it.
    """

    name: str
    """In logs and metrics."""
    pause_seconds: float
    """The pause after a step that found nothing."""
    rest_seconds: float = 0.0
    """The pause after a step that advanced something: what comes meanwhile is advanced together."""
    limit_seconds: float = SWEEP_STEP_SECONDS
    """The limit of a step; after that the process that runs it is replaced."""
    wakes_on: Topic | None = None
    """The bell that ends the pause early; None without one."""
    is_lag_ours: bool = True
    """Whether what is due waits for this server alone, so that it is late when it waits for long."""
    logs_steps: bool = True
    """Whether a step that advanced something has a line in the log."""
    wakes_itself: asyncio.Event | None = None
    """Set by what goes on between the steps, to end the pause early; a step clears it. None if nothing goes on."""
    rings: tuple[Topic, ...] = ("outbox",)
    """The bells that are rung after a step that advanced something: most changes are events that can be published."""

    @abstractmethod
    async def step(self, pool: Pool, now: datetime) -> int:
        """Advance some of what is due at ``now``; return how many rows, 0 when nothing is left that is free."""

    async def stop(self, pool: Pool, clock: Clock) -> None:  # noqa: B027 - most have nothing to end
        """End what goes on between the steps, after the last one."""

    @property
    def left_some(self) -> bool:
        """Whether the last step left something for a later one, because somebody held a lock of it."""
        return False

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return the first instant after ``after`` at which something becomes due, if one is known.

        The rehearsal clock stops there. None for housekeeping whose moment makes no difference.
        """
        return None
