"""The database of a server: its own, which it looks after, or another."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

from tests.processes.demo_servers import KEYS
from tests.support.databases import DatabaseUrls, make_database
from tests.support.serving import (
    Service,
    postmaster_pid,
    wait_until,
)


def test_its_own_one_ends_the_server_when_it_keeps_dying(serve: Callable[..., Service]) -> None:
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


def test_with_a_database_of_its_own(home: Path, database_urls: DatabaseUrls, template: str) -> None:
    with make_database(database_urls, template=template) as urls:
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
