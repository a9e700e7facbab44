"""``layers worker``."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.environment import settings_from_environment


def worker(
    render: Annotated[
        bool, typer.Option("--render", help="Render slideshows too, each in a process of its own.")
    ] = False,
) -> None:
    """Do the background work only, until Ctrl-C; `layers serve` does it too.

    Any number may run on one database, on any machine. Without DATABASE_URL it
    uses the database that a `layers serve` with the same data folder has started.
    """
    settings = settings_from_environment()
    # Only now, because reading the settings loads what logs, without what it does not need.
    from partner_api.processes.serve import work

    work(settings, render=render)
