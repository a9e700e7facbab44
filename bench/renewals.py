"""Leases renewed per second by the sweep, from 1,000 to 1,000,000, and what their number costs who reads the wallet."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from partner_api.cash.schemas import OUTLOOK_DAYS
from partner_api.cash.store import read_outlook
from partner_api.database.connection import connect, open_pool
from partner_api.leases import operator_store
from partner_api.sweeps.renewals import RenewLeases
from rig.command import CONSOLE, MeasurementError, run, whole_numbers
from rig.database import temporary_database
from rig.leases import DUE, fill_leases
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

_MOST_LEASES = 1_000_000
_MOST_PARTNERS = 10_000
# So many partners with a few leases each are renewed before the measured ones.
_WARM_UP_PARTNERS = 20
_WARM_UP_LEASES = 200
_GOAL_RATE = Goal(at_least=20_000)
_GOAL_FLAT = Goal(at_most=1.2)
# The wallet of so many leases is read beside that of a few, in turn.
_FEW_LEASES = 10
_READS = 400
_GOAL_READ = Goal(at_most=1.5)


@dataclass(frozen=True)
class Figure:
    """One sweep through everything that is due."""

    leases: int
    partners: int
    seconds: float
    few_read_seconds: float
    """Reading the cash wallet of a partner with ten leases, the median, before anything is due."""
    read_seconds: float
    """The same of the first of these partners."""

    @property
    def microseconds(self) -> float:
        """What one lease costs."""
        return self.seconds / self.leases * 1e6


def main(
    leases: Annotated[
        str, typer.Option(help="Numbers of leases that are due.")
    ] = "1000,100000,1000000",
    partners: Annotated[str, typer.Option(help="Numbers of partners that share them.")] = "1,100",
    durable: Annotated[
        bool, typer.Option(help="Commits wait for the disk, as in production.")
    ] = True,
) -> None:
    """Measure the renewals sweep, one worker with one connection, and what `GET /v1/wallet` reads.

    It starts a PostgreSQL of its own in a temporary folder; a million leases need 10 GB there and
    some minutes to be made. As one would for so many, it lets PostgreSQL write 8 GB between two checkpoints.
    """
    figures = []
    for count in sorted(whole_numbers(leases)):
        for shared_by in sorted(whole_numbers(partners)):
            if count > _MOST_LEASES or shared_by > _MOST_PARTNERS:
                raise typer.BadParameter(
                    f"at most {_MOST_LEASES:,} leases and {_MOST_PARTNERS:,} partners"
                )
            if shared_by <= count:
                with temporary_database(durable=durable) as database:
                    figures.append(asyncio.run(_measure(database, count, shared_by)))
    first = {figure.partners: figure for figure in reversed(figures)}
    show(
        "Renewals",
        ("leases", "partners", "leases/s", "µs a lease", "of the cost with the fewest leases"),
        [
            (
                number(figure.leases),
                number(figure.partners),
                judged(
                    figure.leases / figure.seconds, _GOAL_RATE if figure.partners == 1 else None
                ),
                number(figure.microseconds),
                judged(figure.microseconds / first[figure.partners].microseconds, _GOAL_FLAT),
            )
            for figure in figures
        ],
    )
    show(
        "The renewals to come of a cash wallet",
        ("leases", "µs", f"of the time with {_FEW_LEASES}"),
        [
            (
                number(figure.leases),
                number(figure.read_seconds * 1e6),
                judged(figure.read_seconds / figure.few_read_seconds, _GOAL_READ),
            )
            for figure in figures
            if figure.partners == 1
        ],
    )


async def _measure(database: DatabaseLocation, leases: int, partners: int) -> Figure:
    owner = await connect(database.owner_url)
    try:
        with Progress(
            TextColumn(f"{leases:,} leases of {partners:,} partners"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=CONSOLE,
            transient=True,
        ) as progress:
            task = progress.add_task("", total=leases)
            measured = await fill_leases(
                owner, partners, leases, lambda made: progress.advance(task, made)
            )
            # Afterwards, because PostgreSQL goes on checking references as it did when tables were small.
            first = await fill_leases(owner, _WARM_UP_PARTNERS, _WARM_UP_LEASES, lambda _: None)
        # A database that has run for a while has been looked through, and has written its changes.
        await owner.execute("VACUUM ANALYZE")
        await owner.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        await owner.execute("SELECT pg_reload_conf()")
        await owner.execute("CHECKPOINT")
        few = await fill_leases(owner, 1, _FEW_LEASES, lambda _: None)
        few_read_seconds, read_seconds = await _time_reads(owner, few[0], measured[0])
        # They are no part of what is renewed.
        await owner.execute(
            "UPDATE cash_wallets SET renewals_due_at = NULL WHERE tenant_id = $1", few[0]
        )
    finally:
        await owner.close()
    pool = await open_pool(database.application_url, 1)
    try:
        # A worker has done this before: its connection has planned the statements.
        async with pool.acquire() as connection:
            for tenant_id in first:
                await operator_store.renew(connection, [tenant_id], DUE, _WARM_UP_LEASES)
        sweep, renewed = RenewLeases(), 0
        started = time.perf_counter()
        while advanced := await sweep.step(pool, DUE):
            renewed += advanced
        seconds = time.perf_counter() - started
    finally:
        await pool.close()
    if renewed != leases:
        raise MeasurementError(f"{renewed} of {leases} leases were renewed")
    return Figure(leases, partners, seconds, few_read_seconds, read_seconds)


async def _time_reads(connection: Connection, *tenant_ids: int) -> list[float]:
    """Return the median of reading each of these cash wallets, in turn; half of it is past due in half of the reads."""
    wallets = [
        await connection.fetchval(
            "SELECT organization_id FROM cash_wallets WHERE tenant_id = $1", tenant_id
        )
        for tenant_id in tenant_ids
    ]
    times: list[list[float]] = [[] for _ in tenant_ids]
    for read in range(_READS):
        now = DUE - timedelta(days=read % 2, minutes=1, seconds=30)
        for each, tenant_id, organization_id in zip(times, tenant_ids, wallets, strict=True):
            began = time.perf_counter()
            await read_outlook(
                connection, tenant_id, organization_id, now, now + timedelta(days=OUTLOOK_DAYS)
            )
            each.append(time.perf_counter() - began)
    return [statistics.median(each) for each in times]


if __name__ == "__main__":
    run(main)
