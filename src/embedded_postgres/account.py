"""The operating system account that PostgreSQL runs as."""

import contextlib
import errno
import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.interruptions import stops_deferred
from embedded_postgres.time_limits import EMBEDDED_PROGRAM_SECONDS

# Tried in this order when root starts the server and nothing else says which account to use.
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An account, and whether it is another one than that of this process."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def process_options(self) -> dict[str, Any]:
        """Return keyword arguments for `subprocess` that start a program as this account.

        The program gets a session of its own, so that Ctrl-C in the terminal reaches only this
        process, and next to nothing of the environment, which holds secrets of the application.
        """
        options: dict[str, Any] = {
            "cwd": "/",
            "env": _environment(),
            "start_new_session": True,
            "stdin": subprocess.DEVNULL,
            "umask": 0o077,
        }
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; stdout and stderr come back together, as text.

        Raises:
            DatabaseStartError: this process may not start programs as the account.
            OSError: the program cannot be executed.
        """
        process = None
        try:
            with stops_deferred():
                process = subprocess.Popen(
                    command,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    **self.process_options(),
                )
            output, _ = process.communicate(timeout=EMBEDDED_PROGRAM_SECONDS)
        except OSError as error:
            if self.is_other and error.errno in (errno.EPERM, errno.EINVAL):
                raise DatabaseStartError(
                    f'PostgreSQL does not run as root, and this system does not let root become "'
                    f'{self.name}"; start the server as a plain user or set DATABASE_URL.'
                ) from error
            raise
        except BaseException as error:
            if process is not None:
                # What it has started, too; the pipe is closed when all of them have ended.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise DatabaseStartError(
                    f"{command[0]} has not ended within {EMBEDDED_PROGRAM_SECONDS:g} s. "
                    "Look after the disk, then start the server again."
                ) from error
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def can_run(self, program: Path) -> bool:
        """Return whether the account can execute a PostgreSQL program, libraries included, by trying."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Return whether the account can reach an existing folder, by trying, so that ACLs count too."""
        return self.run(["/bin/sh", "-c", 'cd -- "$0"', folder]).returncode == 0

    def take(self, path: Path) -> None:
        """Hand a file or folder that this process has just created to the account.

        Raises:
            OSError: the system does not allow it.
        """
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def choose_account(user: str | None, cluster: Path) -> Account:
    """Return the account that is to run PostgreSQL.

    A plain user runs it as itself. PostgreSQL refuses to run as root, so root runs it as `user`,
    else as the owner of the existing cluster, else as the first of UNPRIVILEGED_ACCOUNTS.

    Raises:
        DatabaseStartError: there is no such account, or it is root.
    """
    if os.geteuid() != 0:
        return own_account()
    if user is not None:
        found = _known(user)
        if found is None or found.uid == 0:
            raise DatabaseStartError(
                f'LAYERS_EMBEDDED_USER names the account "{user}", which '
                + ("is root" if found else "does not exist")
                + "; name an unprivileged account of this system."
            )
        return found
    if (cluster / "PG_VERSION").exists():
        owner = cluster.stat()
        if owner.st_uid == 0:
            raise DatabaseStartError(
                f"The database files in {cluster} belong to root, and PostgreSQL does not run as "
                "root; give them to an unprivileged account with chown -R."
            )
        return Account(account_name(owner.st_uid), owner.st_uid, owner.st_gid, is_other=True)
    for name in UNPRIVILEGED_ACCOUNTS:
        found = _known(name)
        if found is not None:
            return found
    raise DatabaseStartError(
        "PostgreSQL does not run as root, and this system has no account called "
        + " or ".join(UNPRIVILEGED_ACCOUNTS)
        + "; name an unprivileged one in LAYERS_EMBEDDED_USER."
    )


def own_account() -> Account:
    """Return the account of this process, for programs that may run as root, unlike the server."""
    uid = os.geteuid()
    return Account(name=account_name(uid), uid=uid, gid=os.getegid(), is_other=False)


def account_name(uid: int) -> str:
    """Return the name of an account, or its number where the system has no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _known(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, is_other=True)


def _environment() -> dict[str, str]:
    # LC_ALL: what PostgreSQL says while it starts is read by this package, in English.
    wanted = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in wanted if name in os.environ} | {"LC_ALL": "C"}
