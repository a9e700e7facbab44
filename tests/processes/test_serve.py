"""`layers serve` as people run it: started, stopped, killed, and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
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
    assert server.stop(signal.SIGTERM) == 0
    assert server.pids() == []


def test_ctrl_c_while_it_starts_leaves_nothing(serve: Callable[..., Service]) -> None:
    server = serve(first=True)
    server.launch()
    wait_until(server.database_pids)
    assert server.interrupt() == 130
    assert server.pids() == []
    assert "Traceback" not in server.errors


def test_what_happens_to_its_api_processes(serve: Callable[..., Service]) -> None:
    server = serve("--workers", "2")
    server.start()
    first = server.api_pids()
    assert len(first) == 2
    # Ctrl-C goes to the terminal's processes, and these are to be stopped by the first one.
    assert all(os.getsid(pid) != os.getsid(server.pid) for pid in first)
    # Twice within moments, which is no reason to end the server.
    for restarts in (1, 2):
        pid = server.part("api-1").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.wait_for_part("api-1", restarts=restarts)
    assert server.get("/readyz").status_code == 200
    assert 'layers_part_restarts_total{part="api-1"} 2.0' in server.get("/metrics").text

    # A service manager tells all of them at once, and these may be sooner than the first.
    os.kill(server.pid, signal.SIGSTOP)
    for pid in server.api_pids():
        os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not server.api_pids())
    os.kill(server.pid, signal.SIGTERM)
    assert server.stop(signal.SIGCONT) == 0
    assert server.pids() == []


def test_the_numbers_of_all_processes_are_summed(serve: Callable[..., Service]) -> None:
    server = serve("--workers", "2")
    server.start()
    for _ in range(60):
        assert server.get("/v1/whoami").status_code == 401
    series = 'layers_http_requests_total{method="GET",route="/v1/whoami",status="401"} 60.0'
    # Whichever process answers; and both had a part in it.
    for _ in range(10):
        assert series in server.get("/metrics").text.splitlines()
    # The background work is done by yet another process.
    metrics = server.get("/metrics").text
    assert 'layers_sweep_step_seconds_count{sweep="renewals"}' in metrics
    assert 'layers_sweep_lag_seconds{sweep="renewals"} 0.0' in metrics
    for part in ("supervisor", "database", "api-1", "api-2", "sweeps"):
        assert f'layers_part_up{{part="{part}"}} 1.0' in metrics
    (numbers,) = (server.data_dir / "run").glob("*/metrics")
    owners = {"api-1.db", "api-2.db", "sweeps.db"}
    assert {path.name.rpartition("_")[2] for path in numbers.iterdir()} == owners

    # What one has counted stays when it ends, and it leaves nothing behind that would gather.
    for name in ("api-1", "api-2", "sweeps"):
        pid = server.part(name).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.wait_for_part(name, restarts=1)
    assert series in server.get("/metrics").text.splitlines()
    assert {path.name.rpartition("_")[2] for path in numbers.iterdir()} == owners
    assert server.stop() == 0
    assert not (server.data_dir / "run").exists()


def test_a_killed_server_takes_everything_along_and_the_next_goes_on(
    serve: Callable[..., Service],
) -> None:
    server = serve("--workers", "2", "--render")
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
    # One that does not react is killed when its time is up, and a closed terminal is a stop too.
    os.kill(server.api_pids()[0], signal.SIGSTOP)
    assert server.stop(signal.SIGHUP) == 0
    assert server.pids() == []


def test_background_work_that_stands_still_is_named_and_replaced(
    serve: Callable[..., Service],
) -> None:
    server = serve()
    server.start()
    assert server.get("/readyz").json() == {
        "status": "ready",
        "database": "ok",
        "development": True,
    }
    pid = server.part("sweeps").pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    seen: list[dict[str, str]] = []

    def named() -> bool:
        answer = server.get("/readyz")
        assert answer.status_code == 200, "it can answer"
        seen.extend(answer.json().get("degraded", []))
        return bool(seen)

    wait_until(named)
    assert {found["part"] for found in seen} == {"sweeps"}
    wait_until(lambda: server.get("/readyz").json()["status"] == "ready")
    assert server.part("sweeps").restarts == 1
    assert server.errors.count('"part_silent"') == 1
    assert server.stop() == 0


def test_it_listens_on_every_address_of_a_name(serve: Callable[..., Service]) -> None:
    server = serve("--host", "localhost")
    assert f"http://localhost:{server.port}" in server.start()
    addresses = {found[4][0] for found in socket.getaddrinfo("localhost", server.port)}
    for address in addresses:
        host = f"[{address}]" if ":" in str(address) else address
        answer = httpx2.get(f"http://{host}:{server.port}/healthz", trust_env=False, timeout=60)
        assert answer.status_code == 200
    assert server.stop() == 0


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
