"""What the embedded server keeps in the data folder beside the cluster, and who may use it."""

import fcntl
import os
import secrets
import weakref
from pathlib import Path
from typing import Literal

from embedded_postgres.account import Account, account_name
from embedded_postgres.errors import DatabaseStartError

Role = Literal["owner", "app"]
_UNFINISHED = "restore-unfinished"
MAX_LOG_BYTES = 10 * 1024 * 1024


class DataFolder:
    """The files that the server keeps in its data folder, all of them mode 0600.

    `postgres` is the cluster, or a link to it; `postgres.log`, and `postgres.log.1` before it;
    `postgres-owner.password` and `postgres-app.password`; `server.lock`; `restore-unfinished`
    while a backup is being restored.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(os.path.realpath(os.path.expanduser(path)))
        self.cluster = self.path / "postgres"
        self.log = self.path / "postgres.log"

    def make(self, account: Account) -> None:
        """Create the folder if there is none, closed to everybody else.

        Its mode is 0700. When root creates it for another account to keep its cluster in, that
        account's group may pass through it (0710), but not list it or change anything in it.

        Raises:
            DatabaseStartError: the path is not a folder, or not writable.
        """
        if not str(self.path).isprintable():
            # PostgreSQL writes the path into files that are read by lines.
            raise DatabaseStartError(
                f"The path of the data folder, {str(self.path)!r}, has characters that cannot be "
                "printed; choose another folder with LAYERS_DATA_DIR."
            )
        if not self.path.exists():
            self.path.mkdir(mode=0o700, parents=True)
            if account.is_other:
                os.chown(self.path, -1, account.gid)
                self.path.chmod(0o710)
        if not self.path.is_dir():
            raise DatabaseStartError(
                f"The data folder {self.path} is a file; remove it, or choose another folder with "
                "LAYERS_DATA_DIR."
            )
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise DatabaseStartError(
                f'The data folder {self.path} is not writable for "{account_name(os.geteuid())}"; '
                "start the server as its owner, or choose another folder with LAYERS_DATA_DIR."
            )

    def lock(self, holder_pid: int | None = None) -> "FolderLock":
        """Claim the folder for this process.

        Args:
            holder_pid: the process that people know as the server, when it is another one.

        Raises:
            DatabaseStartError: another server has claimed it.
        """
        descriptor = self._open("server.lock", os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise DatabaseStartError(
                f"Another server (pid {holder or 'unknown'}) uses the data folder {self.path}; "
                "stop it, or choose another folder with LAYERS_DATA_DIR."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{holder_pid or os.getpid()}\n".encode(), 0)
        return FolderLock(descriptor)

    def password(self, role: Role) -> str:
        """Read the password of a database role.

        Raises:
            DatabaseStartError: its file is missing, empty or not readable for this process.
        """
        path = self._password_file(role)
        try:
            password = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            password = ""
        if not password:
            raise DatabaseStartError(
                f"The database password in {path} is missing or cannot be read; restore that file "
                "from the backup of the data folder, or run as the folder's owner."
            )
        return password

    def make_password(self, role: Role) -> str:
        """Return the password of a database role, a new one if it has none yet.

        Raises:
            DatabaseStartError: its file is empty or not readable for this process.
            OSError: a new one cannot be written.
        """
        path = self._password_file(role)
        if not path.exists():
            # Complete or not there at all: half a password would lock everybody out.
            descriptor = self._open(f"{path.name}.new", os.O_WRONLY | os.O_TRUNC)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
                file.flush()
                os.fsync(descriptor)
            path.with_name(f"{path.name}.new").rename(path)
        return self.password(role)

    def begin_restore(self) -> None:
        """Note that what comes into the folder is not whole yet, so that no server starts with it."""
        os.close(self._open(_UNFINISHED, os.O_WRONLY))

    def end_restore(self) -> None:
        """Note that all of it is there."""
        (self.path / _UNFINISHED).unlink(missing_ok=True)

    def require_no_unfinished_restore(self) -> None:
        """Check that no restore into the folder was cut off.

        Raises:
            DatabaseStartError: one was.
        """
        if (self.path / _UNFINISHED).exists():
            raise DatabaseStartError(
                f"A restore into {self.path} was not finished. Run `layers restore` again, or remove "
                f"{self.path / _UNFINISHED} to begin with an empty database."
            )

    def open_log(self) -> int:
        """Open the log for appending and return the descriptor, which the caller closes."""
        return self._open(self.log.name, os.O_WRONLY | os.O_APPEND)

    def rotate_log(self) -> None:
        """Rename a log of more than 10 MiB to `postgres.log.1`. No server may be running."""
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.rename(self.log.with_name(f"{self.log.name}.1"))

    def _password_file(self, role: Role) -> Path:
        return self.path / f"postgres-{role}.password"

    def _open(self, name: str, flags: int) -> int:
        descriptor = os.open(self.path / name, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:
            # So that root can start the server of a plain user once, and the user again later.
            os.fchown(descriptor, self.path.stat().st_uid, -1)
        return descriptor


class FolderLock:
    """A claim on the data folder; the kernel drops it when the process ends in whatever way."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.held = True
        _held_locks.add(self)

    def release(self) -> None:
        """Release the claim. The descriptor is closed, not unlocked: in a forked process the folder stays claimed."""
        if self.held:
            self.held = False
            _held_locks.discard(self)
            os.close(self._descriptor)


_held_locks: "weakref.WeakSet[FolderLock]" = weakref.WeakSet()


def _release_in_forked_process() -> None:
    # A forked worker that outlives a killed server must not keep the folder claimed.
    for lock in list(_held_locks):
        lock.release()


os.register_at_fork(after_in_child=_release_in_forked_process)
