"""The ``layers`` command with all its subcommands."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api import installed_version
from partner_api.commands import (
    backup,
    database,
    demo,
    listen,
    mcp,
    reconcile,
    restore,
    serve,
    settings,
    simulate,
    status,
    trigger,
    worker,
)
from partner_api.commands.ops import group
from partner_api.commands.terminal import print_line

app = typer.Typer(
    name="layers",
    help="A server for selling through partners: child organizations, prepaid credit wallets "
    "and leased social accounts.",
    epilog="Status 0: done. 1: refused, failed, or done and something found wrong. 2: misused, nothing done. "
    "130: stopped with Ctrl-C; 143: with SIGTERM. 141: nobody reads the output any more.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("status")(status.status)
app.add_typer(database.app, name="db")
app.add_typer(backup.app, name="backup")
app.command("restore")(restore.restore)
app.command("demo")(demo.demo)
app.command("reconcile")(reconcile.reconcile)
app.command("simulate")(simulate.simulate)
app.command("settings")(settings.settings)
app.command("listen")(listen.listen)
app.command("trigger")(trigger.trigger)
app.command("mcp")(mcp.mcp)
app.add_typer(group.app, name="ops")


def _print_version(asked: bool) -> None:
    if asked:
        print_line(f"layers {installed_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version)
    ] = False,
) -> None:
    """Take the options that belong to no subcommand."""
