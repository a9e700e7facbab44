"""Writes that models repeat: once for a lost answer, again when it is meant; and money only when it is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.mcp.calling import EVERYTHING, answer, ask_route, connected, refusal, text_of
from tests.support.fault_proxy import FaultProxy, Reset
from tests.support.installation import handle, now, org_id, project_id

from partner_api.mcp.catalogue import ALL_TOOLS, Choice

if TYPE_CHECKING:
    import httpx2
    from mcp import Client
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service


async def allocate(client: Client, child: str, credits: int, key: str) -> Any:
    arguments = {"orgId": child, "credits": credits, "idempotencyKey": key}
    return await client.call_tool("allocate_credits", arguments)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_same_key_moves_credits_once_and_another_moves_them_again(
    mode: Any, installation: Installation, server: Service
) -> None:
    family = await installation.family(prepaid=100)
    child = org_id(family.child)
    async with connected(server.base_url, family.partner_key.text, mode=mode) as client:
        first = await allocate(client, child, 10, "july")
        repeated = await allocate(client, child, 10, "july")
        meant = await allocate(client, child, 10, "july, once more")
        other = refusal(await allocate(client, child, 11, "july"))
        wallet = answer(await client.call_tool("get_child_credits", {"orgId": child}))
    assert answer(repeated) == answer(first) | {"replayed": True}
    assert "nothing was done now" in text_of(repeated)
    assert "nothing was done now" not in text_of(first)
    assert answer(meant)["id"] != answer(first)["id"]
    assert other["code"] == "IDEMPOTENCY_CONFLICT"
    assert other["idempotencyKey"] == "july"
    assert wallet["balance"] == 20


async def test_a_write_whose_answer_is_lost_is_found_by_the_key_that_the_refusal_names(
    installation: Installation, server: Service
) -> None:
    family = await installation.family()
    arguments = {"name": "Made once", "timezone": "UTC"}
    with FaultProxy(server.port) as proxy:
        async with connected(proxy.base_url, family.partner_key.text, max_retries=0) as client:
            proxy.script(Reset(forwarded=True))
            lost = refusal(await client.call_tool("create_project", arguments))
            assert lost["code"] == "NO_ANSWER"
            assert lost["idempotencyKey"] in lost["next"]
            again = {**arguments, "idempotencyKey": lost["idempotencyKey"]}
            made = answer(await client.call_tool("create_project", again))
            listed = answer(await client.call_tool("list_projects", {"search": "Made once"}))
    assert [project["id"] for project in listed["items"]] == [made["id"]]


async def test_keys_of_tools_are_not_those_of_the_partners_own_program(
    installation: Installation, server: Service, api: httpx2.AsyncClient
) -> None:
    family = await installation.family(prepaid=100)
    path = f"/v1/organizations/{org_id(family.child)}/credits/allocate"
    headers = {**family.partner_key.headers, "Idempotency-Key": "1"}
    assert (await api.post(path, json={"credits": 5}, headers=headers)).status_code == 201
    async with connected(server.base_url, family.partner_key.text) as client:
        moved = answer(await allocate(client, org_id(family.child), 5, "1"))
    assert (moved["replayed"], moved["balance"]) == (False, 10)


async def test_what_is_not_allowed_is_not_done_even_if_it_is_called(
    installation: Installation, server: Service
) -> None:
    family = await installation.family(prepaid=100, cash_cents=15_000)
    (account,) = await installation.lease(family.partner, handle(), at=now())
    key = family.partner_key.text
    async with connected(server.base_url, key, choice=Choice(read_only=True)) as client:
        offered = {tool.name for tool in (await client.list_tools()).tools}
        for bound in ALL_TOOLS:
            if bound.name not in offered:
                assert refusal(await client.call_tool(bound.name, {}))["code"] == "NOT_ENABLED"
        arguments = {"socialAccountId": account}
        refused = refusal(await client.call_tool("release_leased_account", arguments))
        assert "without --read-only" in refused["message"]
        assert answer(await client.call_tool("list_all_leased_accounts", {}))["items"]
    async with connected(server.base_url, key, choice=Choice()) as client:
        refused = refusal(await allocate(client, org_id(family.child), 5, "july"))
        assert "with --allow-money and with --toolsets core,leases,credits" in refused["message"]
        wallet = answer(await client.call_tool("get_credits", {}))
        # What costs nothing and is no read is there.
        assert answer(await client.call_tool("release_leased_account", arguments))
    assert wallet["balance"] == 100


async def test_more_than_there_is_says_how_much_there_is_and_not_to_repeat_it(
    installation: Installation, server: Service
) -> None:
    family = await installation.family(prepaid=100)
    async with connected(server.base_url, family.partner_key.text) as client:
        error = refusal(await allocate(client, org_id(family.child), 101, "too much"))
    assert error["code"] == "BILLING_EXHAUSTED"
    assert error["details"] == {
        "reason": "insufficient_prepaid",
        "required": 101,
        "available": 100,
    }
    assert error["requestId"].startswith("req_")
    assert "Do not repeat it" in error["next"]


async def test_a_server_that_acts_for_a_child_acts_for_it_alone(
    installation: Installation, server: Service, api: httpx2.AsyncClient
) -> None:
    family = await installation.family(prepaid=100)
    key, child = family.partner_key, org_id(family.child)
    acting = family.partner_key.acting_for(family.child)
    async with connected(server.base_url, key.text, organization=child) as client:
        assert answer(await client.call_tool("whoami", {}))["organizationId"] == child
        arguments = {"name": "Inside", "timezone": "UTC", "idempotencyKey": "inside"}
        made = answer(await client.call_tool("create_project", arguments))
        repeated = await ask_route(api, "create_project", arguments, acting)
        assert repeated.json() == made
        assert made["organizationId"] == child
        for name in ("organization", "organizationId", "X-Layers-Organization"):
            for value in (org_id(family.partner), org_id(family.sibling)):
                refused = refusal(await client.call_tool("list_projects", {name: value}))
                assert refused["details"]["issues"][0]["path"] == name
        assert answer(await client.call_tool("list_organizations", {}))["items"] == []
        without = refusal(await client.call_tool("get_wallet", {}))
        assert without["code"] == "NOT_FOUND"
        assert "a child has no cash wallet" in without["next"]
        own = {"projectId": project_id(family.partner)}
        assert refusal(await client.call_tool("get_project", own))["code"] == "NOT_FOUND"


@pytest.mark.parametrize("organization", ["none", f"org_{UUID(int=0)}"])
async def test_that_it_acts_for_no_child_is_nothing_that_arguments_mend(
    family: Family, server: Service, organization: str
) -> None:
    key = family.partner_key.text
    async with connected(server.base_url, key, organization=organization) as client:
        refused = refusal(await client.call_tool("whoami", {}))
        assert refused["code"] == ("VALIDATION" if organization == "none" else "NOT_FOUND")
        assert "Correct the arguments" not in refused["next"]
        assert "organization" in refused["next"]
        assert "tell the person who runs this server" in refused["next"]


async def test_everything_is_offered_when_everything_is_allowed() -> None:
    async with connected("http://127.0.0.1:9", choice=EVERYTHING) as client:
        assert len((await client.list_tools()).tools) == len(ALL_TOOLS)
