"""What a start decides about a database, also when another one starts at the same moment."""

from __future__ import annotations

import asyncio
import errno
import secrets
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.databases import make_database, role_of

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from partner_api.database.location import DatabaseLocation
from partner_api.demo.service import ensure_demo
from partner_api.processes.startup import StartupError, prepare_database, run_with_database
from partner_api.rehearsal.store import enter_production, raise_offset
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

KEYS = SecretKeys.parse(f"k1:{secrets.token_hex(32)}")


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def other(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    """A connection of somebody else."""
    connection = await connect(urls.app)
    yield connection
    await connection.close()


async def start(urls: DatabaseUrls, data_dir: Path, *, development: bool) -> None:
    settings = load_settings(
        {
            "DATABASE_URL": urls.app,
            "LAYERS_DATA_DIR": str(data_dir),
            "LAYERS_DEVELOPMENT": str(development).lower(),
        }
    )
    location = DatabaseLocation(urls.owner, urls.app, role_of(urls.app))
    await prepare_database(settings, location, KEYS, migrate_first=False)


async def test_development_then_production_then_no_development_any_more(
    urls: DatabaseUrls, tmp_path: Path
) -> None:
    for _ in range(2):
        await start(urls, tmp_path, development=True)
    for _ in range(2):
        await start(urls, tmp_path, development=False)
    with pytest.raises(StartupError, match="was used without development mode"):
        await start(urls, tmp_path, development=True)


async def test_a_production_start_waits_for_a_move_of_the_clock(
    urls: DatabaseUrls, tmp_path: Path, other: Connection
) -> None:
    async with other.transaction():
        await raise_offset(other, 60)
        starting = asyncio.create_task(start(urls, tmp_path, development=False))
        await _until_it_waits(other)
    with pytest.raises(StartupError, match="moved ahead in a rehearsal"):
        await starting


async def test_a_development_start_waits_for_a_production_start(
    urls: DatabaseUrls, tmp_path: Path, other: Connection
) -> None:
    async with other.transaction():
        assert await enter_production(other)
        starting = asyncio.create_task(start(urls, tmp_path, development=True))
        await _until_it_waits(other)
    with pytest.raises(StartupError, match="was used without development mode"):
        await starting


@pytest.mark.parametrize("development", [True, False])
async def test_a_start_marks_the_demo_s_credentials_of_an_earlier_version(
    urls: DatabaseUrls, tmp_path: Path, other: Connection, *, development: bool
) -> None:
    """Without a start of the demo in between: a production server may come next."""
    await ensure_demo(other, Clock().now(), KEYS, tmp_path)
    for table in ("api_keys", "operators"):
        await other.execute(f"UPDATE {table} SET demo = false")
    await start(urls, tmp_path, development=development)
    for table in ("api_keys", "operators"):
        assert await other.fetchval(f"SELECT bool_and(demo) FROM {table}") is True


@pytest.mark.parametrize("text", ["", "{}", '{"operator_token": "x", "partner_key": "y"}'])
async def test_a_file_of_credentials_that_says_nothing_is_no_obstacle(
    urls: DatabaseUrls, tmp_path: Path, text: str
) -> None:
    (tmp_path / "demo-credentials.json").write_text(text)
    await start(urls, tmp_path, development=False)


async def test_a_file_of_credentials_that_cannot_be_read_is_no_obstacle(
    urls: DatabaseUrls, tmp_path: Path
) -> None:
    (tmp_path / "demo-credentials.json").mkdir()
    await start(urls, tmp_path, development=False)


async def _until_it_waits(connection: Connection) -> None:
    async with asyncio.timeout(60):
        while True:
            if await connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = "
                "ANY (pg_blocking_pids(pid)))"
            ):
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), FileNotFoundError(2, "No such file", "x.pem")]
)
def test_the_database_is_not_to_blame_for_a_file(error: OSError) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(OSError) as raised:
        run_with_database(fail())
    assert raised.value is error


def test_the_database_is_to_blame_for_a_connection() -> None:
    async def fail() -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    with pytest.raises(StartupError, match="cannot be reached: Connection refused"):
        run_with_database(fail())
