"""Databases of their own, for tests that migrate, break or fill one."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.support.nodes import create_database, drop_database, nodes_of, with_database

from partner_api.database import migrate
from partner_api.database.cluster.distribute import distribute
from partner_api.database.location import DatabaseLocation

# So that each of two nodes has some; few, because every one takes time.
_SHARDS = 4


class DatabaseUrls(NamedTuple):
    """The owner's URL, for migrating, and the less privileged role's, which the server uses."""

    owner: str
    app: str


@contextlib.contextmanager
def make_database(
    server: DatabaseUrls, *, migrated: bool = True, template: str | None = None
) -> Iterator[DatabaseUrls]:
    """A database on the suite's server, for both roles.

    Args:
        server: whose server, and the roles.
        migrated: whether it has the schema.
        template: a database that nobody is connected to, to copy instead.
    """
    name = f"layers_test_{secrets.token_hex(4)}"
    asyncio.run(create_database(server.owner, name, template=template))
    try:
        urls = DatabaseUrls(with_database(server.owner, name), with_database(server.app, name))
        if migrated and template is None:
            asyncio.run(migrate_fully(urls))
        yield urls
    finally:
        asyncio.run(drop_database(server.owner, name))


async def migrate_fully(urls: DatabaseUrls) -> None:
    """Bring a database to the schema of this version; on a cluster, spread it over the nodes."""
    role = None if urls.owner == urls.app else role_of(urls.app)
    await migrate.upgrade(urls.owner, role)
    if await nodes_of(urls.owner):
        location = DatabaseLocation(urls.owner, urls.app, role)
        await distribute(location, lambda _: None, shards=_SHARDS)


def database_of(url: str) -> str:
    """The name of the database in a URL."""
    return urlsplit(url).path.removeprefix("/")


def role_of(url: str) -> str:
    """The role in a URL."""
    role = urlsplit(url).username
    assert role is not None
    return role
