"""``layers restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.backup import (
    BackupOption,
    TargetArgument,
    TimelineOption,
    showing_progress,
    target_address,
)
from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import stops_raised
from partner_api.commands.terminal import output, print_line, print_lines

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.backup.restoring import RestorePlan
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation
    from partner_api.settings.table import Settings

_NEXT = """
What to do next (docs/backup.md says more):
1. See that nothing of the old server runs any more.
2. Start the server with LAYERS_DATA_DIR={folder}
3. Make a new backup at once: layers backup create
4. Say to partners from which instant on writes are gone. A write that they send again with its
   Idempotency-Key is done then, once; what was due since that instant is done at the start.
"""


def restore(
    target: TargetArgument = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="Restore this instant, such as 2026-11-30T12:00:00Z: everything that was acknowledged before it "
            "is there. Without it: the newest.",
            show_default=False,
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Data folder to make; it has no database. Without it: LAYERS_DATA_DIR.",
            show_default=False,
        ),
    ] = None,
    wal_from: Annotated[
        Path | None,
        typer.Option(
            help="Data folder of the dead server, if its disk lives: with its WAL nothing is lost.",
            show_default=False,
        ),
    ] = None,
    backup: BackupOption = None,
    timeline: TimelineOption = None,
) -> None:
    """Restore a backup into an empty data folder, and check the books there.

    It never touches existing data, and only a restore that was finished leaves
    a database. Status 0: restored, and the books agree. Status 1: not
    restored, or something is wrong with it, which is said.
    """
    from partner_api.backup.catalog import read_catalog
    from partner_api.backup.creating import require_embedded
    from partner_api.backup.leftover import find_leftover
    from partner_api.backup.restoring import plan_restore
    from partner_api.backup.restoring import restore as restore_planned
    from partner_api.backup.target import open_target

    instant = None if to is None else _instant(to)
    folder = None if into is None else str(into.expanduser().absolute())
    settings = settings_from_environment(LAYERS_DATA_DIR=folder)
    require_embedded(settings)
    place = open_target(target_address(settings, target))
    catalog = read_catalog(place)
    leftover = None
    if wal_from is not None and catalog.bases:
        leftover = find_leftover(
            wal_from.expanduser().absolute(), catalog.bases[-1].system_identifier
        )
    plan = plan_restore(catalog, to=instant, timeline=timeline, base_id=backup, leftover=leftover)
    # Stopped in whatever way, it ends what it has started, and removes what is not whole.
    with stops_raised(), showing_progress() as show:
        restore_planned(
            place,
            plan,
            settings.data_dir,
            settings.embedded_user,
            leftover=leftover,
            on_progress=show,
        )
    _say_what_is_there(plan, settings, from_dead_server=leftover is not None)
    status = _check(settings)
    print_lines(_NEXT.format(folder=settings.data_dir))
    raise typer.Exit(status)


def _instant(text: str) -> datetime:
    from partner_api.clock import parse_timestamp

    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--to") from None


def _say_what_is_there(plan: RestorePlan, settings: Settings, *, from_dead_server: bool) -> None:
    from partner_api.clock import format_milliseconds

    if plan.to is not None:
        until = f"as it was at {format_milliseconds(plan.to)}"
    elif from_dead_server:
        until = "with everything that the dead server had on its disk"
    elif plan.reach is not None:
        until = f"with everything that was committed before {format_milliseconds(plan.reach)}"
    else:
        started_at = format_milliseconds(plan.base.started_at)
        until = f"as it was when the backup was done, which was begun at {started_at}"
    print_line(f"Restored backup {plan.base.id} into {settings.data_dir}, {until}.")


def _check(settings: Settings) -> int:
    """Start the restored database for the time being, and look whether it fits and its books agree."""
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import run_with_database

    with available_database(settings) as location:
        return run_with_database(_look(settings, location))


async def _look(settings: Settings, location: DatabaseLocation) -> int:
    from partner_api.database.connection import connect
    from partner_api.database.migration_locks import MigrationError
    from partner_api.database.version import require_current
    from partner_api.reconciliation.command import check_books
    from partner_api.time_limits import COMMAND_SECONDS

    connection = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
    try:
        await require_current(connection)
        status = await _check_keys(settings, connection)
    except MigrationError as error:
        print_line(f"Neither keys nor books were checked: {error} Then run `layers reconcile`.")
        return 1
    finally:
        await connection.close()
    books = await check_books(
        location.application_url,
        tenant_id=None,
        organization_id=None,
        watch_seconds=None,
        console=output(),
    )
    return status or books


async def _check_keys(settings: Settings, connection: Connection) -> int:
    """Compare the secret keys with those that the database was used with; say what is to be done."""
    from partner_api.crypto import KEY_FILE, SecretKeyError
    from partner_api.database.secret_keys import read_check_values
    from partner_api.installation import open_installation

    if settings.secret_keys is None and not (settings.data_dir / KEY_FILE).exists():
        names = ", ".join(sorted(await read_check_values(connection))) or "none yet"
        print_line(
            f"The secret keys ({names}) are not in a backup: copy the file {KEY_FILE} of the old data folder to "
            f"{settings.data_dir}, mode 0600, or set LAYERS_SECRET_KEYS. Before that the server does not start."
        )
        return 0
    try:
        await open_installation(settings).secret_keys.verify_installation(connection)
    except SecretKeyError as error:
        print_line(f"The secret keys do not fit: {error}")
        return 1
    return 0
