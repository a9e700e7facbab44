"""No client holds a connection of the database while it takes its time, and no request needs two."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.answers import granted, refused
from tests.support.installation import now, org_id
from tests.support.tenants import job_start

from partner_api.ids import format_id
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import httpx2
    from tests.support.installation import Installation
    from tests.support.serving import Service
    from tests.support.tenants import Wallet

# A process has ten connections.
CROWD = 120
HALF_SENT = 16
PROBES = 20


@contextlib.asynccontextmanager
async def half_sent(
    server: Service, path: str, headers: Mapping[str, str], *, status: bytes
) -> AsyncIterator[None]:
    """Requests whose bodies come only when the block ends; then they must be answered with this status."""
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Length: 20"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    async with contextlib.AsyncExitStack() as stack:
        streams = []
        for _ in range(HALF_SENT):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            stack.callback(writer.close)
            lines = [*head, f"Idempotency-Key: {uuid4()}", "", "{"]
            writer.write("\r\n".join(lines).encode())
            await writer.drain()
            streams.append((reader, writer))
        yield
        for reader, writer in streams:
            writer.write(b" " * 18 + b"}")
            await writer.drain()
            assert (await reader.readline()).split()[1] == status


async def job_of(installation: Installation, wallet: Wallet) -> str:
    """A new job that nobody works on."""
    start = job_start(wallet, 50, now=now())
    async with installation.pool.acquire() as connection:
        (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now(), [start])
    assert outcome.status == "done", outcome
    return format_id("job", start.job_id)


async def test_half_sent_cancels_stop_nobody_else(
    api: httpx2.AsyncClient, server: Service, installation: Installation
) -> None:
    partner = await installation.partner(prepaid=1_000)
    key = await installation.key(partner, "*")
    job_id = await job_of(installation, partner)
    granted(await api.post(f"/v1/jobs/{job_id}/cancel", headers=key.headers), 202)
    async with half_sent(server, f"/v1/jobs/{job_id}/cancel", key.headers, status=b"200"):
        for _ in range(PROBES):
            granted(await api.get("/v1/whoami", headers=key.headers))


async def test_half_sent_cancels_of_an_operator_stop_nobody_else(
    api: httpx2.AsyncClient, server: Service, installation: Installation
) -> None:
    partner = await installation.partner(prepaid=1_000)
    key = await installation.key(partner, "*")
    operator = await installation.operator("operator")
    job_id = await job_of(installation, partner)
    async with half_sent(server, f"/ops/v1/jobs/{job_id}/cancel", operator, status=b"200"):
        for _ in range(PROBES):
            granted(await api.get("/v1/whoami", headers=key.headers))


@pytest.mark.parametrize("what", ["heartbeat", "complete", "fail"])
async def test_a_crowd_of_reports_on_unknown_jobs_is_refused_and_stops_nobody(
    api: httpx2.AsyncClient, installation: Installation, what: str
) -> None:
    """Each looks whether its idempotency key was used for another job."""
    worker = await installation.operator("worker")
    held = {"workerId": "w", "claimToken": str(uuid4())}
    more = {
        "heartbeat": {"stage": "generating", "progress": 0.5},
        "complete": {"creditsCharged": 0, "assets": []},
        "fail": {"code": "GIVEN_UP", "message": "Given up.", "retryable": True},
    }[what]

    async def report() -> httpx2.Response:
        return await api.post(
            f"/ops/v1/jobs/{format_id('job', uuid4())}/{what}",
            json={**held, **more},
            headers={**worker, "Idempotency-Key": str(uuid4())},
        )

    for response in await asyncio.gather(*(report() for _ in range(CROWD))):
        refused(response, "NOT_FOUND")
    granted(await api.get("/readyz"))


async def test_a_crowd_of_writes_to_unknown_organizations_is_refused_and_stops_nobody(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    finance = await installation.operator("finance")

    async def post(path: str, body: dict[str, object]) -> httpx2.Response:
        headers = {**finance, "Idempotency-Key": str(uuid4())}
        organization = format_id("org", uuid4())
        return await api.post(
            f"/ops/v1/organizations/{organization}/{path}", json=body, headers=headers
        )

    crowd = [post("credits/grant", {"credits": 5}) for _ in range(CROWD)]
    crowd += [post("cash/topup", {"amountCents": 500, "description": "Wire"}) for _ in range(CROWD)]
    for response in await asyncio.gather(*crowd):
        refused(response, "NOT_FOUND")
    granted(await api.get("/readyz"))


async def test_a_key_that_was_used_for_another_thing_is_told_before_that_it_is_unknown(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    finance = {**await installation.operator("finance"), "Idempotency-Key": "k"}
    partner = await installation.partner()
    path = "/ops/v1/organizations/{}/credits/grant"
    granted(await api.post(path.format(org_id(partner)), json={"credits": 5}, headers=finance))
    other = path.format(format_id("org", uuid4()))
    refused(await api.post(other, json={"credits": 5}, headers=finance), "IDEMPOTENCY_CONFLICT")
