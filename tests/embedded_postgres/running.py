"""What these tests ask of a running server, and of its processes."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg


def query(url: str, statement: str, **options: Any) -> Any:
    """Connect, execute one statement, and return the first value of its first row."""

    async def run() -> Any:
        connection = await asyncpg.connect(url, **options)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().partition("\n")[0])


def kill_server(data_dir: Path) -> int:
    """Kill the server process alone, and return its pid once it is gone."""
    pid = postmaster_pid(data_dir)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    return pid


def is_running(pid: int) -> bool:
    if not Path("/proc/self/stat").exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # One that has ended stays listed until its parent asks for it.
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
