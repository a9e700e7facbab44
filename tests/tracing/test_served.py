"""A server that traces: what a collector gets of a request, of what it is decided with, and of what comes of it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx2
import pytest
import pytest_asyncio
from tests.support.collector import CollectedSpan, Collector
from tests.support.deliveries import make_endpoint
from tests.support.installation import Family, Installation
from tests.support.receiver import Received, Receiver
from tests.support.served import logged, serving

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.ids import decode_id, format_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.serving import Service

SERVER, CLIENT = 2, 3
STRANGER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{STRANGER[0]}-{STRANGER[1]}-01"


@pytest.fixture(scope="module")
def traced(
    module_urls: DatabaseUrls,
    module_keys: str,
    collector: Collector,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A server that sends its traces to the collector, and tells receivers of them."""
    variables = {**collector.environment, "LAYERS_TRACING_WEBHOOKS": "true"}
    with serving(
        module_urls, module_keys, tmp_path_factory.mktemp("traced"), **variables
    ) as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def world(
    traced: Service, module_urls: DatabaseUrls, module_keys: str
) -> AsyncIterator[tuple[Installation, Family]]:
    """What makes things in its database, and a partner with credits there."""
    assert not traced.ended
    async with (
        await open_pool(module_urls.app, 2) as pool,
        await open_pool(module_urls.owner, 2) as owner,
    ):
        installation = Installation(pool, owner, SecretKeys.parse(module_keys))
        yield installation, await installation.family(prepaid=5_000)


@pytest_asyncio.fixture(scope="module")
async def http(traced: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=traced.base_url, trust_env=False, timeout=60) as http:
        yield http


async def found(collector: Collector, name: str, **attributes: object) -> CollectedSpan:
    """The first span of a name with such attributes, whose dots are written as underscores."""
    wanted = {key.replace("_", "."): value for key, value in attributes.items()}

    def fits(span: CollectedSpan) -> bool:
        said = {key.replace("_", "."): value for key, value in span.attributes.items()}
        return span.name == name and wanted.items() <= said.items()

    return await asyncio.to_thread(collector.until, fits)


async def test_from_a_request_over_its_batch_and_the_function_to_the_delivery(
    http: httpx2.AsyncClient, world: tuple[Installation, Family], collector: Collector
) -> None:
    installation, family = world
    async with Receiver() as receiver:
        async with installation.owner.acquire() as owner:
            await make_endpoint(
                owner, installation.secret_keys, family.child, receiver.url("/secret-path")
            )
        answer = await http.post(
            f"/v1/organizations/{format_id('org', family.child.organization_id)}/credits/allocate",
            json={
                "credits": 7,
                "description": "for Erika Mustermann",
                "metadata": {"invoice": "R-77"},
            },
            headers={
                **family.partner_key.headers,
                "Idempotency-Key": "a-key-that-nobody-knows",
                "traceparent": TRACEPARENT,
            },
        )
        assert answer.status_code == 201, answer.text
        await receiver.until(lambda: bool(receiver.requests))
        told: Received = receiver.requests[0]
    request_id = answer.headers["X-Request-Id"]

    request = await found(
        collector,
        "POST /v1/organizations/{orgId}/credits/allocate",
        layers_request_id=request_id,
    )
    assert request.trace_id == f"{decode_id('req', request_id):032x}"
    assert request.kind == SERVER
    assert not request.parent_id
    assert request.links == (STRANGER,)
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/organizations/{orgId}/credits/allocate",
        "http.response.status_code": 201,
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": int(str(http.base_url).rpartition(":")[2].strip("/")),
        "layers.request.id": request_id,
        "layers.caller.id": format_id("key", family.partner_key.key_id),
        "layers.rate_class": "write-light",
    }

    batch = await found(collector, "batch credits.allocate")
    wait = await found(collector, "wait for credits.allocate")
    assert wait.parent_id == request.span_id
    assert wait.links == (batch.place,)
    assert batch.links == (request.place,)
    assert not batch.parent_id
    assert batch.events == ("left",)

    call = await found(collector, "credit_allocate")
    assert (call.trace_id, call.parent_id) == batch.place
    assert call.kind == CLIENT
    assert call.attributes == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.query.summary": "credit_allocate",
        "db.stored_procedure.name": "credit_allocate",
    }
    assert batch.start_ns <= call.start_ns <= call.end_ns <= batch.end_ns

    delivery = await found(collector, "webhook credits.allocated")
    assert delivery.part == "sweeps"
    assert delivery.links == (request.place,)
    assert delivery.attributes["layers.request.id"] == request_id
    assert delivery.attributes["layers.event.id"] == told.event_id
    assert delivery.attributes["http.response.status_code"] == 204
    assert told.headers["traceparent"] == f"00-{delivery.trace_id}-{delivery.span_id}-01"
    assert (await found(collector, "sweep events")).attributes["layers.sweep.rows"] >= 1
    for private in (
        b"secret-path",
        b"Mustermann",
        b"R-77",
        b"a-key-that",
        b"localhost",
        b"Partner",
    ):
        assert not any(private in body for body in collector.bodies), private


async def test_a_read_waits_for_its_key_with_others(
    http: httpx2.AsyncClient, world: tuple[Installation, Family], collector: Collector
) -> None:
    _, family = world
    answers = await asyncio.gather(
        *(http.get("/v1/credits", headers=family.child_key.headers) for _ in range(12))
    )
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    requests = [await found(collector, "GET /v1/credits", layers_request_id=each) for each in ids]
    batches = [span for span in collector.spans if span.name == "batch keys"]
    for request in requests:
        assert any(request.place in batch.links for batch in batches), batches
    assert len({batch.trace_id for batch in batches}) == len(batches)


async def test_log_lines_and_numbers_say_so_too(
    http: httpx2.AsyncClient, traced: Service, collector: Collector
) -> None:
    answer = await http.get("/v1/credits")
    request_id = answer.headers["X-Request-Id"]
    request = await found(collector, "GET /v1/credits", layers_request_id=request_id)
    assert request.attributes["http.response.status_code"] == 401
    assert not request.is_error
    line = json.loads(await logged(traced, "partner_api.access", request_id))
    assert (line["trace_id"], line["span_id"]) == request.place
    numbers = (await http.get("/metrics")).text
    assert 'layers_trace_spans_total{outcome="dropped"} 0.0' in numbers
    assert 'layers_trace_spans_total{outcome="failed"} 0.0' in numbers


async def test_the_statements_of_a_transaction_are_parts_of_its_request(
    http: httpx2.AsyncClient, world: tuple[Installation, Family], collector: Collector
) -> None:
    _, family = world
    answer = await http.post(
        "/v1/projects", json={"name": "One", "timezone": "UTC"}, headers=family.child_key.headers
    )
    assert answer.status_code == 201, answer.text
    request_id = answer.headers["X-Request-Id"]
    request = await found(collector, "POST /v1/projects", layers_request_id=request_id)
    parts = [span for span in collector.spans if span.parent_id == request.span_id]
    names = [span.name for span in parts]
    assert {"BEGIN", "INSERT projects", "COMMIT"} <= set(names)
    assert all(request.start_ns <= part.start_ns <= part.end_ns <= request.end_ns for part in parts)
