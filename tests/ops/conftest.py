"""Operators, and what authenticates them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.working import claim
from tests.support.databases import make_database
from tests.support.edges import running
from tests.support.installation import Installation

from partner_api.app import create_app
from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx2
    from tests.support.databases import DatabaseUrls


@pytest.fixture
async def operator(installation: Installation) -> dict[str, str]:
    """What authenticates an operator."""
    return await installation.operator("operator")


@pytest.fixture
async def finance(installation: Installation) -> dict[str, str]:
    """What authenticates an operator who moves credits and cash."""
    return await installation.operator("finance")


@pytest.fixture
def mark() -> str:
    """A vertical that no other test's accounts have."""
    return f"v{uuid4().hex}"


@pytest_asyncio.fixture
async def worker(api: httpx2.AsyncClient, installation: Installation) -> dict[str, str]:
    """What authenticates a worker; nothing that other tests have left waits any more."""
    headers = await installation.operator("worker")
    while await claim(api, headers, max=50, waitSeconds=0):
        pass
    return headers


@pytest.fixture(scope="module")
def still_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database that nobody sweeps: what is due stays due."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def still(still_urls: DatabaseUrls, secret_keys_text: str) -> AsyncIterator[Installation]:
    """Return what creates partners in that database."""
    async with (
        await open_pool(still_urls.app, 2) as pool,
        await open_pool(still_urls.owner, 2) as owner,
    ):
        yield Installation(pool, owner, SecretKeys.parse(secret_keys_text))


@pytest_asyncio.fixture
async def still_api(
    still_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application without workers."""
    settings = load_settings(
        {
            "DATABASE_URL": still_urls.app,
            "LAYERS_SECRET_KEYS": secret_keys_text,
            "LAYERS_LOG_LEVEL": "error",
        }
    )
    async with running(create_app(settings)) as client:
        yield client
