"""Who has a process number: the server of a cluster, or somebody else."""

import contextlib
import enum
import os
import re
import signal
import subprocess
from pathlib import Path

from embedded_postgres.time_limits import EMBEDDED_PROGRAM_SECONDS

# The server, by its path, or one of its children: "postgres: checkpointer".
_POSTGRES = re.compile(r"(?:^|/)postgres(?:[:\s]|$)")


class Occupant(enum.Enum):
    """What runs under a process number, as seen from a cluster."""

    OURS = "the cluster's server"
    OTHER = "nothing, or a program that is not the cluster's server"
    UNKNOWN = "a PostgreSQL process whose cluster cannot be seen"


def occupant(pid: int, cluster: Path) -> Occupant:
    """Return whether process `pid` is the server of `cluster`, given by its real path.

    A process that has ended and waits for its parent to notice counts as nothing.
    """
    if Path("/proc/self/stat").exists():
        return _occupant_by_proc(pid, cluster)
    return _occupant_by_ps(pid, cluster)


def kill_leftovers(cluster: Path) -> int:
    """Kill what is left of a cluster's server, and return how many processes that were.

    A server's children end when they see that it is gone. One that is frozen or waits for a disk does not look, and
    keeps the next server from starting. Only for a cluster whose server is known to be dead. Where there is no /proc,
    children cannot be told from others, and none is killed.
    """
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        pid = int(process.name)
        if _occupant_by_proc(pid, cluster) is Occupant.OURS:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    return killed


def _occupant_by_proc(pid: int, cluster: Path) -> Occupant:
    process = Path("/proc", str(pid))
    try:
        name, _, numbers = (process / "stat").read_text(errors="replace").rpartition(")")
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return Occupant.OTHER
    if name.partition("(")[2] != "postgres" or numbers.split()[0] in ("Z", "X"):
        return Occupant.OTHER
    if os.fsencode(cluster) in arguments:
        return Occupant.OURS
    try:
        # PostgreSQL works in the folder of its cluster.
        return Occupant.OURS if (process / "cwd").readlink() == cluster else Occupant.OTHER
    except OSError:
        return Occupant.UNKNOWN


def _occupant_by_ps(pid: int, cluster: Path) -> Occupant:
    command = ["/bin/ps", "-ww", "-o", "stat=,args=", "-p", str(pid)]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=EMBEDDED_PROGRAM_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Occupant.UNKNOWN
    state, _, arguments = answer.stdout.strip().partition(" ")
    if not state or state.startswith("Z"):
        return Occupant.OTHER
    if f"postgres -D {cluster} " in arguments:
        return Occupant.OURS
    return Occupant.UNKNOWN if _POSTGRES.search(arguments) else Occupant.OTHER
