"""The server process: starting it, finding it, waiting for it and stopping it."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from embedded_postgres.account import Account
from embedded_postgres.binaries import Binaries
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.interruptions import stops_deferred
from embedded_postgres.pid_file import disown_stale_files, read_pid_file
from embedded_postgres.processes import Occupant, kill_leftovers, occupant
from embedded_postgres.socket_folder import PORT
from embedded_postgres.time_limits import (
    EMBEDDED_KILLED_SECONDS,
    EMBEDDED_ORPHANS_SECONDS,
    EMBEDDED_PROGRESS_SECONDS,
    EMBEDDED_STOP_SECONDS,
)

_POLL_SECONDS = 0.02
_LOG_PREFIX = re.compile(r"^\S+ \S+ \S+ \[\d+\] ")
# So long the processes of a server that was killed may take to end by themselves.
_ORPHANS_OWN_SECONDS = 2.0
_ORPHANS_COMPLAINT = re.compile(r"pre-existing shared memory block .* is still in use")


class Postmaster:
    """A PostgreSQL server process, started by this process or found running."""

    def __init__(
        self, cluster: Path, pid: int, child: "subprocess.Popen[bytes] | None" = None
    ) -> None:
        self.cluster = cluster
        self.pid = pid
        self._child = child

    @classmethod
    def find(cls, cluster: Path) -> "Postmaster | None":
        """Return the server that runs in the cluster already, ready or not; None when there is none."""
        entry = read_pid_file(cluster)
        if entry is None or entry.pid is None or occupant(entry.pid, cluster) is not Occupant.OURS:
            return None
        return cls(cluster, entry.pid)

    @classmethod
    def launch(
        cls,
        cluster: Path,
        binaries: Binaries,
        account: Account,
        folder: DataFolder,
        socket_folder: Path,
        settings: Mapping[str, str],
    ) -> "Postmaster":
        """Start a server in the cluster and wait until it answers queries.

        Args:
            cluster: the real path of the cluster.
            binaries: programs that the account can run.
            account: whom the server runs as.
            folder: where its log is.
            socket_folder: where its socket goes; no other cluster uses it.
            settings: overrides of the cluster's own configuration.

        Raises:
            DatabaseStartError: it ended, or made no progress for EMBEDDED_PROGRESS_SECONDS.
        """
        settings = {**settings, "port": str(PORT), "unix_socket_directories": str(socket_folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        disown_stale_files(cluster, socket_folder, account)
        folder.rotate_log()
        began = time.monotonic()
        while True:
            said = _size(folder.log)
            server = None
            try:
                with stops_deferred():
                    server = cls._spawn(cluster, binaries, account, folder, options)
                ready = server.wait_until_ready(folder.log)
            except BaseException:
                if server is not None:
                    server.stop()
                raise
            if ready:
                return server
            lines = _log_lines(folder.log, said)
            orphans = any(_ORPHANS_COMPLAINT.search(line) for line in lines)
            waited = time.monotonic() - began
            if not orphans or waited > EMBEDDED_ORPHANS_SECONDS:
                raise DatabaseStartError(
                    f"PostgreSQL could not start: {_complaint(lines)}; its log is {folder.log}."
                )
            if waited > _ORPHANS_OWN_SECONDS:
                kill_leftovers(cluster)
            time.sleep(0.2)

    @classmethod
    def _spawn(
        cls,
        cluster: Path,
        binaries: Binaries,
        account: Account,
        folder: DataFolder,
        options: list[str],
    ) -> "Postmaster":
        log = folder.open_log()
        try:
            child = subprocess.Popen(
                [binaries.postgres, "-D", cluster, *options],
                stdout=log,
                stderr=log,
                **account.process_options(),
            )
        finally:
            os.close(log)
        return cls(cluster, child.pid, child)

    def wait_until_ready(self, log: Path) -> bool:
        """Wait while the server gets ready, however long recovery takes; False when it has ended.

        Raises:
            DatabaseStartError: it made no progress for EMBEDDED_PROGRESS_SECONDS.
        """
        seen, since = _size(log), time.monotonic()
        while True:
            entry = read_pid_file(self.cluster)
            if entry is not None and entry.pid == self.pid and entry.status == "ready":
                return True
            if not self.is_alive():
                return False
            size = _size(log)
            if size != seen:
                seen, since = size, time.monotonic()
            elif time.monotonic() - since > EMBEDDED_PROGRESS_SECONDS:
                raise DatabaseStartError(
                    f"PostgreSQL has not got ready and has said nothing for {EMBEDDED_PROGRESS_SECONDS:.0f} "
                    f"seconds; look at its log {log} and start again."
                )
            time.sleep(_POLL_SECONDS)

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return occupant(self.pid, self.cluster) is Occupant.OURS

    def ask_to_stop(self) -> None:
        """Begin a fast shutdown, without waiting for its end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def stop(
        self,
        *,
        fast_seconds: float = EMBEDDED_STOP_SECONDS,
        at_once_seconds: float = EMBEDDED_STOP_SECONDS,
    ) -> None:
        """End the server, and whatever of it does not notice that it is gone.

        Args:
            fast_seconds: how long a fast shutdown, with its checkpoint, may take.
            at_once_seconds: how long an immediate one may take then; after it the server is killed.
        """
        for kind, seconds in (
            (signal.SIGINT, fast_seconds),
            (signal.SIGQUIT, at_once_seconds),
            (signal.SIGKILL, EMBEDDED_KILLED_SECONDS),
        ):
            if not self.is_alive():
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, kind)
            give_up = time.monotonic() + seconds
            while self.is_alive() and time.monotonic() < give_up:
                time.sleep(_POLL_SECONDS)
        if not self.is_alive():
            kill_leftovers(self.cluster)


def _log_lines(log: Path, start: int) -> list[str]:
    with log.open("rb") as file:
        # The end tells why, and a long recovery has much to say before.
        file.seek(max(start, _size(log) - 64 * 1024))
        text = file.read().decode(errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _complaint(lines: list[str]) -> str:
    for line in reversed(lines):
        for severity in ("FATAL:", "PANIC:"):
            if severity in line:
                return line.partition(severity)[2].strip()
    # What comes before the log is set up has no prefix, and may take three lines.
    plain = [line for line in lines if not _LOG_PREFIX.match(line)]
    return " ".join(plain[-3:]).removeprefix("postgres: ") or "it ended without saying why"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
