"""The money half of ``bench/ledger.py``."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import uvloop

from partner_api.clock import Clock
from partner_api.database.connection import connect, open_pool
from rig.command import CONSOLE, MeasurementError
from rig.database import temporary_database
from rig.pgbench import COMMIT, RESERVE, RESERVE_AND_SETTLE, Pgbench
from rig.report import Goal, judged, number, show
from rig.spending import CHARGED_CREDITS, RESERVED_CREDITS, spend
from rig.tenants import make_children, make_partner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rig.tenants import Spender

_WALLETS = 1000
_BATCHES = (1, 16, 64, 256)
# Single calls get as many connections as keep both PostgreSQL and the disk busy.
_SINGLE_CALL_CONNECTIONS = 8
_JUDGED_BATCH = 64
_OF_PGBENCH = Goal(at_least=2)
_OF_MANY = Goal(at_least=0.9)
_MAX_ROUNDS = 3
# In less, a connection's first calls, which make its plans, would weigh too much.
_ROUND_SECONDS = 2


@dataclass(frozen=True)
class _Case:
    """One way to make calls, and over how many wallets; no wallet at all is commits alone.

    ``batch`` and ``connections`` are for calls through the driver, ``pgbench_clients`` for the others.
    """

    name: str
    wallets: int
    batch: int = 1
    connections: int = 1
    pgbench_clients: int | None = None


class _Measurements:
    """Takes figures of cases, each in jobs (or commits) per second."""

    def __init__(self, url: str, spenders: Sequence[Spender], *, settle: bool) -> None:
        self._url = url
        self._spenders = spenders
        self._settle = settle
        self._pgbench = Pgbench(url)

    def measure(self, case: _Case, seconds: float) -> float:
        """Take one figure.

        Raises:
            MeasurementError: a job was refused.
        """
        if case.pgbench_clients is None:
            return uvloop.run(self._through_driver(case, seconds))
        if not case.wallets:
            return self._pgbench.run(COMMIT, {}, clients=case.pgbench_clients, seconds=seconds)[0]
        before = asyncio.run(self._done())
        rate, runs = self._pgbench.run(
            RESERVE_AND_SETTLE if self._settle else RESERVE,
            {
                # The ids of a run's jobs are no other's.
                "run": secrets.randbelow(2**31),
                "n": 0,
                "tenant": self._spenders[0].tenant_id,
                "wallets": case.wallets,
                "reserved": RESERVED_CREDITS,
                "charged": CHARGED_CREDITS,
            },
            clients=case.pgbench_clients,
            seconds=seconds,
        )
        # To pgbench a refusal is an answer like any other.
        if asyncio.run(self._done()) - before != runs:
            raise MeasurementError("some of the jobs that pgbench started were refused")
        return rate

    async def _through_driver(self, case: _Case, seconds: float) -> float:
        pool = await open_pool(self._url, case.connections)
        try:
            return await spend(
                pool,
                self._spenders[: case.wallets],
                batch=case.batch,
                connections=case.connections,
                settle=self._settle,
                seconds=seconds,
            )
        finally:
            await pool.close()

    async def _done(self) -> int:
        connection = await connect(self._url)
        try:
            return int(
                await connection.fetchval(
                    "SELECT count(*) FROM reservations WHERE status = 'settled' OR NOT $1",
                    self._settle,
                )
            )
        finally:
            await connection.close()


def measure_money(levels: Sequence[int], connections: int, seconds: float) -> None:
    """Measure the money functions and show the tables.

    Args:
        levels: numbers of connections for pgbench.
        connections: for batches through the driver.
        seconds: for each figure.
    """
    commits = [_Case(f"{level} clients", 0, pgbench_clients=level) for level in levels]
    calls = [
        case
        for wallets in (1, _WALLETS)
        for case in (
            *(_Case(f"pgbench, {n} clients", wallets, pgbench_clients=n) for n in levels),
            *(
                _Case(
                    f"batches of {batch}" if batch > 1 else "single calls",
                    wallets,
                    batch=batch,
                    connections=connections if batch > 1 else _SINGLE_CALL_CONNECTIONS,
                )
                for batch in _BATCHES
            ),
        )
    ]
    with temporary_database(durable=True) as location:
        spenders = asyncio.run(_make_spenders(location.application_url))
        for settle in (False, True):
            # Settling alone is nothing that the server's role can do.
            url = location.owner_url if settle else location.application_url
            measurements = _Measurements(url, spenders, settle=settle)
            rates = _in_rounds([*commits, *calls], seconds, measurements.measure)
            _show_rates(commits, calls, rates, settle=settle)
    CONSOLE.print(
        f"Commits that do nothing else: the best of {', '.join(map(str, levels))} clients."
    )


async def _make_spenders(url: str) -> list[Spender]:
    connection = await connect(url)
    try:
        now = Clock().now()
        return await make_children(connection, now, await make_partner(connection, now), _WALLETS)
    finally:
        await connection.close()


def _in_rounds(
    cases: Sequence[_Case], seconds: float, measure: Callable[[_Case, float], float]
) -> dict[_Case, list[float]]:
    """Measure all in turn, several times: what else the machine does meanwhile meets each of them."""
    rounds = max(1, min(_MAX_ROUNDS, int(seconds / _ROUND_SECONDS)))
    rates: dict[_Case, list[float]] = {case: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            with CONSOLE.status(f"{case.name}, {case.wallets} wallets …"):
                rates[case].append(measure(case, seconds / rounds))
    return rates


def _show_rates(
    commits: Sequence[_Case],
    calls: Sequence[_Case],
    rates: dict[_Case, list[float]],
    *,
    settle: bool,
) -> None:
    def best(cases: Iterable[_Case]) -> list[float]:
        return [max(spells) for spells in zip(*(rates[case] for case in cases), strict=True)]

    pgbench = {
        wallets: best(
            case for case in calls if case.wallets == wallets and case.pgbench_clients is not None
        )
        for wallets in (1, _WALLETS)
    }
    floor = best(commits)
    rows: list[list[str] | None] = [
        ["commits that do nothing else", number(median(floor)), "", "", "", "", ""],
        None,
    ]
    for hot in (case for case in calls if case.wallets == 1):
        many = next(case for case in calls if case.name == hot.name and case.wallets > 1)
        judge = hot.batch == _JUDGED_BATCH and not settle
        if hot.pgbench_clients is None and hot.batch == 1:
            rows.append(None)
        rows.append(
            [
                hot.name,
                number(median(rates[hot])),
                number(_ratio(rates[hot], floor)),
                judged(_ratio(rates[hot], pgbench[1]), _OF_PGBENCH if judge else None),
                number(median(rates[many])),
                number(_ratio(rates[many], pgbench[_WALLETS])),
                judged(_ratio(rates[hot], rates[many]), _OF_MANY if judge else None),
            ]
        )
    show(
        "Reserve and settle: jobs per second" if settle else "Reserve: jobs per second",
        [
            "calls",
            "hot wallet",
            "of commits",
            "of pgbench's best",
            f"{_WALLETS:,} wallets",
            "of pgbench's best",
            "hot of many",
        ],
        rows,
    )


def _ratio(rates: Sequence[float], floor: Sequence[float]) -> float:
    """Compare within each round, where the machine was the same."""
    return median(rate / below for rate, below in zip(rates, floor, strict=True))
