"""Kills of everything that can be killed, and what the next start makes of it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.embedded_postgres.running import (
    is_running,
    kill_server,
    mode,
    postmaster_pid,
    query,
    wait_until,
)

from embedded_postgres import DatabaseStartError, EmbeddedPostgres, postmaster
from embedded_postgres.account import choose_account
from embedded_postgres.binaries import binaries_for
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.postmaster import Postmaster
from embedded_postgres.processes import Occupant, _occupant_by_ps, occupant

Serve = Callable[..., EmbeddedPostgres]
Supervise = Callable[[Path], "subprocess.Popen[str]"]


def ready(supervisor: "subprocess.Popen[str]") -> None:
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "ready\n"


def server_account(data_dir: Path) -> dict[str, Any]:
    owner = (data_dir / "postgres").stat()
    return {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}


def test_a_killed_server_recovers_what_was_committed(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir, fast_unsafe=False)
    query(server.url("owner"), "CREATE TABLE committed AS SELECT 42 AS answer")
    pid = kill_server(data_dir)
    server.start()
    assert postmaster_pid(data_dir) != pid
    assert query(server.url("owner"), "SELECT answer FROM committed") == 42
    assert "was not properly shut down" in (data_dir / "postgres.log").read_text()


def test_a_start_waits_for_the_processes_of_a_killed_server(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    # A stopped process does not notice that its server is gone, and keeps the shared memory.
    checkpointer = query(
        server.url("owner"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    os.kill(checkpointer, signal.SIGSTOP)
    kill_server(data_dir)
    later = threading.Timer(0.7, os.kill, (checkpointer, signal.SIGKILL))
    began = time.monotonic()
    later.start()
    server.start()
    assert time.monotonic() - began > 0.6
    later.join()
    assert "is still in use" in (data_dir / "postgres.log").read_text()
    assert query(server.url("app"), "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to know children by")
def test_a_start_ends_frozen_processes_of_a_killed_server(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    checkpointer = query(
        server.url("owner"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    os.kill(checkpointer, signal.SIGSTOP)
    kill_server(data_dir)
    server.start()
    assert not is_running(checkpointer)
    assert query(server.url("app"), "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to know children by")
@pytest.mark.parametrize("killed_before", [False, True])
def test_a_stop_leaves_no_frozen_process(
    data_dir: Path, serve: Serve, *, killed_before: bool
) -> None:
    server = serve(data_dir)
    checkpointer = query(
        server.url("owner"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    os.kill(checkpointer, signal.SIGSTOP)
    if killed_before:
        kill_server(data_dir)
    server.stop(fast_seconds=0, at_once_seconds=0.3)
    wait_until(lambda: not is_running(checkpointer))
    server.start()
    assert query(server.url("app"), "SELECT 1") == 1


def test_that_wait_is_bounded(
    data_dir: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "EMBEDDED_ORPHANS_SECONDS", 0.3)
    server = serve(data_dir)
    checkpointer = query(
        server.url("owner"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    os.kill(checkpointer, signal.SIGSTOP)
    kill_server(data_dir)
    try:
        with pytest.raises(DatabaseStartError, match="is still in use; its log is"):
            server.start()
    finally:
        os.kill(checkpointer, signal.SIGKILL)


def test_the_server_of_a_killed_supervisor_is_adopted_and_stopped(
    data_dir: Path, supervise: Supervise, serve: Serve
) -> None:
    supervisor = supervise(data_dir)
    ready(supervisor)
    pid = postmaster_pid(data_dir)
    supervisor.kill()
    supervisor.wait()
    assert is_running(pid)

    server = serve(data_dir)
    assert postmaster_pid(data_dir) == pid
    assert query(server.url("app"), "SELECT 1") == 1
    server.stop()
    assert not is_running(pid)


def test_a_server_that_is_stopping_is_waited_for_and_replaced(
    data_dir: Path, supervise: Supervise, serve: Serve
) -> None:
    supervisor = supervise(data_dir)
    ready(supervisor)
    pid = postmaster_pid(data_dir)
    supervisor.kill()
    supervisor.wait()
    checkpointer = query(
        EmbeddedPostgres(data_dir).url("owner"),
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
    )
    os.kill(checkpointer, signal.SIGSTOP)
    os.kill(pid, signal.SIGINT)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    wait_until(lambda: "stopping" in pid_file.read_text())
    threading.Timer(0.5, os.kill, (checkpointer, signal.SIGCONT)).start()

    server = serve(data_dir)
    assert postmaster_pid(data_dir) != pid
    assert query(server.url("app"), "SELECT 1") == 1


def test_a_second_supervisor_is_refused(data_dir: Path, supervise: Supervise, serve: Serve) -> None:
    supervisor = supervise(data_dir)
    ready(supervisor)
    second = EmbeddedPostgres(data_dir)
    with pytest.raises(DatabaseStartError, match=rf"Another server \(pid {supervisor.pid}\) uses"):
        second.start()
    second.stop()
    assert query(second.url("app"), "SELECT 1") == 1

    supervisor.communicate(timeout=60)
    assert supervisor.returncode == 0
    serve(data_dir)
    with pytest.raises(DatabaseStartError, match=rf"Another server \(pid {os.getpid()}\) uses"):
        EmbeddedPostgres(data_dir).start()


def test_a_forked_process_does_not_keep_the_folder_claimed(home: Path) -> None:
    program = (
        "import os, sys, time\n"
        "from embedded_postgres.data_folder import DataFolder\n"
        "lock = DataFolder(sys.argv[1]).lock()\n"
        "child = os.fork()\n"
        "if child == 0: os.close(1); time.sleep(600)\n"
        "print(child, lock.held, flush=True)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", program, home],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        timeout=60,
        text=True,
        check=True,
    )
    child, held = parent.stdout.split()
    try:
        assert held == "True"
        DataFolder(home).lock().release()
    finally:
        os.kill(int(child), signal.SIGKILL)


def command_lines() -> Iterator[str]:
    """Of all processes, where the system tells."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_text(errors="replace")


def test_a_killed_first_start_does_not_poison_the_next(
    home: Path, supervise: Supervise, serve: Serve
) -> None:
    supervisor = supervise(home / "data")
    wait_until(lambda: any(home.glob("data/.postgres-new-*/cluster/base")))
    supervisor.kill()
    supervisor.wait()
    # What it had started to make the cluster goes on for a moment, and writes.
    wait_until(lambda: not any(f"{home}/data/.postgres-new-" in line for line in command_lines()))
    assert not (home / "data" / "postgres").exists()
    assert query(serve(home / "data").url("app"), "SELECT 1") == 1
    assert not list(home.glob("data/.postgres-new-*"))


def test_a_killed_server_leaves_one_socket_folder_at_most(
    home: Path, serve: Serve, copy_to: Callable[[Path], Path]
) -> None:
    data = copy_to(home / ("x" * 120))
    server = serve(data)
    pid_file = data / "postgres" / "postmaster.pid"
    socket_folder = Path(pid_file.read_text().split("\n")[4])
    kill_server(data)
    server.start()
    assert Path(pid_file.read_text().split("\n")[4]) == socket_folder
    assert mode(socket_folder) == 0o700
    server.stop()
    assert not socket_folder.exists()


@pytest.mark.parametrize("who", ["nobody", "another program", "a dead server", "empty", "rubbish"])
def test_a_stale_pid_file_does_not_block_the_start(data_dir: Path, serve: Serve, who: str) -> None:
    server = serve(data_dir)
    cluster = data_dir / "postgres"
    left = {name: (cluster / name).read_text() for name in ("postmaster.pid", ".s.PGSQL.5432.lock")}
    pid = postmaster_pid(data_dir)
    server.stop()
    # PostgreSQL minds only processes of its own account.
    command: list[str | Path] = ["/bin/sleep", "600"]
    if who == "a dead server":
        # It ends at once, and its parent does not wait for it.
        command = [binaries_for(choose_account(None, cluster)).postgres, "--version"]
    sleeper = subprocess.Popen(command, stdout=subprocess.DEVNULL, **server_account(data_dir))
    if who == "a dead server":
        wait_until(lambda: not is_running(sleeper.pid))
    for name, text in left.items():
        named = pid if who == "nobody" else sleeper.pid
        lines = text.partition("\n")[2]
        stale = {"empty": "", "rubbish": "rubbish"}.get(who, f"{named}\n{lines}")
        (cluster / name).write_text(stale)
        shutil.chown(cluster / name, cluster.stat().st_uid, cluster.stat().st_gid)
    try:
        server.start()
        assert query(server.url("app"), "SELECT 1") == 1
        assert who in ("nobody", "a dead server") or is_running(sleeper.pid)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_the_server_of_another_cluster_is_told_apart(data_dir: Path, serve: Serve) -> None:
    serve(data_dir)
    pid = postmaster_pid(data_dir)
    for tell in (occupant, _occupant_by_ps) if Path("/bin/ps").exists() else (occupant,):
        assert tell(pid, data_dir / "postgres") is Occupant.OURS
        assert tell(pid, data_dir / "other") is not Occupant.OURS
        assert tell(os.getpid(), data_dir / "postgres") is Occupant.OTHER
        assert tell(2**22 + 1, data_dir / "postgres") is Occupant.OTHER


def test_a_server_that_does_not_end_is_ended(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    checkpointer = query(
        server.url("owner"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    pid = postmaster_pid(data_dir)
    os.kill(checkpointer, signal.SIGSTOP)
    # The kill that an immediate shutdown would come to after 5 seconds.
    threading.Timer(1.3, os.kill, (checkpointer, signal.SIGKILL)).start()
    server.stop(fast_seconds=1.0)
    wait_until(lambda: not is_running(pid))
    assert "received immediate shutdown request" in (data_dir / "postgres.log").read_text()


def test_a_server_that_is_frozen_is_killed(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    pid = postmaster_pid(data_dir)
    os.kill(pid, signal.SIGSTOP)
    server.stop(fast_seconds=0.1, at_once_seconds=0.1)
    assert not is_running(pid)


def test_a_start_without_progress_is_given_up(
    data_dir: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(data_dir)
    cluster = data_dir / "postgres"
    server = Postmaster.find(cluster)
    assert server is not None
    pid_file = cluster / "postmaster.pid"
    text = pid_file.read_text()
    pid_file.write_text(text.replace("ready", "starting"))
    monkeypatch.setattr(postmaster, "EMBEDDED_PROGRESS_SECONDS", 0.2)
    with pytest.raises(DatabaseStartError, match="or wait until it has started"):
        EmbeddedPostgres(data_dir).url("app")
    with pytest.raises(DatabaseStartError, match="has said nothing for"):
        server.wait_until_ready(data_dir / "postgres.log")

    # A new line in the log is progress.
    monkeypatch.setattr(postmaster, "EMBEDDED_PROGRESS_SECONDS", 1.0)
    log = data_dir / "postgres.log"
    threading.Timer(0.8, lambda: log.write_text(log.read_text() + "redo in progress\n")).start()
    threading.Timer(1.4, lambda: pid_file.write_text(text)).start()
    assert server.wait_until_ready(log) is True


def test_a_server_whose_process_has_just_died_is_waited_for(
    data_dir: Path, serve: Serve, supervise: Supervise
) -> None:
    """One that is found recovers from the end of one of its processes, and takes nobody for a moment."""
    supervisor = supervise(data_dir)
    ready(supervisor)
    pid = postmaster_pid(data_dir)
    url = EmbeddedPostgres(data_dir).url("owner")
    checkpointer = query(
        url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    )
    supervisor.kill()
    supervisor.wait()
    os.kill(checkpointer, signal.SIGKILL)
    again = serve(data_dir)
    assert postmaster_pid(data_dir) == pid
    assert query(again.url("app"), "SELECT 1") == 1


def test_the_socket_folder_of_a_server_that_was_found_goes_with_it(
    home: Path, serve: Serve, supervise: Supervise, copy_to: Callable[[Path], Path]
) -> None:
    data_dir = copy_to(home / ("too-long-for-a-socket-" * 5))
    supervisor = supervise(data_dir)
    ready(supervisor)
    (socket_folder,) = parse_qs(urlsplit(EmbeddedPostgres(data_dir).url("owner")).query)["host"]
    assert not Path(socket_folder).is_relative_to(data_dir)
    supervisor.kill()
    supervisor.wait()
    again = serve(data_dir)
    again.ask_to_stop()
    wait_until(lambda: not again.is_alive())
    again.stop()
    assert not Path(socket_folder).exists()
