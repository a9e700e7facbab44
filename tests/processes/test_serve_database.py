"""The database of a server: its own, which it looks after, or another."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

from tests.processes.demo_servers import KEYS, key_of, paths_of
from tests.support.databases import DatabaseUrls, make_database
from tests.support.serving import (
    Service,
    postmaster_pid,
    wait_until,
)


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
