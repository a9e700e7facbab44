"""One PostgreSQL server and one migrated database for the whole run.

Tests are isolated the way customers are: each makes tenants of its own (`tests.support.tenants`). A database of its
own is only for a test that migrates or crashes one.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import importlib.util
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpcore2
import pytest
import pytest_asyncio
from tests.support.collected import (  # noqa: F401 - pytest finds fixtures here
    collector,
    module_keys,
    module_urls,
)
from tests.support.databases import DatabaseUrls, database_of, migrate_fully, role_of
from tests.support.demo_fixtures import (  # noqa: F401 - pytest finds fixtures here
    demo,
    demo_token,
    started_before,
    world,
)
from tests.support.nodes import create_database, drop_database, execute, nodes_of, with_database
from tests.support.random_histories import draw_the_same
from tests.support.reaper import Reaper
from tests.support.server_fixtures import (  # noqa: F401 - pytest finds fixtures here
    api,
    application,
    documented,
    family,
    installation,
    local_api,
    secret_keys_text,
    served_urls,
    server,
    spare,
    spare_api,
    spare_server,
    spare_urls,
)

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect, open_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from partner_api.database.connection import Connection, Pool


# A shell that runs the suite in the background lets it ignore Ctrl-C, nohup the end of the terminal, and what it starts
# would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The client of applications in this process asks for every request whether Trio runs it, by importing what only Trio
# brings. Where that is not installed, each time the whole path is searched for it.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# A client reads the certificates of all authorities of the world, in 40 ms, though no server of these tests has one of
# them. Those that heed no variables share what is read.
_read_authorities = httpcore2.default_ssl_context
_authorities = functools.cache(lambda: _read_authorities(_trust_env=False))
httpcore2.default_ssl_context = lambda *, _trust_env=True: (
    _read_authorities() if _trust_env else _authorities()
)


_reaper: Reaper | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Have everything ended that this process starts, also when it cannot do that itself; random examples repeat."""
    draw_the_same()
    # Until all tests are collected, nothing that is made becomes garbage: looking for it takes a third of that time.
    gc.disable()
    global _reaper  # noqa: PLW0603 - pytest gives its hooks no other place
    # The process that only hands tests to others starts nothing else.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        _reaper = Reaper()


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not among the tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Have it done, and wait for it."""
    if _reaper is not None:
        _reaper.end()


# These take long with few tests. What begins last should be short, or one of the processes waits for the other.
_LONG_FILES = (
    *(
        "faults/",
        "processes/test_serve",
        "test_suite.py",
        "properties/",
        "docs/test_commands.py",
    ),
    *(
        "health/",
        "simulation/",
        "rendering/worker/",
        "commands/test_ops.py",
        "sweeps/test_sandbox_jobs.py",
    ),
)


_NEEDS_CLUSTER = pytest.mark.skip(
    reason="needs a cluster: TEST_DATABASE_URL of a Citus coordinator (docs/scale.md)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; the order within a file stays. Leave out what the suite's server cannot show."""
    long_files = tuple(f"{Path(__file__).parent}/{name}" for name in _LONG_FILES)

    def is_short(item: pytest.Item) -> bool:
        return not str(item.path).startswith(long_files)

    items.sort(key=is_short)
    server_url = os.environ.get("TEST_DATABASE_URL")
    on_cluster = server_url is not None and bool(asyncio.run(nodes_of(server_url)))
    for item in items:
        if on_cluster and (marker := item.get_closest_marker("one_server")):
            item.add_marker(pytest.mark.skip(reason=marker.kwargs["reason"]))
        elif not on_cluster and item.get_closest_marker("cluster"):
            item.add_marker(_NEEDS_CLUSTER)


@pytest.fixture(scope="session")
def database_urls() -> Iterator[DatabaseUrls]:
    """A migrated database; on the server that TEST_DATABASE_URL names, or an embedded one."""
    server_url = os.environ.get("TEST_DATABASE_URL")
    if server_url is not None:
        urls = asyncio.run(_make_database(server_url))
        try:
            asyncio.run(migrate_fully(urls))
            yield urls
        finally:
            asyncio.run(_drop_database(server_url, urls))
        return
    # Not below pytest's own folder: as root, the account that runs PostgreSQL could not enter that.
    folder = Path(tempfile.mkdtemp(prefix="layers-test-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "data", fast_unsafe=True)
    postgres.start()
    try:
        urls = DatabaseUrls(postgres.url("owner"), postgres.url("app"))
        asyncio.run(migrate_fully(urls))
        yield urls
    finally:
        postgres.stop()
        shutil.rmtree(folder)


@pytest.fixture
def two_roles(database_urls: DatabaseUrls) -> None:
    """Leave out what only a role of its own for the server can show, where the suite has one for everything."""
    if database_urls.owner == database_urls.app:
        pytest.skip("the suite has one role")


@pytest.fixture(scope="session")
def template(database_urls: DatabaseUrls) -> Iterator[str]:
    """The name of a migrated database to which nobody connects: a copy of it is made in a moment."""
    from tests.support.databases import database_of, make_database

    with make_database(database_urls) as urls:
        yield database_of(urls.owner)


@pytest_asyncio.fixture(scope="session")
async def pool(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections as the server has them: as the application's role."""
    pool = await open_pool(database_urls.app, 20)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """One connection as the application's role."""
    async with pool.acquire() as connection:
        yield connection


@pytest_asyncio.fixture
async def owner_connection(database_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    """One connection as the owner, for breaking things on purpose."""
    connection = await connect(database_urls.owner)
    yield connection
    await connection.close()


async def _make_database(server_url: str) -> DatabaseUrls:
    name, role, password = (f"layers_test_{secrets.token_hex(4)}" for _ in range(3))
    await create_database(server_url, name)
    owner = with_database(server_url, name)
    if "TEST_ONE_ROLE" in os.environ:
        return DatabaseUrls(owner, owner)
    # Made in the new database, a cluster's coordinator also makes it on the other nodes.
    await execute(owner, f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    parts = urlsplit(owner)
    place = parts.netloc.rpartition("@")[2]
    return DatabaseUrls(owner, parts._replace(netloc=f"{role}:{password}@{place}").geturl())


async def _drop_database(server_url: str, urls: DatabaseUrls) -> None:
    await drop_database(server_url, database_of(urls.owner))
    if urls.app != urls.owner:
        await execute(server_url, f"DROP ROLE {role_of(urls.app)}")
