"""The embedded server as a whole: what the rest of the application starts, stops and asks."""

import asyncio
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import asyncpg

from embedded_postgres.account import Account, choose_account
from embedded_postgres.backup.slot import MOST_WAL_KEPT
from embedded_postgres.binaries import Binaries, binaries_for
from embedded_postgres.cluster import OWNER_ROLE, find_cluster, make_cluster
from embedded_postgres.data_folder import DataFolder, FolderLock, Role
from embedded_postgres.database import APP_ROLE, DATABASE, make_database_and_role
from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.pid_file import read_pid_file
from embedded_postgres.postmaster import Postmaster
from embedded_postgres.processes import Occupant, occupant
from embedded_postgres.socket_folder import make_again, make_socket_folder, remove_socket_folder
from embedded_postgres.time_limits import (
    EMBEDDED_PROGRESS_SECONDS,
    EMBEDDED_STOP_SECONDS,
)

_ROLES: Final[dict[Role, str]] = {"owner": OWNER_ROLE, "app": APP_ROLE}
# Given on the command line at each start, so that they win over the files in the cluster.
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Postmaster.launch reads the log.
    "logging_collector": "off",
    "log_destination": "stderr",
    "lc_messages": "C",
    "max_slot_wal_keep_size": MOST_WAL_KEPT,
}
_UNSAFE_SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgres:
    """The PostgreSQL server of one data folder.

    One process at a time supervises it: `start` claims the folder until `stop`. Any other process
    of the same account can use it meanwhile, through `url`. It listens on a Unix socket in a
    folder of mode 0700 and on no network; every role has a password.

    Args:
        data_dir: the data folder; created at the first start.
        user: the account that PostgreSQL runs as when this process is root's; see `choose_account`.
        holder_pid: the process that people know as the server, when it is not this one.
        fast_unsafe: never wait for the disk. Only for clusters of tests that are thrown away: a
            power cut destroys such a cluster.
    """

    def __init__(
        self,
        data_dir: Path | str,
        *,
        user: str | None = None,
        holder_pid: int | None = None,
        fast_unsafe: bool = False,
    ) -> None:
        self._folder = DataFolder(data_dir)
        self._user = user
        self._holder_pid = holder_pid
        # A server that is started again stays where those who use it know it to be.
        self._socket_folder: Path | None = None
        self._found_socket_folder: Path | None = None
        self._fast_unsafe = fast_unsafe
        self._lock: FolderLock | None = None
        self._account: Account | None = None
        self._postmaster: Postmaster | None = None
        self.notes: list[str] = []
        """Sentences for the person who started the server: what is not where one would look."""

    def start(self) -> None:
        """Start the server, or adopt it where it still runs; returns when it answers queries.

        Makes the cluster, the database and the roles when they are missing, and waits for crash
        recovery as long as that makes progress. Does nothing when the server runs already.

        Raises:
            DatabaseStartError: the server cannot run, or another process supervises it.
            RuntimeError: called in an event loop, which it would block; use a thread.
        """
        _require_no_event_loop()
        if self._claimed and self._postmaster is not None and self._postmaster.is_alive():
            return
        try:
            self._start()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise DatabaseStartError(
                    f"PostgreSQL could not be started in the data folder {self._folder.path}: "
                    f"{error}; correct that, or choose another folder with LAYERS_DATA_DIR."
                ) from error
            raise

    @property
    def log(self) -> Path:
        """What PostgreSQL writes while it runs."""
        return self._folder.log

    def is_alive(self) -> bool:
        """Return whether the server that was started, or found, still runs."""
        return self._postmaster is not None and self._postmaster.is_alive()

    def ask_to_stop(self) -> None:
        """Begin an orderly shutdown, without waiting for it; `stop` does the rest."""
        if self._claimed and self._postmaster is not None:
            self._postmaster.ask_to_stop()

    def stop(
        self,
        *,
        fast_seconds: float = EMBEDDED_STOP_SECONDS,
        at_once_seconds: float = EMBEDDED_STOP_SECONDS,
    ) -> None:
        """Stop the server and wait for its end. Does nothing when it is not ours.

        Args:
            fast_seconds: how long an orderly shutdown, with its checkpoint, may take.
            at_once_seconds: how long ending at once may take then; after it the server is killed.
        """
        if self._claimed and self._postmaster is not None and self._account is not None:
            entry = read_pid_file(self._postmaster.cluster)
            self._postmaster.stop(fast_seconds=fast_seconds, at_once_seconds=at_once_seconds)
            named = entry.socket_folder if entry else None
            for folder in {named, self._socket_folder, self._found_socket_folder}:
                if folder is not None:
                    remove_socket_folder(folder, self._account)
        self._postmaster = None
        if self._lock is not None:
            self._lock.release()

    def url(self, role: Role) -> str:
        """Return the URL of the database for a role, as asyncpg and SQLAlchemy's asyncpg dialect take it.

        Works in any process that may read the data folder, also one that did not start the server.

        Args:
            role: `owner` owns the database and may do everything; `app` is what the application is.

        Raises:
            DatabaseStartError: no server is ready, or its files cannot be read.
        """
        cluster = self._folder.cluster.resolve()
        try:
            entry = read_pid_file(cluster)
        except OSError as error:
            raise DatabaseStartError(
                f"The database in {self._folder.path} cannot be used ({error.strerror}); run this "
                "as the account that runs the server."
            ) from error
        if (
            entry is None
            or entry.pid is None
            or entry.socket_folder is None
            or entry.status != "ready"
            or occupant(entry.pid, cluster) is Occupant.OTHER
        ):
            raise DatabaseStartError(
                f"No database server is ready in {self._folder.path}; start it with `layers serve`, "
                "or wait until it has started."
            )
        return (
            f"postgresql://{_ROLES[role]}:{self._folder.password(role)}@/{DATABASE}"
            f"?host={quote(str(entry.socket_folder))}&port={entry.port}"
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _claimed(self) -> bool:
        return self._lock is not None and self._lock.held

    def _start(self) -> None:
        account = choose_account(self._user, self._folder.cluster)
        binaries = binaries_for(account)
        self._folder.make(account)
        if not self._claimed:
            self._lock = self._folder.lock(self._holder_pid)
        self._folder.require_no_unfinished_restore()
        cluster = find_cluster(self._folder, account)
        if cluster is None:
            cluster = make_cluster(self._folder, account, binaries, fast_unsafe=self._fast_unsafe)
        # Without it the server would start in vain.
        self._folder.password("owner")
        self.notes = _notes(self._folder, cluster, binaries, account)
        self._account = account
        self._postmaster = Postmaster.find(cluster)
        # One that is found may be on its way out.
        if self._postmaster is None or not self._postmaster.wait_until_ready(self._folder.log):
            self._postmaster = self._launch(cluster, binaries, account)
        elif (entry := read_pid_file(cluster)) is not None:
            # Known at its end too, when the file is gone that says it.
            self._found_socket_folder = entry.socket_folder
        self._prepare_database()

    def _launch(self, cluster: Path, binaries: Binaries, account: Account) -> Postmaster:
        left = read_pid_file(cluster)
        if self._socket_folder is not None:
            make_again(self._socket_folder, account)
        previous = self._socket_folder or (left.socket_folder if left else None)
        socket_folder = make_socket_folder(cluster, account, previous)
        settings = SETTINGS | (_UNSAFE_SETTINGS if self._fast_unsafe else {})
        try:
            postmaster = Postmaster.launch(
                cluster, binaries, account, self._folder, socket_folder, settings
            )
        except BaseException:
            remove_socket_folder(socket_folder, account)
            raise
        self._socket_folder = socket_folder
        return postmaster

    def _prepare_database(self) -> None:
        app_password = self._folder.make_password("app")
        try:
            self._make_database_and_role(app_password)
        except asyncpg.InvalidPasswordError as error:
            raise DatabaseStartError(
                f"The database in {self._folder.path} does not accept the password kept beside it; "
                "restore postgres-owner.password from the backup that the database comes from."
            ) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise DatabaseStartError(
                f"PostgreSQL runs but could not be prepared: {str(error) or 'no answer in time'}; "
                f"its log is {self._folder.log}."
            ) from error

    def _make_database_and_role(self, app_password: str) -> None:
        give_up = time.monotonic() + EMBEDDED_PROGRESS_SECONDS
        while True:
            try:
                asyncio.run(make_database_and_role(self.url("owner"), app_password))
                return
            except (asyncpg.CannotConnectNowError, asyncpg.CrashShutdownError):
                # A server that was found may be recovering from the end of one of its processes.
                if not self.is_alive() or time.monotonic() > give_up:
                    raise
                time.sleep(0.1)


def _notes(folder: DataFolder, cluster: Path, binaries: Binaries, account: Account) -> list[str]:
    notes = []
    if account.is_other:
        notes.append(f'PostgreSQL runs as the account "{account.name}".')
    if binaries.is_copy:
        notes.append(
            f"That account cannot reach the installed PostgreSQL programs, so it runs those in "
            f"{binaries.root}."
        )
    if cluster != folder.cluster:
        notes.append(
            f"The database files are in {cluster}, to which {folder.cluster} is a link; a backup "
            "or a move of the data folder needs both."
        )
    return notes


def _require_no_event_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("EmbeddedPostgres.start() blocks; call it in a thread of its own.")
