"""A worker that waits for a job is answered when its server stops."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import WAIT_SECONDS, post, serving
from tests.support.databases import make_database
from tests.support.edges import add_operator, make_edge

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

# The longest wait that a worker may ask for; the answer comes far sooner.
POLL_SECONDS = 20


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database in which nobody else makes jobs."""
    with make_database(database_urls, template=template) as urls:
        yield urls


async def test_a_worker_that_waits_is_answered_at_a_stop(urls: DatabaseUrls) -> None:
    connection = await connect(urls.app)
    token = await add_operator(connection, "worker")
    await connection.close()
    claim = {
        "workerId": "w",
        "formats": ["slideshow_remix"],
        "leaseSeconds": 60,
        "max": 1,
        "waitSeconds": POLL_SECONDS,
    }
    request = post(
        "/ops/v1/jobs/claim", json.dumps(claim).encode(), f"Authorization: Bearer {token}"
    )
    with (
        serving(make_edge(urls), drain_seconds=WAIT_SECONDS) as server,
        server.connect() as client,
    ):
        began = time.monotonic()
        client.send(request)
        server.wait_until(lambda: server.connections.known == 1)
        server.begin_stop()
        answer = client.answer()
        assert (answer.status, json.loads(answer.body)) == (200, {"items": []})
        assert client.rest() == b""
        server.ended.result(WAIT_SECONDS)
        assert time.monotonic() - began < POLL_SECONDS
