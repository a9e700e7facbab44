"""What becomes of a running server one of whose parts ends or stands still: one server for all of these tests."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.processes.demo_servers import key_of, paths_of
from tests.support.serving import Service, passable_folder, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def running(started_before: Path) -> Iterator[Service]:
    """It answers in two processes, and has to stop in order whatever was done to it."""
    with passable_folder() as home:
        service = Service(
            *(home, "serve", "--demo", "--workers", "2", "--host", "localhost"),
            LAYERS_DEVELOPMENT="true",
        )
        service.begin_on_copy_of(started_before)
        try:
            service.start()
            yield service
            assert service.stop() == 0, service.errors
            assert service.pids() == []
            assert not (service.data_dir / "run").exists()
        finally:
            service.end()


@pytest.fixture
def server(running: Service) -> Service:
    """It, when all of its parts work."""

    def works() -> bool:
        status = running.status()
        assert status is not None, running.errors
        return all(part.state == "working" for part in status.parts) and (
            running.get("/readyz").json()["status"] == "ready"
        )

    wait_until(works, every=0.1)
    return running


def kill_and_wait(server: Service, name: str) -> None:
    """Kill the process of a part, and wait until another one does its work."""
    part = server.part(name)
    assert part.pid is not None
    os.kill(part.pid, signal.SIGKILL)
    server.wait_for_part(name, restarts=part.restarts + 1)


def test_it_listens_on_every_address_of_a_name(server: Service) -> None:
    assert f"http://localhost:{server.port}" in server.output
    addresses = {found[4][0] for found in socket.getaddrinfo("localhost", server.port)}
    for address in addresses:
        host = f"[{address}]" if ":" in str(address) else address
        answer = httpx2.get(f"http://{host}:{server.port}/healthz", trust_env=False, timeout=60)
        assert answer.status_code == 200


def test_api_processes_that_end_are_replaced(server: Service) -> None:
    first = server.api_pids()
    assert len(first) == 2
    # Ctrl-C goes to the terminal's processes, and these are to be stopped by the first one.
    assert all(os.getsid(pid) != os.getsid(server.pid) for pid in first)
    # Twice within moments, which is no reason to end the server.
    for _ in range(2):
        kill_and_wait(server, "api-1")
    assert server.get("/readyz").status_code == 200
    restarts = server.part("api-1").restarts
    series = f'layers_part_restarts_total{{part="api-1"}} {restarts}.0'
    assert series in server.get("/metrics").text


def test_the_numbers_of_all_processes_are_summed(server: Service) -> None:
    for _ in range(20):
        assert server.get("/v1/whoami").status_code == 401
    series = 'layers_http_requests_total{method="GET",route="/v1/whoami",status="401"} 20.0'
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
        kill_and_wait(server, name)
    assert series in server.get("/metrics").text.splitlines()
    assert {path.name.rpartition("_")[2] for path in numbers.iterdir()} == owners


def test_background_work_that_stands_still_is_named_and_replaced(server: Service) -> None:
    ready = {"status": "ready", "database": "ok", "development": True}
    assert server.get("/readyz").json() == ready
    before, said = server.part("sweeps"), server.errors.count('"part_silent"')
    assert before.pid is not None
    os.kill(before.pid, signal.SIGSTOP)
    seen: list[dict[str, str]] = []

    def named() -> bool:
        answer = server.get("/readyz")
        assert answer.status_code == 200, "it can answer"
        seen.extend(answer.json().get("degraded", []))
        return bool(seen)

    wait_until(named, every=0.1)
    assert {found["part"] for found in seen} == {"sweeps"}
    wait_until(lambda: server.get("/readyz").json() == ready, every=0.1)
    assert server.part("sweeps").restarts == before.restarts + 1
    assert server.errors.count('"part_silent"') == said + 1


class TestItsDatabase:
    """The server's own PostgreSQL, when it dies, or what looks after it."""

    def test_is_started_again(self, server: Service) -> None:
        before = server.part("database").restarts
        for restarts in (before + 1, before + 2):
            postmaster, *_ = server.database_pids()
            os.kill(postmaster, signal.SIGKILL)
            server.wait_for_part("database", restarts=restarts)
            assert server.database_pids()[0] != postmaster
            wait_until(lambda: server.get("/readyz").status_code == 200)
        path, key = paths_of(server.output)[0], key_of(server.output)
        wait_until(lambda: server.get(path, key).status_code == 200)
        series = f'layers_part_restarts_total{{part="database"}} {before + 2}.0'
        assert series in server.get("/metrics").text

    def test_outlives_what_looks_after_it(self, server: Service) -> None:
        postmaster, *_ = server.database_pids()
        (keeper,) = server.part_pids("database")
        os.kill(keeper, signal.SIGKILL)

        def is_replaced() -> bool:
            part = server.part("database")
            return part.state == "working" and part.pid not in (None, keeper)

        wait_until(is_replaced)
        assert server.database_pids()[0] == postmaster
        assert server.get("/readyz").status_code == 200

    def test_is_waited_for_by_a_part_that_is_started_without_it(self, server: Service) -> None:
        began = len(server.errors)
        (keeper,) = server.part_pids("database")
        api = server.part("api-1")
        assert api.pid is not None
        os.kill(keeper, signal.SIGSTOP)
        os.kill(server.database_pids()[0], signal.SIGKILL)
        os.kill(api.pid, signal.SIGKILL)
        wait_until(lambda: "database_waited_for" in server.errors[began:])
        os.kill(keeper, signal.SIGCONT)
        server.wait_for_part("api-1", restarts=api.restarts + 1)
        wait_until(lambda: server.get("/readyz").status_code == 200)
        assert "Traceback" not in server.errors[began:]
