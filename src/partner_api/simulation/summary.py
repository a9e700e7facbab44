"""How a run shows itself: a bar while it goes on, a table when it is over."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.commands import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rich.console import Console

    from partner_api.simulation.options import Options
    from partner_api.simulation.tally import Report

_STATUSES = ("done", "replayed", "refused")


@contextlib.contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[float, datetime, int, int], None]]:
    """Yield a function that shows how far a run is; on a terminal only."""
    with terminal.progress_bar(
        console,
        "starting  ",
        "{task.fields[operations]:,} operations",
        "{task.fields[killed]:,} kills",
        total=1.0,
        operations=0,
        killed=0,
    ) as change:

        def show(share: float, now: datetime, operations: int, killed: int) -> None:
            change(
                completed=share,
                description=f"{now:%Y-%m-%d}",
                operations=operations,
                killed=killed,
            )

        yield show


def print_report(console: Console, report: Report) -> None:
    """Print what happened, how often and what it came to."""
    rows: list[tuple[str, ...]] = [
        (kind, *(f"{counts[status]:,}" for status in _STATUSES))
        for kind, counts in sorted(report.tally.outcomes.items())
    ]
    rows += [(), ("all", *(f"{report.tally.total(status):,}" for status in _STATUSES))]
    terminal.print_table(("operation", *_STATUSES), rows, console=console, right=True)
    terminal.print_line("", console)

    facts = [
        ("refused", f"{count:,} {code}") for code, count in report.tally.refusals.most_common()
    ]
    days = (report.ended_at - report.started_at).days
    rate = report.operations / report.real_seconds
    facts += [
        ("operations", f"{report.operations:,}, {rate:,.0f} per second"),
        ("kills survived", f"{report.killed:,}"),
        (
            "virtual time",
            f"{days} days, {report.started_at:%Y-%m-%d} to {report.ended_at:%Y-%m-%d}",
        ),
        ("real time", f"{report.real_seconds:.1f} s"),
    ]
    if report.totals is not None:
        totals = report.totals
        amounts = (
            ("wallets", totals.wallets),
            ("ledger events", totals.events),
            ("credits added", totals.added),
            ("credits used", totals.used),
            ("credits lapsed", totals.lapsed),
            ("credits withdrawn", totals.withdrawn),
            ("credits allocated", totals.moved),
        )
        facts += [(name, f"{amount:,}") for name, amount in amounts]
        facts.append(("digest", totals.digest))
    terminal.print_table((), facts, console=console)


def print_violation(console: Console, options: Options, report: Report) -> None:
    """Print what is wrong, when it came to light and how to see it again."""
    for line in (report.violation or "").splitlines():
        terminal.print_line(line, console)
    terminal.print_line(
        f"At {format_milliseconds(report.ended_at)} of virtual time, operation "
        f"{report.operations}. See it again with:",
        console,
    )
    terminal.print_line(f"  {options.command(report.operations)}", console)
