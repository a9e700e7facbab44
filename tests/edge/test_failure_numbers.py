"""Requests that fail are counted by the code of their error, so that a suspended key is no fault of the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import httpx2
import pytest
from tests.support.edges import add_key, error_of, make_edge

from partner_api.edge.wire.reply import error_reply
from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Family

    from partner_api.database.connection import Connection


def failures(surface: str, code: str) -> float:
    """How many there were."""
    labels = {"surface": surface, "code": code}
    value = REGISTRY.get_sample_value("layers_http_failures_total", labels)
    assert value is not None
    return value


async def test_a_key_that_was_killed_is_counted_apart(
    client: httpx2.AsyncClient, connection: Connection, family: Family
) -> None:
    key = await add_key(connection, family.partner.wallet, ["jobs:read"])
    await connection.execute("UPDATE api_keys SET kill_switch = true WHERE id = $1", key.key_id)
    before = failures("partner", "KILL_SWITCH"), failures("partner", "UNAVAILABLE")
    response = await client.get("/v1/whoami", headers=key.headers)
    assert error_of(response)["code"] == "KILL_SWITCH"
    after = failures("partner", "KILL_SWITCH"), failures("partner", "UNAVAILABLE")
    assert after == (before[0] + 1, before[1])


async def test_a_request_without_a_route_counts_as_the_servers(database_urls: DatabaseUrls) -> None:
    before = failures("server", "UNAVAILABLE")
    transport = httpx2.ASGITransport(make_edge(database_urls))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/readyz")).status_code == 503
    assert failures("server", "UNAVAILABLE") == before + 1


async def test_what_the_client_did_wrong_is_no_failure(client: httpx2.AsyncClient) -> None:
    names = ("KILL_SWITCH", "UNAVAILABLE", "INTERNAL")
    before = [failures("partner", code) for code in names]
    assert (await client.get("/v1/whoami")).status_code == 401
    assert [failures("partner", code) for code in names] == before


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (asyncpg.LockNotAvailableError("canceling statement due to lock timeout"), "lock"),
        (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), "statement"),
    ],
)
def test_what_postgresql_ended_is_counted_by_the_limit(error: Exception, reason: str) -> None:
    def count() -> float:
        value = REGISTRY.get_sample_value("layers_request_timeouts_total", {"reason": reason})
        return value or 0.0

    before = count()
    assert error_reply(error, "req_1", where="test").status == 503
    assert count() == before + 1
