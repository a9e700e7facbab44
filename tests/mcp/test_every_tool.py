"""Every tool called once against a real server, and compared with what its route answers without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.mcp.calling import BY_NAME, EVERYTHING, answer, ask_route, connected
from tests.support.installation import handle, now, org_id, project_id

from partner_api.ids import format_id
from partner_api.mcp.catalogue import ALL_TOOLS

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

HOOK = "Grind it fresh. Weigh it. Wait a minute."
VIDEO = "7301234567890123456"
NOTHING: dict[str, Any] = {}


class World:
    """A family with something of everything, and the arguments of every tool."""

    def __init__(self, family: Family, ids: dict[str, str]) -> None:
        self.family = family
        project = {"projectId": ids["project"]}
        child = {"orgId": ids["child"]}
        self.arguments: dict[str, dict[str, Any]] = {
            "whoami": NOTHING,
            "list_projects": {"status": ["active"], "limit": 1},
            "get_project": project,
            "create_project": {"name": "Made by a tool", "timezone": "Europe/Lisbon"},
            "update_project": {**project, "tagline": "Better coffee.", "metadata": {"a": [1]}},
            "get_credits": NOTHING,
            "list_credit_events": {"eventType": ["grant", "purchase"], **{"limit": 5}},
            "list_organizations": {"limit": 1},
            "get_organization": child,
            "get_child_credits": child,
            "list_social_accounts": {**project, "leased": True, "limit": 3},
            "list_audit_events": {"since": "2026-01-01T00:00:00Z", "limit": 5},
            "list_leased_accounts": {**project, "status": ["assigned"], "limit": 5},
            "list_all_leased_accounts": {"billingStatus": "current", "limit": 5},
            "get_wallet": NOTHING,
            "list_wallet_events": {"limit": 2},
            "list_lease_requests": {**project, "limit": 5},
            "get_lease_request": {**project, "requestId": ids["request"]},
            "request_leased_accounts": {
                **project,
                "count": 2,
                "niche": {"vertical": "food_and_drink", "geo": ["PT"]},
                "idempotencyKey": "asked once",
            },
            "release_leased_account": {
                "socialAccountId": ids["account"],
                "reason": "Enough.",
                "idempotencyKey": "released",
            },
            "list_child_credit_events": {**child, "limit": 5},
            "list_credit_reservations": {"limit": 5},
            "get_credit_config": child,
            "update_credit_config": {
                **child,
                "monthlyCreditCap": 5000,
                "refillThreshold": None,
                "idempotencyKey": "capped",
            },
            "allocate_credits": {
                **child,
                "credits": 25,
                "metadata": {"for": "July"},
                "idempotencyKey": "july",
            },
            "verify_credit_events": NOTHING,
            "verify_child_credit_events": child,
            "verify_wallet_events": NOTHING,
            "list_content": {**project, "limit": 5},
            "get_content": {"containerId": ids["container"]},
            "get_job": {"jobId": ids["job"]},
            "cancel_job": {"jobId": ids["running"], "idempotencyKey": "canceled"},
            "generate_content": {**project, "hook": HOOK, "idempotencyKey": "any"},
            "build_slideshow": {**project, "hook": HOOK, "idempotencyKey": "slides"},
            "remix_slideshow": {**project, "tiktokVideoId": VIDEO, "idempotencyKey": "again"},
            "remix_video": {**project, "tiktokVideoId": VIDEO, "idempotencyKey": "video"},
            "remix_ugc": {**project, "hook": HOOK, "idempotencyKey": "ugc"},
        }
        for name in ("create_project", "update_project"):
            self.arguments[name]["idempotencyKey"] = name


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
    async with connected(server.base_url, key.text, choice=EVERYTHING) as client:
        result = await client.call_tool(name, arguments)
    response = await ask_route(api, name, arguments, key.headers)
    expected = response.json()
    if BY_NAME[name].route.writes:
        assert response.headers["Idempotent-Replayed"] == "true", expected
        expected |= {"replayed": False} if "replayed" in expected else {}
    assert answer(result) == expected
