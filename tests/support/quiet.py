"""The whole application in this process, on a database in which no sweep runs.

So nothing is published or sent but by the test itself. The fixture is for those who import it in their `conftest.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from msgspec import to_builtins
from tests.support.answers import check_every_answer
from tests.support.databases import make_database
from tests.support.documented import Documented
from tests.support.edges import KEYS, make_edge, running
from tests.support.installation import Family, Installation, now, org_id

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.events import store as events
from partner_api.events.type_schemas import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any
    from uuid import UUID

    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.services import Services


@dataclass(frozen=True)
class Quiet:
    """A client that checks each answer against the OpenAPI document, and what is in the database."""

    api: httpx2.AsyncClient
    installation: Installation
    services: Services

    async def happen(self, wallet: Wallet, event_type: str = "job.completed", **data: Any) -> UUID:
        """An event of the organization like the example of its type, not published yet; its id."""
        data = {**example_data(event_type, wallet), **data}
        async with self.installation.pool.acquire() as connection:
            return await events.write_event(
                connection, wallet.tenant_id, now(), wallet.organization_id, event_type, data
            )

    async def publish(self, wallet: Wallet) -> None:
        """Publish what has happened in the tenant, and ring."""
        async with self.installation.pool.acquire() as connection:
            while (await events.publish(connection, wallet.tenant_id, now(), 500)).events:
                pass
        self.services.bell.ring("events")


def example_data(event_type: str, wallet: Wallet) -> dict[str, Any]:
    """What the example of a type says, of this organization."""
    data: dict[str, Any] = to_builtins(EVENT_TYPES[event_type].example)
    return {**data, "organizationId": org_id(wallet)}


@pytest.fixture(scope="session")
def quiet_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of nobody else."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture(scope="session")
async def quiet(quiet_urls: DatabaseUrls) -> AsyncIterator[Quiet]:
    """The application, and what is in its database."""
    edge = make_edge(quiet_urls, LAYERS_DEVELOPMENT="true")
    async with (
        running(edge) as api,
        await open_pool(quiet_urls.app, 4) as pool,
        await open_pool(quiet_urls.owner, 4) as owner,
    ):
        documented = Documented((await api.get("/openapi.json")).json())

        async def check_document(response: httpx2.Response) -> None:
            await response.aread()
            documented.check(response)

        api.event_hooks = {"response": [check_every_answer, check_document]}
        assert edge.services is not None
        yield Quiet(api, Installation(pool, owner, SecretKeys.parse(KEYS)), edge.services)


@pytest_asyncio.fixture
async def quiet_family(quiet: Quiet) -> Family:
    """A partner with two children, and keys, in a tenant of their own."""
    return await quiet.installation.family()
