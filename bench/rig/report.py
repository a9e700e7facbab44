"""Figures side by side: each with its ratio to a floor of the same run, and the goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from rig.command import CONSOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN_ABOVE = 100
_ONE_DIGIT_ABOVE = 10


@dataclass(frozen=True)
class Goal:
    """What a figure should reach: at least, or at most, so much."""

    at_least: float | None = None
    at_most: float | None = None

    def judge(self, value: float) -> str:
        """Say the goal and whether the value meets it."""
        met = (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )
        bounds = [
            f"{sign} {number(bound)}"
            for sign, bound in (("≥", self.at_least), ("≤", self.at_most))
            if bound is not None
        ]
        verdict = "[green]met[/green]" if met else "[red]missed[/red]"
        return f"{' and '.join(bounds)}: {verdict}"


def number(value: float) -> str:
    """Write a figure with as many digits as mean something."""
    if value >= _PLAIN_ABOVE:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= _ONE_DIGIT_ABOVE else f"{value:.2f}"


def judged(value: float, goal: Goal | None) -> str:
    """Write a figure, and its goal if it has one."""
    return number(value) if goal is None else f"{number(value)}  ({goal.judge(value)})"


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str] | None]) -> None:
    """Print a table; None among the rows is a line between groups. All but the first column are figures."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=not place)
    for row in rows:
        if row is None:
            table.add_section()
        else:
            table.add_row(*row)
    CONSOLE.print(table)
