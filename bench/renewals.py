"""Leases renewed per second by the sweep, from 1,000 leases to 1,000,000, of one partner or of 10,000."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from partner_api.database.connection import connect, open_pool
from partner_api.leases import operator_store
from partner_api.sweeps.renewals import RenewLeases
from rig.command import CONSOLE, MeasurementError, run, whole_numbers
from rig.database import temporary_database
from rig.leases import DUE, fill_leases
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation

_MOST_LEASES = 1_000_000
_MOST_PARTNERS = 10_000
# So many partners with a few leases each are renewed before the measured ones.
_WARM_UP_PARTNERS = 20
_WARM_UP_LEASES = 200
_GOAL_RATE = Goal(at_least=20_000)
_GOAL_FLAT = Goal(at_most=1.2)


@dataclass(frozen=True)
class Figure:
    """One sweep through everything that is due."""

    leases: int
    partners: int
    seconds: float

    @property
    def microseconds(self) -> float:
        """What one lease costs."""
        return self.seconds / self.leases * 1e6


def main(
    leases: Annotated[str, typer.Option(help="Numbers of leases that are due.")] = "1000,100000",
    partners: Annotated[str, typer.Option(help="Numbers of partners that share them.")] = "1,100",
    durable: Annotated[
        bool, typer.Option(help="Commits wait for the disk, as in production.")
    ] = True,
) -> None:
    """Measure the renewals sweep, one worker with one connection.

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
            await fill_leases(owner, partners, leases, lambda made: progress.advance(task, made))
            # Afterwards, because PostgreSQL goes on checking references as it did when tables were small.
            first = await fill_leases(owner, _WARM_UP_PARTNERS, _WARM_UP_LEASES, lambda _: None)
        # A database that has run for a while has been looked through, and has written its changes.
        await owner.execute("VACUUM ANALYZE")
        await owner.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        await owner.execute("SELECT pg_reload_conf()")
        await owner.execute("CHECKPOINT")
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
    return Figure(leases, partners, seconds)


if __name__ == "__main__":
    run(main)
