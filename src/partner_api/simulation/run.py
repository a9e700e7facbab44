"""The driver: lets virtual time pass, decides what happens in it, and checks what came of it."""

from __future__ import annotations

import contextlib
import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from partner_api.database.connection import connect
from partner_api.ids import format_id
from partner_api.months import add_months
from partner_api.reconciliation.rules import Rule
from partner_api.reconciliation.run import reconcile
from partner_api.rehearsal.store import raise_offset
from partner_api.simulation import (
    book_store,
    credit_operations,
    lease_operations,
    organization_operations,
    store,
    sweep_operations,
)
from partner_api.simulation.books import Books
from partner_api.simulation.chances import Chances
from partner_api.simulation.choices import draw_operation
from partner_api.simulation.nodes import Nodes
from partner_api.simulation.performing import Violation, perform
from partner_api.simulation.tally import Report, Tally, Totals
from partner_api.time_limits import POOL_CLOSE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.rules import Mismatch
    from partner_api.simulation.operations import Operation
    from partner_api.simulation.options import Options

_NODES = 3
_DAY = timedelta(days=1)
_DAY_MILLISECONDS = 86_400_000
# Runs begin on any day of these four years, so that every length of a month is an anchor of something.
_FIRST_START = datetime(2027, 1, 1, tzinfo=UTC)
_START_DAYS = 4 * 365
_ACCOUNTS_PER_PARTNER = 8
_QUIET_DAY = 0.08
_OUTAGE = 0.015
_OUTAGE_DAYS = (2, 9, 33, 70)
_FINDINGS_SHOWN = 10


class _Enough(Exception):
    """The operation that the run was to stop after has been done."""


async def simulate(
    url: str,
    options: Options,
    on_progress: Callable[[float, datetime, int, int], None] = lambda *_: None,
) -> Report:
    """Run a simulation to its end or to the first thing that is not as it must be.

    Args:
        url: a migrated database without any tenant, as the application's role.
        options: what decides the run.
        on_progress: called often, with the share of virtual time that is over, the virtual time, and
            how many operations and kills there were.

    Raises:
        OSError, asyncpg.PostgresError: the database cannot be reached.
    """
    connection = await connect(url)
    try:
        with Nodes(url, connection) as nodes:
            return await _Simulation(options, connection, nodes, on_progress).run()
    finally:
        await connection.close(timeout=POOL_CLOSE_SECONDS)


class _Simulation:
    def __init__(
        self,
        options: Options,
        connection: Connection,
        nodes: Nodes,
        on_progress: Callable[[float, datetime, int, int], None],
    ) -> None:
        self._options = options
        self._connection = connection
        self._nodes = nodes
        self._on_progress = on_progress
        self._chances = Chances(options)
        self._random = self._chances.random
        self._start = _FIRST_START + self._random.randrange(_START_DAYS) * _DAY
        self._end = add_months(self._start, options.months)
        self._now = self._start
        self._books = Books()
        self._tally = Tally()
        self._operations = 0
        self._touched: dict[int, None] = {}

    async def run(self) -> Report:
        begun = time.monotonic()
        violation = totals = None
        try:
            with contextlib.suppress(_Enough):
                await self._live()
            await self._check_everything()
            totals = await self._totals()
        except Violation as found:
            violation = str(found)
        # Whoever keeps the database looks at it at the time that it has come to.
        ahead = math.ceil((self._now - datetime.now(UTC)).total_seconds())
        await raise_offset(self._connection, max(0, ahead))
        return Report(
            tally=self._tally,
            operations=self._operations,
            killed=self._nodes.killed,
            started_at=self._start,
            ended_at=self._now,
            real_seconds=time.monotonic() - begun,
            totals=totals,
            violation=violation,
        )

    async def _live(self) -> None:
        await self._open()
        month = 1
        outage_days = 0
        is_outage_over = False
        for number in range((self._end - self._start).days):
            day = self._start + number * _DAY
            if outage_days:
                outage_days -= 1
                is_outage_over = outage_days == 0
            else:
                if is_outage_over:
                    await self._look_after_outage(day)
                    is_outage_over = False
                await self._live_day(day)
                if self._chances.happens(_OUTAGE):
                    # Nobody asks and no worker runs; in a short run not for most of it.
                    left = (self._end - day).days
                    outage_days = min(self._chances.choose(_OUTAGE_DAYS), left // 3)
            self._now = max(self._now, day + _DAY)
            self._report_progress()
            if self._now >= add_months(self._start, month):
                month += 1
                await self._check_everything()
        await self._run_sweeps_to_idle()

    async def _open(self) -> None:
        count = self._options.partners
        await self._do(
            lease_operations.add_accounts(self._chances, self._start, count * _ACCOUNTS_PER_PARTNER)
        )
        for number in range(count):
            name = f"Partner {number}"
            await self._do(
                organization_operations.open_organization(self._chances, self._start, None, name)
            )

    async def _live_day(self, day: datetime) -> None:
        count = 0 if self._chances.happens(_QUIET_DAY) else self._options.operations_per_day
        times = sorted(self._time_of_day() for _ in range(count))
        skews = [self._chances.skew() for _ in range(_NODES)]
        for milliseconds in times:
            self._now = day + timedelta(milliseconds=milliseconds)
            node = self._random.randrange(_NODES)
            operation = draw_operation(self._chances, self._now + skews[node])
            operation.node = node
            await self._do(operation)
        await self._check_touched()

    async def _look_after_outage(self, day: datetime) -> None:
        """Some partners look at their wallets first, others at once go on spending."""
        for partner in self._chances.world.partners:
            if self._chances.happens(0.5):
                await self._do(credit_operations.reading(day, [partner, *partner.children]))

    def _time_of_day(self) -> int:
        if self._chances.happens(0.1):
            # Around midnight, where periods end.
            near = self._random.randrange(4_000)
            return near if self._chances.happens(0.5) else _DAY_MILLISECONDS - 1 - near
        return self._random.randrange(_DAY_MILLISECONDS)

    async def _run_sweeps_to_idle(self) -> None:
        """Run the sweeps until nothing is due."""
        for sweep in sweep_operations.due_work():
            while await self._do(sweep_operations.sweeping(self._now, sweep)):
                pass

    async def _do(self, operation: Operation) -> int:
        """Run one operation; return how many rows it advanced, if it is a sweep."""
        self._operations += 1
        outcomes = await perform(self._connection, self._nodes, operation)
        self._tally.add(operation.kind, outcomes)
        if operation.tenant_id:
            self._touched[operation.tenant_id] = None
        for item, outcome in zip(operation.items, outcomes, strict=True):
            item.learn(outcome)
            if outcome.status != "refused" and not item.is_repeated:
                for effect in item.effects:
                    self._books.expect(effect)
        self._chances.remember(operation, outcomes)
        if self._operations == self._options.until_operation:
            raise _Enough
        return sum((outcome.facts or {}).get("advanced", 0) for outcome in outcomes)

    def _report_progress(self) -> None:
        share = (self._now - self._start) / (self._end - self._start)
        self._on_progress(share, self._now, self._operations, self._nodes.killed)

    async def _check_touched(self) -> None:
        """Check the tenants that something happened to since the last check."""
        findings: list[str] = []
        for tenant_id in self._touched:
            findings += await self._books.check(self._connection, tenant_id)
        self._touched.clear()
        _require_none(findings)

    async def _check_everything(self) -> None:
        self._touched = {partner.tenant_id: None for partner in self._chances.world.partners}
        await self._check_touched()
        result = await reconcile(self._connection, self._now)
        _require_none([_sentence(mismatch) for mismatch in result.mismatches])

    async def _totals(self) -> Totals:
        sums = await book_store.sum_events(self._connection)
        return Totals(
            wallets=len(self._chances.world.organizations),
            events=sums.events,
            added=sums.added,
            used=sums.used,
            lapsed=sums.lapsed,
            withdrawn=sums.withdrawn,
            moved=sums.moved,
            digest=await store.digest_ledgers(self._connection),
        )


def _require_none(findings: list[str]) -> None:
    if findings:
        raise Violation("\n".join(findings[:_FINDINGS_SHOWN]))


def _sentence(mismatch: Mismatch) -> str:
    owner = mismatch.organization_id
    return (
        f"{'no organization' if owner is None else format_id('org', owner)}: {mismatch.subject}: "
        f"{Rule(mismatch.rule).meaning}: expected {mismatch.expected}, found {mismatch.found}"
    )
