"""How a run shows itself: a bar while it goes on, a table when it is over."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rich.console import Console

    from partner_api.simulation.options import Options
    from partner_api.simulation.tally import Report

_STATUSES = ("done", "replayed", "refused")


@contextlib.contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[float, datetime, int, int], None]]:
    """Give a function that shows how far a run is; on a terminal only."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[operations]:,} operations"),
        TextColumn("{task.fields[killed]:,} kills"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("starting  ", total=1.0, operations=0, killed=0)

        def show(share: float, now: datetime, operations: int, killed: int) -> None:
            bar.update(
                task,
                completed=share,
                description=f"{now:%Y-%m-%d}",
                operations=operations,
                killed=killed,
            )

        yield show


def print_report(console: Console, report: Report) -> None:
    """Print what happened, how often and what it came to."""
    table = Table("operation", box=None)
    for status in _STATUSES:
        table.add_column(status, justify="right")
    for kind, counts in sorted(report.tally.outcomes.items()):
        table.add_row(kind, *(f"{counts[status]:,}" for status in _STATUSES))
    table.add_section()
    table.add_row("all", *(f"{report.tally.total(status):,}" for status in _STATUSES))
    console.print(table)
    console.print()

    facts = Table(show_header=False, box=None)
    for code, count in report.tally.refusals.most_common():
        facts.add_row("refused", f"{count:,} {code}")
    days = (report.ended_at - report.started_at).days
    rate = report.operations / report.real_seconds
    for name, value in (
        ("operations", f"{report.operations:,}, {rate:,.0f} per second"),
        ("kills survived", f"{report.killed:,}"),
        (
            "virtual time",
            f"{days} days, {report.started_at:%Y-%m-%d} to {report.ended_at:%Y-%m-%d}",
        ),
        ("real time", f"{report.real_seconds:.1f} s"),
    ):
        facts.add_row(name, value)
    if report.totals is not None:
        totals = report.totals
        for name, amount in (
            ("wallets", totals.wallets),
            ("ledger events", totals.events),
            ("credits added", totals.added),
            ("credits used", totals.used),
            ("credits lapsed", totals.lapsed),
            ("credits withdrawn", totals.withdrawn),
            ("credits allocated", totals.moved),
        ):
            facts.add_row(name, f"{amount:,}")
        facts.add_row("digest", totals.digest)
    console.print(facts)


def print_violation(console: Console, options: Options, report: Report) -> None:
    """Print what is wrong, when it came to light and how to see it again."""
    for line in (report.violation or "").splitlines():
        _print(console, line)
    _print(
        console,
        f"At {format_milliseconds(report.ended_at)} of virtual time, operation "
        f"{report.operations}. See it again with:",
    )
    _print(console, f"  {options.command(report.operations)}")


def _print(console: Console, line: str) -> None:
    # Whole lines, also where a narrow terminal would fold them: they are made to be copied.
    console.print(line, markup=False, highlight=False, soft_wrap=True)
