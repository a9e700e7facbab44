"""No argument of any tool reaches what is another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.mcp.calling import EVERYTHING, connected, refusal, text_of
from tests.support.installation import handle, now, org_id, project_id

from partner_api.ids import format_id
from partner_api.mcp.catalogue import ALL_TOOLS
from partner_api.mcp.input_schema import input_schema

if TYPE_CHECKING:
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

OTHERS: dict[str, Any] = {
    "name": "Taken over",
    "tagline": "Taken over",
    "timezone": "UTC",
    "count": 1,
    "credits": 1,
    "niche": {"vertical": "food"},
    "hook": "Whose is it?",
    "tiktokVideoId": "7301234567890123456",
    "monthlyCreditCap": 0,
}
# What a caller has of its own, whoever else there is.
FILTERS = {"list_audit_events", "list_credit_events", "list_child_credit_events"}


@pytest_asyncio.fixture(scope="module")
async def victim(installation: Installation) -> dict[str, str]:
    """The ids of somebody's things, by the arguments that take them."""
    family = await installation.family(prepaid=1000, cash_cents=15_000)
    (account,) = await installation.lease(family.child, handle(), at=now())
    request_id = await installation.lease_request(family.child)
    job = await installation.finished_job(family.child)
    return {
        "orgId": org_id(family.child),
        "projectId": project_id(family.child),
        "socialAccountId": account,
        "requestId": format_id("lreq", request_id),
        "jobId": format_id("job", job.job_id),
        "containerId": format_id("cnt", job.container_id),
    }


@pytest.fixture(scope="module")
def naming_tools(victim: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The arguments of each tool that names something in its path, with the victim's ids."""
    calls = {}
    for bound in ALL_TOOLS:
        schema = input_schema(bound)
        named = {parameter.wire_name for parameter in bound.route.path}
        if not named:
            continue
        arguments: dict[str, Any] = {name: victim[name] for name in named}
        taken = schema["properties"].keys() - named
        arguments |= {name: value for name, value in OTHERS.items() if name in taken}
        if "idempotencyKey" in taken:
            arguments["idempotencyKey"] = "not mine"
        calls[bound.name] = arguments
    assert len(calls) > 20
    return calls


@pytest.mark.parametrize("who", ["a child", "another partner", "a partner inside its child"])
async def test_another_tenants_ids_name_nothing(
    who: str,
    installation: Installation,
    server: Service,
    victim: dict[str, str],
    naming_tools: dict[str, dict[str, Any]],
) -> None:
    stranger: Family = await installation.family(prepaid=1000, cash_cents=15_000)
    key = stranger.child_key if who == "a child" else stranger.partner_key
    settings: dict[str, Any] = {"organization": org_id(stranger.child)} if "inside" in who else {}
    async with connected(server.base_url, key.text, choice=EVERYTHING, **settings) as client:
        for name, arguments in naming_tools.items():
            result = await client.call_tool(name, arguments)
            error = refusal(result)
            # A child may not name organizations at all.
            allowed = {"NOT_FOUND"} | ({"FORBIDDEN_SCOPE"} if "orgId" in arguments else set())
            assert error["code"] in allowed, (name, error)
            told = text_of(result)
            assert not any(theirs in told for theirs in victim.values()), (name, told)
        for name in FILTERS - ({"list_child_credit_events"}):
            arguments = {"projectId": [victim["projectId"]]}
            listed = await client.call_tool(name, arguments)
            assert listed.structured_content == {"items": [], "nextCursor": None}, name


async def test_what_arguments_name_beside_the_path_has_to_be_ones_own_too(
    installation: Installation, server: Service, victim: dict[str, str]
) -> None:
    stranger = await installation.family(prepaid=1000)
    own = {"projectId": project_id(stranger.child), "hook": OTHERS["hook"]}
    theirs = {"socialAccountId": victim["socialAccountId"], "idempotencyKey": "not mine"}
    async with connected(server.base_url, stranger.child_key.text, choice=EVERYTHING) as client:
        for bound in ALL_TOOLS:
            taken = input_schema(bound)["properties"].keys()
            if {"projectId", "socialAccountId"} <= taken:
                arguments = {"tiktokVideoId": OTHERS["tiktokVideoId"], **own, **theirs}
                given = {name: value for name, value in arguments.items() if name in taken}
                error = refusal(await client.call_tool(bound.name, given))
                assert error["code"] == "VALIDATION"
                assert error["details"]["issues"][0]["path"] == "socialAccountId"
        wallet = await client.call_tool("list_credit_reservations", {})
    assert wallet.structured_content == {"items": [], "nextCursor": None}


async def test_a_cursor_is_of_the_list_of_whoever_got_it(
    installation: Installation, server: Service
) -> None:
    victim = await installation.family()
    stranger = await installation.family()
    async with connected(server.base_url, victim.partner_key.text) as client:
        page = await client.call_tool("list_organizations", {"limit": 1})
    assert page.structured_content is not None
    cursor = {"cursor": page.structured_content["nextCursor"], "limit": 1}
    async with connected(server.base_url, victim.partner_key.text) as client:
        assert not (await client.call_tool("list_organizations", cursor)).is_error
    async with connected(server.base_url, stranger.partner_key.text) as client:
        assert refusal(await client.call_tool("list_organizations", cursor))["code"] == "VALIDATION"
