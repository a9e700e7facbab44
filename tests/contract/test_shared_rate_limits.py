"""Two servers that count requests in one Redis or Valkey: together they let through what one may."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import httpx2
import pytest
import pytest_asyncio
from tests.support.answers import granted, refused
from tests.support.installation import EVERYTHING
from tests.support.served import serving
from tests.support.serving import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.counters import Store
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.serving import Service


@pytest.fixture(scope="module")
def services(
    store: Store,
    server: Service,
    served_urls: DatabaseUrls,
    secret_keys_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[Service]]:
    """Two servers on the database of the tests' server, which has no part in this."""
    assert not server.ended
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                serving(
                    served_urls,
                    secret_keys_text,
                    tmp_path_factory.mktemp(name),
                    LAYERS_RATE_LIMIT_URL=store.url,
                )
            )
            for name in ("one", "two")
        ]


@pytest_asyncio.fixture(scope="module")
async def clients(services: list[Service]) -> AsyncIterator[list[httpx2.AsyncClient]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                httpx2.AsyncClient(base_url=service.base_url, trust_env=False, timeout=60)
            )
            for service in services
        ]


async def headers_of(installation: Installation) -> dict[str, str]:
    partner = await installation.partner(tier="standard")
    return (await installation.key(partner, *EVERYTHING)).headers


async def statuses(
    clients: list[httpx2.AsyncClient], method: str, headers: dict[str, str], times: int
) -> list[int]:
    """Ask both in turn, many at a time; the sorted statuses."""
    body = None if method == "GET" else {"name": "P", "timezone": "UTC"}
    answers = await asyncio.gather(
        *(
            clients[number % 2].request(method, "/v1/projects", headers=headers, json=body)
            for number in range(times)
        )
    )
    return sorted(answer.status_code for answer in answers)


async def test_each_sees_what_the_other_has_counted(
    clients: list[httpx2.AsyncClient], installation: Installation
) -> None:
    headers = await headers_of(installation)
    remaining = []
    for number in range(6):
        answer = await clients[number % 2].get("/v1/projects", headers=headers)
        granted(answer)
        remaining.append(int(answer.headers["X-RateLimit-Remaining"]))
    assert remaining == [119, 118, 117, 116, 115, 114]


@pytest.mark.parametrize(("method", "limit", "status"), [("GET", 120, 200), ("POST", 60, 201)])
async def test_together_they_let_through_exactly_the_limit(
    clients: list[httpx2.AsyncClient],
    installation: Installation,
    method: str,
    limit: int,
    status: int,
) -> None:
    headers = await headers_of(installation)
    found = await statuses(clients, method, headers, limit + 30)
    assert found == [status] * limit + [429] * 30
    for client in clients:
        answer = await client.request(method, "/v1/projects", headers=headers, json={})
        refused(answer, "RATE_LIMITED")
        assert answer.headers["X-RateLimit-Remaining"] == "0"


async def test_failed_authentications_of_an_address_are_counted_together(
    clients: list[httpx2.AsyncClient],
) -> None:
    headers = {"Authorization": "Bearer nobody"}
    found = await statuses(clients, "GET", headers, 320)
    assert found == [401] * 300 + [429] * 20


async def test_while_it_is_away_each_counts_for_itself(
    store: Store,
    services: list[Service],
    clients: list[httpx2.AsyncClient],
    installation: Installation,
) -> None:
    headers = await headers_of(installation)
    store.stop()
    found = await statuses(clients, "GET", headers, 2 * 120 + 10)
    assert found == [200] * 240 + [429] * 10
    wait_until(lambda: all("rate_limits_not_shared" in one.errors for one in services))
    for service in services:
        # Said once, not for each request.
        assert service.errors.count("rate_limits_not_shared") == 1
        assert "request_failed" not in service.errors
    store.start()
    found = await statuses(clients, "GET", headers, 130)
    assert found == [200] * 120 + [429] * 10
