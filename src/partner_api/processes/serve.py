"""The parts of ``layers serve`` and ``layers worker``, and the order in which they start."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import structlog

from embedded_postgres import DatabaseStartError
from partner_api.backup.creating import forget_archive, require_embedded
from partner_api.backup.target import open_target
from partner_api.database.location import locate
from partner_api.installation import open_installation
from partner_api.processes.listening import bound_sockets, listen
from partner_api.processes.part import PartPlan
from partner_api.processes.run_folder import NUMBERS, run_folder
from partner_api.processes.startup import (
    prepare_database,
    require_own_folder,
    run_with_database,
)
from partner_api.processes.supervisor import Supervisor
from partner_api.storage import open_storage
from partner_api.tracing.starting import require_tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from partner_api.database.location import DatabaseLocation
    from partner_api.installation import Installation
    from partner_api.settings.table import Settings

_log = structlog.get_logger(__name__)
_DATABASE = PartPlan("database", "database", start_seconds=None)


def serve(
    settings: Settings,
    *,
    announce: Callable[[Installation], Callable[[], None]],
    render: bool,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then finish what has begun and stop everything.

    Args:
        settings: where and how.
        announce: called when the database is ready; what it returns is called when the API answers.
        render: whether to render slideshows too.

    Raises:
        StartupError, MigrationError, SecretKeyError, StorageUnavailable, BackupError, TracingUnavailable: it cannot
            start, or not go on; the sentence says why.
    """
    require_tracing(settings, os.environ)
    with (
        bound_sockets(settings.host, settings.port) as sockets,
        Supervisor("serve", settings.shutdown_seconds) as supervisor,
    ):
        _start_database(settings, supervisor)
        # After the database has created the data folder, with the permissions that it needs there.
        with _own_folder(settings) as folder, _ended_at_the_end(supervisor):
            supervisor.keep_status_in(folder)
            installation = open_installation(settings)
            location, secret_keys = installation
            run_with_database(
                prepare_database(
                    settings,
                    location,
                    secret_keys,
                    # Operators of an external database decide when it is migrated.
                    migrate_first=settings.database_url is None or settings.development,
                )
            )
            open_storage(settings, secret_keys)
            _prepare_archive(settings, location)
            ready = announce(installation)
            listen(sockets, settings.host, settings.port)
            _say_how_requests_are_counted(settings)
            descriptors = tuple(bound.fileno() for bound in sockets)
            listening = ("--listen", *map(str, descriptors), "--status", str(folder))
            for number in range(1, settings.workers + 1):
                supervisor.start(
                    PartPlan(f"api-{number}", "api", listening, descriptors), folder / NUMBERS
                )
            _start_background_work(supervisor, folder, render=render)
            if settings.backup_target is not None:
                supervisor.start(PartPlan("archive", "archive"), folder / NUMBERS)
            supervisor.run(ready)


def work(settings: Settings, *, render: bool) -> None:
    """Do the background work alone until SIGINT, SIGTERM or SIGHUP.

    Args:
        settings: how.
        render: whether to render slideshows too.

    Raises:
        StartupError, MigrationError, SecretKeyError, StorageUnavailable, TracingUnavailable, DatabaseStartError: it
            cannot start, or not go on; the sentence says why.
    """
    require_tracing(settings, os.environ)
    location, secret_keys = open_installation(settings)
    with (
        _own_folder(settings) as folder,
        Supervisor("worker", settings.shutdown_seconds) as supervisor,
    ):
        supervisor.keep_status_in(folder)
        run_with_database(prepare_database(settings, location, secret_keys, migrate_first=False))
        open_storage(settings, secret_keys)
        _start_background_work(supervisor, folder, render=render)
        supervisor.run(lambda: None)


@contextlib.contextmanager
def available_database(settings: Settings) -> Iterator[DatabaseLocation]:
    """Yield the database for one command: the one that runs, or one started for the time being.

    Raises:
        StartupError: the embedded server does not run and cannot start.
    """
    with contextlib.ExitStack() as stack:
        try:
            location = locate(settings)
        except DatabaseStartError:
            supervisor = stack.enter_context(Supervisor("serve", settings.shutdown_seconds))
            _start_database(settings, supervisor)
            location = locate(settings)
        yield location


def _start_database(settings: Settings, supervisor: Supervisor) -> None:
    """Start the server's own database as a part, if these settings use it."""
    if settings.database_url is None:
        require_own_folder(settings)
        supervisor.start(_DATABASE)
        supervisor.wait_until_working(_DATABASE.name)


def _prepare_archive(settings: Settings, location: DatabaseLocation) -> None:
    """Check that the target for backups can be used, or let WAL go that nobody archives any more."""
    if settings.backup_target is not None:
        require_embedded(settings)
        open_target(settings.backup_target)
    elif settings.database_url is None:
        run_with_database(forget_archive(location.owner_url))


def _own_folder(settings: Settings) -> contextlib.AbstractContextManager[Path]:
    """Create this server's run folder; it says whether others must not make the data folder's database production's."""
    development = settings.development and settings.database_url is None
    return run_folder(settings.data_dir, development=development)


@contextlib.contextmanager
def _ended_at_the_end(supervisor: Supervisor) -> Iterator[None]:
    """End the parts before what they use is removed."""
    try:
        yield
    finally:
        supervisor.end_parts()


def _say_how_requests_are_counted(settings: Settings) -> None:
    """Log a warning if each process that answers requests counts them for itself."""
    if settings.workers > 1 and settings.rate_limit_url is None:
        _log.warning(
            "rate_limits_shared_out",
            processes=settings.workers,
            note="Each process lets through its share of every limit, so a client on one connection has that share. "
            "Set LAYERS_RATE_LIMIT_URL to a Redis or Valkey, and they count together; with several machines they "
            "must.",
        )


def _start_background_work(supervisor: Supervisor, folder: Path, *, render: bool) -> None:
    supervisor.start(PartPlan("sweeps", "sweeps"), folder / NUMBERS)
    if render:
        supervisor.start(PartPlan("rendering", "rendering"), folder / NUMBERS)
