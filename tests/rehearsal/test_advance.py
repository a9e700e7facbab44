"""Nothing is done at a time that the database does not have."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from partner_api.clock import Clock
from partner_api.rehearsal.advance import ProductionTimeError, advance
from partner_api.rehearsal.store import Installation, enter_production
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.rehearsal.conftest import Place

    from partner_api.database.connection import Connection, Pool

DAY_SECONDS = 86_400


class Watching(Sweep):
    """A sweep with something due once, after so many days, that notes when it is run."""

    name = "watching"
    pause_seconds = 1.0

    def __init__(self, due: datetime, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self.steps: list[datetime] = []
        self._due = due
        self._then = then

    async def step(self, pool: Pool, now: datetime) -> int:
        self.steps.append(now)
        offset = await pool.fetchval("SELECT clock_offset_seconds FROM installation")
        assert now <= datetime.now(UTC) + timedelta(seconds=offset), "the database is behind"
        if self._then is not None:
            await self._then()
        return 0

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        return self._due if after < self._due else None


async def test_each_round_is_at_the_database_s_time(place: Place) -> None:
    clock = Clock()
    begin = clock.now()
    sweep = Watching(begin + timedelta(days=2))
    await advance(place.pool, clock, [sweep], begin + timedelta(days=5))
    assert [(at - begin).days for at in sweep.steps] == [0, 2, 5]
    assert (await place.row()).clock_offset_seconds == clock.offset_seconds


async def test_a_database_that_is_ahead_of_this_process_takes_it_along(place: Place) -> None:
    await place.set(offset=9 * DAY_SECONDS)
    clock = Clock()
    begin = clock.now()
    sweep = Watching(begin + timedelta(days=2))
    await advance(place.pool, clock, [sweep], begin + timedelta(days=5))
    assert {(at - begin).days for at in sweep.steps} == {9}
    assert clock.offset_seconds == 9 * DAY_SECONDS


@pytest.mark.parametrize("offset", [0, 30 * DAY_SECONDS])
async def test_a_production_database_refuses_before_anything_is_done(
    place: Place, offset: int
) -> None:
    """Also when the process believes to be ahead already."""
    await place.set(production=True)
    clock = Clock(offset)
    sweep = Watching(clock.now() + timedelta(days=2))
    with pytest.raises(ProductionTimeError):
        await advance(place.pool, clock, [sweep], clock.now() + timedelta(days=5))
    assert sweep.steps == []
    assert clock.offset_seconds == offset
    assert await place.row() == Installation(0, True)


async def test_production_that_begins_on_the_way_ends_it_at_the_machine_s_time(
    place: Place,
) -> None:
    """Between the first round and the move: nothing was done later than now."""
    clock = Clock()

    async def production() -> None:
        async with place.pool.acquire() as connection:
            assert await enter_production(connection)

    sweep = Watching(clock.now() + timedelta(days=2), production)
    with pytest.raises(ProductionTimeError):
        await advance(place.pool, clock, [sweep], clock.now() + timedelta(days=5))
    assert len(sweep.steps) == 1
    assert sweep.steps[0] <= datetime.now(UTC)
    assert await place.row() == Installation(0, True)


async def test_production_cannot_begin_once_time_has_moved(place: Place) -> None:
    clock = Clock()
    begin = clock.now()
    entered: list[bool] = []

    async def production() -> None:
        if len(sweep.steps) > 1:
            async with place.pool.acquire() as connection:
                entered.append(await enter_production(connection))

    sweep = Watching(begin + timedelta(days=2), production)
    await advance(place.pool, clock, [sweep], begin + timedelta(days=5))
    assert entered == [False, False]


async def test_what_becomes_due_during_a_round_is_not_missed(place: Place) -> None:
    """A round takes time: a sweep that was early in it had nothing to do yet."""
    clock = Clock()
    begin = clock.now()

    async def wait_for_it() -> None:
        left = early._due - clock.now()
        await asyncio.sleep(max(0.0, left.total_seconds() + 0.01))

    early = Watching(begin + timedelta(milliseconds=500))
    slow = Watching(begin + timedelta(days=2), wait_for_it)
    await advance(place.pool, clock, [early, slow], begin + timedelta(days=5))
    after = [at for at in early.steps if at >= early._due]
    assert (after[0] - begin).days == 0, "only when something else was due"
