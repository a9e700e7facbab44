"""A secret is in the answer that hands it out, and nowhere else."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from tests.contract.secret_giving import Client, Handed, first_operator, run_of
from tests.support.databases import make_database
from tests.support.serving import Service, command_line, wait_until

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

    from partner_api.edge.asgi import Edge


@pytest.fixture(scope="module")
def keys() -> str:
    return f"one:{secrets.token_hex(32)}"


@pytest.fixture(scope="module")
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="module")
def talkative(
    urls: DatabaseUrls, keys: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A server that logs all that it can, with its own database."""
    folder: Path = tmp_path_factory.mktemp("talkative")
    service = Service(
        folder,
        "serve",
        DATABASE_URL=urls.app,
        LAYERS_SECRET_KEYS=keys,
        LAYERS_DEVELOPMENT="true",
        LAYERS_LOG_LEVEL="debug",
    )
    try:
        service.start()
        yield service
    finally:
        service.end()


@pytest_asyncio.fixture(scope="module")
async def handed(talkative: Service, urls: DatabaseUrls, keys: str) -> AsyncIterator[Handed]:
    """A run in which every route that hands out a secret did, and the secrets were misused."""
    handed = Handed()
    async with httpx2.AsyncClient(base_url=talkative.base_url, trust_env=False, timeout=60) as http:
        client = Client(http, handed)
        await run_of(client, handed, await first_operator(urls, keys, handed))
        handed.others.append((await http.get("/metrics")).text)
        yield handed


def test_every_route_that_hands_out_a_secret_was_asked(application: Edge, handed: Handed) -> None:
    assert handed.routes == {
        f"{route.method} {route.template}"
        for route in application.routes
        if route.declared.secret_answer
    }


def test_no_other_answer_has_one(handed: Handed) -> None:
    """Refusals, lists, the audit log and the metrics."""
    assert len(handed.others) > 60
    assert _found(handed.forms, "\n".join(handed.others)) == set()


def test_no_log_line_has_one(talkative: Service, handed: Handed, keys: str) -> None:
    wait_until(lambda: "/ops/v1/operators/{operatorId}/revoke" in talkative.errors)
    text = talkative.errors + talkative.output
    assert text.count('"caller":"key_') > 30
    assert _found(handed.forms | {keys.partition(":")[2]}, text) == set()


async def test_no_column_has_one(urls: DatabaseUrls, handed: Handed, keys: str) -> None:
    """Neither as text nor as bytes, in any table: only keyed hashes and what is encrypted."""
    rows = []
    connection = await connect(urls.owner)
    try:
        tables = await connection.fetch(
            """
            SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            """
        )
        for (table,) in tables:
            rows += await connection.fetch(f"SELECT t::text FROM {table} t")
        assert await connection.fetchval(
            "SELECT count(*) FROM idempotency_keys WHERE sealed IS NOT NULL"
        ) >= len(handed.routes)
    finally:
        await connection.close()
    text = "\n".join(row["t"] for row in rows)
    assert _found(handed.key_ids, text)
    assert _found(handed.forms | {keys.partition(":")[2]}, text) == set()


def test_no_command_line_has_one(talkative: Service, urls: DatabaseUrls, keys: str) -> None:
    """Every account of a machine can read those of all processes."""
    pids = talkative.pids()
    assert len(pids) > 2
    arguments = b"\n".join(map(command_line, pids)).decode(errors="replace")
    assert "partner_api.processes" in arguments
    passwords = {urlsplit(url).password or "" for url in (urls.app, urls.owner)}
    assert "" not in passwords
    assert _found(passwords | {keys.partition(":")[2]}, arguments) == set()


def _found(words: set[str], text: str) -> set[str]:
    return {word for word in words if word in text}
