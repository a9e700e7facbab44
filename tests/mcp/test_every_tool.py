"""Every tool called once against a real server, and compared with what its route answers without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.mcp.calling import BY_NAME, EVERYTHING, answer, ask_route, connected
from tests.mcp.worlds import HOOK, World
from tests.support.installation import handle, now, org_id, project_id

from partner_api.ids import format_id
from partner_api.mcp.catalogue import ALL_TOOLS
from partner_api.mcp.output_schema import output_schema

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation
    from tests.support.serving import Service

KINDS: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@pytest_asyncio.fixture(scope="module")
async def world(installation: Installation, server: Service) -> World:
    family = await installation.family(prepaid=10_000, cash_cents=100_000)
    partner = family.partner
    (account,) = await installation.lease(partner, handle(), at=now())
    request_id = await installation.lease_request(partner)
    job = await installation.finished_job(partner)
    async with connected(server.base_url, family.partner_key.text) as client:
        started = await client.call_tool(
            "build_slideshow",
            {"projectId": project_id(partner), "hook": HOOK, "idempotencyKey": "to be canceled"},
        )
    return World(
        family,
        {
            "project": project_id(partner),
            "child": org_id(family.child),
            "account": account,
            "request": format_id("lreq", request_id),
            "container": format_id("cnt", job.container_id),
            "job": format_id("job", job.job_id),
            "running": answer(started)["jobId"],
        },
    )


@pytest.mark.parametrize("name", [bound.name for bound in ALL_TOOLS])
async def test_a_tool_answers_what_its_route_does(
    name: str, world: World, server: Service, api: httpx2.AsyncClient
) -> None:
    """Of a write, the route is asked again with the same key: it answers as before, if it was the same request."""
    key = world.family.partner_key
    arguments = world.arguments[name]
    # Some answers say until when they look ahead: a read is asked for before and after.
    expected = []
    if not BY_NAME[name].route.writes:
        expected.append((await ask_route(api, name, arguments, key.headers)).json())
    async with connected(server.base_url, key.text, choice=EVERYTHING) as client:
        result = await client.call_tool(name, arguments)
    response = await ask_route(api, name, arguments, key.headers)
    expected.append(response.json())
    if BY_NAME[name].route.writes:
        assert response.headers["Idempotent-Replayed"] == "true", expected
        expected[-1] |= {"replayed": False} if "replayed" in expected[-1] else {}
    assert answer(result) in expected
    check_kinds(answer(result), output_schema(BY_NAME[name]), name)


def check_kinds(value: Any, schema: Mapping[str, Any], at: str) -> None:
    """See that a schema names everything that is in an answer, and its kind."""
    if "anyOf" in schema:
        return
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert not kinds or any(isinstance(value, KINDS[kind]) for kind in kinds), at
    if isinstance(value, list):
        for item in value:
            check_kinds(item, schema.get("items", {}), f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for inner, there in value.items():
            check_kinds(there, schema["properties"][inner], f"{at}.{inner}")
