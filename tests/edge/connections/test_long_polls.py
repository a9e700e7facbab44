"""Who waits, for a job or for an event, is answered when the server stops, and is missed when it goes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import WAIT_SECONDS, Server, get, post, serving
from tests.support.databases import make_database
from tests.support.edges import add_key, add_operator, make_edge
from tests.support.tenants import make_partner

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Owner

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


async def add_reader(urls: DatabaseUrls) -> Owner:
    """A partner and a key that may read its feed."""
    connection = await connect(urls.app)
    owner = await add_key(connection, await make_partner(connection), ["webhooks:read"])
    await connection.close()
    return owner


def waiting(server: Server, reader: Owner) -> int:
    """How many requests of the reader wait in the server."""
    services = server.edge.services
    return 0 if services is None else services.event_waits.count(reader.wallet.tenant_id)


async def test_a_reader_of_the_feed_that_waits_is_answered_at_a_stop(urls: DatabaseUrls) -> None:
    reader = await add_reader(urls)
    request = get(f"/v1/events?wait={POLL_SECONDS}", f"Authorization: Bearer {reader.key}")
    with (
        serving(make_edge(urls), drain_seconds=WAIT_SECONDS) as server,
        server.connect() as client,
    ):
        began = time.monotonic()
        client.send(request)
        server.wait_until(lambda: waiting(server, reader) == 1)
        server.begin_stop()
        answer = client.answer()
        page = json.loads(answer.body)
        assert (answer.status, page["items"]) == (200, [])
        assert page["nextCursor"]
        assert client.rest() == b""
        server.ended.result(WAIT_SECONDS)
        assert time.monotonic() - began < POLL_SECONDS


async def test_a_reader_of_the_feed_that_goes_waits_no_more(urls: DatabaseUrls) -> None:
    """So that those who come again do not find all places taken."""
    reader = await add_reader(urls)
    request = get(f"/v1/events?wait={POLL_SECONDS}", f"Authorization: Bearer {reader.key}")
    with serving(make_edge(urls)) as server:
        began = time.monotonic()
        with server.connect() as client:
            client.send(request)
            server.wait_until(lambda: waiting(server, reader) == 1)
        server.wait_until(lambda: waiting(server, reader) == 0)
        assert time.monotonic() - began < POLL_SECONDS
