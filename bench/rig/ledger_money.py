"""The money half of ``bench/ledger.py``."""

from __future__ import annotations

import asyncio
import itertools
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
    from collections.abc import Callable, Sequence

    from rig.tenants import Spender

_WALLETS = 1000
_BATCHES = (1, 16, 64, 256)
# Single calls get as many connections as keep both PostgreSQL and the disk busy.
_SINGLE_CALL_CONNECTIONS = 8
_JUDGED_BATCH = 64
_OF_PGBENCH = Goal(at_least=2)
_OF_MANY = Goal(at_least=0.9)
_MAX_ROUNDS = 2


@dataclass(frozen=True)
class _Case:
    """One row of figures: how the calls are made, and over how many wallets."""

    name: str
    wallets: int
    batch: int = 1
    pgbench_clients: int | None = None
    connections: int = 1


class _Measurements:
    """Runs cases; each method gives operations per second."""

    def __init__(self, url: str, spenders: Sequence[Spender]) -> None:
        self._url = url
        self._spenders = spenders
        self._pgbench = Pgbench(url)
        self._runs = itertools.count(1)

    def commits(self, clients: int, seconds: float) -> float:
        return self._pgbench.run(COMMIT, {}, clients=clients, seconds=seconds)[0]

    def money(self, case: _Case, seconds: float, *, settle: bool) -> float:
        if case.pgbench_clients is None:
            return uvloop.run(self._through_driver(case, seconds, settle=settle))
        variables = {
            "run": next(self._runs),
            "n": 0,
            "tenant": self._spenders[0].tenant_id,
            "wallets": case.wallets,
            "reserved": RESERVED_CREDITS,
            "charged": CHARGED_CREDITS,
        }
        before = asyncio.run(self._jobs())
        rate, runs = self._pgbench.run(
            RESERVE_AND_SETTLE if settle else RESERVE,
            variables,
            clients=case.pgbench_clients,
            seconds=seconds,
        )
        # To pgbench a refusal is an answer like any other.
        if asyncio.run(self._jobs()) - before != runs:
            raise MeasurementError("some of the jobs that pgbench started were refused")
        return rate

    async def _through_driver(self, case: _Case, seconds: float, *, settle: bool) -> float:
        pool = await open_pool(self._url, case.connections)
        try:
            return await spend(
                pool,
                self._spenders[: case.wallets],
                batch=case.batch,
                connections=case.connections,
                settle=settle,
                seconds=seconds,
            )
        finally:
            await pool.close()

    async def _jobs(self) -> int:
        connection = await connect(self._url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM reservations"))
        finally:
            await connection.close()


def measure_money(levels: Sequence[int], connections: int, seconds: float) -> None:
    """Measure the money functions and show the tables.

    Args:
        levels: numbers of connections for pgbench.
        connections: for batches through the driver.
        seconds: for each figure.
    """
    with temporary_database(durable=True) as location:
        spenders = asyncio.run(_make_spenders(location.application_url))
        measurements = _Measurements(location.application_url, spenders)
        cases = [
            *(
                _Case(f"pgbench, {level} clients", wallets, pgbench_clients=level)
                for wallets in (1, _WALLETS)
                for level in levels
            ),
            *(
                _Case(
                    f"batches of {batch}" if batch > 1 else "single calls",
                    wallets,
                    batch=batch,
                    connections=connections if batch > 1 else _SINGLE_CALL_CONNECTIONS,
                )
                for wallets in (1, _WALLETS)
                for batch in _BATCHES
            ),
        ]
        commits = _in_rounds(levels, seconds, lambda level, spell: measurements.commits(level, spell))
        show(
            "Floor: commits per second that do nothing else",
            ["connections", "commits/s"],
            [[str(level), number(median(commits[level]))] for level in levels],
        )
        best_commits = max(median(rates) for rates in commits.values())
        for settle in (False, True):
            rates = _in_rounds(
                cases,
                seconds,
                lambda case, spell, settle=settle: measurements.money(case, spell, settle=settle),
            )
            _show_rates(cases, rates, best_commits, settle=settle)


async def _make_spenders(url: str) -> list[Spender]:
    connection = await connect(url)
    try:
        now = Clock().now()
        return await make_children(
            connection, now, await make_partner(connection, now), _WALLETS
        )
    finally:
        await connection.close()


def _in_rounds(
    cases: Sequence[T], seconds: float, measure: Callable[[T, float], float]
) -> dict[T, list[float]]:
    """Measure all in turn, several times: what else the machine does meanwhile meets each of them."""
    rounds = min(_MAX_ROUNDS, int(seconds))
    rates: dict[T, list[float]] = {case: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            with CONSOLE.status(f"{case} …"):
                rates[case].append(measure(case, seconds / rounds))
    return rates


def _show_rates(
    cases: Sequence[_Case],
    rates: dict[_Case, list[float]],
    best_commits: float,
    *,
    settle: bool,
) -> None:
    floors = {
        wallets: max(
            median(rates[case])
            for case in cases
            if case.wallets == wallets and case.pgbench_clients is not None
        )
        for wallets in (1, _WALLETS)
    }
    rows: list[list[str] | None] = []
    for hot in (case for case in cases if case.wallets == 1):
        many = next(case for case in cases if case.name == hot.name and case.wallets == _WALLETS)
        hot_rate, many_rate = median(rates[hot]), median(rates[many])
        of_many = median(a / b for a, b in zip(rates[hot], rates[many], strict=True))
        is_judged = hot.batch == _JUDGED_BATCH and not settle
        if hot.pgbench_clients is None and rows[-1] is not None and hot.batch == 1:
            rows.append(None)
        rows.append(
            [
                hot.name,
                number(hot_rate),
                judged(hot_rate / floors[1], _OF_PGBENCH if is_judged else None),
                number(hot_rate / best_commits),
                number(many_rate),
                number(many_rate / floors[_WALLETS]),
                judged(of_many, _OF_MANY if is_judged else None),
            ]
        )
    what = "Reserve and settle: jobs per second" if settle else "Reserve: jobs per second"
    show(
        what,
        [
            "calls",
            "hot wallet",
            "of pgbench's best",
            "of commits",
            f"{_WALLETS:,} wallets",
            "of pgbench's best",
            "hot of many",
        ],
        rows,
    )
