"""The loop that runs the sweeps: what it does about failures, and when it is told to stop."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import pytest
from structlog.testing import capture_logs

from partner_api.clock import Clock
from partner_api.database import outages
from partner_api.database.notifications import Bell
from partner_api.database.skipped_rows import RestingRows
from partner_api.logs import OncePerMinute
from partner_api.sweeps import loop
from partner_api.sweeps.locks import LockedTenants
from partner_api.sweeps.loop import run_sweeps
from partner_api.sweeps.progress import SweepProgress
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_each, advance_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Pool
    from partner_api.database.notifications import Topic

NO_POOL = cast("Pool", None)
Log = list[MutableMapping[str, Any]]


class Sham(Sweep):
    """A sweep that does what the test says, and tells nobody of it."""

    rings: tuple[Topic, ...] = ()

    def __init__(
        self, name: str, work: Callable[[], Awaitable[int]], *, pause_seconds: float = 0.01
    ) -> None:
        self.name = name
        self.pause_seconds = pause_seconds
        self.times: list[float] = []
        self._work = work

    async def step(self, pool: Pool, now: datetime) -> int:
        self.times.append(time.monotonic())
        return await self._work()

    @property
    def pauses(self) -> list[float]:
        return [later - sooner for sooner, later in itertools.pairwise(self.times)]


async def nothing() -> int:
    return 0


async def run_until(condition: Callable[[], bool], *sweeps: Sham) -> Log:
    """Run sweeps until something is so; gives what they logged."""
    stop = asyncio.Event()
    with capture_logs() as log:
        running = asyncio.create_task(
            run_sweeps(NO_POOL, Clock(), Bell(NO_POOL), sweeps, stop, SweepProgress())
        )
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110 - the sweeps know nothing of the test
                await asyncio.sleep(0.005)
            stop.set()
            await running
    return log


async def test_a_failing_sweep_is_logged_waits_longer_each_time_and_goes_on() -> None:
    outcomes = iter([ValueError("one"), OSError("two"), asyncpg.DeadlockDetectedError("three")])

    async def fail_thrice() -> int:
        if failure := next(outcomes, None):
            raise failure
        return 0

    failing, sound = Sham("failing", fail_thrice), Sham("sound", nothing)
    log = await run_until(lambda: len(failing.times) > 4, failing, sound)

    failed = [entry for entry in log if entry["event"] == "sweep_failed"]
    assert [(entry["sweep"], entry["failures"]) for entry in failed] == [
        ("failing", 1),
        ("failing", 2),
        ("failing", 3),
    ]
    assert all(entry["exc_info"] for entry in failed)
    for pause, doubled in zip(failing.pauses, (0.02, 0.04, 0.08), strict=False):
        assert pause > 0.79 * doubled
    # The other one has not waited for it.
    assert len(sound.times) > len(failing.times)


async def test_an_unavailable_database_is_logged_without_a_traceback_and_not_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outages, "_lines", OncePerMinute())

    async def fail() -> int:
        raise asyncpg.DiskFullError("No space left on device")

    failing = Sham("failing", fail)
    log = await run_until(lambda: len(failing.times) > 3, failing)

    (line,) = [entry for entry in log if entry["log_level"] in {"warning", "error"}]
    assert (line["event"], line["where"]) == ("database_unavailable", "sweep failing")
    assert "exc_info" not in line


async def test_the_wait_after_failures_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_LONGEST_PAUSE_AFTER_FAILURE_SECONDS", 0.02)

    async def fail() -> int:
        raise ValueError

    failing = Sham("failing", fail)
    log = await run_until(lambda: len(failing.times) > 12, failing)
    assert max(entry["retry_in"] for entry in log) == 0.02


async def test_a_success_forgets_the_failures_before() -> None:
    numbers = itertools.count()

    async def fail_every_other_time() -> int:
        if next(numbers) % 2 == 0:
            raise ValueError
        return 0

    failing = Sham("failing", fail_every_other_time)
    log = await run_until(lambda: len(failing.times) > 6, failing)
    assert {entry["failures"] for entry in log} == {1}


async def test_it_goes_on_at_once_while_there_is_work() -> None:
    left = iter([100, 100, 7])

    async def work() -> int:
        return next(left, 0)

    busy = Sham("busy", work, pause_seconds=60)
    log = await run_until(lambda: len(busy.times) == 4, busy)
    assert sum(busy.pauses) < 40
    assert [entry["rows"] for entry in log if entry["event"] == "sweep_advanced"] == [100, 100, 7]


async def test_it_stops_at_once_where_it_waits() -> None:
    idle = Sham("idle", nothing, pause_seconds=3600)
    # This has a limit of its own, far below the pause.
    await run_until(lambda: bool(idle.times), idle)
    assert len(idle.times) == 1


async def test_it_finishes_a_step_that_has_begun_and_begins_no_other() -> None:
    stop, begun, release = asyncio.Event(), asyncio.Event(), asyncio.Event()
    finished: list[bool] = []

    async def work() -> int:
        begun.set()
        await release.wait()
        finished.append(True)
        return 1

    running = asyncio.create_task(
        run_sweeps(NO_POOL, Clock(), Bell(NO_POOL), [Sham("slow", work)], stop, SweepProgress())
    )
    await begun.wait()
    stop.set()
    # Whoever does not wait for the step has the time to end without it.
    for _ in range(100):
        await asyncio.sleep(0)
    release.set()
    await running
    assert finished == [True]


async def test_the_rows_of_a_tenant_are_tried_in_halves_until_the_bad_one_is_alone() -> None:
    tried: list[list[int]] = []

    async def advance(rows: Sequence[int]) -> Advanced:
        tried.append(list(rows))
        if 2 in rows:
            raise asyncpg.CheckViolationError("broken")
        return Advanced(len(rows), [7] if 7 in rows else ())

    resting: RestingRows[tuple[int, int]] = RestingRows("test")
    locked = LockedTenants("test")
    with capture_logs():
        assert await advance_rows(1, range(8), advance, resting, locked) == 7
    assert resting.keys == [(1, 2), (1, 7)]
    assert len(tried) == 7

    async def advance_none(_rows: Sequence[int]) -> Advanced:
        raise asyncpg.DeadlockDetectedError("somebody was in the way")

    assert await advance_rows(2, range(8), advance_none, resting, locked) == 0
    assert resting.keys == [(1, 2), (1, 7)]
    assert locked.keys == [2]


@pytest.mark.parametrize(
    "error",
    [asyncpg.UndefinedFunctionError("no such function"), asyncpg.InsufficientPrivilegeError("no")],
)
async def test_what_would_fail_for_any_row_is_the_steps_failure(
    error: asyncpg.PostgresError,
) -> None:
    async def advance(_rows: Sequence[int]) -> Advanced:
        raise error

    resting: RestingRows[tuple[int, int]] = RestingRows("test")
    with pytest.raises(type(error)):
        await advance_rows(1, range(8), advance, resting, LockedTenants("test"))
    assert resting.keys == []


async def test_a_ring_wakes_a_sweep_that_waits() -> None:
    """Long before its pause is over; one that does not listen for it sleeps on."""
    bell = Bell(NO_POOL)
    listening, other = (Sham(name, nothing, pause_seconds=3600) for name in ("listening", "other"))
    listening.wakes_on = "cash"
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_sweeps(NO_POOL, Clock(), bell, [listening, other], stop, SweepProgress())
    )
    async with asyncio.timeout(60):
        while len(listening.times) < 2 or not other.times:
            bell._sound("cash")
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert len(other.times) == 1


async def test_a_sweep_that_has_advanced_something_rings() -> None:
    """Its own bells, and after no other step."""
    rung: list[str] = []

    class Ringing(Bell):
        def ring(self, topic: Topic) -> None:
            rung.append(topic)

    steps = iter([3, 0, 2])

    async def work() -> int:
        return next(steps, 0)

    loud, still = Sham("loud", work), Sham("still", nothing)
    loud.rings = ("events", "deliveries")
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_sweeps(NO_POOL, Clock(), Ringing(NO_POOL), [loud, still], stop, SweepProgress())
    )
    async with asyncio.timeout(60):
        while len(loud.times) < 5 or len(still.times) < 2:  # noqa: ASYNC110 - they know nothing of the test
            await asyncio.sleep(0.005)
        stop.set()
        await running
    assert rung == ["events", "deliveries"] * 2
    assert Sweep.rings == ("outbox",)


async def test_a_sweep_may_rest_after_a_step_that_advanced_something() -> None:
    """Then whatever rings: what comes meanwhile is advanced together."""
    bell = Bell(NO_POOL)
    steps = iter([1, 1])

    async def work() -> int:
        bell._sound("outbox")
        return next(steps, 0)

    resting = Sham("resting", work, pause_seconds=3600)
    resting.wakes_on = "outbox"
    resting.rest_seconds = 0.1
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_sweeps(NO_POOL, Clock(), bell, [resting], stop, SweepProgress())
    )
    async with asyncio.timeout(60):
        while len(resting.times) < 4:  # noqa: ASYNC110 - it knows nothing of the test
            await asyncio.sleep(0.005)
        stop.set()
        await running
    assert min(resting.pauses[:2]) >= 0.08


async def test_a_sweep_can_end_its_own_pause() -> None:
    """As one does of which something goes on between the steps."""
    own = Sham("own", nothing, pause_seconds=3600)
    own.wakes_itself = asyncio.Event()

    def woken() -> bool:
        if len(own.times) == 1 and own.wakes_itself is not None:
            own.wakes_itself.set()
        return len(own.times) > 1

    await run_until(woken, own)


async def test_what_goes_on_between_the_steps_is_ended_after_the_last_one() -> None:
    class Going(Sham):
        ended_after: int | None = None

        async def stop(self, pool: Pool, clock: Clock) -> None:
            self.ended_after = len(self.times)
            raise ValueError("not even that works")

    going = Going("going", nothing)
    log = await run_until(lambda: len(going.times) > 2, going)
    assert going.ended_after == len(going.times)
    assert [entry["sweep"] for entry in log if entry["event"] == "sweep_failed"] == ["going"]


async def test_one_whose_steps_are_not_logged_has_no_line_for_them() -> None:
    left = iter([3])

    async def work() -> int:
        return next(left, 0)

    wordy = Sham("wordy", work)
    wordy.logs_steps = False
    log = await run_until(lambda: len(wordy.times) > 2, wordy)
    assert log == []


async def test_an_unavailable_database_is_not_tried_for_every_tenant() -> None:
    tried = []

    async def advance(tenant_id: int) -> int:
        tried.append(tenant_id)
        raise asyncpg.DiskFullError("No space left on device")

    with capture_logs() as log, pytest.raises(asyncpg.DiskFullError):
        await advance_each(range(500), advance)
    assert tried == [0]
    assert log == []
