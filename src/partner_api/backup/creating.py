"""Making a backup: a copy of the running database, and of the generated files, at the target."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from embedded_postgres.account import own_account
from embedded_postgres.backup import slot
from embedded_postgres.backup.base import FILES as BASE_FILES
from embedded_postgres.backup.base import take_base
from embedded_postgres.backup.errors import BackupError
from embedded_postgres.binaries import MAJOR_VERSION, binaries_for
from partner_api import installed_version
from partner_api.backup.catalog import (
    BASE_RECORD,
    BASES,
    FILE_LIST,
    FILES,
    FORMAT,
    INSTALLATION,
    BaseRecord,
    InstallationRecord,
    StoredObject,
    base_id_of,
    require_own,
)
from partner_api.database.version import current_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import asyncpg

    from partner_api.backup.target import Target
    from partner_api.settings.table import Settings

    Progress = Callable[[str, int, int], None]

_CHUNK_BYTES: Final = 1024 * 1024
_INCOMING: Final = ".incoming"
_STAGING: Final = ".backup-"
_STALE_SECONDS: Final = 24 * 3600


async def create_backup(
    settings: Settings, owner_url: str, target: Target, *, keeps_wal: bool, on_progress: Progress
) -> BaseRecord:
    """Copy the database that runs, and the generated files of the data folder, to a target.

    Args:
        settings: whose data folder it is.
        owner_url: of the database.
        target: where to.
        keeps_wal: whether the server archives its WAL there too, from now on at the latest.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        BackupError: the target cannot be used or is another database's, or the copy failed.
    """
    connection = await slot.connect_as_owner(owner_url)
    try:
        system_identifier = await slot.read_system_identifier(connection)
        if not require_own(target, system_identifier):
            whose = InstallationRecord(FORMAT, system_identifier)
            target.write(INSTALLATION, msgspec.json.encode(whose))
        if keeps_wal:
            # Before the copy, so that nothing is missing between it and the WAL.
            await slot.keep_wal(connection)
        revision = await current_revision(connection)
        started_at = await _now(connection)
        base_id = base_id_of(started_at)
        with _staging(target.scratch or settings.data_dir) as folder:
            manifest = take_base(
                owner_url,
                binaries_for(own_account()),
                folder,
                lambda done, total: on_progress("copying", done, total),
            )
            finished_at = await _now(connection)
            objects = {}
            for number, name in enumerate(BASE_FILES):
                on_progress("storing", number, len(BASE_FILES))
                objects[name] = _store(target, f"{BASES}/{base_id}/{name}", folder / name)
        copied = None
        if settings.storage_url is None:
            # After the copy: what it names was there before.
            copied = _copy_files(settings.data_dir / "files", target, base_id, on_progress)
        record = BaseRecord(
            id=base_id,
            version=installed_version(),
            schema_revision=revision,
            postgres_major=MAJOR_VERSION,
            system_identifier=system_identifier,
            timeline=manifest.timeline,
            start_lsn=manifest.start,
            end_lsn=manifest.end,
            started_at=started_at,
            finished_at=finished_at,
            objects=objects,
            files_copied=copied,
        )
        # Last: what has no record is not whole.
        target.write(f"{BASES}/{base_id}/{BASE_RECORD}", msgspec.json.encode(record))
        return record
    finally:
        await connection.close()


async def _now(connection: asyncpg.Connection) -> datetime:
    # Of the database, as the instants that it is restored to.
    found: datetime = await slot.read_time(connection)
    return found.astimezone(UTC)


@contextlib.contextmanager
def _staging(place: Path) -> Iterator[Path]:
    """Yield the path for a copy on its way, which does not exist yet."""
    for left in place.glob(f"{_STAGING}*"):
        # Of one that was killed; what is younger may be at work.
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=place))
    try:
        yield folder / "base"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _store(target: Target, name: str, path: Path) -> StoredObject:
    stored = sum_of(path)
    target.upload(name, path)
    return stored


def sum_of(path: Path) -> StoredObject:
    """Return the size and the sum of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return StoredObject(size, digest.hexdigest())


def _copy_files(folder: Path, target: Target, base_id: str, on_progress: Progress) -> int:
    """Copy the files that are not at the target yet; a name never stands for something else later."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and _INCOMING not in path.parts
    )
    there = target.names(FILES)
    for number, name in enumerate(names):
        on_progress("copying files", number, len(names))
        # A file may have been deleted meanwhile.
        with contextlib.suppress(FileNotFoundError):
            if there.get(name) != (folder / name).stat().st_size:
                target.upload(f"{FILES}/{name}", folder / name)
    listed = gzip.compress(msgspec.json.encode(names))
    target.write(f"{BASES}/{base_id}/{FILE_LIST}", listed)
    return len(names)


async def forget_archive(owner_url: str) -> None:
    """Let the server remove its WAL: nobody archives it any more."""
    connection = await slot.connect_as_owner(owner_url)
    try:
        await slot.stop_keeping_wal(connection)
    finally:
        await connection.close()


def require_embedded(settings: Settings) -> None:
    """Check that the database is the server's own.

    Raises:
        BackupError: it is another one.
    """
    if settings.database_url is not None:
        raise BackupError(
            "This is for the server's own PostgreSQL, and DATABASE_URL names another one. Use what is "
            "made for it: pgBackRest, Barman, or your provider's backups with point-in-time recovery."
        )
