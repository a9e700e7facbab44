"""Lines that are no messages: each that is owed an answer is refused, under its id if it has one."""

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
from partner_api.mcp.readable_lines import ReadableLines
from partner_api.mcp.server import build_server

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
        read = ReadableLines(given())
        streams = stdio_server(
            stdin=cast("AsyncFile[str]", read), stdout=cast("AsyncFile[str]", said)
        )
        async with streams as (requests, answers):
            read.answer_to(answers)
            await server.run(requests, answers, server.create_initialization_options())
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
    ("line", "number"),
    [
        ('{"method": "ping", "id": 7}', 7),
        ('{"jsonrpc": "1.0", "method": "ping", "id": "seven"}', "seven"),
        ('{"jsonrpc": "2.0", "id": 7}', 7),
        ('{"jsonrpc": "2.0", "method": 5, "id": 7}', 7),
        ('{"jsonrpc": "2.0", "method": "ping", "params": [1], "id": 7}', 7),
        ('{"jsonrpc": "2.0", "method": "ping", "id": null}', None),
        ('{"jsonrpc": "2.0", "method": "ping", "id": 1.5}', None),
        ('{"jsonrpc": "2.0", "method": "ping", "id": true}', None),
        ('{"jsonrpc": "2.0", "method": 5}', None),
        ('[{"jsonrpc": "2.0", "method": "ping", "id": 7}]', None),
        ("[]", None),
        ("{}", None),
        ("7", None),
    ],
)
async def test_json_that_is_no_message_is_refused(line: str, number: str | int | None) -> None:
    refused, _ping = await answers_to(line)
    assert (refused["id"], refused["error"]["code"]) == (number, -32600)
    assert "nothing was done" in refused["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[" * 100_000,
        r'{"jsonrpc": "2.0", "method": "ping", "id": "\ud800"}',
        f'{{"jsonrpc": "2.0", "method": "ping", "id": {"9" * 5_000}}}',
        r'{"jsonrpc": "2.0", "method": "ping", "params": {"a": "\ud800"}, "id": 1.5}',
    ],
    ids=["no JSON", "lists", "half an id", "long id", "no id of the protocol"],
)
async def test_what_has_no_id_that_can_be_answered_is_refused_without(line: str) -> None:
    refused, _ping = await answers_to(line)
    assert (refused["id"], refused["error"]["code"]) == (None, -32700)


@pytest.mark.parametrize(
    "line",
    [
        " ",
        r'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"reason": "\ud800"}}',
        '{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": [7]}',
        r'{"jsonrpc": "2.0", "result": {"a": "\ud800"}, "id": 7}',
        '{"jsonrpc": "2.0", "error": "none", "id": 7}',
    ],
    ids=["nothing", "notice", "notice with a list", "answer", "error"],
)
async def test_what_is_owed_no_answer_is_left_out(line: str) -> None:
    assert [answer["id"] for answer in await answers_to(line)] == [99]


async def test_two_who_refuse_each_others_lines_come_to_an_end() -> None:
    """Whoever writes something for each line that comes is told ten times, and again after a message."""
    lines = ["no JSON"] * 30
    assert len(await answers_to(*lines)) == 10 + 1
    message = '{"jsonrpc": "2.0", "method": "ping", "id": 7}'
    assert len(await answers_to(*lines, message, *lines)) == 10 + 1 + 10 + 1
