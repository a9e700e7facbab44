"""HEAD is GET without the body: the same status and headers, on every route that reads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.support.installation import EVERYTHING, org_id, project_id
from tests.support.served import request_line

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

# What differs from one request to the next.
_CHANGING = {"x-request-id", "date", "x-ratelimit-remaining", "x-ratelimit-reset"}


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/docs",
        "/docs/reference.js",
        "/openapi.json",
        "/v1/whoami",
        "/v1/organizations/{orgId}",
        "/v1/organizations/{orgId}/credits",
        "/v1/projects/{projectId}",
        "/v1/projects?limit=0",
        "/v1/projects/prj_none",
        "/v1/nothing-here",
        "/v1/organizations/{orgId}/suspend",
    ],
)
async def test_it_is_get_without_the_body(
    api: httpx2.AsyncClient, installation: Installation, family: Family, path: str
) -> None:
    key = await installation.key(family.partner, *EVERYTHING)
    path = path.replace("{orgId}", org_id(family.child))
    path = path.replace("{projectId}", project_id(family.partner))
    got = await api.get(path, headers=key.headers)
    headed = await api.head(path, headers=key.headers)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    for name in {*got.headers, *headed.headers} - _CHANGING:
        assert headed.headers.get(name) == got.headers.get(name), name
    assert int(headed.headers["Content-Length"]) == len(got.content) > 0


async def test_nothing_follows_the_head_of_the_answer(server: Service) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request_line(b"/healthz", method=b"HEAD"))
    head, end, rest = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 200")
    assert (end, rest) == (b"\r\n\r\n", b"")


async def test_it_counts_as_what_it_is(api: httpx2.AsyncClient) -> None:
    await api.head("/healthz")
    text = (await api.get("/metrics")).text
    assert 'layers_http_requests_total{method="HEAD",route="/healthz",status="200"}' in text
