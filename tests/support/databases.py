"""Databases of their own, for tests that migrate, break or fill one."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from partner_api.database import migrate
from partner_api.database.connection import connect


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
    asyncio.run(
        _execute(server.owner, f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
    )
    try:
        urls = DatabaseUrls(_with_database(server.owner, name), _with_database(server.app, name))
        if migrated and template is None:
            asyncio.run(migrate.upgrade(urls.owner, role_of(urls.app)))
        yield urls
    finally:
        asyncio.run(_execute(server.owner, f"DROP DATABASE {name} WITH (FORCE)"))


def database_of(url: str) -> str:
    """The name of the database in a URL."""
    return urlsplit(url).path.removeprefix("/")


def role_of(url: str) -> str:
    """The role in a URL."""
    role = urlsplit(url).username
    assert role is not None
    return role


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
