"""``layers backup``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import stops_raised
from partner_api.commands.terminal import errors, print_json, print_line, print_table, progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partner_api.backup.catalog import BaseRecord, Catalog
    from partner_api.settings.table import Settings

app = typer.Typer(
    help="Back up the server's own PostgreSQL, and look after its backups. `layers restore` brings one back.",
    no_args_is_help=True,
)
TargetArgument = Annotated[
    str | None,
    typer.Argument(
        help="Folder or bucket, s3://bucket/prefix. Without it: LAYERS_BACKUP_TARGET.",
        show_default=False,
    ),
]
BackupOption = Annotated[
    str | None, typer.Option(help="Id of the backup, instead of the newest.", show_default=False)
]
TimelineOption = Annotated[
    int | None,
    typer.Option(help="Time line, instead of the newest.", min=1, max=2**31, show_default=False),
]


@app.command("create")
def create(target: TargetArgument = None) -> None:
    """Copy the database as it is now, and the generated files, to the target.

    The server may run meanwhile. With LAYERS_BACKUP_TARGET it archives every
    change from then on, so that any later instant can be restored too.
    """
    from partner_api.backup.creating import create_backup, require_embedded
    from partner_api.backup.target import open_target, require_outside
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import require_existing_database, run_with_database

    settings = settings_from_environment()
    require_embedded(settings)
    address = target_address(settings, target)
    require_outside(address, settings.data_dir)
    place = open_target(address)
    require_existing_database(settings)
    # Stopped in whatever way, it removes what is not whole.
    with available_database(settings) as location, stops_raised(), showing_progress() as show:
        keeps_wal = address == settings.backup_target
        base = run_with_database(
            create_backup(
                settings, location.owner_url, place, keeps_wal=keeps_wal, on_progress=show
            )
        )
    print_line(
        f"Backup {base.id}: {_size(base) / 1e6:,.1f} MB, schema revision {base.schema_revision}."
    )
    if base.files_copied is None:
        print_line("Generated files are in their bucket and are not copied.")
    else:
        print_line(f"Generated files: {base.files_copied:,}.")
    print_line(
        "Not in it: the secret keys (the file secret-keys of the data folder, or LAYERS_SECRET_KEYS). "
        "Keep a copy elsewhere: without them no API key works after a restore."
    )
    if not keeps_wal:
        print_line(
            "Only this instant can be restored. Set LAYERS_BACKUP_TARGET to this target for the server, "
            "and it archives what happens later."
        )


@app.command("list")
def list_backups(
    target: TargetArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """List the backups, and the instants that can be restored."""
    from partner_api.backup.catalog import read_catalog
    from partner_api.backup.target import open_target
    from partner_api.clock import format_milliseconds

    settings = settings_from_environment()
    catalog = read_catalog(open_target(target_address(settings, target)))
    reaches = [(base, timeline, catalog.reach(base, timeline)) for base, timeline in _ways(catalog)]
    if as_json:
        print_json(
            [
                {
                    "id": base.id,
                    "timeline": timeline,
                    "from": format_milliseconds(base.finished_at),
                    "to": None if until is None else format_milliseconds(until),
                    "bytes": _size(base),
                    "version": base.version,
                }
                for base, timeline, until in reaches
            ]
        )
        return
    print_table(
        ("backup", "time line", "from", "to", "MB", "version", "WAL"),
        [
            (
                *(base.id, str(timeline), format_milliseconds(base.finished_at)),
                *(
                    "" if until is None else format_milliseconds(until),
                    f"{_size(base) / 1e6:,.1f}",
                    base.version,
                ),
                _state_of_wal(catalog, base, timeline),
            )
            for base, timeline, until in reaches
        ],
        fold=False,
    )
    for base_id in catalog.unfinished:
        print_line(f"{base_id} is not whole: it is being made, or was cut off.")


def _ways(catalog: Catalog) -> list[tuple[BaseRecord, int]]:
    lines = sorted({base.timeline for base in catalog.bases} | catalog.timelines.keys())
    return [(base, line) for line in lines for base in catalog.bases_for(line)]


def _size(base: BaseRecord) -> int:
    return sum(one.size_bytes for one in base.objects.values())


def _state_of_wal(catalog: Catalog, base: BaseRecord, timeline: int) -> str:
    missing = catalog.missing_after(base, timeline)
    if missing is not None:
        return f"{missing.name} is missing"
    return "complete" if timeline in catalog.timelines else "none archived"


@app.command("verify")
def verify(
    target: TargetArgument = None,
    backup: BackupOption = None,
) -> None:
    """Read a backup and all WAL after it, and compare every byte with what was written.

    It does not start PostgreSQL: only a restore shows that a backup can be
    restored. Status 1: something is missing or damaged.
    """
    from partner_api.backup.catalog import read_catalog
    from partner_api.backup.checking import check_base, check_wal
    from partner_api.backup.target import open_target
    from partner_api.clock import format_milliseconds

    settings = settings_from_environment()
    place = open_target(target_address(settings, target))
    catalog = read_catalog(place)
    base = _chosen(catalog, backup)
    timeline = max(
        (line for line in {base.timeline, *catalog.timelines} if base in catalog.bases_for(line)),
    )
    with showing_progress() as show:
        check_base(place, base, show)
        segments = check_wal(place, catalog, base, timeline, show)
    reach = catalog.reach(base, timeline)
    until = "" if reach is None else f", up to {format_milliseconds(reach)}"
    print_line(f"Backup {base.id} and {segments:,} segments of WAL are whole{until}.")


@app.command("prune")
def prune(
    keep: Annotated[int, typer.Option(help="How many backups stay.", min=1, max=10_000)],
    target: TargetArgument = None,
) -> None:
    """Remove all backups but the newest ones, and the WAL and files that only those needed.

    The newest one is looked at first: if it is not whole, nothing is removed.
    """
    from datetime import UTC, datetime

    from partner_api.backup.catalog import read_catalog
    from partner_api.backup.pruning import prune as prune_target
    from partner_api.backup.target import open_target

    settings = settings_from_environment()
    place = open_target(target_address(settings, target))
    removed = prune_target(place, read_catalog(place), keep, datetime.now(UTC))
    print_line(
        f"Removed: {removed.bases:,} backups, {removed.segments:,} segments of WAL, "
        f"{removed.files:,} generated files."
    )


def target_address(settings: Settings, given: str | None) -> str:
    """Return the target that a command was given, or that of the settings.

    Raises:
        typer.BadParameter: there is none, or it has another form.
    """
    from partner_api.settings.parsers import backup_target

    if given is None:
        if settings.backup_target is None:
            raise typer.BadParameter(
                "Name the folder or bucket of the backups, or set LAYERS_BACKUP_TARGET."
            )
        return settings.backup_target
    try:
        return backup_target(given)
    except ValueError as error:
        raise typer.BadParameter(f"{given!r} cannot be used: {error}.") from None


def _chosen(catalog: Catalog, base_id: str | None) -> BaseRecord:
    found = [base for base in catalog.bases if base_id in (None, base.id)]
    if not found:
        from embedded_postgres.backup.errors import BackupError

        raise BackupError(
            "There is no whole backup"
            + ("." if base_id is None else f" {base_id}. `layers backup list` names all.")
        )
    return found[-1]


@contextlib.contextmanager
def showing_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show on a terminal how far a long step has come."""
    with progress_bar(errors(), "starting", "{task.completed:,}/{task.total:,}") as change:
        yield lambda what, done, total: change(
            description=what, completed=done, total=max(done, total)
        )
