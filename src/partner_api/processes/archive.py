"""The part that archives the WAL of the server's own PostgreSQL, so that any instant can be restored."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, TypeVar

import structlog

from embedded_postgres.backup import slot
from embedded_postgres.backup.errors import BackupError
from embedded_postgres.data_folder import DataFolder
from partner_api.backup.catalog import require_own
from partner_api.backup.shipping import NO_BACKUP, SHIP_SECONDS, Shipper
from partner_api.backup.target import open_target, require_outside
from partner_api.database.outages import FAILURES
from partner_api.metrics import backup as metrics
from partner_api.processes.asynchronous import beating, stop_on_signals
from partner_api.processes.link import Beat
from partner_api.sweeps.loop import sleep_unless_stopped
from partner_api.time_limits import ARCHIVE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    from partner_api.installation import Installation
    from partner_api.processes.link import Link
    from partner_api.settings.table import Settings

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class ArchiveProgress:
    """How far the archive is; read by the heartbeat."""

    def __init__(self) -> None:
        self._done_at = time.time()
        self.problem: str | None = None
        self.has_gap = False
        """True when WAL had to be given up, until there is a backup of after it."""
        self.stuck = False
        """True when a thread hangs, which cannot be stopped: only a new process is sure not to be overtaken by it."""

    @property
    def lag_seconds(self) -> float:
        """Return the age of what is archived; the usual wait for the next copying is none."""
        return max(0.0, time.time() - self._done_at - 2 * SHIP_SECONDS)

    def done(self, as_of: float, *, has_gap: bool) -> None:
        """Note that everything before an instant is archived, but for what was given up."""
        if has_gap and not self.has_gap:
            _log.error(
                "archive_gap",
                note="WAL was given up because it could not be archived for too long. Make a new backup with "
                "`layers backup create`: what happened meanwhile cannot be restored.",
            )
        self.has_gap = has_gap
        if self.problem is not None:
            _log.info("archive_works_again")
        self.problem = None
        self._done_at = as_of

    def failed(self, sentence: str) -> None:
        """Note why it does not go on; said once."""
        metrics.count_failure()
        if self.problem != sentence:
            _log.error("archive_failed", reason=sentence)
        self.problem = sentence

    def beat(self) -> Beat | None:
        """Return what the supervisor is told; None when the process has to be replaced."""
        if self.stuck:
            return None
        problem = "gap in the archive" if self.has_gap else None
        problem = problem if self.problem is None else "not archiving"
        return Beat(lag_seconds=self.lag_seconds, problem=problem, error=self.problem)


async def run_archive_part(settings: Settings, installation: Installation, link: Link) -> None:
    """Archive until SIGTERM. The database and the target are waited for; neither stops the server.

    Args:
        settings: whose data folder it is, and the target.
        installation: the database.
        link: to the supervisor.
    """
    assert settings.backup_target is not None  # noqa: S101 - it is started only then
    stop = asyncio.Event()
    stop_on_signals(stop)
    progress = ArchiveProgress()
    async with beating(link, progress.beat):
        while not stop.is_set():
            try:
                await _archive(settings, installation.location.owner_url, progress, stop)
            except BackupError as error:
                progress.failed(str(error))
            except FAILURES as error:
                progress.failed(f"The WAL cannot be read: {type(error).__name__}.")
            # Also when the target was not even reached: an alert waits for it.
            metrics.observe_lag(progress.lag_seconds)
            await sleep_unless_stopped(SHIP_SECONDS, stop)


async def _archive(
    settings: Settings, owner_url: str, progress: ArchiveProgress, stop: asyncio.Event
) -> None:
    assert settings.backup_target is not None  # noqa: S101 - it is started only then
    require_outside(settings.backup_target, settings.data_dir)
    threads = _Threads(progress)
    target = await threads.run(open_target, settings.backup_target)
    connection = await slot.connect_as_owner(owner_url)
    try:
        # Before the target is asked: WAL waits also while it is away.
        position = await slot.read_position(connection)
        if position is not None:
            metrics.observe_unarchived(position.flushed - position.kept_from)
        system_identifier = await slot.read_system_identifier(connection)
        if not await threads.run(require_own, target, system_identifier):
            raise BackupError(NO_BACKUP)
        await slot.keep_wal(connection)
        folder = DataFolder(settings.data_dir)
        writer = f"{socket.gethostname()}:{folder.path}"
        shipper = Shipper(target, folder.cluster.resolve(), writer)
        while not stop.is_set():
            await _ship(connection, shipper, threads, progress)
            await sleep_unless_stopped(SHIP_SECONDS, stop)
        # What was committed since; a server that is stopped may not be started again on this disk.
        await _ship(connection, shipper, threads, progress)
    finally:
        await connection.close()


async def _ship(
    connection: asyncpg.Connection,
    shipper: Shipper,
    threads: _Threads,
    progress: ArchiveProgress,
) -> None:
    position = await slot.read_position(connection)
    if position is None:
        raise BackupError("WAL was given up because it could not be archived for too long.")
    metrics.observe_lag(progress.lag_seconds)
    metrics.observe_unarchived(position.flushed - position.kept_from)
    before = shipper.segments_shipped
    done = await threads.run(shipper.ship, position)
    metrics.count_segments(shipper.segments_shipped - before)
    if done > position.kept_from:
        await slot.give_up_to(connection, done)
    progress.done(position.as_of.timestamp(), has_gap=shipper.has_gap)
    metrics.observe_lag(progress.lag_seconds)
    metrics.observe_unarchived(position.flushed - done)


class _Threads:
    """Runs what may hang with its disk or its network in threads."""

    def __init__(self, progress: ArchiveProgress) -> None:
        self._progress = progress

    async def run(self, operation: Callable[..., T], *arguments: object) -> T:
        """Run an operation in a thread and return what it returns.

        Raises:
            BackupError: it took too long; what it does may still happen.
        """
        running = asyncio.get_running_loop().run_in_executor(None, operation, *arguments)
        done, _ = await asyncio.wait({running}, timeout=ARCHIVE_SECONDS)
        if not done:
            self._progress.stuck = True
            raise BackupError(f"The target has not answered within {ARCHIVE_SECONDS:g} s.")
        return running.result()
