"""Requests that the SDK cannot read as JSON: each is refused under its id, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import anyio
import pytest
from mcp.server.stdio import stdio_server
from tests.mcp.calling import EVERYTHING, KEY

from layers_partner import AsyncLayers
from partner_api.commands.terminal import say
from partner_api.mcp.calls import Caller
from partner_api.mcp.server import build_server
from partner_api.mcp.unread_requests import AnsweredRequests

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio import AsyncFile

PATIENCE_SECONDS: Final = 60
PING: Final = '{"jsonrpc": "2.0", "method": "ping", "id": 99}'


class Said:
    """Standard output, up to the answer to the ping."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.is_over = anyio.Event()

    async def write(self, line: str) -> None:
        """Keep one answer."""
        self.answers.append(json.loads(line))
        if self.answers[-1]["id"] == 99:
            self.is_over.set()

    async def flush(self) -> None:
        """Do nothing; nothing is held back."""


async def answers_to(*lines: str) -> list[dict[str, Any]]:
    """What a server says to lines, the last of which is one that it can read."""

    async def given() -> AsyncIterator[str]:
        for line in (*lines, PING):
            yield line
        # At the end of its input a server drops what it has not answered.
        with anyio.fail_after(PATIENCE_SECONDS):
            await said.is_over.wait()

    said = Said()
    async with AsyncLayers(api_key=KEY, base_url="http://127.0.0.1:9") as layers:
        server = build_server(EVERYTHING, Caller(layers, "127.0.0.1:9", KEY), say)
        streams = stdio_server(
            stdin=cast("AsyncFile[str]", given()), stdout=cast("AsyncFile[str]", said)
        )
        async with streams as (requests, answers):
            read = AnsweredRequests(requests, answers)
            await server.run(read, answers, server.create_initialization_options())
    return said.answers


@pytest.mark.parametrize(
    "arguments",
    [
        r'{"search": "half of an emoji: \ud83d", "id": 0}',
        f'{{"limit": {"9" * 5_000}}}',
        f'{{"metadata": {"[" * 300}{"]" * 300}}}',
    ],
    ids=["half of an emoji", "many digits", "nested"],
)
@pytest.mark.parametrize("number", [7, "seven"])
async def test_a_request_that_cannot_be_read_is_refused(arguments: str, number: str | int) -> None:
    call = f'{{"name": "list_projects", "arguments": {arguments}}}'
    request = f'{{"jsonrpc": "2.0", "method": "tools/call", "params": {call}, "id": {json.dumps(number)}}}'
    refused, _ping = await answers_to(request)
    assert (refused["id"], refused["error"]["code"]) == (number, -32700)
    assert "nothing was done" in refused["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[" * 100_000,
        r'{"jsonrpc": "2.0", "method": "ping", "id": "\ud800"}',
        f'{{"jsonrpc": "2.0", "method": "ping", "id": {"9" * 5_000}}}',
        r'{"jsonrpc": "2.0", "method": "ping", "params": {"a": "\ud800"}, "id": 1.5}',
        r'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"reason": "\ud800"}}',
        r'{"jsonrpc": "2.0", "result": {"a": "\ud800"}, "id": 7}',
    ],
    ids=["no JSON", "lists", "half an id", "long id", "no id of the protocol", "notice", "answer"],
)
async def test_what_has_no_id_that_can_be_answered_is_left_out(line: str) -> None:
    assert [answer["id"] for answer in await answers_to(line)] == [99]
