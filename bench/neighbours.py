"""A busy partner beside its neighbours: what it gets done, and what others notice."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from rig.api import api_environment, served_api
from rig.command import CONSOLE, MAX_SECONDS, run
from rig.database import temporary_database
from rig.neighbourhood import Neighbourhood, make_people
from rig.neighbours_disturbed import measure_due_work, measure_lock
from rig.neighbours_spending import measure_spending
from rig.report import Goal, judged

_PARTS = {
    "busy": measure_spending,
    "due": measure_due_work,
    "lock": measure_lock,
}
_MEMORY_MB = Goal(at_most=150)
_MEGABYTE = 1_000_000


def main(
    seconds: Annotated[
        float, typer.Option(min=1, max=MAX_SECONDS, help="How long each figure is measured.")
    ] = 10.0,
    parts: Annotated[
        str, typer.Option(help=f"Which parts to run: {', '.join(_PARTS)}.")
    ] = ",".join(_PARTS),
    spells: Annotated[
        str, typer.Option(help="Of the busy partner, only spells whose name has this in it.")
    ] = "",
    jobs: Annotated[int, typer.Option(min=100, max=100_000, help="Jobs that expire.")] = 10_000,
    leases: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Leases that are renewed.")
    ] = 100_000,
) -> None:
    """Measure what one busy partner reaches, and what its neighbours notice of it.

    It starts a PostgreSQL and an API process of its own, on loopback, in a temporary folder; for what is due, `layers
    worker` too. The busy partner is 64 clients that start jobs and 8 workers that complete them.
    """
    chosen = parts.split(",")
    if not set(chosen) <= set(_PARTS):
        raise typer.BadParameter(f"choose from: {', '.join(_PARTS)}", param_hint="--parts")
    with temporary_database(durable=True) as location:
        environment = api_environment(location)
        people = asyncio.run(make_people(location, environment))
        with served_api(location, environment) as api:
            neighbourhood = Neighbourhood(
                location, environment, api, people, seconds, spells, jobs, leases
            )
            for name, measure in _PARTS.items():
                if name in chosen:
                    measure(neighbourhood)
            megabytes = api.peak_memory_bytes() / _MEGABYTE
    CONSOLE.print(f"Peak memory of the API process: {judged(megabytes, _MEMORY_MB)} MB")


if __name__ == "__main__":
    run(main)
