"""A server with two processes and no place where they count together: together they keep to what one may."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.support.answers import refused
from tests.support.installation import EVERYTHING
from tests.support.served import logged, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.serving import Service


@pytest.fixture(scope="module")
def both(
    server: Service,
    served_urls: DatabaseUrls,
    secret_keys_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """One more server on the database of the tests' server."""
    assert not server.ended
    folder = tmp_path_factory.mktemp("both")
    with serving(served_urls, secret_keys_text, folder, LAYERS_WORKERS="2") as service:
        yield service


async def test_it_is_said_at_the_start(both: Service) -> None:
    line = await logged(both, "rate_limits_shared_out", "LAYERS_RATE_LIMIT_URL")
    assert "2" in line
    assert both.errors.count("rate_limits_shared_out") == 1


async def test_a_connection_gets_what_the_header_promises(
    both: Service, installation: Installation
) -> None:
    partner = await installation.partner(tier="standard")
    headers = (await installation.key(partner, *EVERYTHING)).headers
    async with httpx2.AsyncClient(base_url=both.base_url, trust_env=False, timeout=60) as client:
        answers = [await client.get("/v1/projects", headers=headers) for _ in range(62)]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"60"}
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    assert refused(answers[-1], "RATE_LIMITED") == {"limit": "read-light"}


async def test_together_they_let_through_no_more_than_the_limit(
    both: Service, installation: Installation
) -> None:
    partner = await installation.partner(tier="standard")
    headers = (await installation.key(partner, *EVERYTHING)).headers
    granted = 0
    # Each request has a connection of its own, which either process may get.
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with httpx2.AsyncClient(
        base_url=both.base_url, trust_env=False, timeout=60, limits=limits
    ) as client:
        for _ in range(10):
            answers = await asyncio.gather(
                *(client.get("/v1/projects", headers=headers) for _ in range(30))
            )
            assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"60"}
            granted += sum(answer.status_code == 200 for answer in answers)
    assert 60 <= granted <= 120
