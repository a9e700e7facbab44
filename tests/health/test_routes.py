"""What is asked to know whether a server is well is answered soon, also when the database answers nobody."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from tests.support.databases import DatabaseUrls
from tests.support.edges import error_of, make_edge, running
from tests.support.freezing import FreezablePostgres, freezable_postgres

from partner_api.database import connection as connections
from partner_api.database import migrate
from partner_api.health import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

# The limits that these routes do not have are set to an hour, so this is no matter of how busy a machine is.
LONG = 60


@pytest.fixture(scope="module")
def freezable() -> Iterator[FreezablePostgres]:
    """A migrated PostgreSQL that tests may freeze."""
    with freezable_postgres() as server:
        asyncio.run(migrate.upgrade(server.owner_url, "layers_app"))
        yield server


@pytest.fixture
def no_other_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement may take an hour."""
    monkeypatch.setattr(connections, "COMMAND_SECONDS", 3_600.0)


@pytest.mark.usefixtures("no_other_limits")
async def test_a_frozen_database_makes_it_not_ready_and_hides_no_numbers(
    freezable: FreezablePostgres,
) -> None:
    edge = make_edge(DatabaseUrls(freezable.owner_url, freezable.app_url))
    async with running(edge) as client:
        assert (await client.get("/readyz")).status_code == 200
        with pytest.MonkeyPatch.context() as quicker, freezable.frozen():
            # It is waited for a dozen times.
            quicker.setattr(routes, "READINESS_SECONDS", 0.3)
            # More than there are connections: what was given up does not keep one.
            for _ in range(10):
                async with asyncio.timeout(LONG):
                    response = await client.get("/readyz")
                assert error_of(response)["code"] == "UNAVAILABLE"
                assert response.status_code == 503
            async with asyncio.timeout(LONG):
                response = await client.get("/metrics")
            assert response.status_code == 200
            assert "layers_http_requests_total" in response.text
            assert (await client.get("/healthz")).status_code == 200
        give_up = time.monotonic() + LONG
        while (await client.get("/readyz")).status_code != 200:
            assert time.monotonic() < give_up, "it does not become ready again"


@pytest.mark.parametrize(("path", "asks"), [("/readyz", "is_current"), ("/metrics", "measure_lag")])
async def test_a_crowd_that_needs_no_key_has_one_connection(
    local_api: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, asks: str
) -> None:
    questions = 0
    answer = asyncio.Event()

    async def ask(*_: object) -> bool:
        nonlocal questions
        questions += 1
        await answer.wait()
        return True

    monkeypatch.setattr(routes, asks, ask)
    crowd = [asyncio.create_task(local_api.get(path)) for _ in range(50)]
    for _ in range(500):
        await asyncio.sleep(0)
    assert questions == 1
    answer.set()
    assert {response.status_code for response in await asyncio.gather(*crowd)} == {200}
    # The next one asks anew.
    assert (await local_api.get(path)).status_code == 200
    assert questions > 1
