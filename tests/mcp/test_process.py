"""`layers mcp` as a process, as clients start it: over standard input and output, to a clean end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from tests.mcp.calling import KEY, answer, refusal
from tests.support.fault_proxy import FaultProxy, Swallow
from tests.support.serving import LAYERS, environment

from partner_api.mcp.standard_input import LONGEST_LINE_BYTES, StandardInput

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from tests.support.installation import Family
    from tests.support.serving import Service

PATIENCE_SECONDS: Final = 120
INITIALIZE: dict[str, Any] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "a test", "version": "1"},
}
# The command, but whatever it is called for prints, as libraries do now and then.
CHATTY = """
import os
from partner_api import cli
from partner_api.mcp import calls

call = calls.Caller.call

async def chatty(*arguments):
    print('{"jsonrpc": "2.0", "id": 3, "result": {}}', flush=True)
    os.write(1, b"written past Python\\n")
    return await call(*arguments)

calls.Caller.call = chatty
cli.main()
"""


class Talk:
    """What is said with a process, line by line."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._number = 0

    async def send(self, method: str, params: dict[str, Any] | None = None) -> int:
        """Send a request, and return its id."""
        self._number += 1
        await self.write({"id": self._number, "method": method, "params": params or {}})
        return self._number

    async def write(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        await self.process.stdin.drain()

    async def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request, and return its result, which is the next that is said."""
        number = await self.send(method, params)
        message = await self.hear()
        assert message["id"] == number, message
        result: dict[str, Any] = message["result"]
        return result

    async def hear(self) -> dict[str, Any]:
        """Return what is said next."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_SECONDS)
        message: dict[str, Any] = json.loads(line)
        return message

    async def end(self) -> tuple[int, bytes, bytes]:
        """Wait for the end; the status, and what was not read of both outputs."""
        output, errors = await asyncio.wait_for(self.process.communicate(), PATIENCE_SECONDS)
        assert self.process.returncode is not None
        return self.process.returncode, output, errors


@asynccontextmanager
async def talking(
    base_url: str, key: str, *command: str, options: tuple[str, ...] = ()
) -> AsyncIterator[Talk]:
    """A process that was greeted in the older way; killed at the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        *(command or LAYERS),
        "mcp",
        *options,
        env=environment({"LAYERS_API_KEY": key, "LAYERS_BASE_URL": base_url}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        talk = Talk(process)
        greeting = await talk.ask("initialize", INITIALIZE)
        assert greeting["protocolVersion"] == INITIALIZE["protocolVersion"]
        assert greeting["serverInfo"]["name"] == "layers"
        await talk.write({"method": "notifications/initialized"})
        yield talk
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_an_older_client_lists_calls_is_refused_and_leaves(
    server: Service, family: Family
) -> None:
    chatty = (sys.executable, "-c", CHATTY)
    async with talking(server.base_url, family.partner_key.text, *chatty) as talk:
        tools = (await talk.ask("tools/list"))["tools"]
        assert {"whoami", "get_wallet", "release_leased_account"} <= {t["name"] for t in tools}
        assert not any(t["name"].startswith(("allocate", "request")) for t in tools)
        assert all(len(t["annotations"]) == 5 for t in tools)
        me = await talk.ask("tools/call", {"name": "whoami", "arguments": {}})
        told = me["structuredContent"]
        assert told["scopes"] == ["*", "org:admin"]
        assert json.loads(me["content"][0]["text"]) == told
        refused = await talk.ask(
            "tools/call", {"name": "get_project", "arguments": {"projectId": "prj_none"}}
        )
        assert refused["isError"] is True
        assert refused["structuredContent"]["error"]["code"] == "VALIDATION"
        assert talk.process.stdin is not None
        talk.process.stdin.write(b"no JSON\n[]\n\xff\x00\n" + b"[" * 100_000 + b"\n")
        codes = [(await talk.hear())["error"]["code"] for _ in range(4)]
        assert codes == [-32700, -32600, -32700, -32700]
        assert await talk.ask("ping") == {}
        half = {"name": "whoami", "arguments": {"half of an emoji": "\ud83d"}}
        number = await talk.send("tools/call", half)
        unread = await talk.hear()
        assert (unread["id"], unread["error"]["code"]) == (number, -32700)
        talk.process.stdin.close()
        status, output, errors = await talk.end()
    assert (status, output) == (0, b"")
    assert errors.count(b"written past Python") == 2
    assert family.partner_key.text.encode() not in errors


async def test_a_newer_client_needs_no_greeting(server: Service, family: Family) -> None:
    settings = {"LAYERS_API_KEY": family.child_key.text, "LAYERS_BASE_URL": server.base_url}
    process = StdioServerParameters(
        command=LAYERS[0],
        args=[*LAYERS[1:], "mcp", "--read-only", "--toolsets", "core"],
        env=environment(settings),
    )
    async with Client(process, mode="2026-07-28") as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert "create_project" not in names
        assert answer(await client.call_tool("list_projects", {}))["nextCursor"] is None
        # A child has no children.
        assert (
            refusal(await client.call_tool("list_organizations", {}))["code"] == "FORBIDDEN_SCOPE"
        )


async def test_a_canceled_call_stops_waiting_and_a_signal_ends_the_rest(server: Service) -> None:
    with FaultProxy(server.port) as proxy:
        proxy.script(Swallow(), Swallow())
        async with talking(proxy.base_url, KEY) as talk:
            number = await talk.send("tools/call", {"name": "whoami", "arguments": {}})
            await asyncio.to_thread(proxy.wait_for_exchanges, 1)
            await talk.write({"method": "notifications/cancelled", "params": {"requestId": number}})
            await asyncio.to_thread(proxy.wait, lambda: proxy.open_connections == 0)
            await talk.send("tools/call", {"name": "whoami", "arguments": {}})
            await asyncio.to_thread(proxy.wait_for_exchanges, 2)
            talk.process.send_signal(signal.SIGINT)
            status, _output, errors = await talk.end()
    assert status == 130
    assert b"Traceback" not in errors


async def test_lines_are_read_whole_and_have_a_limit() -> None:
    reading, writing = os.pipe()
    content = b"one\n\n" + b"x" * (LONGEST_LINE_BYTES + 1) + b"\ntw\xc3\xb6\n\xff\nrest"

    def write() -> None:
        with open(writing, "wb") as pipe:
            pipe.write(content)

    try:
        written = asyncio.create_task(asyncio.to_thread(write))
        lines = [line async for line in StandardInput(reading)]
        await written
    finally:
        os.close(reading)
    assert lines == ["one", "", "a line that is too long", "twö", "\ufffd", "rest"]


@pytest.mark.parametrize("size", [LONGEST_LINE_BYTES, LONGEST_LINE_BYTES + 1])
async def test_the_last_line_needs_no_end(size: int) -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as pipe:
            pipe.write(b"y" * size)

    written = asyncio.create_task(asyncio.to_thread(write))
    lines = [line async for line in StandardInput(reading)]
    await written
    os.close(reading)
    assert [len(line) == size for line in lines] == [size <= LONGEST_LINE_BYTES]
