"""`layers serve` as people run it: started, stopped, killed, and started again."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.processes.demo_servers import key_of, paths_of
from tests.support.serving import (
    Service,
    as_plain_user,
    busy,
    wait_until,
)


def secrets_of(printed: str) -> list[str]:
    return re.findall(r"(lpo?_\w+-?\S+[^\s\"])", printed)


def test_a_server_starts_fast_stops_wholly_and_starts_again_where_it_was(
    serve: Callable[..., Service],
) -> None:
    server = serve(first=True)
    began = time.monotonic()
    first = server.start()
    assert time.monotonic() - began < 20 * busy()
    credits, leases = paths_of(first)
    assert server.get(credits, key_of(first)).json()["available"] == 5880
    assert [item["handle"] for item in server.get(leases, key_of(first)).json()["items"]] == [
        "coffee.reviews.daily",
        "brew.at.home",
    ]
    for name in ("demo-credentials.json", "secret-keys"):
        assert (server.data_dir / name).stat().st_mode & 0o777 == 0o600

    assert server.interrupt() == 0
    assert server.pids() == []
    assert "Traceback" not in server.errors

    second = server.start()
    assert secrets_of(second) == secrets_of(first)
    assert paths_of(second) == paths_of(first)
    assert server.get(credits, key_of(second)).json()["available"] == 5880
    # A service manager tells all of them at once, and some may be sooner than the first.
    os.kill(server.pid, signal.SIGSTOP)
    for pid in server.api_pids():
        os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not server.api_pids())
    os.kill(server.pid, signal.SIGTERM)
    assert server.stop(signal.SIGCONT) == 0
    assert server.pids() == []


def test_ctrl_c_while_it_starts_leaves_nothing(serve: Callable[..., Service]) -> None:
    server = serve(first=True)
    server.launch()
    wait_until(server.database_pids)
    assert server.interrupt() == 130
    assert server.pids() == []
    assert "Traceback" not in server.errors


def test_a_killed_server_takes_everything_along_and_the_next_goes_on(
    serve: Callable[..., Service],
) -> None:
    server = serve("--render")
    printed = server.start()
    assert server.database_pids()
    os.kill(server.pid, signal.SIGKILL)
    killed = time.monotonic()
    server.wait()
    wait_until(lambda: not server.pids())
    took = time.monotonic() - killed
    assert took < 2 * busy(), took
    (left,) = (server.data_dir / "run").iterdir()

    again = server.start()
    assert secrets_of(again) == secrets_of(printed)
    assert server.get(paths_of(again)[0], key_of(again)).json()["available"] == 5880
    assert not left.exists(), "what the killed one left is swept"

    # Now at the same moment with all that looks after the database, so that nobody is left to stop it.
    postmaster, *_ = server.database_pids()
    for pid in server.own_pids():
        os.kill(pid, signal.SIGSTOP)
    for pid in server.own_pids():
        os.kill(pid, signal.SIGKILL)
    server.wait()
    assert postmaster in server.database_pids()
    again = server.start()
    assert server.database_pids()[0] == postmaster, "it is found again"
    assert server.get(paths_of(again)[0], key_of(again)).json()["available"] == 5880

    # One that does not react is killed when its time is up, and a closed terminal is a stop too.
    os.kill(server.api_pids()[0], signal.SIGSTOP)
    assert server.stop(signal.SIGHUP) == 0
    assert server.pids() == []


def test_it_works_as_a_plain_user(home: Path) -> None:
    server = Service(
        home,
        "serve",
        "--demo",
        wrapped=as_plain_user(home),
        LAYERS_DEVELOPMENT="true",
        HOME=str(home),
    )
    try:
        printed = server.start()
        assert server.get(paths_of(printed)[0], key_of(printed)).json()["balance"] == 6000
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in server.pids()}
        assert owners == {home.stat().st_uid}
        assert server.interrupt() == 0
        assert server.pids() == []
    finally:
        server.end()
