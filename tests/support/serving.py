"""Real `layers` processes for tests: started as people start them, and seen to end."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import httpx2
import pytest

from partner_api.processes.run_folder import live_run_folders
from partner_api.processes.status import PartStatus, ServerStatus, read_status

LAYERS = (sys.executable, "-m", "partner_api")
READY = "Stop with Ctrl-C."
# So long that a busy machine is not a failure; nothing waits longer than it has to.
_START_SECONDS = 120.0
_END_SECONDS = 120.0


@contextlib.contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can get into too, where this is root."""
    folder = Path(tempfile.mkdtemp(prefix="layers-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    """A port of the loopback address that nobody has.

    Not one of those that systems give to whoever connects: a server that is started again has to get it back.
    """
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def busy() -> float:
    """How many times as long things take as on a quiet machine, at least: others use it too."""
    wanted = os.getloadavg()[0]
    with contextlib.suppress(OSError):
        # The load is a mean of the last minute; this is what runs now.
        wanted = max(wanted, float(Path("/proc/loadavg").read_text().split()[3].partition("/")[0]))
    return max(1.0, wanted / (os.cpu_count() or 1))


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What a process gets: nothing of the settings of the person who runs the tests."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
        if name in os.environ
    }
    return {**kept, "LAYERS_LOG_FORMAT": "json", **variables}


def layers(
    *arguments: str, program: str | None = None, timeout: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``program`` is another way to start it than as a module."""
    return subprocess.run(
        [*([program] if program else LAYERS), *arguments],
        env=environment(variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def assert_refused(result: subprocess.CompletedProcess[str], *patterns: str) -> None:
    """It ended with status 1 and one sentence, which says all this."""
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("layers: ")
    for pattern in patterns:
        assert re.search(pattern, lines[0]), lines[0]


class Service:
    """A `layers serve` or `layers worker` and everything that it starts.

    Args:
        home: a folder for this service alone; what it prints goes there.
        arguments: of the command.
        wrapped: a program and its arguments that starts the command.
        program: another way to start it than as a module of this interpreter.
        variables: its settings.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        wrapped: Sequence[str] = (),
        program: Sequence[str] = LAYERS,
        **variables: str,
    ) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.home = home
        self.data_dir = Path(variables.get("LAYERS_DATA_DIR") or home / "data")
        # Most processes inherit it, and their folder all but PostgreSQL's, so that tells which are this service's.
        self._mark = secrets.token_hex(8).encode()
        self._home = os.path.realpath(home)
        self._cluster = os.path.realpath(self.data_dir / "postgres")
        self._environment = environment(
            {"LAYERS_PORT": str(self.port), "LAYERS_DATA_DIR": str(self.data_dir), **variables}
        )
        self._command = [*wrapped, *program, *arguments]
        self._output = home / "output"
        self._errors = home / "errors"
        self._process: subprocess.Popen[bytes] | None = None

    def begin_on_copy_of(self, data_dir: Path) -> None:
        """Begin with a copy of a data folder, which saves making a database and the demo."""
        # Unlike Python's own, it keeps the owners.
        subprocess.run(["cp", "-a", data_dir, self.data_dir], check=True)

    def launch(self) -> None:
        """Start it, in a process group of its own, as a shell does."""
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.home,
                env={**self._environment, "SERVICE_OF_A_TEST": self._mark.decode()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def start(self) -> str:
        """Start it and wait until it answers requests; gives what it printed."""
        self.launch()
        wait_until(lambda: READY in self.output or self.ended, _START_SECONDS)
        assert not self.ended, self.errors
        return self.output

    def interrupt(self) -> int:
        """Do what Ctrl-C does: SIGINT to all of its process group. Gives its exit status."""
        os.killpg(self.pid, signal.SIGINT)
        return self.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the first process a signal, and give its exit status."""
        os.kill(self.pid, number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, and give its exit status."""
        assert self._process is not None
        return self._process.wait(_END_SECONDS)

    def end(self) -> None:
        """Kill all of it, PostgreSQL too, until nothing is left: one may have started another before its turn."""

        def is_gone() -> bool:
            pids = self.pids()
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not pids

        wait_until(is_gone)
        if self._process is not None:
            self._process.wait(_END_SECONDS)

    @property
    def pid(self) -> int:
        """Of its first process."""
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether its first process is over."""
        return self._process is None or self._process.poll() is not None

    @property
    def output(self) -> str:
        """What it has printed since its last start."""
        return self._output.read_text()

    @property
    def errors(self) -> str:
        """What it has written to standard error since its last start."""
        return self._errors.read_text()

    def pids(self) -> list[int]:
        """Its processes that run, PostgreSQL's included."""
        # PostgreSQL's program that makes a cluster, beside its place.
        made = os.fsencode(self.data_dir / ".postgres-new")
        return self._database_first(
            running(
                lambda pid: self._is_own(pid) or self._is_database(pid) or made in command_line(pid)
            )
        )

    def own_pids(self) -> list[int]:
        """Its processes that run, but for PostgreSQL's."""
        return running(self._is_own)

    def renderer_pids(self) -> list[int]:
        """The processes that its parts have things drawn by."""
        return [
            pid
            for pid in self.own_pids()
            if pid != self.pid and b"-m\0partner_api.processes" not in command_line(pid)
        ]

    def part_pids(self, kind: str) -> list[int]:
        """The processes of its parts of one kind: database, api, sweeps or rendering."""
        words = b"\0".join([b"-m", b"partner_api.processes", kind.encode(), b"--name"])
        return [pid for pid in self.own_pids() if words in command_line(pid)]

    def api_pids(self) -> list[int]:
        """Its processes that answer requests."""
        return self.part_pids("api")

    def status(self) -> ServerStatus | None:
        """What its supervisor has written down last."""
        for folder in live_run_folders(self.data_dir):
            status = read_status(folder)
            if status is not None and status.pid == self.pid:
                return status
        return None

    def part(self, name: str) -> PartStatus:
        """What its supervisor has written down of one part."""
        status = self.status()
        assert status is not None, self.errors
        (part,) = [part for part in status.parts if part.name == name]
        return part

    def wait_for_part(self, name: str, *, restarts: int) -> None:
        """Wait until a part works that was started again so often."""
        wait_until(
            lambda: (self.part(name).state, self.part(name).restarts) == ("working", restarts)
        )

    def database_pids(self) -> list[int]:
        """The processes of its own PostgreSQL, the first one first."""
        return self._database_first(running(self._is_database))

    def _is_own(self, pid: int) -> bool:
        return folder_of(pid) == self._home or self._mark in environ_of(pid)

    def _is_database(self, pid: int) -> bool:
        return folder_of(pid) == self._cluster

    def _database_first(self, pids: list[int]) -> list[int]:
        first = postmaster_pid(self.data_dir)
        return sorted(pids, key=lambda pid: (pid != first, pid))

    def get(self, path: str, key: str | None = None) -> httpx2.Response:
        """Send a request that reads."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx2.get(self.base_url + path, headers=headers, trust_env=False, timeout=60)


def postmaster_pid(data_dir: Path) -> int | None:
    """The process id that PostgreSQL left in the data folder."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        text = (data_dir / "postgres" / "postmaster.pid").read_text()
        return int(text.partition("\n")[0])
    return None


def wait_until(
    condition: Callable[[], object], seconds: float = 60, *, every: float = 0.02
) -> None:
    """Wait for something that happens soon, and look ``every`` so many seconds."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(every)


def running(matches: Callable[[int], bool]) -> list[int]:
    """The processes that run and match, by their ids. It is asked again and again, so it reads little."""
    if not os.path.exists("/proc/self/environ"):
        pytest.skip("this system does not show the processes of a service")
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                # One that has ended stays listed until its parent asks for it.
                if (
                    matches(int(name))
                    and _read(f"/proc/{name}/stat").rpartition(b")")[2][1:2] != b"Z"
                ):
                    found.append(int(name))
    return sorted(found)


def command_line(pid: int) -> bytes:
    """What a process was started as; nothing when it is gone."""
    with contextlib.suppress(OSError):
        return _read(f"/proc/{pid}/cmdline")
    return b""


def environ_of(pid: int) -> bytes:
    """The variables that a process was started with."""
    return _read(f"/proc/{pid}/environ")


def folder_of(pid: int) -> str:
    """The folder that a process works in."""
    return os.readlink(f"/proc/{pid}/cwd")


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def as_plain_user(folder: Path) -> list[str]:
    """What starts a command as an account that is not root; it becomes the owner of the folder.

    The test is skipped where that account could not even start Python.
    """
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    base = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    # Python may be in a folder of root's alone. Then the account may read what it must not write.
    readers = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    for command in (base, base + readers):
        with contextlib.suppress(FileNotFoundError):
            # A process that root has made that account's is let in once more than those that it starts.
            again = (
                "import subprocess, sys\n"
                "subprocess.run([sys.executable, '-c', 'import partner_api.app'], check=True)"
            )
            tried = [*command, sys.executable, "-c", again]
            if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
                shutil.chown(folder, nobody.pw_uid, nobody.pw_gid)
                return command
    pytest.skip("no account but root can start Python here")
