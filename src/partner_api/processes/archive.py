"""The part that archives the WAL of the server's own PostgreSQL, so that any instant can be restored."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from typing import TYPE_CHECKING, Final, TypeVar, cast

from embedded_postgres.backup import slot
from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment
from embedded_postgres.data_folder import DataFolder
from partner_api.backup.catalog import require_own
from partner_api.backup.shipping import NO_BACKUP, SHIP_SECONDS, Shipper
from partner_api.backup.target import open_target, require_outside
from partner_api.database.outages import FAILURES
from partner_api.metrics import backup as metrics
from partner_api.processes.archive_progress import ArchiveProgress
from partner_api.processes.asynchronous import beating, stop_on_signals
from partner_api.sweeps.loop import sleep_unless_stopped
from partner_api.time_limits import ARCHIVE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import asyncpg

    from partner_api.installation import Installation
    from partner_api.processes.link import Link
    from partner_api.settings.table import Settings

T = TypeVar("T")
KEPT: Final = "archive.json"
"""In the data folder: how far the archive is, for the next process."""


class TargetHung(BackupError):
    """The target has not answered in time; what it was asked for may still happen."""


async def run_archive_part(settings: Settings, installation: Installation, link: Link) -> None:
    """Archive until SIGTERM. The database and the target are waited for; neither stops the server.

    Args:
        settings: whose data folder it is, and the target.
        installation: the database.
        link: to the supervisor.

    Raises:
        SystemExit: the target hangs, and the thread that asked it cannot be stopped: only a new process is sure not to
            be overtaken by it.
    """
    assert settings.backup_target is not None  # noqa: S101 - it is started only then
    stop = asyncio.Event()
    stop_on_signals(stop)
    try:
        await keep_archiving(settings, installation.location.owner_url, link, stop)
    except TargetHung:
        sys.exit(1)


async def keep_archiving(
    settings: Settings, owner_url: str, link: Link, stop: asyncio.Event
) -> None:
    """Archive the database at a URL until a stop is asked for; see ``run_archive_part``.

    Raises:
        TargetHung: after the supervisor was told.
    """
    progress = ArchiveProgress(settings.data_dir / KEPT)
    async with beating(link, progress.beat):
        while not stop.is_set():
            try:
                await _archive(settings, owner_url, progress, stop)
            except TargetHung as error:
                progress.failed(str(error))
                # The last word of this process, which the supervisor keeps.
                link.say(progress.beat())
                raise
            except BackupError as error:
                progress.failed(str(error))
            except FAILURES as error:
                progress.failed(f"The WAL cannot be read: {type(error).__name__}.")
            await sleep_unless_stopped(SHIP_SECONDS, stop)


async def _archive(
    settings: Settings, owner_url: str, progress: ArchiveProgress, stop: asyncio.Event
) -> None:
    assert settings.backup_target is not None  # noqa: S101 - it is started only then
    require_outside(settings.backup_target, settings.data_dir)
    target = await _in_a_thread(open_target, settings.backup_target)
    connection = await slot.connect_as_owner(owner_url)
    try:
        folder = DataFolder(settings.data_dir)
        cluster = folder.cluster.resolve()
        # Before the target is asked: WAL waits also while it is away.
        position = await slot.read_position(connection)
        if position is not None:
            metrics.observe_unarchived(position.flushed - position.kept_from)
            if (since := _waiting_since(cluster, position)) is not None:
                progress.found_waiting(since)
        system_identifier = await slot.read_system_identifier(connection)
        if not await _in_a_thread(require_own, target, system_identifier):
            raise BackupError(NO_BACKUP)
        was_lost = await slot.keep_wal(connection)
        writer = f"{socket.gethostname()}:{folder.path}"
        shipper = Shipper(target, cluster, writer, after_gap=was_lost)
        while not stop.is_set():
            await _ship(connection, shipper, progress)
            if not shipper.is_behind:
                await sleep_unless_stopped(SHIP_SECONDS, stop)
        # What was committed since; a server that is stopped may not be started again on this disk.
        await _ship(connection, shipper, progress)
        while shipper.is_behind:
            await _ship(connection, shipper, progress)
    finally:
        await connection.close()


def _waiting_since(cluster: Path, position: slot.Position) -> float | None:
    """Return when the oldest segment was full that is not archived; None when none is, or it cannot be known."""
    number = position.kept_from // SEGMENT_BYTES
    if number >= position.flushed // SEGMENT_BYTES:
        return None
    try:
        return (cluster / "pg_wal" / Segment(position.timeline, number).name).stat().st_mtime
    except OSError:
        return None


async def _ship(
    connection: asyncpg.Connection, shipper: Shipper, progress: ArchiveProgress
) -> None:
    position = await slot.read_position(connection)
    if position is None:
        raise BackupError("WAL was given up because it could not be archived for too long.")
    metrics.observe_unarchived(position.flushed - position.kept_from)
    before = shipper.segments_shipped
    done = await _in_a_thread(shipper.ship, position)
    metrics.count_segments(shipper.segments_shipped - before)
    if done > position.kept_from:
        await slot.give_up_to(connection, done)
    if not shipper.is_behind:
        progress.done(position.as_of.timestamp(), has_gap=shipper.has_gap)
    metrics.observe_unarchived(position.flushed - done)


async def _in_a_thread(operation: Callable[..., T], *arguments: object) -> T:
    """Return what an operation returns that may hang with its disk or its network.

    Raises:
        TargetHung: it took too long.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[tuple[T, None] | tuple[None, Exception]] = loop.create_future()

    def run() -> None:
        try:
            outcome: tuple[T, None] | tuple[None, Exception] = operation(*arguments), None
        except Exception as error:  # whoever waits for it has to hear of it
            outcome = None, error
        # Nobody waits any more when the loop has ended.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set_result, outcome)

    # Not of an executor: the end of a process waits for the threads of those.
    threading.Thread(target=run, name="target", daemon=True).start()
    done, _ = await asyncio.wait({ended}, timeout=ARCHIVE_SECONDS)
    if not done:
        raise TargetHung(f"The target has not answered within {ARCHIVE_SECONDS:g} s.")
    value, error = ended.result()
    if error is not None:
        raise error
    return cast("T", value)
