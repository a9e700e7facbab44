"""`postmaster.pid`: what PostgreSQL writes about itself, and what is left of it after a crash."""

import os
from dataclasses import dataclass
from pathlib import Path

from embedded_postgres.account import Account
from embedded_postgres.processes import Occupant, occupant
from embedded_postgres.socket_folder import SOCKET_NAME

_NAME = "postmaster.pid"


@dataclass(frozen=True)
class PidFile:
    """The lines that matter here; None for what PostgreSQL has not written yet."""

    pid: int | None
    port: int | None
    socket_folder: Path | None
    status: str | None


def read_pid_file(cluster: Path) -> PidFile | None:
    """Read the file of a cluster, complete or not; None when there is none.

    Raises:
        OSError: this process may not read it.
    """
    text = _read(cluster)
    if text is None:
        return None
    # The lines: pid, data folder, start time, port, socket folder, address, shared memory, status.
    lines = [line.strip() for line in text.split("\n")] + [""] * 8
    return PidFile(
        pid=_number(lines[0]),
        port=_number(lines[3]),
        socket_folder=Path(lines[4]) if lines[4] else None,
        status=lines[7] or None,
    )


def disown_stale_files(cluster: Path, socket_folder: Path, account: Account) -> None:
    """Keep a dead server's lock files from naming a process that has its number by chance.

    PostgreSQL refuses to start while any process of its account has a pid that its lock files
    name. It ignores that of its parent, so this process's is put into `postmaster.pid`. The rest
    of that file stays, because PostgreSQL finds with it whether processes of the dead server still
    use the shared memory.
    """
    entry = read_pid_file(cluster)
    if entry and entry.pid is not None and occupant(entry.pid, cluster) is not Occupant.OTHER:
        return
    (socket_folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
    if entry is None:
        return
    rest = (_read(cluster) or "").partition("\n")[2]
    fresh = cluster / f"{_NAME}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{os.getpid()}\n{rest}")
    account.take(fresh)
    fresh.rename(cluster / _NAME)


def _read(cluster: Path) -> str | None:
    # Root reads this in a folder of another account: a link there must not lead root elsewhere.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(cluster / _NAME, flags)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, errors="replace") as file:
        return file.read()


def _number(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isdecimal() else None
