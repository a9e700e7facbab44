"""One served process for all contract tests, on a database of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from tests.contract.answers import check_every_answer
from tests.contract.installation import Family, Installation
from tests.contract.served import Server, own_database, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.conftest import DatabaseUrls


@pytest.fixture(scope="session")
def secret_keys_text() -> str:
    """The setting LAYERS_SECRET_KEYS of the server."""
    return f"contract:{secrets.token_hex(32)}"


@pytest.fixture(scope="session")
def served_urls(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """The server's database."""
    with own_database(database_urls) as urls:
        yield urls


@pytest.fixture(scope="session")
def server(
    served_urls: DatabaseUrls, secret_keys_text: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The server that the tests talk to."""
    with serving(served_urls, secret_keys_text, tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def installation(
    server: Server, served_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[Installation]:
    """Makes partners and keys in the server's database."""
    async with (
        await open_pool(served_urls.app, 4) as pool,
        await open_pool(served_urls.owner, 4) as owner,
    ):
        yield Installation(pool, owner, SecretKeys.parse(secret_keys_text))


@pytest_asyncio.fixture(scope="session")
async def api(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server, which checks of every answer what holds for all."""
    async with httpx.AsyncClient(
        base_url=server.base_url,
        trust_env=False,
        timeout=20,
        event_hooks={"response": [check_every_answer]},
    ) as client:
        yield client


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A new partner with two children, in a tenant of their own."""
    return await installation.family()
