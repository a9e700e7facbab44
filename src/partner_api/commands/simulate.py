"""``layers simulate``."""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from embedded_postgres.interruptions import stop_like_control_c
from partner_api.commands.environment import settings_from_environment
from partner_api.commands.terminal import errors, output, print_line

if TYPE_CHECKING:
    from rich.console import Console

    from partner_api.settings.table import Settings
    from partner_api.simulation.options import Options
    from partner_api.simulation.tally import Report

_SEEDS = 1_000_000


def _folder(text: str) -> Path:
    if not text:
        # Path takes an empty name for the current folder.
        raise typer.BadParameter("It is empty. Is a variable not set?")
    return Path(text)


def simulate(
    seed: Annotated[
        int | None, typer.Option(help="Decides the run; without it, a new one is drawn.", min=0)
    ] = None,
    months: Annotated[int, typer.Option(help="Virtual months.", min=1, max=240)] = 12,
    partners: Annotated[int, typer.Option(help="Partners.", min=1, max=100)] = 2,
    children: Annotated[
        int, typer.Option(help="Living children that each partner comes to have.", min=0, max=100)
    ] = 3,
    operations_per_day: Annotated[
        int, typer.Option(help="Of all partners together.", min=1, max=100_000)
    ] = 50,
    kills: Annotated[
        float, typer.Option(help="Share of operations whose process is killed.", min=0, max=1)
    ] = 0.01,
    skew_seconds: Annotated[
        float, typer.Option(help="How far the clock of a node may be off.", min=0, max=600)
    ] = 3.0,
    until_operation: Annotated[
        int | None, typer.Option(help="Stop after this operation, and check.", min=1)
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Keep the database in this new folder, instead of throwing it away.",
            parser=_folder,
        ),
    ] = None,
) -> None:
    """Run months of random business on a real database in seconds, and check the books throughout.

    Partners, children, subscriptions, jobs and their workers, leases, lagging
    clocks, outages and killed processes: one seed decides it all, so the same
    command is the same run. Status 0: everything held. Status 1: something
    did not; it is printed, with the command that shows it again.

    The database is one of its own, thrown away at the end. With
    LAYERS_DEVELOPMENT=true and DATABASE_URL it is that one, which must be empty.
    """
    from partner_api.simulation.options import Options
    from partner_api.simulation.summary import print_report, print_violation

    settings = settings_from_environment()
    _check_place(settings, keep)
    options = Options(
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        months=months,
        partners=partners,
        children=children,
        operations_per_day=operations_per_day,
        kill_rate=kills,
        skew_seconds=skew_seconds,
        until_operation=until_operation,
    )
    console = output()
    print_line(options.command(), console)
    report = _run(settings, options, keep, console)
    print_report(console, report)
    if report.violation is not None:
        print_violation(errors(), options, report)
        raise typer.Exit(1)


def _check_place(settings: Settings, keep: Path | None) -> None:
    from partner_api.processes.startup import StartupError
    from partner_api.simulation.database import is_free

    if settings.database_url is None:
        if keep is not None and not is_free(keep):
            raise typer.BadParameter(
                f"{keep} is there and not an empty folder; name a new one.", param_hint="--keep"
            )
    elif keep is not None:
        raise typer.BadParameter("The database of DATABASE_URL stays anyway.", param_hint="--keep")
    elif not settings.development:
        raise StartupError(
            "A simulation uses the database of DATABASE_URL in development mode only. Set "
            "LAYERS_DEVELOPMENT=true if nobody needs it, or unset DATABASE_URL to simulate in one "
            "that is thrown away."
        )


def _run(settings: Settings, options: Options, keep: Path | None, console: Console) -> Report:
    from partner_api.database.location import locate
    from partner_api.processes.startup import run_with_database
    from partner_api.simulation import run
    from partner_api.simulation.database import own_database, prepare_given_database
    from partner_api.simulation.summary import progress_bar

    # Nobody needs the log of migrations of a database that is thrown away.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # An orderly end also when it is not Ctrl-C that asks for it.
    stop_like_control_c(signal.SIGTERM)
    with contextlib.ExitStack() as stack:
        if settings.database_url is None:
            url = stack.enter_context(own_database(settings.embedded_user, keep))
        else:
            url = prepare_given_database(locate(settings))
        show = stack.enter_context(progress_bar(console))
        return run_with_database(run.simulate(url, options, show))
