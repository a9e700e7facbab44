"""`layers serve` as people run it: started, stopped, killed, and started where it cannot run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.databases import DatabaseUrls, make_database
from tests.support.serving import (
    Service,
    as_plain_user,
    assert_refused,
    busy,
    free_port,
    layers,
    passable_folder,
    postmaster_pid,
    wait_until,
)

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect

KEYS = f"k1:{secrets.token_hex(32)}"


@pytest.fixture(scope="module")
def started_before() -> Iterator[Path]:
    """The data folder of a demo server that was started once, and stopped."""
    with passable_folder() as folder:
        server = Service(folder, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        try:
            server.start()
            assert server.stop() == 0
        finally:
            server.end()
        yield server.data_dir


@pytest.fixture
def serve(home: Path, started_before: Path) -> Iterator[Callable[..., Service]]:
    """Make a demo server, by default on a copy of a data folder; what is left of it at the end is killed."""
    made: list[Service] = []

    def make(*arguments: str, first: bool = False) -> Service:
        service = Service(home, "serve", "--demo", *arguments, LAYERS_DEVELOPMENT="true")
        if not first:
            # Unlike Python's own, it keeps the owners.
            subprocess.run(["cp", "-a", started_before, service.data_dir], check=True)
        made.append(service)
        return service

    yield make
    for service in made:
        service.end()


def paths_of(printed: str) -> list[str]:
    """What the printed requests ask for: the child's credits, the project's leased accounts."""
    return re.findall(r"curl http://[^/]+(\S+)", printed)


def key_of(printed: str) -> str:
    (key,) = {str(found) for found in re.findall(r"lp_live_\S+[^\s\"]", printed)}
    return key


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


def test_a_database_whose_server_was_killed_with_all_that_looks_after_it_is_found_again(
    serve: Callable[..., Service],
) -> None:
    server = serve()
    server.start()
    postmaster, *_ = server.database_pids()
    # At the same moment, so that nobody is left to stop it.
    for pid in server.own_pids():
        os.kill(pid, signal.SIGSTOP)
    for pid in server.own_pids():
        os.kill(pid, signal.SIGKILL)
    server.wait()
    assert postmaster in server.database_pids()
    again = server.start()
    assert server.database_pids()[0] == postmaster
    assert server.get(paths_of(again)[0], key_of(again)).json()["available"] == 5880
    assert server.stop() == 0
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


class TestItsDatabase:
    """The server's own PostgreSQL, when it dies."""

    def test_is_started_again(self, serve: Callable[..., Service]) -> None:
        server = serve()
        printed = server.start()
        for restarts in (1, 2):
            postmaster, *_ = server.database_pids()
            os.kill(postmaster, signal.SIGKILL)
            server.wait_for_part("database", restarts=restarts)
            assert server.database_pids()[0] != postmaster
            wait_until(lambda: server.get("/readyz").status_code == 200)
        path, key = paths_of(printed)[0], key_of(printed)
        wait_until(lambda: server.get(path, key).status_code == 200)
        assert 'layers_part_restarts_total{part="database"} 2.0' in server.get("/metrics").text
        assert server.stop() == 0
        assert server.pids() == []

    def test_ends_the_server_when_it_keeps_dying(self, serve: Callable[..., Service]) -> None:
        server = serve()
        server.start()
        dead: set[int] = set()

        def killed_again() -> bool:
            for pid in server.database_pids()[:1]:
                if pid not in dead and pid == postmaster_pid(server.data_dir):
                    dead.add(pid)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            return server.ended

        wait_until(killed_again, 120)
        assert server.wait() == 1
        assert re.search(
            r"layers: PostgreSQL has ended 5 times within a minute\. Its log \S+postgres\.log says why\.",
            server.errors,
        )
        # Those of the last one that was killed notice it a moment later.
        wait_until(lambda: server.pids() == [])

    def test_outlives_what_looks_after_it(self, serve: Callable[..., Service]) -> None:
        server = serve()
        server.start()
        postmaster, *_ = server.database_pids()
        (keeper,) = server.part_pids("database")
        os.kill(keeper, signal.SIGKILL)
        server.wait_for_part("database", restarts=1)
        assert server.database_pids()[0] == postmaster
        assert server.get("/readyz").status_code == 200
        assert server.stop() == 0
        assert server.pids() == []

    def test_is_waited_for_by_a_part_that_is_started_without_it(
        self, serve: Callable[..., Service]
    ) -> None:
        server = serve()
        server.start()
        (keeper,) = server.part_pids("database")
        (api,) = server.api_pids()
        os.kill(keeper, signal.SIGSTOP)
        os.kill(server.database_pids()[0], signal.SIGKILL)
        os.kill(api, signal.SIGKILL)
        wait_until(lambda: "database_waited_for" in server.errors)
        os.kill(keeper, signal.SIGCONT)
        server.wait_for_part("api-1", restarts=1)
        wait_until(lambda: server.get("/readyz").status_code == 200)
        assert "Traceback" not in server.errors
        assert server.stop() == 0
        assert server.pids() == []


def test_what_would_end_a_development_server_on_the_same_data_folder_is_refused(
    serve: Callable[..., Service],
) -> None:
    """In another terminal, where LAYERS_DEVELOPMENT is not set."""
    server = serve()
    server.start()
    folder = str(server.data_dir)
    for command in (["worker"], ["ops", "bootstrap"]):
        assert_refused(
            layers(*command, LAYERS_DATA_DIR=folder),
            rf"end the server .* data folder {folder} \(process {server.pid}\)",
            "Set LAYERS_DEVELOPMENT=true, or stop that server first",
        )
    # Two servers cannot have one data folder, in whichever mode.
    assert_refused(
        layers("serve", LAYERS_PORT=str(free_port()), LAYERS_DATA_DIR=folder), str(server.pid)
    )

    async def installation() -> tuple[bool, int]:
        connection = await connect(EmbeddedPostgres(server.data_dir).url("owner"))
        try:
            row = await connection.fetchrow(
                "SELECT ever_production, (SELECT count(*) FROM operators) FROM installation"
            )
        finally:
            await connection.close()
        assert row is not None
        return row[0], row[1]

    assert asyncio.run(installation()) == (False, 1)
    assert server.get("/readyz").json()["development"] is True
    assert "development_over" not in server.errors
    assert server.stop() == 0
    # Now nobody's server is ended by it.
    made = layers("ops", "bootstrap", LAYERS_DATA_DIR=folder)
    assert made.returncode == 0, made.stderr
    refused = layers("demo", LAYERS_DATA_DIR=folder, LAYERS_DEVELOPMENT="true")
    assert_refused(refused, "used without development mode")


def test_it_listens_on_every_address_of_a_name(serve: Callable[..., Service]) -> None:
    server = serve("--host", "localhost")
    assert f"http://localhost:{server.port}" in server.start()
    addresses = {found[4][0] for found in socket.getaddrinfo("localhost", server.port)}
    for address in addresses:
        host = f"[{address}]" if ":" in str(address) else address
        answer = httpx.get(f"http://{host}:{server.port}/healthz", trust_env=False, timeout=60)
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


def test_a_folder_that_the_user_must_not_write_to(home: Path) -> None:
    wrapped = as_plain_user(home)
    closed = home / "closed"
    closed.mkdir(mode=0o555)
    server = Service(home, "serve", wrapped=wrapped, LAYERS_DATA_DIR=str(closed / "data"))
    server.launch()
    assert server.wait() == 1
    assert re.fullmatch(r"layers: .*Permission denied.*LAYERS_DATA_DIR\.\n", server.errors)


class TestItRefusesToStart:
    """With one sentence, status 1, and nothing left behind."""

    def test_where_the_port_is_in_use(self, home: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            result = layers("serve", "--port", port, LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, f"port {port}: address already in use. Choose another with --port")
        assert not (home / "data").exists()

    def test_where_the_name_of_the_host_is_not_known(self, home: Path) -> None:
        result = layers("serve", "--host", "nowhere.invalid", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, r"Cannot listen on nowhere\.invalid: .* with --host")
        assert not (home / "data").exists()

    def test_where_the_data_folder_is_a_file(self, home: Path) -> None:
        (home / "data").write_text("not a folder")
        result = layers("serve", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, re.escape(str(home / "data")))

    def test_where_the_database_files_are_rubbish(self, home: Path) -> None:
        (home / "data" / "postgres").mkdir(parents=True)
        (home / "data" / "postgres" / "PG_VERSION").write_text("rubbish\n")
        result = layers("serve", LAYERS_DATA_DIR=str(home / "data"))
        assert_refused(result, re.escape(str(home / "data")))

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("postgresql://u:p@127.0.0.1:1/x", "cannot be reached: .*Check DATABASE_URL"),
            ("postgresql://u:p@/x?host=/nowhere", "cannot be reached: No such file"),
        ],
    )
    def test_on_a_server_that_is_not_there(self, url: str, expected: str) -> None:
        result = layers("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, expected)
        assert "u:p" not in result.stderr

    def test_with_a_wrong_password(self, database_urls: DatabaseUrls) -> None:
        url = re.sub(r":[^:@]+@", ":wrong-password@", database_urls.app)
        result = layers("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, "password authentication failed for user .*Check DATABASE_URL")
        assert "wrong-password" not in result.stderr

    def test_on_a_database_that_does_not_exist(self, database_urls: DatabaseUrls) -> None:
        url = re.sub(r"/\w+(\?|$)", r"/nowhere\1", database_urls.app)
        result = layers("serve", DATABASE_URL=url, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, 'database "nowhere" does not exist')

    def test_on_an_empty_database(self, database_urls: DatabaseUrls) -> None:
        with make_database(database_urls, migrated=False) as urls:
            result = layers("serve", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
        assert_refused(result, "Run `layers db migrate`")

    def test_on_the_database_of_a_newer_version(self, database_urls: DatabaseUrls) -> None:
        with make_database(database_urls) as urls:
            execute(
                urls.owner,
                "UPDATE alembic_version SET version_num = '9999'; DELETE FROM applied_functions",
            )
            for command in ("serve", "db migrate"):
                result = layers(
                    *command.split(),
                    DATABASE_URL=urls.app,
                    LAYERS_MIGRATION_DATABASE_URL=urls.owner,
                    LAYERS_SECRET_KEYS=KEYS,
                )
                assert_refused(
                    result, "revision 9999, which a newer version made. Run that version"
                )

    def test_without_secret_keys_of_its_own(self, database_urls: DatabaseUrls) -> None:
        result = layers("serve", DATABASE_URL=database_urls.app)
        assert_refused(result, "LAYERS_SECRET_KEYS is not set")

    def test_with_other_secret_keys_than_before(self, database_urls: DatabaseUrls) -> None:
        with make_database(database_urls) as urls:
            first = layers("ops", "bootstrap", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
            assert first.returncode == 0, first.stderr
            for other, expected in (
                (f"k1:{secrets.token_hex(32)}", "'k1' is not the one .*Restore the right key"),
                (f"k2:{secrets.token_hex(32)}", "'k1', which is missing"),
            ):
                result = layers("serve", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=other)
                assert_refused(result, expected)
                assert other.partition(":")[2] not in result.stderr

    def test_in_development_mode_on_a_database_with_customers(
        self, database_urls: DatabaseUrls
    ) -> None:
        with make_database(database_urls) as urls:
            execute(urls.owner, "UPDATE installation SET ever_production = true")
            result = layers(
                "serve",
                "--demo",
                DATABASE_URL=urls.app,
                LAYERS_MIGRATION_DATABASE_URL=urls.owner,
                LAYERS_SECRET_KEYS=KEYS,
                LAYERS_DEVELOPMENT="true",
            )
        assert_refused(result, "used without development mode.* Unset LAYERS_DEVELOPMENT")

    def test_a_demo_outside_development_mode(self) -> None:
        assert_refused(layers("serve", "--demo"), "Set LAYERS_DEVELOPMENT=true")

    def test_with_settings_that_cannot_be(self) -> None:
        result = layers("serve", LAYERS_PORT="80000", LAYERS_WORKERS="none")
        assert result.returncode == 1
        assert result.stderr.count("\n") == 2, "one line for each"


def test_with_a_database_of_its_own(home: Path, database_urls: DatabaseUrls) -> None:
    with make_database(database_urls) as urls:
        server = Service(home, "serve", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
        try:
            printed = server.start()
            assert "lp_" not in printed
            assert server.get("/readyz").json()["development"] is False
            assert server.stop() == 0
            assert server.pids() == []
            assert not server.data_dir.exists()
        finally:
            server.end()


def execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
