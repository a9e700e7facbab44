"""The parts of ``bench/neighbours.py`` in which a partner is in the way without asking: due work, and a held lock."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.clock import Clock
from partner_api.database.connection import connect
from rig.books import require_clean_books
from rig.busy import busy_partner, refusals
from rig.command import CONSOLE, MeasurementError
from rig.neighbour import ALLOCATE, CHILD_CREDITS, CREDITS, START
from rig.neighbourhood import busy_plan, show_noticed
from rig.overdue import background_work, lease_with_due_months, start_jobs, still_due
from rig.pairs import take_waiting_jobs
from rig.report import number
from rig.steady import Steady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rig.neighbourhood import Neighbourhood

_MOST_DUE_SECONDS = 240.0
_LOOK_SECONDS = 0.2
_SECONDS_AGO = timedelta(seconds=60)
_HELD_SECONDS = 5.0
_MOST_HOLDS = 4
_ENOUGH_ANSWERS = 1_000


def measure_due_work(here: Neighbourhood) -> None:
    """Measure what a neighbour notices while jobs of a partner expire, and while leases of one are renewed."""
    asked = (CREDITS, CHILD_CREDITS, ALLOCATE)
    here.ask(asked)
    alone = here.ask(asked)
    noticed = {}
    for name, make in {
        f"{here.jobs:,} jobs expire": _make_expired_jobs,
        f"{here.leases:,} leases are renewed": _make_due_leases,
    }.items():
        with CONSOLE.status(f"{name} …"):
            tenant_id = asyncio.run(make(here))
            due = _Due(here, tenant_id)
            with background_work(here.environment), due.watched():
                noticed[name] = here.ask(asked, due.is_over)
        if due.left:
            raise MeasurementError(f"{due.left:,} are still due after {_MOST_DUE_SECONDS:g} s")
        CONSOLE.print(f"{name} in {number(due.seconds)} s, from the start of `layers worker`.")
    require_clean_books(here.location)
    show_noticed(alone, noticed)


class _Due:
    """Looks, on a thread of its own, whether there still is something to do."""

    def __init__(self, here: Neighbourhood, tenant_id: int) -> None:
        self._url = here.location.application_url
        self._tenant_id = tenant_id
        self._began = time.perf_counter()
        self._stopped = threading.Event()
        self.left = 0
        self.seconds = 0.0
        self._over = False

    def is_over(self, _: int) -> bool:
        """Return whether nothing is due any more, or it has taken too long."""
        return self._over

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Look until the block ends."""
        thread = threading.Thread(target=lambda: asyncio.run(self._watch()))
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    async def _watch(self) -> None:
        connection = await connect(self._url)
        now = Clock().now()
        try:
            while not self._stopped.wait(_LOOK_SECONDS):
                self.left = await still_due(connection, self._tenant_id, now)
                self.seconds = time.perf_counter() - self._began
                if not self.left or self.seconds > _MOST_DUE_SECONDS:
                    return
        finally:
            self._over = True
            await connection.close()


async def _make_expired_jobs(here: Neighbourhood) -> int:
    owner = here.people.children[0]
    connection = await connect(here.location.application_url)
    try:
        await start_jobs(
            connection, Clock().now() - _SECONDS_AGO, owner, here.jobs, lasting=_SECONDS_AGO / 2
        )
    finally:
        await connection.close()
    return owner.tenant_id


async def _make_due_leases(here: Neighbourhood) -> int:
    owner = await connect(here.location.owner_url)
    try:
        partner = await lease_with_due_months(owner, Clock().now(), here.leases)
        await owner.execute("VACUUM ANALYZE", timeout=_MOST_DUE_SECONDS)
    finally:
        await owner.close()
    return partner.tenant_id


def measure_lock(here: Neighbourhood) -> None:
    """Measure what a neighbour notices while somebody holds the lock of a busy partner's wallet."""
    asked = (CREDITS, CHILD_CREDITS, ALLOCATE, START)
    here.ask(asked)
    alone = here.ask(asked)
    met = {name: Steady([], 0) for name in asked}
    # Both what starts and what completes jobs comes to wait for the lock.
    plan = busy_plan(here)
    with CONSOLE.status("Holding a lock …"), busy_partner(plan) as busy:
        for _ in range(_MOST_HOLDS):
            with _held_wallet(here):
                found = here.ask(asked, _until(time.perf_counter() + _HELD_SECONDS))
            for name, more in found.items():
                met[name].milliseconds.extend(more.milliseconds)
                met[name] = met[name]._replace(failed=met[name].failed + more.failed)
            if len(met[CREDITS].milliseconds) >= _ENOUGH_ANSWERS:
                break
        done = busy.end()
    take_waiting_jobs(here.location)
    require_clean_books(here.location)
    show_noticed(alone, {"a wallet's lock is held": met})
    CONSOLE.print(
        f"Of that partner {done.starts:,} jobs were started and {done.completes:,} completed before, between and "
        f"after; refused: {refusals(done)}."
    )


def _until(when: float) -> Callable[[int], bool]:
    return lambda _: time.perf_counter() >= when


@contextlib.contextmanager
def _held_wallet(here: Neighbourhood) -> Iterator[None]:
    """Hold the lock of the busy partner's hot wallet, as somebody in ``psql`` could."""
    owner = here.people.children[0]
    with asyncio.Runner() as runner:
        connection = runner.run(connect(here.location.owner_url))
        try:
            runner.run(connection.execute("BEGIN"))
            runner.run(
                connection.fetch(
                    "SELECT FROM wallets WHERE tenant_id = $1 AND organization_id = $2 FOR UPDATE",
                    owner.tenant_id,
                    owner.organization_id,
                )
            )
            yield
        finally:
            runner.run(connection.close())
