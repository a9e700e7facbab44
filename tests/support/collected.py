"""A database, keys and a collector of traces for the servers of one module: fixtures for the whole suite."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from tests.support.collector import Collector
from tests.support.databases import make_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls


@pytest.fixture(scope="module")
def module_keys() -> str:
    """The setting LAYERS_SECRET_KEYS of a server that nobody else uses."""
    return f"one:{secrets.token_hex(32)}"


@pytest.fixture(scope="module")
def module_urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database with nothing in it but what the module's tests make."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """What takes the traces of servers of the module."""
    with Collector() as collector:
        yield collector
