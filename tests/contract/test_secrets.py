"""A secret is in the answer that hands it out, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from tests.contract.secret_giving import Client, Handed, first_operator, run_of
from tests.support.serving import Service, command_line, wait_until

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.collector import Collector
    from tests.support.databases import DatabaseUrls

    from partner_api.edge.asgi import Edge


@pytest.fixture(scope="module")
def talkative(
    module_urls: DatabaseUrls,
    module_keys: str,
    collector: Collector,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A server that logs and traces all that it can, with its own database."""
    folder: Path = tmp_path_factory.mktemp("talkative")
    service = Service(
        folder,
        "serve",
        DATABASE_URL=module_urls.app,
        LAYERS_SECRET_KEYS=module_keys,
        LAYERS_DEVELOPMENT="true",
        LAYERS_LOG_LEVEL="debug",
        **collector.environment,
    )
    try:
        service.start()
        yield service
    finally:
        service.end()


@pytest_asyncio.fixture(scope="module")
async def handed(
    talkative: Service, module_urls: DatabaseUrls, module_keys: str
) -> AsyncIterator[Handed]:
    """A run in which every route that hands out a secret did, and the secrets were misused."""
    handed = Handed()
    async with httpx2.AsyncClient(base_url=talkative.base_url, trust_env=False, timeout=60) as http:
        client = Client(http, handed)
        await run_of(client, handed, await first_operator(module_urls, module_keys, handed))
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


def test_no_log_line_has_one(talkative: Service, handed: Handed, module_keys: str) -> None:
    wait_until(lambda: "/ops/v1/operators/{operatorId}/revoke" in talkative.errors)
    text = talkative.errors + talkative.output
    assert text.count('"caller":"key_') > 30
    assert _found(handed.forms | {module_keys.partition(":")[2]}, text) == set()


def test_no_span_has_one(collector: Collector, handed: Handed, module_keys: str) -> None:
    """In any byte that is sent, names of people and organizations not either."""
    last = "POST /ops/v1/operators/{operatorId}/revoke"
    collector.until(lambda span: span.name == last)
    sent = b"\n".join(collector.bodies).decode("latin-1")
    assert sent.count("layers.caller.id") > 30
    assert len({span.name for span in collector.spans}) > 60
    assert _found(handed.forms | {module_keys.partition(":")[2]}, sent) == set()
    text = "\n".join(map(str, collector.spans))
    assert _found({"@", "?", "Bearer", "://", "whsec_", "lp_live_", "lp_test_"}, text) == set()


async def test_no_column_has_one(
    module_urls: DatabaseUrls, handed: Handed, module_keys: str
) -> None:
    """Neither as text nor as bytes, in any table: only keyed hashes and what is encrypted."""
    rows = []
    connection = await connect(module_urls.owner)
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
    assert _found(handed.forms | {module_keys.partition(":")[2]}, text) == set()


def test_no_command_line_has_one(
    talkative: Service, module_urls: DatabaseUrls, module_keys: str
) -> None:
    """Every account of a machine can read those of all processes."""
    pids = talkative.pids()
    assert len(pids) > 2
    arguments = b"\n".join(map(command_line, pids)).decode(errors="replace")
    assert "partner_api.processes" in arguments
    passwords = {urlsplit(url).password or "" for url in (module_urls.app, module_urls.owner)}
    assert "" not in passwords
    assert _found(passwords | {module_keys.partition(":")[2]}, arguments) == set()


def _found(words: set[str], text: str) -> set[str]:
    return {word for word in words if word in text}
