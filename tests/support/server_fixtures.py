"""One served process for all tests over HTTP, on a database of its own: fixtures for the whole suite."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import httpx2
import pytest
import pytest_asyncio
from tests.support.answers import check_every_answer
from tests.support.databases import make_database
from tests.support.documented import Documented
from tests.support.edges import running
from tests.support.holding_tenants import ask_for_holds
from tests.support.installation import Family, Installation
from tests.support.served import serving
from tests.support.statements import listening

from partner_api.app import create_app
from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.serving import Service

    from partner_api.edge.asgi import Edge


@pytest.fixture(scope="session")
def secret_keys_text() -> str:
    """The setting LAYERS_SECRET_KEYS of the server."""
    return f"contract:{secrets.token_hex(32)}"


@pytest.fixture(scope="session")
def served_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """The server's database, apart from the suite's.

    A served process sweeps its whole database, at the machine's time. Other tests' tenants live at
    times of their own, and a sweep would end their periods and jobs under their hands. The server could migrate it
    by itself; on a cluster it would not be spread then.
    """
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="session")
def server(
    served_urls: DatabaseUrls, secret_keys_text: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The server that the tests talk to."""
    with serving(served_urls, secret_keys_text, tmp_path_factory.mktemp("served")) as server:
        asyncio.run(ask_for_holds(served_urls.owner))
        yield server


@pytest_asyncio.fixture(scope="session")
async def installation(
    server: Service, served_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[Installation]:
    """Return what creates partners and keys in the server's database."""
    async with (
        await open_pool(served_urls.app, 4) as pool,
        await open_pool(served_urls.owner, 4) as owner,
    ):
        yield Installation(pool, owner, SecretKeys.parse(secret_keys_text))


@pytest.fixture(scope="session")
def documented(server: Service) -> Documented:
    """What the server says of itself."""
    answer = httpx2.get(f"{server.base_url}/openapi.json", trust_env=False, timeout=60)
    return Documented(answer.json())


@pytest_asyncio.fixture(scope="session")
async def api(server: Service, documented: Documented) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the server, which checks of every answer what holds for all.

    So every test is also one of the OpenAPI document: an answer that it does not promise, or
    promises otherwise, is a failure.
    """

    async def check_document(response: httpx2.Response) -> None:
        await response.aread()
        documented.check(response)

    async with httpx2.AsyncClient(
        base_url=server.base_url,
        trust_env=False,
        timeout=60,
        event_hooks={"response": [check_every_answer, check_document]},
    ) as client:
        yield client


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A new partner with two children, in a tenant of their own."""
    return await installation.family()


# Apart from the others --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def spare_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """Another database, for tests that move its time or take it away."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="session")
def spare_server(
    spare_urls: DatabaseUrls, secret_keys_text: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Another server, on that database."""
    with serving(spare_urls, secret_keys_text, tmp_path_factory.mktemp("spare")) as server:
        yield server


@pytest_asyncio.fixture
async def spare(
    spare_server: Service, spare_urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[Installation]:
    """Return what creates partners and keys in that database."""
    async with (
        await open_pool(spare_urls.app, 2) as pool,
        await open_pool(spare_urls.owner, 2) as owner,
    ):
        yield Installation(pool, owner, SecretKeys.parse(secret_keys_text))


@pytest_asyncio.fixture
async def spare_api(spare_server: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of that server."""
    async with httpx2.AsyncClient(
        base_url=spare_server.base_url,
        trust_env=False,
        timeout=60,
        event_hooks={"response": [check_every_answer]},
    ) as client:
        yield client


@pytest.fixture(scope="session")
def application(server: Service, served_urls: DatabaseUrls, secret_keys_text: str) -> Edge:
    """The application in this process, out of development mode, on the first server's database.

    For what cannot be seen from outside; and it counts failed authentications for itself.
    """
    assert not server.ended
    return create_app(
        load_settings(
            {
                "DATABASE_URL": served_urls.app,
                "LAYERS_SECRET_KEYS": secret_keys_text,
                "LAYERS_LOG_LEVEL": "error",
            }
        )
    )


@pytest_asyncio.fixture(scope="session")
async def local_api(application: Edge) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application in this process; its statements can be listened to."""
    with listening():
        async with running(application) as client:
            yield client
