"""A cluster out of a copy of its files and WAL, as it was at an instant."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import subprocess
import tarfile
import threading
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Final

from embedded_postgres.account import choose_account
from embedded_postgres.backup.base import open_tar
from embedded_postgres.backup.errors import BackupError, TargetNotReached
from embedded_postgres.binaries import binaries_for
from embedded_postgres.cluster import OWNER_ROLE, prepared_cluster
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.postmaster import Postmaster
from embedded_postgres.server import SETTINGS
from embedded_postgres.socket_folder import make_socket_folder, remove_socket_folder
from embedded_postgres.time_limits import EMBEDDED_PROGRAM_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from embedded_postgres.account import Account

# In the cluster, whose folder PostgreSQL works in, so that its account reaches it wherever the backup is.
_WAL_FOLDER: Final = "layers_restore_wal"
_RESTORE_COMMAND: Final = f"test -f {_WAL_FOLDER}/%f && cp {_WAL_FOLDER}/%f %p"
_NOT_REACHED: Final = "recovery ended before configured recovery target was reached"
_RESTORED: Final = b'restored log file "'
_LAST_COMMIT: Final = re.compile(rb"last completed transaction was at log time ([0-9: .-]+)\+00")
_END_OF_LOG_BYTES: Final = 64 * 1024
_LOOK_SECONDS: Final = 0.2


class Recovery:
    """A cluster that is being prepared for a data folder; see `recovering`.

    Args:
        folder: the data folder.
        account: whom the cluster will belong to.
        cluster: where it is prepared.
    """

    def __init__(self, folder: DataFolder, account: Account, cluster: Path) -> None:
        self._folder = folder
        self._account = account
        self._cluster = cluster
        self.wal = cluster / _WAL_FOLDER
        """The folder for the segments and histories that recovery may need."""

    def unpack(self, base: Path, wal: Path, on_progress: Callable[[int], None]) -> None:
        """Unpack a copy, and the WAL that was made with it.

        Raises:
            BackupError: one of them is damaged.
        """
        for path, place in ((base, self._cluster), (wal, self.wal)):
            place.mkdir(mode=0o700, exist_ok=True)
            try:
                with open_tar(path) as tar:
                    for number, member in enumerate(tar, 1):
                        on_progress(number)
                        # Nothing in it can lead out of the folder.
                        tar.extract(member, place, filter="data")
            except (tarfile.TarError, EOFError, ValueError, gzip.BadGzipFile, zlib.error) as error:
                raise BackupError(
                    f"The backup is damaged: {path.name} cannot be unpacked. Use another backup; "
                    "`layers backup list` names them."
                ) from error

    def recover(
        self, to: datetime | None, timeline: int, on_segment: Callable[[int], None]
    ) -> None:
        """Apply the WAL, up to an instant if one is given, and begin a new time line.

        Args:
            to: what was committed later is left out; everything that there is without it.
            timeline: the one to follow.
            on_segment: called now and then with the number of segments that were applied.

        Raises:
            TargetNotReached: the WAL ended before the instant.
            DatabaseStartError: PostgreSQL could not do it.
        """
        self._take_all()
        settings = SETTINGS | {
            "restore_command": _RESTORE_COMMAND,
            "recovery_target_timeline": str(timeline),
            "recovery_target_action": "promote",
            "hot_standby": "off",
        }
        if to is not None:
            settings["recovery_target_time"] = to.isoformat()
        signal = self._cluster / "recovery.signal"
        signal.touch(mode=0o600)
        self._account.take(signal)
        binaries = binaries_for(self._account)
        socket_folder = make_socket_folder(self._cluster, self._account, None)
        try:
            with _counting_segments(self._folder.log, on_segment):
                server = Postmaster.launch(
                    *(self._cluster, binaries, self._account, self._folder, socket_folder, settings)
                )
            server.stop()
        except DatabaseStartError as error:
            if _NOT_REACHED in str(error):
                raise TargetNotReached(str(error), _last_commit(self._folder.log)) from error
            raise
        finally:
            remove_socket_folder(socket_folder, self._account)
        self._set_password()
        for left in self.wal.iterdir():
            left.unlink()
        self.wal.rmdir()

    def _take_all(self) -> None:
        """Hand all files to the account. No program of it runs yet that could put a link in the way."""
        for folder, folders, files in os.walk(self._cluster):
            os.chmod(folder, 0o700)
            if self._account.is_other:
                for name in (*folders, *files):
                    os.chown(
                        os.path.join(folder, name),
                        self._account.uid,
                        self._account.gid,
                        follow_symlinks=False,
                    )

    def _set_password(self) -> None:
        """Let the owner's role have the password of this data folder: the old one is not in the backup."""
        password = self._folder.make_password("owner")
        finished = subprocess.run(
            [
                binaries_for(self._account).postgres,
                "--single",
                *("-D", self._cluster),
                *("-c", "log_statement=none", "-c", "log_min_error_statement=panic"),
                "postgres",
            ],
            # A password holds only letters, digits, - and _.
            input=f"ALTER ROLE {OWNER_ROLE} PASSWORD '{password}'\n".encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=EMBEDDED_PROGRAM_SECONDS,
            check=False,
            **{
                name: value
                for name, value in self._account.process_options().items()
                if name != "stdin"
            },
        )
        if finished.returncode != 0 or b"ERROR:" in finished.stderr:
            raise BackupError(
                "The restored database did not take its new password. Look after the disk, then run "
                "the restore again."
            )


@contextlib.contextmanager
def recovering(
    data_dir: Path | str, user: str | None
) -> Iterator[tuple[Recovery, Callable[[], None]]]:
    """Claim a data folder without a database, and yield a recovery and what puts its cluster in place.

    Until that, no server starts with the folder; what is not put in place is removed at the end.

    Args:
        data_dir: the data folder; created if there is none.
        user: the account that is to run PostgreSQL when this process is root's.

    Raises:
        BackupError: the folder has a database.
        DatabaseStartError: it cannot be used, or another process uses it.
    """
    folder = DataFolder(data_dir)
    account = choose_account(user, folder.cluster)
    folder.make(account)
    lock = folder.lock()
    try:
        if os.path.lexists(folder.cluster):
            raise BackupError(
                f"{folder.path} has a database, which a restore never overwrites. Name an empty "
                "folder with --into."
            )
        folder.begin_restore()
        with prepared_cluster(folder, account, _end_server) as (cluster, put_in_place):

            def finish() -> None:
                put_in_place()
                folder.end_restore()

            yield Recovery(folder, account, cluster), finish
    finally:
        lock.release()


def _last_commit(log: Path) -> datetime | None:
    """Return when the last transaction was committed that PostgreSQL has applied, as its log says."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _END_OF_LOG_BYTES))
        found = _LAST_COMMIT.findall(file.read())
    return None if not found else datetime.fromisoformat(f"{found[-1].decode()}+00:00")


def _end_server(cluster: Path) -> None:
    left = Postmaster.find(cluster)
    if left is not None:
        left.stop(fast_seconds=0)


@contextlib.contextmanager
def _counting_segments(log: Path, on_segment: Callable[[int], None]) -> Iterator[None]:
    """Count the segments that PostgreSQL says it has restored, while it does so."""
    start = log.stat().st_size if log.exists() else 0
    ended = threading.Event()

    def count() -> None:
        position, found = start, 0
        while not ended.wait(_LOOK_SECONDS):
            with contextlib.suppress(OSError), log.open("rb") as file:
                file.seek(position)
                text = file.read()
                whole = text.rpartition(b"\n")[0]
                position += len(whole)
                found += whole.count(_RESTORED)
            on_segment(found)

    thread = threading.Thread(target=count, name="recovery-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(EMBEDDED_PROGRAM_SECONDS)
