"""What is measured once a minute for /metrics: state of the whole database, and room on this machine's disks.

Each statement reads an index of what is open, or no table at all, so it costs the same whatever the history is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from prometheus_client import Gauge

from partner_api.database.outages import FAILURES
from partner_api.database.vital_signs import read_vital_signs
from partner_api.jobs import summary_store
from partner_api.leases import past_due_store
from partner_api.metrics.registry import REGISTRY
from partner_api.reconciliation import record_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from partner_api.clock import Clock
    from partner_api.database.connection import Connection, Pool

Measured = Literal["database", "disks"]
SECONDS_BETWEEN: Final = 60.0
ENDING_SOON: Final = timedelta(days=1)
"""So long before it ends, an unpaid lease counts as ending."""
EXPIRING_SOON: Final = timedelta(hours=4)
"""So long before its time is up, an unfinished job counts as expiring."""
LOST_LATELY: Final = timedelta(hours=1)
_ALIKE = " The same at every server: take the max."
_SEGMENT_NAME_LENGTH = 24


def _gauge(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(
        f"layers_{name}", meaning, labels, registry=REGISTRY, multiprocess_mode="mostrecent"
    )


_MEASURED = _gauge(
    "measured_timestamp_seconds",
    "When the numbers of the database, or of this machine's disks, were last measured; once a minute.",
    ("what",),
)
_MISMATCHES = _gauge(
    "books_mismatches", f"What the last full check of the books found wrong.{_ALIKE}"
)
_CHECKED_AT = _gauge(
    "books_checked_timestamp_seconds",
    f"When the last full check of the books ended; 0 before the first.{_ALIKE}",
)
_PAST_DUE = _gauge(
    "leases_past_due", f"Leases that their partner could not pay, to 10,000.{_ALIKE}"
)
_ENDING = _gauge(
    "leases_ending_unpaid",
    f"Those of them that end within a day unless they are paid, to 10,000.{_ALIKE}",
)
_WAITING = _gauge("jobs_waiting", f"Jobs that no worker has taken, to 10,000.{_ALIKE}")
_OLDEST = _gauge(
    "jobs_oldest_waiting_seconds", f"How long ago the first of them was asked for.{_ALIKE}"
)
_RUNNING = _gauge("jobs_running", f"Jobs that a worker has, to 10,000.{_ALIKE}")
_EXPIRING = _gauge(
    "jobs_expiring",
    f"Unfinished jobs that fail within four hours, because their 24 are over, to 10,000.{_ALIKE}",
)
_LOST = _gauge(
    "jobs_lost_last_hour",
    f"Jobs that failed in the last hour because three workers went silent with them, to 10,000.{_ALIKE}",
)
_DATABASE_BYTES = _gauge("database_bytes", f"Size of the database.{_ALIKE}")
_WAL_POSITION = _gauge(
    "database_wal_position_bytes",
    f"How much has ever been written to PostgreSQL's write-ahead log.{_ALIKE}",
)
_WAL_KEPT = _gauge(
    "database_wal_kept_bytes",
    f"How much of it is kept for the replication slot that is furthest behind.{_ALIKE}",
)
_ARCHIVING_FAILS = _gauge(
    "database_archiving_fails",
    f"1 when the last attempt to archive a piece of the write-ahead log failed, or 0.{_ALIKE}",
)
_SESSIONS = _gauge("database_sessions", f"Sessions of PostgreSQL, everybody's.{_ALIKE}")
_MOST_SESSIONS = _gauge("database_sessions_most", f"How many PostgreSQL allows.{_ALIKE}")
_LOCK_WAITS = _gauge("database_lock_waits", f"Sessions that wait for a lock.{_ALIKE}")
_LOCK_WAIT = _gauge(
    "database_longest_lock_wait_seconds", f"For how long the first of them has waited.{_ALIKE}"
)
_DISK_BYTES = _gauge(
    "disk_bytes",
    "Size of the file system that a folder is in: data, files, or postgres and wal of the server's own PostgreSQL.",
    ("folder",),
)
_DISK_FREE = _gauge("disk_free_bytes", "How much of it is free.", ("folder",))
_WAL_FILES = _gauge(
    "database_wal_files_bytes",
    "Size of the files of the write-ahead log of the server's own PostgreSQL.",
)


async def measure_database(connection: Connection, now: datetime) -> None:
    """Measure what is the same for all servers of a database."""
    books = await record_store.last_reconciliation(connection)
    _MISMATCHES.set(0 if books is None else books.mismatches_found)
    # A rehearsal may have moved the installation's time; the other side compares with the machine's.
    ago = None if books is None else (now - books.finished_at).total_seconds()
    _CHECKED_AT.set(0.0 if ago is None else time.time() - ago)
    leases = await past_due_store.count_past_due(connection, now + ENDING_SOON)
    _PAST_DUE.set(leases.leases)
    _ENDING.set(leases.ending)
    jobs = await summary_store.summarize(connection, now, now - LOST_LATELY)
    oldest = now if jobs.oldest_waiting_at is None else jobs.oldest_waiting_at
    _WAITING.set(jobs.waiting)
    _OLDEST.set(max(0.0, (now - oldest).total_seconds()))
    _RUNNING.set(jobs.running)
    _LOST.set(jobs.lost)
    _EXPIRING.set(await summary_store.count_expiring(connection, now + EXPIRING_SOON))
    await _measure_postgres(connection)
    _MEASURED.labels("database").set_to_current_time()


async def _measure_postgres(connection: Connection) -> None:
    signs = await read_vital_signs(connection)
    _DATABASE_BYTES.set(signs.database_bytes)
    _WAL_POSITION.set(signs.wal_position_bytes)
    _WAL_KEPT.set(signs.wal_kept_bytes)
    _ARCHIVING_FAILS.set(signs.is_archiving_failing)
    _SESSIONS.set(signs.sessions)
    _MOST_SESSIONS.set(signs.most_sessions)
    _LOCK_WAITS.set(signs.lock_waits)
    _LOCK_WAIT.set(signs.longest_lock_wait_seconds)


def measure_disks(folders: Mapping[str, Path]) -> None:
    """Measure the room of the file systems that these folders are in; those that are not there are left out.

    It may wait for ever, for a disk of another machine.
    """
    for name, folder in folders.items():
        try:
            room = os.statvfs(folder)
        except OSError:
            continue
        _DISK_BYTES.labels(name).set(room.f_blocks * room.f_frsize)
        # Not what only root may use.
        _DISK_FREE.labels(name).set(room.f_bavail * room.f_frsize)
    if "wal" in folders:
        with contextlib.suppress(OSError), os.scandir(folders["wal"]) as files:
            # Files come and go meanwhile, and the folder has others.
            sizes = [_size(file) for file in files if len(file.name) == _SEGMENT_NAME_LENGTH]
            _WAL_FILES.set(sum(sizes))
    _MEASURED.labels("disks").set_to_current_time()


def _size(file: os.DirEntry[str]) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


async def measure_every_minute(pool: Pool, clock: Clock, folders: Mapping[str, Path]) -> None:
    """Measure both at once and then every minute, until cancelled.

    Disks are measured in a thread that nobody waits for: one that does not answer holds up nothing, not even the end
    of the process.
    """
    over = threading.Event()
    threading.Thread(target=_measure_disks, args=(folders, over), name="disks", daemon=True).start()
    try:
        while True:
            with contextlib.suppress(*FAILURES):
                async with pool.acquire() as connection:
                    await measure_database(connection, clock.now())
            await asyncio.sleep(SECONDS_BETWEEN)
    finally:
        over.set()


def _measure_disks(folders: Mapping[str, Path], over: threading.Event) -> None:
    while True:
        measure_disks(folders)
        if over.wait(SECONDS_BETWEEN):
            return
