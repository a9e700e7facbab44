"""Reserving and settling beside pgbench, one hot wallet beside 1,000; pages of short and long ledgers."""

from __future__ import annotations

from typing import Annotated

import typer

from rig.command import MAX_SECONDS, run, whole_numbers
from rig.ledger_money import measure_money
from rig.ledger_pages import measure_pages

_MAX_CLIENTS = 128
_MAX_EVENTS = 10_000_000


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 2.0,
    clients: Annotated[
        str, typer.Option(help="Numbers of connections of pgbench, one call per transaction each.")
    ] = "1,8,32",
    connections: Annotated[
        int, typer.Option(min=1, max=64, help="Connections that send batches.")
    ] = 4,
    events: Annotated[
        int,
        typer.Option(
            min=20_000, max=_MAX_EVENTS, help="Length of the long ledger; the short has 10,000."
        ),
    ] = 100_000,
    only: Annotated[str, typer.Option(help="money, pages or both.")] = "both",
) -> None:
    """Measure the ledger: calls per second of the money functions, and pages of events.

    It starts a PostgreSQL of its own in a temporary folder; ten million events need 6 GB there and
    some minutes.
    """
    if only not in ("money", "pages", "both"):
        raise typer.BadParameter("expected money, pages or both", param_hint="--only")
    levels = [min(level, _MAX_CLIENTS) for level in whole_numbers(clients)]
    if only != "pages":
        measure_money(levels, connections, seconds)
    if only != "money":
        measure_pages(events, seconds)


if __name__ == "__main__":
    run(main)
