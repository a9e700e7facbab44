"""The receivers of the READMEs, started as the programs that they are: what the server sends them arrives."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest
from tests.docs.pages import blocks_of
from tests.sdk.node import compile_program, node_program

from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.webhooks.sending.client import WebhookClient
from partner_api.webhooks.sending.schemas import event_body
from partner_api.webhooks.sending.signatures import new_signing_secret, signature_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src/partner_api/reference/webhooks.md"
# How to know the receiver among the blocks of a README.
MARKS = {"python": ("python", "BaseHTTPRequestHandler"), "typescript": ("ts", "createServer")}
SECRET = new_signing_secret()
_SECONDS = 120


def program_of(library: str) -> str:
    language, mark = MARKS[library]
    (found,) = (
        block.text
        for block in blocks_of(ROOT / f"sdk/{library}/README.md")
        if block.language == language and mark in block.text
    )
    return found


class Receiver:
    """A program that receives."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port
        self._client = WebhookClient(development=True)

    async def line(self) -> str:
        """Return the next line that it prints."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_SECONDS):
            return (await self._process.stdout.readline()).decode().strip()

    async def send(self, event_type: str, *secrets: str, **data: Any) -> int | None:
        """Send an event as the server does, and return the status that it was answered with."""
        event_id = uuid4()
        body = event_body(event_id, event_type, datetime.now(UTC), uuid4(), data)
        headers = signature_headers(secrets or [SECRET], f"evt_{event_id}", body, int(time()))
        return (await self._client.send(f"http://127.0.0.1:{self.port}/", headers, body)).status

    async def close(self) -> None:
        """End it."""
        await self._client.aclose()
        self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def started(*command: str) -> AsyncIterator[Receiver]:
    """Run a receiver on a port that is free."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "LAYERS_WEBHOOK_SECRET": SECRET,
            "PORT": "0",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT / "sdk/python/src"),
        },
    )
    receiver = Receiver(process, 0)
    try:
        said = await receiver.line()
        found = re.search(r"port:? (\d+)", said)
        assert found, said
        receiver.port = int(found[1])
        yield receiver
    finally:
        await receiver.close()


@asynccontextmanager
async def receiver_of(
    library: str, typescript_library: Callable[[], Path], tmp_path: Path
) -> AsyncIterator[Receiver]:
    """Run the receiver of a library's README."""
    text = program_of(library)
    if library == "python":
        program = tmp_path / "receiver.py"
        program.write_text(text, encoding="utf-8")
        async with started(sys.executable, str(program)) as receiver:
            yield receiver
        return
    node = node_program()
    installed = await asyncio.to_thread(typescript_library)
    with TemporaryDirectory(dir=installed) as folder:
        program = await asyncio.to_thread(compile_program, Path(folder), text)
        async with started(node, str(program)) as receiver:
            yield receiver


@pytest.mark.parametrize("library", MARKS)
async def test_what_the_server_sends_arrives_and_nothing_else(
    library: str, typescript_library: Callable[[], Path], tmp_path: Path
) -> None:
    async with receiver_of(library, typescript_library, tmp_path) as receiver:
        completed = msgspec.to_builtins(EVENT_TYPES["job.completed"].example)
        assert await receiver.send("job.completed", **completed) == 204
        assert await receiver.line() == f"{completed['jobId']} cost 50 credits"
        low = msgspec.to_builtins(EVENT_TYPES["credits.low"].example)
        # While the secret is changed, there are two signatures.
        assert await receiver.send("credits.low", new_signing_secret(), SECRET, **low) == 204
        assert re.fullmatch(r"org_\S+ has 80 credits left", await receiver.line())
        # A newer server sends what this one does not know.
        assert await receiver.send("of.the.future", anything=[1]) == 204
        assert await receiver.line() == "left alone: of.the.future"
        assert await receiver.send("job.completed", new_signing_secret(), **completed) == 400
        assert await receiver.send("test.ping", message="This is a test.") == 204
        assert await receiver.line() == "left alone: test.ping"


async def test_an_event_can_be_signed_and_sent_by_hand(
    typescript_library: Callable[[], Path], tmp_path: Path
) -> None:
    if not (shutil.which("openssl") and shutil.which("curl")):
        pytest.skip("openssl or curl, which the page uses, is not installed")
    (script,) = (block.text for block in blocks_of(PAGE) if block.language == "bash")
    async with receiver_of("python", typescript_library, tmp_path) as receiver:
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(receiver.port),
            "LAYERS_WEBHOOK_SECRET": SECRET,
        }
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", script), stdout=asyncio.subprocess.PIPE, env=environment
        )
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate()
        assert b" 204 " in said.partition(b"\n")[0]
        assert await receiver.line() == "left alone: test.ping"


async def test_a_body_of_no_length_is_not_waited_for(
    typescript_library: Callable[[], Path], tmp_path: Path
) -> None:
    async with receiver_of("python", typescript_library, tmp_path) as receiver:
        reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nwithout an end")
        async with asyncio.timeout(_SECONDS):
            assert b" 400 " in await reader.readline()
        writer.close()
