"""Arguments are checked by the types of the routes, with the sentences of the server, before anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.mcp.calling import BY_NAME, answer, ask_route, connected, refusal

from partner_api.errors import ApiError
from partner_api.mcp.arguments import read_arguments

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation
    from tests.support.serving import Service

PROJECT = "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
CHILD = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
DEEP: Any = "x"
for _ in range(100):
    DEEP = [DEEP]

# What the route says of it, it says here too, because both read it with the same types.
AS_THE_ROUTE: list[tuple[str, dict[str, Any]]] = [
    ("create_project", {}),
    ("create_project", {"name": "", "timezone": "Mars/Olympus", "nmae": "x"}),
    ("create_project", {"name": "x" * 129, "timezone": 7, "ownerEmail": "nobody"}),
    ("create_project", {"name": "a\u202eb", "timezone": "UTC", "appName": "x", "metadata": [1]}),
    ("create_project", {"name": "x", "timezone": "UTC", "metadata": {"a": "x" * 9000}}),
    ("create_project", {"name": "x", "timezone": "UTC", "metadata": {"a": DEEP}}),
    ("create_project", {"name": "a\0b", "timezone": "UTC", "brandVoice": "loud"}),
    ("list_projects", {"limit": 0}),
    ("list_projects", {"limit": 201, "status": ["gone"]}),
    ("list_projects", {"limit": "many", "search": "x" * 129}),
    ("list_credit_events", {"since": "yesterday", "projectId": ["prj_1"], "eventType": ["theft"]}),
    ("list_credit_events", {"until": "2026-06-01T00:00:00+02:00"}),
    ("list_projects", {"customerExternalId": ["x"] * 300}),
    ("get_child_credits", {"orgId": "org_../../whoami"}),
    ("allocate_credits", {"orgId": CHILD, "credits": 0, "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": 1.5, "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": "10", "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": True, "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": 2**53, "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": 10**30, "idempotencyKey": "k"}),
    ("allocate_credits", {"orgId": CHILD, "credits": 1, "metadata": {"k" * 41: 1}}),
    ("request_leased_accounts", {"projectId": PROJECT, "count": 51, "niche": {"geo": ["XX"]}}),
]

# What a route would take for absent or ignore, and what only a tool has.
HERE: list[tuple[str, dict[str, Any], str, str]] = [
    ("get_project", {}, "projectId", "This is required"),
    ("get_project", {"projectId": None}, "projectId", "This is required"),
    ("get_project", {"projectId": 7}, "projectId", "Expected a string"),
    ("get_project", {"projectId": "a/../b"}, "projectId", "Expected an id such as prj_"),
    ("get_project", {"projectId": "prj_\0"}, "projectId", "U+0000"),
    ("get_lease_request", {"projectId": PROJECT, "requestId": ".."}, "requestId", "Expected an id"),
    ("get_lease_request", {"projectId": PROJECT, "requestId": "x" * 256}, "requestId", "Expected"),
    ("list_projects", {"project": "x"}, "project", "This field is not known here"),
    ("list_projects", {"search": {"$ne": ""}}, "search", "Expected a string, a number"),
    ("list_projects", {"status": [["active"]]}, "status", "Expected a string, a number"),
    ("list_projects", {"search": "\ud800"}, "", "cannot be written as JSON"),
    ("whoami", {"apiKey": "lp_live_other"}, "apiKey", "This field is not known here"),
    ("get_credits", {"idempotencyKey": "k"}, "idempotencyKey", "This field is not known here"),
    ("allocate_credits", {"orgId": CHILD, "credits": 1}, "idempotencyKey", "This is required"),
    ("cancel_job", {"jobId": "job_x", "idempotencyKey": ""}, "idempotencyKey", "printable ASCII"),
    ("cancel_job", {"jobId": "job_x", "idempotencyKey": "é"}, "idempotencyKey", "printable ASCII"),
    (
        "cancel_job",
        {"jobId": "job_x", "idempotencyKey": "a\r\nX: y"},
        "idempotencyKey",
        "printable",
    ),
    ("cancel_job", {"jobId": "job_x", "idempotencyKey": "k" * 201}, "idempotencyKey", "1 to 200"),
    ("create_project", {"name": "x" * 300_000}, "", "at most 256 KiB"),
    ("update_project", {"projectId": PROJECT, "id": "prj_2"}, "id", "not known here"),
]


@pytest.mark.parametrize(("name", "arguments"), AS_THE_ROUTE)
async def test_what_is_wrong_is_said_in_the_words_of_the_route(
    name: str,
    arguments: dict[str, Any],
    installation: Installation,
    server: Service,
    api: httpx2.AsyncClient,
) -> None:
    family = await installation.family()
    response = await ask_route(api, name, arguments, family.partner_key.headers)
    expected = response.json()["error"]["details"]["issues"]
    with pytest.raises(ApiError) as refused:
        read_arguments(BY_NAME[name], arguments)
    issues = msgspec.to_builtins((refused.value.details or {})["issues"])
    own = [issue for issue in issues if issue["path"] != "idempotencyKey"]
    assert own == expected


@pytest.mark.parametrize(("name", "arguments", "path", "sentence"), HERE)
async def test_what_only_a_tool_refuses_is_not_sent(
    name: str, arguments: dict[str, Any], path: str, sentence: str
) -> None:
    # Nobody listens there.
    async with connected("http://127.0.0.1:9") as client:
        error = refusal(await client.call_tool(name, arguments))
    assert error["code"] == "VALIDATION"
    assert "nothing was sent" in error["message"]
    found = {issue["path"]: issue["message"] for issue in error["details"]["issues"]}
    assert sentence in found[path]


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ApiError) as refused:
        read_arguments(BY_NAME["create_project"], {"metadata": {"a": float("nan")}})
    assert "cannot be written as JSON" in str(refused.value.details)


async def test_thousands_of_problems_are_said_in_few_words() -> None:
    arguments = {f"field{number}": number for number in range(5000)}
    async with connected("http://127.0.0.1:9") as client:
        result = await client.call_tool("create_project", arguments)
    error = refusal(result)
    assert len(error["details"]["issues"]) == 21
    assert len(json.dumps(result.structured_content)) < 4000


async def test_what_is_like_a_list_or_a_number_is_taken_for_it(
    installation: Installation, server: Service
) -> None:
    """Models write "5" for 5, one for a list of one, and null for nothing."""
    family = await installation.family()
    async with connected(server.base_url, family.partner_key.text) as client:
        arguments = {"limit": "1", "status": "active", "search": None, "cursor": None}
        listed = answer(await client.call_tool("list_projects", arguments))
        assert len(listed["items"]) == 1
        assert answer(await client.call_tool("whoami"))
